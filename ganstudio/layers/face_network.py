"""The three networks of MTCNN, each of which looks closer than the one before (Zhang et al. 2016, arXiv 1604.02878)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

CELL, STRIDE = 12, 2
REFINED_SIDE, SIDE = 24, 48
Pool = tuple[int, int] | None


class Proposals(NamedTuple):
    """How likely each cell is a face `[N, h, w]`, and moves of its left, top, right and bottom `[N, 4, h, w]`."""

    probabilities: torch.Tensor
    moves: torch.Tensor


class Layers(nn.Module):
    """Convolutions with learned slopes below zero and maxima between them; a pool is its size and stride."""

    def __init__(self, widths: Sequence[int], kernels: Sequence[int], pools: Sequence[Pool], hidden: int = 0) -> None:
        """Build the layers with random weights; `hidden` adds a slope for that many hidden units."""
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(n_in, n_out, kernel)
            for n_in, n_out, kernel in zip(widths[:-1], widths[1:], kernels, strict=True)
        )
        self.slopes = nn.ModuleList(nn.PReLU(width) for width in (*widths[1:], *([hidden] if hidden else [])))
        self.pools = tuple(pools)

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the last convolution's activation for pictures `[N, 3, H, W]` in [-1, 1]."""
        x = pictures
        for index, convolution in enumerate(self.convolutions):
            x = self.slopes[index](convolution(x))
            pool = self.pools[index]
            if pool:
                x = F.max_pool2d(x, *pool, ceil_mode=True)
        return x


class ProposalNetwork(Layers):
    """Pictures of any size `[N, 3, H, W]` in [-1, 1] to one opinion for each cell of 12 px, every 2 px (fig. 2)."""

    def __init__(self) -> None:
        """Build the layers with random weights."""
        super().__init__((3, 10, 16, 32), (3, 3, 3), ((2, 2), None, None))
        self.face, self.box = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, pictures: torch.Tensor) -> Proposals:
        """Return what each cell is taken for; moves are in shares of the cell's side."""
        x = self.features(pictures)
        return Proposals(self.face(x).softmax(dim=1)[:, 1], self.box(x))


class RefinementNetwork(Layers):
    """Squares `[N, 3, 24, 24]` in [-1, 1] to how likely each is a face, and its corrected box (fig. 2)."""

    def __init__(self) -> None:
        """Build the layers with random weights."""
        super().__init__((3, 28, 48, 64), (3, 3, 2), ((3, 2), (3, 2), None), 128)
        self.hidden = nn.Linear(64 * 3 * 3, 128)
        self.face, self.box = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, squares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return probabilities `[N]` and moves of left, top, right and bottom `[N, 4]` in shares of the side."""
        x = self.slopes[-1](self.hidden(self.features(squares).flatten(1)))
        return self.face(x).softmax(dim=1)[:, 1], self.box(x)


class FaceNetwork(Layers):
    """Squares `[N, 3, 48, 48]` in [-1, 1] to how likely each is a face, its corrected box and its five landmarks."""

    def __init__(self) -> None:
        """Build the layers with random weights."""
        super().__init__((3, 32, 64, 64, 128), (3, 3, 3, 2), ((3, 2), (3, 2), (2, 2), None), 256)
        self.hidden = nn.Linear(128 * 3 * 3, 256)
        self.face, self.box, self.landmarks = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)

    def forward(self, squares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return probabilities `[N]`, moves of left, top, right and bottom `[N, 4]` and x and y of landmarks `[N, 10]`.

        Moves and landmarks are in shares of the square's side.
        """
        x = self.slopes[-1](self.hidden(self.features(squares).flatten(1)))
        return self.face(x).softmax(dim=1)[:, 1], self.box(x), self.landmarks(x)


class FaceDetector(nn.Module):
    """The cascade's three networks under one roof."""

    def __init__(self) -> None:
        """Build them with random weights."""
        super().__init__()
        self.proposal, self.refinement, self.output = ProposalNetwork(), RefinementNetwork(), FaceNetwork()
