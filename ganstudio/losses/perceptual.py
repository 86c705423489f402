"""The perceptual distances that ship with the program."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ASSETS
from ganstudio.layers.half_precision import restore
from ganstudio.layers.perceptual import ALEXNET, VGG16, ConvLayer, FeatureNetwork, PerceptualDistance

CORRECTION = ".correction"


class AssetError(StudioError):
    """A file that ships with the program is missing or damaged."""


def lpips_vgg16(assets: Path = ASSETS) -> PerceptualDistance:
    """Return LPIPS v0.1 on VGG-16, frozen, in float32; raises AssetError where its weights are missing."""
    return _load(VGG16, assets / "perceptual" / "lpips-vgg16")


def lpips_alex(assets: Path = ASSETS) -> PerceptualDistance:
    """Return LPIPS v0.1 on AlexNet, frozen, in float32; raises AssetError where its weights are missing."""
    return _load(ALEXNET, assets / "perceptual" / "lpips-alex")


def restored_tensors(stored: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return float32 tensors by name, each half-precision one with its correction applied."""
    return {
        name: restore(tensor, stored.get(name + CORRECTION)) if tensor.dtype == torch.float16 else tensor
        for name, tensor in stored.items()
        if not name.endswith(CORRECTION)
    }


def _load(table: tuple[ConvLayer, ...], folder: Path) -> PerceptualDistance:
    file = folder / "model.safetensors"
    with torch.device("meta"):
        network = FeatureNetwork(table)
    distance = PerceptualDistance(network)
    try:
        distance.load_state_dict(restored_tensors(load_file(file)), assign=True)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise AssetError(
            f"The perceptual network {file} cannot be read ({type(error).__name__}); restore it with "
            f"`python launcher.py assets build {folder.name}`."
        ) from error
    return distance.eval().requires_grad_(False)
