"""A compact U-Net (Ronneberger et al. 2015) whose lateral connections are added, with group normalisation."""

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

Colour = tuple[int, int, int]

GROUPS = 4


@dataclass(frozen=True)
class SegmenterConfig:
    """Hyper-parameters: the side that pictures are brought to, the classes, and the channels from fine to coarse."""

    resolution: int = 64
    img_channels: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 128)
    classes: tuple[str, ...] = ("background", "object")
    colours: tuple[Colour, ...] = ()
    """What the classes are painted in; a palette of the program where there are none."""


class Layer(nn.Module):
    """A 3 x 3 convolution, group normalisation (Wu and He 2018) and ReLU."""

    def __init__(self, n_in: int, n_out: int, stride: int = 1) -> None:
        """Build them; the normalisation's shift stands in for a bias."""
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False)
        self.norm = nn.GroupNorm(GROUPS, n_out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `[N, n_out, H / stride, W / stride]`."""
        return F.relu(self.norm(self.conv(x)))


class SegmenterNetwork(nn.Module):
    """Pictures `[N, C, H, W]` in [-1, 1] to a logit for each class and pixel `[N, classes, H, W]`."""

    def __init__(self, config: SegmenterConfig) -> None:
        """Build the way down, the way up and the last projection."""
        super().__init__()
        self.config = config
        widths = config.widths
        steps = tuple(pairwise(widths))
        self.stem = Layer(config.img_channels, widths[0])
        down = (nn.Sequential(Layer(fine, coarse, 2), Layer(coarse, coarse)) for fine, coarse in steps)
        self.down = nn.ModuleList(down)
        self.lateral = nn.ModuleList(nn.Conv2d(coarse, fine, 1, bias=False) for fine, coarse in steps)
        self.up = nn.ModuleList(Layer(fine, fine) for fine, _ in steps)
        self.head = nn.Conv2d(widths[0], len(config.classes), 1)

    @property
    def needed_multiple(self) -> int:
        """What the sides of given pictures must be multiples of."""
        return 1 << len(self.down)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        x = self.stem(pictures)
        left = []
        for down in self.down:
            left.append(x)
            x = down(x)
        for lateral, up in zip(reversed(self.lateral), reversed(self.up), strict=True):
            x = up(F.interpolate(lateral(x), scale_factor=2.0, mode="nearest") + left.pop())
        logits: torch.Tensor = self.head(x)
        return logits
