"""ProGAN's generator (Karras et al. 2018, arXiv 1710.10196)."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.layers.activation import LRELU
from ganstudio.layers.doubling import doubled
from ganstudio.layers.growing import blended
from ganstudio.layers.he_scaled import HeConv2d, HeLinear, Resampling
from ganstudio.layers.normalization import normalize_second_moment

HALF_PRECISION = (torch.bfloat16, torch.float16)
DENSE_GAIN = math.sqrt(2.0) / 4.0  # the first layer counts as a 4x4 convolution of a single pixel


@dataclass(frozen=True)
class ProGANConfig:
    """Hyper-parameters of the generator; `channels` has one entry per resolution, from 4 px up."""

    z_dim: int = 512
    c_dim: int = 0
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 512, 256, 128, 64, 32, 16)
    pixel_norm: bool = True
    unit_bias: bool = False  # the first layer has a bias per unit instead of per map, as in pytorch_GAN_zoo

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)


def channel_plan(resolution: int, base: int = 8192, most: int = 512) -> tuple[int, ...]:
    """Return min(2 base / r, most) for r = 4, 8, ..., `resolution` (Karras et al. 2018, table 2)."""
    return tuple(min(2 * base // (4 << i), most) for i in range(int(math.log2(resolution)) - 1))


@dataclass(frozen=True, slots=True)
class Grown:
    """How far a network has grown: its newest block, and the share that the resolution below still has."""

    newest: int
    older_share: float

    @staticmethod
    def at(lod: float, blocks: int) -> "Grown":
        """Read a level of detail: 0 is all `blocks`, 1.25 is all but one and a quarter of the resolution below."""
        level = 0.0 if math.isnan(lod) else min(max(lod, 0.0), blocks - 1.0)
        left_out = math.floor(level)
        return Grown(blocks - 1 - left_out, level - left_out)

    @property
    def resolution(self) -> int:
        """The side of the picture that the newest block draws."""
        return 4 << self.newest


class GeneratorBlock(nn.Module):
    """Two layers of one resolution, and the layer of colours."""

    def __init__(self, config: ProGANConfig, index: int) -> None:
        """Build block `index`, which works at 4 · 2^index pixels."""
        super().__init__()
        width = config.channels[index]
        self.pixel_norm, self.first = config.pixel_norm, index == 0
        if self.first:
            self.dense = HeLinear(config.z_dim + config.c_dim, 16 * width, gain=DENSE_GAIN, bias=False)
            side = 4 if config.unit_bias else 1
            self.bias = nn.Parameter(torch.zeros(width, side, side))
            self.conv = HeConv2d(width, width, 3)
        else:
            self.conv0 = HeConv2d(config.channels[index - 1], width, 3, resampling=Resampling.DOUBLE)
            self.conv1 = HeConv2d(width, width, 3)
        self.torgb = HeConv2d(width, config.img_channels, 1, gain=1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the activation `[N, C, r, r]` from the block below's, or from z and labels `[N, z_dim + c_dim]`."""
        if self.first:
            return self.activated(self.conv(self.activated(self._square(self.normalised(x)))))
        return self.activated(self.conv1(self.activated(self.conv0(x))))

    def colours(self, x: torch.Tensor) -> torch.Tensor:
        """Return this block's picture `[N, img_channels, r, r]`, float32 at least."""
        y: torch.Tensor = self.torgb(x)
        return y.float() if y.dtype in HALF_PRECISION else y

    def activated(self, x: torch.Tensor) -> torch.Tensor:
        """Return the normalised leaky ReLU of x, which it may overwrite where no gradients are wanted."""
        return self.normalised(LRELU.apply(x))

    def normalised(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise the feature vector in every pixel, where the network does."""
        return normalize_second_moment(x) if self.pixel_norm else x

    def _square(self, x: torch.Tensor) -> torch.Tensor:
        square: torch.Tensor = self.dense(x).reshape(len(x), -1, 4, 4)
        return square + self.bias.to(square.dtype)


class GeneratorNetwork(nn.Module):
    """z `[N, z_dim]` to pictures; the buffer `lod` says how far it has grown."""

    lod: torch.Tensor

    def __init__(self, config: ProGANConfig) -> None:
        """Build one block per entry of `config.channels`, all of them in use."""
        super().__init__()
        self.config = config
        self.names = tuple(f"b{4 << i}" for i in range(len(config.channels)))
        for i, name in enumerate(self.names):
            self.add_module(name, GeneratorBlock(config, i))
        self.register_buffer("lod", torch.zeros(()))

    @property
    def blocks(self) -> tuple[GeneratorBlock, ...]:
        """The blocks from 4 px up."""
        found = (self.get_submodule(name) for name in self.names)
        return tuple(block for block in found if isinstance(block, GeneratorBlock))

    def draw(self, x: torch.Tensor, lod: float) -> torch.Tensor:
        """Return the pictures `[N, C, r, r]` of z and labels `[N, z_dim + c_dim]` at the resolution grown to."""
        blocks = self.blocks
        grown = Grown.at(lod, len(blocks))
        older: torch.Tensor | None = None
        for i, block in enumerate(blocks[: grown.newest + 1]):
            x = block(x)
            if i == grown.newest - 1 and grown.older_share:
                older = block.colours(x)
        return faded(blocks[grown.newest].colours(x), older, grown.older_share)

    def forward(self, z: torch.Tensor, c: torch.Tensor | None = None, lod: float | None = None) -> torch.Tensor:
        """Return pictures `[N, C, R, R]`, nominally in [-1, 1], at full size however far the network has grown."""
        level = float(self.lod) if lod is None else lod
        pictures = self.draw(with_labels(z, c), level)
        return enlarged(pictures, self.config.resolution)


def with_labels(z: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
    """Join z `[N, z_dim]` and one-hot labels `[N, c_dim]`."""
    return z if c is None else torch.cat([z, c.to(z)], dim=1)


def faded(newer: torch.Tensor, older: torch.Tensor | None, older_share: float) -> torch.Tensor:
    """Blend pictures `[N, C, r, r]` with doubled ones of the resolution below (Karras et al. 2018, figure 2)."""
    return newer if older is None or not older_share else blended(newer, doubled(older), older_share)


def enlarged(pictures: torch.Tensor, resolution: int) -> torch.Tensor:
    """Double pictures until they are `resolution` pixels wide."""
    while pictures.shape[-1] < resolution:
        pictures = doubled(pictures)
    return pictures
