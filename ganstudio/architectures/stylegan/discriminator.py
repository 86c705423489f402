"""StyleGAN's discriminator: Progressive GAN's with blurred downsampling (Karras et al. 2019, section 2)."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.layers.activation import LRELU
from ganstudio.layers.doubling import halved
from ganstudio.layers.growing import blended, share_of_lower
from ganstudio.layers.he_scaled import HeConv2d, HeLinear, Resampling
from ganstudio.layers.minibatch import minibatch_stddev
from ganstudio.layers.resample import filter2d, fir_kernel


@dataclass(frozen=True)
class StyleGANDiscriminatorConfig:
    """Hyper-parameters of the discriminator; `channels` has one entry per block, from 4 px up."""

    c_dim: int = 0
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 512, 256)
    dense_width: int | None = None  # of the layer before the last; channels[0] when None
    mbstd_group: int = 4
    mbstd_channels: int = 1
    blur_filter: tuple[float, ...] = (1.0, 2.0, 1.0)

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)


class DiscriminatorBlock(nn.Module):
    """Two convolutions, the second one blurred and halved, and the entrance for pictures of this resolution."""

    blur: torch.Tensor | None

    def __init__(self, config: StyleGANDiscriminatorConfig, index: int) -> None:
        """Build block `index`, which starts at 4 · 2^index pixels."""
        super().__init__()
        n_in, n_out = config.channels[index], config.channels[index - 1]
        self.fromrgb = HeConv2d(config.img_channels, n_in, 1)
        self.conv0 = HeConv2d(n_in, n_in, 3)
        self.conv1 = HeConv2d(n_in, n_out, 3, resampling=Resampling.HALVE)
        self.register_buffer("blur", fir_kernel(config.blur_filter) if config.blur_filter else None, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features `[N, C', r/2, r/2]`."""
        x = LRELU.apply(self.conv0(x))
        if self.blur is not None:
            x = filter2d(x, self.blur, (self.blur.shape[-1] // 2, (self.blur.shape[-1] - 1) // 2))
        return LRELU.apply(self.conv1(x))


class DiscriminatorEnd(nn.Module):
    """The 4x4 end: minibatch statistics, a convolution and two dense layers."""

    def __init__(self, config: StyleGANDiscriminatorConfig) -> None:
        """Build the layers."""
        super().__init__()
        width, self.config = config.channels[0], config
        self.fromrgb = HeConv2d(config.img_channels, width, 1)
        self.conv = HeConv2d(width + config.mbstd_channels, width, 3)
        dense = width if config.dense_width is None else config.dense_width
        self.fc = HeLinear(width * 16, dense)
        self.out = HeLinear(dense, max(config.c_dim, 1), gain=1.0)

    def forward(self, x: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
        """Return logits `[N, 1]`; with labels each picture has the logit of its own class."""
        if self.config.mbstd_channels:
            x = minibatch_stddev(x, self.config.mbstd_group, self.config.mbstd_channels)
        scores: torch.Tensor = self.out(LRELU.apply(self.fc(LRELU.apply(self.conv(x)).flatten(1))))
        if not self.config.c_dim:
            return scores
        if c is None:
            raise ValueError("this network is class-conditional: it needs labels")
        return (scores * c.to(scores.dtype)).sum(dim=1, keepdim=True)


class Discriminator(nn.Module):
    """Pictures `[N, C, r, r]` in [-1, 1] and labels `[N, c_dim]` to logits `[N, 1]`."""

    lod: torch.Tensor

    def __init__(self, config: StyleGANDiscriminatorConfig) -> None:
        """Build one block per resolution above 4 px, and the end."""
        super().__init__()
        self.config = config
        self.names = tuple(f"b{4 << i}" for i in range(len(config.channels) - 1, -1, -1))
        for i, name in enumerate(self.names[:-1]):
            self.add_module(name, DiscriminatorBlock(config, len(config.channels) - 1 - i))
        self.b4 = DiscriminatorEnd(config)
        self.register_buffer("lod", torch.zeros(()))

    def forward(
        self, images: torch.Tensor, c: torch.Tensor | None = None, lod: float | None = None
    ) -> torch.Tensor:
        """Return logits, positive for real; pictures may be smaller than the full size as far as `lod` allows it.

        `lod` replaces the one that the network keeps.
        """
        lod = float(self.lod) if lod is None else lod
        level = int(math.log2(self.config.resolution // images.shape[-1]))
        while level < len(self.names) - 1 and share_of_lower(lod, level) >= 1.0:
            images, level = halved(images), level + 1
        x = self._enter(level, images)
        while level < len(self.names) - 1:
            x = self.get_submodule(self.names[level])(x)
            share = share_of_lower(lod, level)
            images, level = halved(images) if share else images, level + 1
            x = blended(x, self._enter(level, images), share) if share else x
        logits: torch.Tensor = self.b4(x, c)
        return logits

    def _enter(self, level: int, images: torch.Tensor) -> torch.Tensor:
        entrance = self.get_submodule(f"{self.names[level]}.fromrgb")
        return LRELU.apply(entrance(images))
