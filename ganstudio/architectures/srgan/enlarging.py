"""The generator as what enlarges pictures of the project's range."""

import copy

import torch
from torch import nn

from ganstudio.architectures.srgan.networks import DESIGNS, SRGANConfig
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.picture_network import PictureNetwork


class Enlarger(PictureNetwork):
    """Pictures `[N, C, H, W]` in [-1, 1] to pictures `scale` times as wide and high."""

    def __init__(self, config: SRGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = DESIGNS[config.design](config).eval().requires_grad_(False)
        self.running: nn.Module = self.network

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fast = precision is Precision.FAST
        self.running = copy.deepcopy(self.network).to(fast_dtype(device)) if fast else self.network

    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float32 pictures `[N, C, scale · H, scale · W]`, nominally in [-1, 1]."""
        weight = next(self.running.parameters())
        x = pictures.to(weight).contiguous(memory_format=torch.channels_last)
        enlarged: torch.Tensor = self.running((x + 1.0) * 0.5)
        return enlarged.float() * 2.0 - 1.0
