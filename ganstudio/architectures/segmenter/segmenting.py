"""The network as what finds the classes in pictures of the project's range."""

import copy

import torch
import torch.nn.functional as F

from ganstudio.architectures.segmenter.networks import SegmenterConfig, SegmenterNetwork
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.map_classes import MapClasses
from ganstudio.core.palette import class_colours
from ganstudio.core.picture_network import SegmentingPictures


class Segmenter(SegmentingPictures):
    """Pictures `[N, C, H, W]` in [-1, 1] of any size to logits `[N, classes, H, W]`."""

    network: SegmenterNetwork

    def __init__(self, config: SegmenterConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.channels = config.img_channels
        self.classes = MapClasses(config.classes, config.colours or class_colours(len(config.classes)))
        self.network = SegmenterNetwork(config).eval().requires_grad_(False)
        self.running = self.network

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
        fast = precision is Precision.FAST
        self.running = copy.deepcopy(self.network).to(fast_dtype(device)) if fast else self.network

    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return float32 logits at the pictures' size; the network looks at them at its own side."""
        side, size = self.config.resolution, pictures.shape[2:]
        if size != (side, side):
            pictures = F.interpolate(pictures.float(), (side, side), mode="bilinear", antialias=True)
        logits: torch.Tensor = self.running(pictures.to(next(self.running.parameters()))).float()
        return logits if size == (side, side) else F.interpolate(logits, size, mode="bilinear", antialias=True)
