"""The first generative adversarial networks: two perceptrons (Goodfellow et al. 2014, arXiv 1406.2661)."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

HALF_PRECISION = (torch.bfloat16, torch.float16)


class Output(StrEnum):
    """The range of the training pictures decides the last activation."""

    TANH = "tanh"  # pictures in [-1, 1]
    SIGMOID = "sigmoid"  # pictures in [0, 1]


@dataclass(frozen=True)
class GANConfig:
    """Hyper-parameters of the generator; `widths` has one entry per hidden layer."""

    z_dim: int = 100
    resolution: int = 16
    img_channels: int = 1
    widths: tuple[int, ...] = (256, 512, 512)
    output: Output = Output.TANH


@dataclass(frozen=True)
class GANDiscriminatorConfig:
    """Hyper-parameters of the discriminator; `widths` has one entry per hidden layer, from the picture on."""

    resolution: int = 16
    img_channels: int = 1
    widths: tuple[int, ...] = (512, 256)
    dropout: float = 0.3  # only while training


class GeneratorNetwork(nn.Module):
    """z `[N, z_dim]` to pictures `[N, C, R, R]` in [-1, 1] through dense layers with ReLU."""

    def __init__(self, config: GANConfig) -> None:
        """Build the layers with He's initialisation, the last one with LeCun's, under which tanh keeps its slope."""
        super().__init__()
        self.config = config
        sizes = (config.z_dim, *config.widths, config.img_channels * config.resolution**2)
        layers = [dense(n_in, n_out) for n_in, n_out in pairwise(sizes)]
        nn.init.normal_(layers[-1].weight, 0.0, sizes[-2] ** -0.5)
        self.layers = nn.ModuleList(layers)

    def hidden(self, x: torch.Tensor, index: int) -> torch.Tensor:
        """Return the activation `[N, width]` of hidden layer `index`."""
        return F.relu(self.layers[index](x))

    def colours(self, x: torch.Tensor) -> torch.Tensor:
        """Return pictures from the last hidden activation, float32 at least."""
        y: torch.Tensor = self.layers[-1](x)
        y = y.float() if y.dtype in HALF_PRECISION else y
        config = self.config
        y = y.reshape(len(y), config.img_channels, config.resolution, config.resolution)
        return torch.tanh(y) if config.output is Output.TANH else torch.sigmoid(y) * 2.0 - 1.0

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return pictures."""
        x = z
        for index in range(len(self.layers) - 1):
            x = self.hidden(x, index)
        return self.colours(x)


class Discriminator(nn.Module):
    """Pictures `[N, C, R, R]` in [-1, 1] to logits `[N, 1]`; leaky ReLU takes the place of the paper's maxout."""

    def __init__(self, config: GANDiscriminatorConfig) -> None:
        """Build the layers with He's initialisation."""
        super().__init__()
        self.config = config
        sizes = (config.img_channels * config.resolution**2, *config.widths, 1)
        self.layers = nn.ModuleList(dense(n_in, n_out) for n_in, n_out in pairwise(sizes))

    def forward(self, images: torch.Tensor, kept: list[torch.Tensor] | None = None) -> torch.Tensor:
        """Return logits; positive means real.

        `kept` holds one mask `[N, width]` of zeros and ones per hidden layer, for dropout.
        """
        x = images.flatten(1)
        for index, layer in enumerate(self.layers[:-1]):
            x = F.leaky_relu(layer(x), 0.2)
            if kept is not None:
                x = x * kept[index].to(x.dtype) / (1.0 - self.config.dropout)
        logits: torch.Tensor = self.layers[-1](x)
        return logits


def dense(n_in: int, n_out: int) -> nn.Linear:
    """Return a dense layer with He's initialisation and biases of zero."""
    layer = nn.Linear(n_in, n_out)
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer
