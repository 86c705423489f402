"""Distances between pictures in the features of a classifier (Zhang et al. 2018, LPIPS v0.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

INPUT_SHIFT = (-0.030, -0.088, -0.188)
INPUT_SCALE = (0.458, 0.448, 0.450)
NORM_EPS = 1e-10


@dataclass(frozen=True, slots=True)
class ConvLayer:
    """One convolution with ReLU: its pooling beforehand, its geometry, and whether its output is compared."""

    out_channels: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1
    pool: tuple[int, int] | None = None
    tap: bool = False


HALVING = (2, 2)
OVERLAPPING = (3, 2)

VGG16 = (
    ConvLayer(64),
    ConvLayer(64, tap=True),
    ConvLayer(128, pool=HALVING),
    ConvLayer(128, tap=True),
    ConvLayer(256, pool=HALVING),
    ConvLayer(256),
    ConvLayer(256, tap=True),
    ConvLayer(512, pool=HALVING),
    ConvLayer(512),
    ConvLayer(512, tap=True),
    ConvLayer(512, pool=HALVING),
    ConvLayer(512),
    ConvLayer(512, tap=True),
)
"""Simonyan & Zisserman 2015, configuration D; compared after relu1_2, 2_2, 3_3, 4_3 and 5_3."""

ALEXNET = (
    ConvLayer(64, kernel=11, stride=4, padding=2, tap=True),
    ConvLayer(192, kernel=5, padding=2, pool=OVERLAPPING, tap=True),
    ConvLayer(384, pool=OVERLAPPING, tap=True),
    ConvLayer(256, tap=True),
    ConvLayer(256, tap=True),
)
"""Krizhevsky 2014, one column; compared after every convolution."""


class FeatureNetwork(nn.Module):
    """The convolutions of a classifier, built from a table; `forward` returns what the table taps."""

    def __init__(self, table: tuple[ConvLayer, ...], in_channels: int = 3) -> None:
        super().__init__()
        self.table = table
        self.convs = nn.ModuleList()
        for layer in table:
            geometry = (layer.kernel, layer.stride, layer.padding)
            self.convs.append(nn.Conv2d(in_channels, layer.out_channels, *geometry))
            in_channels = layer.out_channels

    @property
    def tap_channels(self) -> tuple[int, ...]:
        """The channels of each returned feature map, in order."""
        return tuple(layer.out_channels for layer in self.table if layer.tap)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the tapped feature maps `[N, C_l, H_l, W_l]` of normalised pictures `[N, 3, H, W]`."""
        return [tap for tap in self.walk(x) if tap is not None]

    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor | None]:
        """Run one convolution after the other; yield what each of them leaves where the table taps it, else None."""
        for layer, conv in zip(self.table, self.convs, strict=True):
            if layer.pool is not None:
                x = F.max_pool2d(x, *layer.pool)
            x = F.relu(conv(x))
            yield x if layer.tap else None


def unit_normalize(features: torch.Tensor) -> torch.Tensor:
    """Divide feature maps `[N, C, H, W]` by their length over the channels plus 1e-10."""
    features = features.float() if features.dtype is torch.bfloat16 else features
    length: torch.Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / (length + NORM_EPS)


class PerceptualDistance(nn.Module):
    """The learned perceptual distance of two pictures (Zhang et al. 2018, eq. 1).

    Pictures are float `[N, 3 or 1, H, W]` in [-1, 1], at least 16 px wide for VGG16 and 31 px for AlexNet.
    The result is a *squared* distance; it is differentiable in both pictures.
    """

    shift: torch.Tensor
    scale: torch.Tensor

    def __init__(self, network: FeatureNetwork) -> None:
        super().__init__()
        self.network = network
        self.heads = nn.ParameterList([torch.zeros(channels) for channels in network.tap_channels])
        self.register_buffer("shift", torch.tensor(INPUT_SHIFT)[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor(INPUT_SCALE)[:, None, None], persistent=False)

    def raw_features(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """Return the tapped maps `[N, C_l, H_l, W_l]` of pictures in [-1, 1]; gray ones are repeated."""
        taps: list[torch.Tensor] = self.network(self._normalised(pictures))
        return taps

    def walk(self, pictures: torch.Tensor) -> Iterator[torch.Tensor | None]:
        """Yield the maps of `features` as they come, and None after every convolution without one."""
        for tap in self.network.walk(self._normalised(pictures)):
            yield None if tap is None else unit_normalize(tap)

    def _normalised(self, pictures: torch.Tensor) -> torch.Tensor:
        if pictures.shape[1] == 1:
            pictures = pictures.expand(-1, 3, -1, -1)
        return (pictures.to(self.shift.dtype) - self.shift) / self.scale

    def features(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        """Return the maps that are compared, so that one side of many comparisons is computed once."""
        return [unit_normalize(taps) for taps in self.raw_features(pictures)]

    def compare(self, first: list[torch.Tensor], second: list[torch.Tensor]) -> torch.Tensor:
        """Return the terms `[N, layers]` of the distance between two results of `features`."""
        terms = [
            torch.einsum("nchw,c->nhw", (a - b).square(), head).mean(dim=(1, 2))
            for a, b, head in zip(first, second, self.heads, strict=True)
        ]
        return torch.stack(terms, dim=1)

    def terms(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the contribution `[N, layers]` of every tapped layer to the distance."""
        return self.compare(self.features(first), self.features(second))

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the distance `[N]` between pictures `[N, 3 or 1, H, W]` in [-1, 1]."""
        return self.terms(first, second).sum(dim=1)
