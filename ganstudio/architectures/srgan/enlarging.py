"""The generator as what enlarges pictures of the project's range."""

import copy
from collections.abc import Iterator

import torch
import torch.nn.functional as F

from ganstudio.architectures.srgan.networks import DESIGNS, EnlargingNetwork, SRGANConfig
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.picture_network import EnlargingPictures


class Enlarger(EnlargingPictures):
    """Pictures `[N, C, H, W]` in [-1, 1] to pictures `scale` times as wide and high."""

    def __init__(self, config: SRGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.scale, self.channels = config.scale, config.img_channels
        self.network: EnlargingNetwork = DESIGNS[config.design](config).eval().requires_grad_(False)
        self.running = self.network

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        fast = precision is Precision.FAST
        self.running = copy.deepcopy(self.network).to(fast_dtype(device)) if fast else self.network

    def walk(self, pictures: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield what each block leaves, and float32 pictures, nominally in [-1, 1], in the end."""
        height, width = pictures.shape[2:]
        spare = [-size % self.needed_multiple for size in (width, height)]
        x = F.pad(pictures, (0, spare[0], 0, spare[1]), mode="replicate") if any(spare) else pictures
        x = x.to(next(self.running.parameters())).contiguous(memory_format=torch.channels_last)
        left = x
        for left in self.running.walk((x + 1.0) * 0.5):
            yield left
        yield left[:, :, : height * self.scale, : width * self.scale].float() * 2.0 - 1.0

    @property
    def needed_multiple(self) -> int:
        """What the sides of given pictures are filled up to a multiple of."""
        return max(1, 4 // self.scale)
