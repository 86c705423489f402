"""ProGAN's discriminator, and its statistics over a minibatch (Karras et al. 2018, section 3 and table 2)."""

from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.architectures.progan.networks import Grown
from ganstudio.layers.activation import LRELU
from ganstudio.layers.doubling import halved
from ganstudio.layers.growing import blended
from ganstudio.layers.he_scaled import HeConv2d, HeLinear, Resampling
from ganstudio.layers.minibatch import minibatch_stddev


@dataclass(frozen=True)
class ProGANDiscriminatorConfig:
    """Hyper-parameters of the discriminator; `channels` has one entry per resolution, from 4 px up.

    With `fused_scale` the resolution is halved between a convolution and its activation, otherwise after both. With
    `neighbour_groups` the minibatch statistics are those of pytorch_GAN_zoo.
    """

    c_dim: int = 0
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 512, 256, 128, 64, 32, 16)
    mbstd_group: int = 4  # 0 leaves the statistics out
    fused_scale: bool = True
    neighbour_groups: bool = False

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)


class DiscriminatorBlock(nn.Module):
    """Two convolutions that halve the resolution, and the layer that reads pictures."""

    def __init__(self, config: ProGANDiscriminatorConfig, index: int) -> None:
        """Build block `index`, which starts at 4 · 2^index pixels."""
        super().__init__()
        n_in, n_out = config.channels[index], config.channels[index - 1]
        self.fused = config.fused_scale
        self.fromrgb = HeConv2d(config.img_channels, n_in, 1)
        self.conv0 = HeConv2d(n_in, n_in, 3)
        self.conv1 = HeConv2d(n_in, n_out, 3, resampling=Resampling.HALVE if self.fused else Resampling.NONE)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features `[N, C', r/2, r/2]`."""
        x = LRELU.apply(self.conv1(LRELU.apply(self.conv0(x))))
        return x if self.fused else halved(x)


class DiscriminatorEpilogue(nn.Module):
    """The 4x4 end: minibatch statistics, a convolution and two dense layers."""

    def __init__(self, config: ProGANDiscriminatorConfig) -> None:
        """Build the layers."""
        super().__init__()
        width = config.channels[0]
        self.group, self.neighbours = config.mbstd_group, config.neighbour_groups
        self.fromrgb = HeConv2d(config.img_channels, width, 1)
        self.conv = HeConv2d(width + int(self.group > 0), width, 3)
        self.fc = HeLinear(16 * width, width)
        self.out = HeLinear(width, 1 + config.c_dim, gain=1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return a score and, for labelled data, the logits of the classes: `[N, 1 + c_dim]`."""
        scores: torch.Tensor = self.out(self.features(x))
        return scores

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the last layer reads `[N, C]`."""
        if self.group:
            strided = whole_group(self.group, len(x))
            x = neighbour_stddev(x, self.group) if self.neighbours else minibatch_stddev(x, strided)
        return LRELU.apply(self.fc(LRELU.apply(self.conv(x)).flatten(1)))


class Discriminator(nn.Module):
    """Pictures in [-1, 1] to scores `[N, 1]`; the buffer `lod` says how far it has grown."""

    lod: torch.Tensor

    def __init__(self, config: ProGANDiscriminatorConfig) -> None:
        """Build one block per resolution above 4 px and the epilogue, all of them in use."""
        super().__init__()
        self.config = config
        for i in range(len(config.channels) - 1, 0, -1):
            self.add_module(f"b{4 << i}", DiscriminatorBlock(config, i))
        self.b4 = DiscriminatorEpilogue(config)
        self.register_buffer("lod", torch.zeros(()))

    def forward(self, images: torch.Tensor, lod: float | None = None) -> torch.Tensor:
        """Return scores and the classes' logits `[N, 1 + c_dim]`; a higher score means real.

        Pictures `[N, C, r, r]` may be of any resolution from the one grown to up to full size.
        """
        scores: torch.Tensor = self.b4(self.trunk(images, float(self.lod) if lod is None else lod))
        return scores

    def trunk(self, images: torch.Tensor, lod: float) -> torch.Tensor:
        """Return the features `[N, C, 4, 4]` that all resolutions share."""
        grown = Grown.at(lod, len(self.config.channels))
        seen = images
        while seen.shape[-1] > grown.resolution:
            seen = halved(seen)
        x = self._read(grown.newest, seen)
        for i in range(grown.newest, 0, -1):
            x = self.get_submodule(f"b{4 << i}")(x)
            if i == grown.newest and grown.older_share:
                x = blended(x, self._read(i - 1, halved(seen)), grown.older_share)
        return x

    def _read(self, index: int, images: torch.Tensor) -> torch.Tensor:
        return LRELU.apply(self.get_submodule(f"b{4 << index}.fromrgb")(images))


def whole_group(most: int, count: int) -> int:
    """Return the largest group of at most `most` samples that divides a batch of `count`."""
    return next(size for size in range(min(most, count), 0, -1) if count % size == 0)


def neighbour_stddev(x: torch.Tensor, group: int) -> torch.Tensor:
    """Append the mean unbiased standard deviation over `group` neighbours in the batch to x `[N, C, H, W]`.

    The whole batch is one group where groups do not fill it; a single sample has the deviation zero.
    """
    N, _, H, W = x.shape
    size = group if N % group == 0 else N
    if size == 1:
        return torch.cat([x, x.new_zeros(N, 1, H, W)], dim=1)
    deviation = (x.reshape(N // size, size, -1).var(dim=1, unbiased=True) + 1e-8).sqrt().mean(dim=1)
    return torch.cat([x, deviation.repeat_interleave(size).reshape(N, 1, 1, 1).expand(N, 1, H, W)], dim=1)
