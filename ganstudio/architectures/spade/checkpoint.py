"""The authors' files: a generator, and the encoder of styles in a file beside it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch

from ganstudio.architectures.spade.networks import FIRST_WIDTH, SpadeConfig
from ganstudio.architectures.spade.shapes import ENCODER, class_names, encoder_of, recognise
from ganstudio.core.foreign import (
    Companion,
    Dialect,
    ForeignTensor,
    ForeignValue,
    Imported,
    Mismatch,
    StateDict,
    Weights,
)
from ganstudio.core.foreign_modules import find_weights, weights_in
from ganstudio.layers.spectral import unit

KEYS = ("netG", "state_dict", "model", "generator", "G")
GENERATOR_FILE = re.compile(r"(?P<epoch>.+)_net_G(?P<suffix>\.pth)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Published:
    """A published set of labels: how many, whether some pixels have none, whether objects are outlined, and a size."""

    name: str
    labels: int
    unknown: bool
    edges: bool
    height: int
    width: int


PUBLISHED: Mapping[int, Published] = MappingProxyType(
    {
        184: Published("COCO-Stuff", 182, True, True, 256, 256),
        151: Published("ADE20K", 150, True, False, 256, 256),
        36: Published("Cityscapes", 35, False, True, 256, 512),
    }
)
"""By the planes that their maps become."""


def read_generator(root: ForeignValue) -> Imported | Mismatch:
    """Read a generator under the published names."""
    found = find_weights(root, KEYS) or weights_in(root)
    if found is None:
        return Mismatch("it holds no dictionary of named tensors under a known key")
    shapes = {name: tensor.shape for name, tensor in found.tensors.items()}
    config = recognise(shapes)
    if config is None:
        if encoder_of(shapes):
            return Mismatch(
                "it holds SPADE's encoder of styles without the generator; open the file whose name has _G in place of "
                "_E, and keep this one beside it"
            )
        return Mismatch("its tensors have not the names of SPADE's layers")
    config, notes = _sized(config, shapes["fc.weight"])
    style = "in a style of one's own" if config.z_dim else "from the map alone"
    return Imported(
        what=f"a SPADE generator that draws maps of {len(config.classes)} classes {style}",
        config=config,
        generator=present(found.tensors),
        used=(found.key or "all tensors",),
        notes=notes,
    )


def _sized(config: SpadeConfig, first: tuple[int, ...]) -> tuple[SpadeConfig, tuple[str, ...]]:
    """Return what weights do not show: classes, outlines and size, as published or as is usual, with a word on it."""
    known = PUBLISHED.get(config.planes)
    notes: tuple[str, ...]
    if known is not None:
        config = replace(
            config, classes=class_names(known.labels), unknown=known.unknown, edges=known.edges,
            resolution=known.width, height=0 if known.height == known.width else known.height,
        )  # fmt: skip
        notes = (f"A map of {config.planes} planes is that of {known.name}; its classes go by their numbers.",)
    else:
        notes = (f"All {config.planes} planes of the map were taken for classes; weights do not show their names.",)
    if config.z_dim:
        times = config.blocks[-1].scale
        pixels = first[0] // min(FIRST_WIDTH * config.width, config.most_channels)
        side = math.isqrt(pixels)
        height, width = (side, side) if side * side == pixels else (math.isqrt(pixels // 2), math.isqrt(pixels * 2))
        sized = {"resolution": width * times, "height": 0 if height == width else height * times}
        config = replace(config, resolution=sized["resolution"], height=sized["height"])
    size = f"{config.resolution} × {config.height or config.resolution}"
    doubled = f"that the picture doubles {int(math.log2(config.blocks[-1].scale))} times"
    return config, (*notes, f"Weights do not show the pictures' size; {size} px was taken, and {doubled}.")


def present(tensors: StateDict) -> Weights:
    """Return tensors with those that older versions of PyTorch left out, and without those that they kept twice."""
    named: Weights = {}
    for name, tensor in tensors.items():
        place, _, part = name.rpartition(".")
        if part == "weight" and f"{place}.weight_orig" in tensors:
            continue
        named[name] = tensor
        if part == "weight_u":
            named.setdefault(f"{place}.weight_v", _second_vector(place, tensors))
        if part == "running_var":
            named.setdefault(f"{place}.num_batches_tracked", torch.zeros((), dtype=torch.int64))
    return named


def _second_vector(place: str, tensors: StateDict) -> ForeignTensor | torch.Tensor:
    """Return v of spectral norm, or where a file has none one with which sigma is what the file was used with."""
    stored = tensors.get(f"{place}.weight_v")
    if stored is not None:
        return stored
    kernel, u = tensors[f"{place}.weight_orig"].load().float(), tensors[f"{place}.weight_u"].load().float()
    v = kernel.flatten(1).T @ u
    used = tensors.get(f"{place}.weight")
    if used is None:
        return unit(v)
    divided = used.load().float()
    sigma = float((kernel * divided).sum() / divided.square().sum())
    scaled: torch.Tensor = v * (sigma / v.square().sum())
    return scaled


def encoder_name(name: str) -> str | None:
    """Return the name of the file with the encoder that belongs to a generator's."""
    found = GENERATOR_FILE.fullmatch(name)
    return None if found is None else f"{found['epoch']}_net_E{found['suffix']}"


def with_encoder(imported: Imported, root: ForeignValue) -> Imported | Mismatch:
    """Return a generator with the encoder that another file holds."""
    config = imported.config
    assert isinstance(config, SpadeConfig)
    if not config.z_dim:
        return Mismatch("the generator draws from the map alone and takes no style")
    found = find_weights(root, ("netE", *KEYS)) or weights_in(root)
    shapes = {} if found is None else {name: tensor.shape for name, tensor in found.tensors.items()}
    read = encoder_of(shapes)
    if found is None or read is None:
        return Mismatch("its tensors have not the names of SPADE's encoder")
    if shapes["fc_mu.weight"][0] != config.z_dim:
        return Mismatch(f"its styles have {shapes['fc_mu.weight'][0]} numbers, the generator's {config.z_dim}")
    width, layers, norm = read
    return replace(
        imported,
        config=replace(config, encoder_width=width, encoder_layers=layers, encoder_norm=norm),
        generator={**imported.generator, **{f"{ENCODER}{name}": t for name, t in present(found.tensors).items()}},
    )


DIALECTS: tuple[Dialect, ...] = (
    Dialect("SPADE weights (latest_net_G.pth)", read_generator, Companion("encoder", encoder_name, with_encoder)),
)
