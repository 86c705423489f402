"""StyleGAN2's discriminator (Karras et al. 2020, section 4; conditional as in arXiv 2006.06676)."""

import math
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.architectures.stylegan2.networks import ROOT_HALF, MappingNetwork, Wiring
from ganstudio.layers.activation import ACTIVATIONS
from ganstudio.layers.equalized import EqualizedConv2d, EqualizedLinear
from ganstudio.layers.minibatch import minibatch_stddev
from ganstudio.layers.resample import SMOOTH, downsample2d, fir_kernel


@dataclass(frozen=True)
class StyleGAN2DiscriminatorConfig:
    """Hyper-parameters of the discriminator; `channels` has one entry per block, from 4 px up."""

    c_dim: int = 0
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 512, 512, 256, 128)
    architecture: Wiring = Wiring.RESIDUAL
    conv_clamp: float | None = None
    cmap_dim: int | None = None  # the width of the mapped condition; channels[0] when None
    mapping_layers: int = 8
    mapping_embed: int | None = None
    mapping_hidden: int | None = None
    mapping_lr: float = 0.01
    mbstd_group: int | None = 4
    mbstd_channels: int = 1
    resample_filter: tuple[float, ...] = (1.0, 3.0, 3.0, 1.0)
    activation: str = "lrelu"
    mapping_activation: str = "lrelu"
    epilogue_activation: str = "lrelu"

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << (len(self.channels) - 1)

    @property
    def condition_dim(self) -> int:
        """The width of the mapped condition, 0 for an unconditional network."""
        if not self.c_dim:
            return 0
        return self.channels[0] if self.cmap_dim is None else self.cmap_dim


class DiscriminatorBlock(nn.Module):
    """Two convolutions that halve the resolution."""

    resample_filter: torch.Tensor

    def __init__(self, config: StyleGAN2DiscriminatorConfig, index: int) -> None:
        """Build block `index`, which starts at 4 · 2^index pixels."""
        super().__init__()
        n_in, n_out = config.channels[index], config.channels[index - 1]
        fir = fir_kernel(config.resample_filter)
        self.register_buffer("resample_filter", fir)
        self.wiring = config.architecture
        act, clamp = ACTIVATIONS[config.activation], config.conv_clamp
        self.reads_picture = self.wiring is Wiring.SKIP or index == len(config.channels) - 1
        if self.reads_picture:
            self.fromrgb = EqualizedConv2d(
                config.img_channels, n_in, 1, activation=act, clamp=clamp, resample_filter=SMOOTH
            )
        self.conv0 = EqualizedConv2d(n_in, n_in, 3, activation=act, clamp=clamp, resample_filter=SMOOTH)
        self.conv1 = EqualizedConv2d(n_in, n_out, 3, activation=act, clamp=clamp, down=True, resample_filter=fir)
        if self.wiring is Wiring.RESIDUAL:
            self.skip = EqualizedConv2d(n_in, n_out, 1, bias=False, down=True, resample_filter=fir)

    def forward(
        self, x: torch.Tensor | None, picture: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features `[N, C', r/2, r/2]` and the picture for the next block."""
        if self.reads_picture:
            seen = self.fromrgb(picture)
            x = seen if x is None else x + seen
        if self.wiring is Wiring.SKIP:
            picture = downsample2d(picture, self.resample_filter)
        assert x is not None
        if self.wiring is Wiring.RESIDUAL:
            return self.skip(x, gain=ROOT_HALF) + self.conv1(self.conv0(x), gain=ROOT_HALF), picture
        return self.conv1(self.conv0(x)), picture


class DiscriminatorEpilogue(nn.Module):
    """The 4x4 end: minibatch statistics, a convolution and two dense layers."""

    def __init__(self, config: StyleGAN2DiscriminatorConfig) -> None:
        """Build the layers."""
        super().__init__()
        width = config.channels[0]
        act, fir = ACTIVATIONS[config.epilogue_activation], SMOOTH  # stored, though nothing is resampled at 4 px
        self.config = config
        if config.architecture is Wiring.SKIP:
            self.fromrgb = EqualizedConv2d(config.img_channels, width, 1, activation=act, resample_filter=fir)
        self.conv = EqualizedConv2d(
            width + config.mbstd_channels, width, 3, activation=act, clamp=config.conv_clamp, resample_filter=fir
        )
        self.fc = EqualizedLinear(width * 16, width, act)
        self.out = EqualizedLinear(width, config.condition_dim or 1)

    def forward(self, x: torch.Tensor, picture: torch.Tensor, condition: torch.Tensor | None) -> torch.Tensor:
        """Return logits `[N, 1]`; with a condition `[N, D]` they are its scaled dot product with the features."""
        if self.config.architecture is Wiring.SKIP:
            x = x + self.fromrgb(picture)
        if self.config.mbstd_channels:
            x = minibatch_stddev(x, self.config.mbstd_group, self.config.mbstd_channels)
        scores: torch.Tensor = self.out(self.fc(self.conv(x).flatten(1)))
        if condition is None:
            return scores
        return (scores * condition).sum(dim=1, keepdim=True) / math.sqrt(condition.shape[1])


class Discriminator(nn.Module):
    """Pictures `[N, C, R, R]` in [-1, 1] and labels `[N, c_dim]` to logits `[N, 1]`."""

    def __init__(self, config: StyleGAN2DiscriminatorConfig) -> None:
        """Build one block per resolution above 4 px, the epilogue and the label mapping."""
        super().__init__()
        self.config = config
        self.names = tuple(f"b{4 << i}" for i in range(len(config.channels) - 1, 0, -1))
        for i, name in enumerate(self.names):
            self.add_module(name, DiscriminatorBlock(config, len(config.channels) - 1 - i))
        self.b4 = DiscriminatorEpilogue(config)
        if config.c_dim:
            self.mapping = MappingNetwork(
                0,
                config.c_dim,
                config.condition_dim,
                config.mapping_layers,
                embed=config.mapping_embed,
                hidden=config.mapping_hidden,
                lr=config.mapping_lr,
                w_avg_beta=None,
                activation=ACTIVATIONS[config.mapping_activation],
            )

    def forward(self, images: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return logits `[N, 1]`; positive means real."""
        x: torch.Tensor | None = None
        picture = images
        for name in self.names:
            x, picture = self.get_submodule(name)(x, picture)
        condition = self.mapping(None, c) if self.config.c_dim else None
        logits: torch.Tensor = self.b4(x, picture, condition)
        return logits
