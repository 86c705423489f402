"""DCGAN's generator and discriminator (Radford et al. 2016, arXiv 1511.06434)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import nn


class Output(StrEnum):
    """The range of the training pictures decides the last activation."""

    TANH = "tanh"  # pictures in [-1, 1]
    SIGMOID = "sigmoid"  # pictures in [0, 1]


@dataclass(frozen=True)
class DCGANConfig:
    """Hyper-parameters of the generator; `channels` has one entry per hidden layer, from 4 px up."""

    z_dim: int = 100
    img_channels: int = 3
    channels: tuple[int, ...] = (512, 256, 128, 64)
    bias: bool = False
    output: Output = Output.TANH

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << len(self.channels)


@dataclass(frozen=True)
class DCGANDiscriminatorConfig:
    """Hyper-parameters of the discriminator; `channels` has one entry per layer, from the picture down to 4 px."""

    img_channels: int = 3
    channels: tuple[int, ...] = (64, 128, 256, 512)
    bias: bool = False

    @property
    def resolution(self) -> int:
        """The side of the picture in pixels."""
        return 4 << len(self.channels)


class GeneratorNetwork(nn.Module):
    """z `[N, z_dim, 1, 1]` to pictures `[N, C, R, R]` in [-1, 1] through transposed convolutions."""

    def __init__(self, config: DCGANConfig) -> None:
        """Build the layers; convolutions start from N(0, 0.02²), normalisation gains from N(1, 0.02²)."""
        super().__init__()
        self.config = config
        layers: list[nn.Module] = []
        width = config.z_dim
        for i, n_out in enumerate(config.channels):
            stride, padding = (1, 0) if i == 0 else (2, 1)
            layers.append(nn.ConvTranspose2d(width, n_out, 4, stride, padding, bias=config.bias))
            layers += [nn.BatchNorm2d(n_out), nn.ReLU()]
            width = n_out
        layers.append(nn.ConvTranspose2d(width, config.img_channels, 4, 2, 1, bias=config.bias))
        self.main = nn.Sequential(*layers)
        initialise(self.main)

    def colours(self, x: torch.Tensor) -> torch.Tensor:
        """Turn the last layer's output into a picture in [-1, 1]."""
        x = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
        return torch.tanh(x) if self.config.output is Output.TANH else torch.sigmoid(x) * 2.0 - 1.0

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return pictures."""
        return self.colours(self.main(z))


class Discriminator(nn.Module):
    """Pictures `[N, C, R, R]` in [-1, 1] to logits `[N, 1]` through strided convolutions."""

    def __init__(self, config: DCGANDiscriminatorConfig) -> None:
        """Build the layers; the first one has no normalisation."""
        super().__init__()
        self.config = config
        layers: list[nn.Module] = []
        width = config.img_channels
        for i, n_out in enumerate(config.channels):
            layers.append(nn.Conv2d(width, n_out, 4, 2, 1, bias=config.bias))
            if i:
                layers.append(nn.BatchNorm2d(n_out))
            layers.append(nn.LeakyReLU(0.2))
            width = n_out
        layers.append(nn.Conv2d(width, 1, 4, 1, 0, bias=config.bias))
        self.main = nn.Sequential(*layers)
        initialise(self.main)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits; positive means real."""
        logits: torch.Tensor = self.main(images)
        return logits.flatten(1)


def initialise(layers: Sequence[nn.Module] | nn.Sequential) -> None:
    """Draw weights as the paper does."""
    for layer in layers:
        if any(parameter.is_meta for parameter in layer.parameters()):
            continue  # nothing to draw, and torch would load its compiler for it, a second and a half
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
