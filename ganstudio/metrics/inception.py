"""Inception-v3 as the published Fréchet distances use it (Szegedy et al. 2016, table 1; Heusel et al. 2017).

Names of parameters follow the well-known conversion of the weights of 2015; average pooling leaves the border out of
its counts, and the last block pools by maximum.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

CLASSES, WIDTH = 1008, 2048
BATCH_NORM_EPS = 0.001


@dataclass(frozen=True, slots=True)
class Conv:
    """One convolution: the end of its name, its channels and kernel (rows, columns)."""

    name: str
    channels: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    padded: bool = True


@dataclass(frozen=True, slots=True)
class Branch:
    """Convolutions one after the other, then those that all take the last one's result."""

    name: str
    chain: tuple[Conv, ...]
    fork: tuple[Conv, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Branches beside each other and one that pools; `pooled` channels are what a 1 × 1 convolution leaves of it."""

    name: str
    branches: tuple[Branch, ...]
    pooled: int | None = None
    pools_maximum: bool = False


ROW, COLUMN, SQUARE = (1, 7), (7, 1), (3, 3)

STEM = (
    (Conv("Conv2d_1a_3x3", 32, SQUARE, stride=2, padded=False), Conv("Conv2d_2a_3x3", 32, SQUARE, padded=False),
     Conv("Conv2d_2b_3x3", 64, SQUARE)),
    (Conv("Conv2d_3b_1x1", 80), Conv("Conv2d_4a_3x3", 192, SQUARE, padded=False)),
)  # fmt: skip
"""Each group is followed by a halving maximum."""


def fine_block(name: str, pooled: int) -> Block:
    """Return a block at 35 × 35."""
    double = (Conv("_1", 64), Conv("_2", 96, SQUARE), Conv("_3", 96, SQUARE))
    branches = (
        Branch("branch1x1", (Conv("", 64),)),
        Branch("branch5x5", (Conv("_1", 48), Conv("_2", 64, (5, 5)))),
        Branch("branch3x3dbl", double),
    )
    return Block(name, branches, pooled)


def middle_block(name: str, width: int) -> Block:
    """Return a block at 17 × 17 with factorized 7 × 7 convolutions."""
    double = (Conv("_1", width), Conv("_2", width, COLUMN), Conv("_3", width, ROW), Conv("_4", width, COLUMN))
    branches = (
        Branch("branch1x1", (Conv("", 192),)),
        Branch("branch7x7", (Conv("_1", width), Conv("_2", width, ROW), Conv("_3", 192, COLUMN))),
        Branch("branch7x7dbl", (*double, Conv("_5", 192, ROW))),
    )
    return Block(name, branches, 192)


def coarse_block(name: str, pools_maximum: bool) -> Block:
    """Return a block at 8 × 8, where branches fork."""
    branches = (
        Branch("branch1x1", (Conv("", 320),)),
        Branch("branch3x3", (Conv("_1", 384),), (Conv("_2a", 384, (1, 3)), Conv("_2b", 384, (3, 1)))),
        Branch("branch3x3dbl", (Conv("_1", 448), Conv("_2", 384, SQUARE)),
               (Conv("_3a", 384, (1, 3)), Conv("_3b", 384, (3, 1)))),
    )  # fmt: skip
    return Block(name, branches, 192, pools_maximum)


def halved(name: str, channels: int) -> Conv:
    """Return the convolution at the end of a branch that halves the map."""
    return Conv(name, channels, SQUARE, stride=2, padded=False)


BLOCKS = (
    fine_block("Mixed_5b", 32),
    fine_block("Mixed_5c", 64),
    fine_block("Mixed_5d", 64),
    Block("Mixed_6a", (
        Branch("branch3x3", (halved("", 384),)),
        Branch("branch3x3dbl", (Conv("_1", 64), Conv("_2", 96, SQUARE), halved("_3", 96))),
    )),
    middle_block("Mixed_6b", 128),
    middle_block("Mixed_6c", 160),
    middle_block("Mixed_6d", 160),
    middle_block("Mixed_6e", 192),
    Block("Mixed_7a", (
        Branch("branch3x3", (Conv("_1", 192), halved("_2", 320))),
        Branch("branch7x7x3", (Conv("_1", 192), Conv("_2", 192, ROW), Conv("_3", 192, COLUMN), halved("_4", 192))),
    )),
    coarse_block("Mixed_7b", pools_maximum=False),
    coarse_block("Mixed_7c", pools_maximum=True),
)  # fmt: skip


class NormalizedConv(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, in_channels: int, layer: Conv) -> None:
        super().__init__()
        rows, columns = layer.kernel
        padding = (rows // 2, columns // 2) if layer.padded else (0, 0)
        self.conv = nn.Conv2d(in_channels, layer.channels, layer.kernel, layer.stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(layer.channels, eps=BATCH_NORM_EPS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)))


class MixedBlock(nn.Module):
    """One block built from its table."""

    def __init__(self, in_channels: int, block: Block) -> None:
        super().__init__()
        self.block = block
        self.out_channels = in_channels if block.pooled is None else block.pooled
        for branch in block.branches:
            channels = in_channels
            for layer in branch.chain:
                self.add_module(branch.name + layer.name, NormalizedConv(channels, layer))
                channels = layer.channels
            for layer in branch.fork:
                self.add_module(branch.name + layer.name, NormalizedConv(channels, layer))
            self.out_channels += sum(layer.channels for layer in branch.fork) or channels
        if block.pooled is not None:
            self.branch_pool = NormalizedConv(in_channels, Conv("", block.pooled))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        results: list[torch.Tensor] = []
        for branch in self.block.branches:
            y = x
            for layer in branch.chain:
                y = self.get_submodule(branch.name + layer.name)(y)
            results += [self.get_submodule(branch.name + layer.name)(y) for layer in branch.fork] or [y]
        return torch.cat([*results, self._pooled(x)], dim=1)

    def _pooled(self, x: torch.Tensor) -> torch.Tensor:
        if self.block.pooled is None:
            return F.max_pool2d(x, 3, 2)
        if self.block.pools_maximum:
            pooled = F.max_pool2d(x, 3, 1, 1)
        else:
            pooled = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        result: torch.Tensor = self.branch_pool(pooled)
        return result


class InceptionNetwork(nn.Module):
    """The classifier; `forward` takes pictures `[N, 3, 299, 299]` in [-1, 1] to features `[N, 2048]`."""

    def __init__(self) -> None:
        super().__init__()
        channels = 3
        for layer in (layer for group in STEM for layer in group):
            self.add_module(layer.name, NormalizedConv(channels, layer))
            channels = layer.channels
        for block in BLOCKS:
            mixed = MixedBlock(channels, block)
            self.add_module(block.name, mixed)
            channels = mixed.out_channels
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for group in STEM:
            for layer in group:
                x = self.get_submodule(layer.name)(x)
            x = F.max_pool2d(x, 3, 2)
        for block in BLOCKS:
            x = self.get_submodule(block.name)(x)
        return x.mean(dim=(2, 3))

    def probabilities(self, features: torch.Tensor) -> torch.Tensor:
        """Return class probabilities `[N, 1008]` of features `[N, 2048]`, without the bias as in the published code."""
        return (features @ self.fc.weight.T).softmax(dim=1)
