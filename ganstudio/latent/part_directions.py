"""Directions that change one part of pictures and leave the rest (ReSeFa: Zhu et al. 2022, arXiv 2202.09649).

How pixels answer to small steps along known axes is measured; the direction whose changes lie most inside of a part is
then the leading eigenvector of a pair of matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
import torch.nn.functional as F

from ganstudio.latent.directions import Components, signed

AXES = 32
RIDGE = 0.003
"""What axes that change nothing count as, as a share of the mean change; else such axes would be taken."""
MARGIN = 5 / 64
LEAST_SHARE, LEAST_PICTURES = 0.004, 3


@dataclass(frozen=True, slots=True)
class PartDirection:
    """What amount 1 adds to a code `[rows, dim]`, and what it changes at first.

    `gain` is the root mean square of the change of the part's pixels in [-1, 1], `ratio` how many times that of all
    others it is; `pictures` have that part.
    """

    step: torch.Tensor
    gain: float
    ratio: float
    pictures: int


def axes_of(components: Components, layer_resolutions: Sequence[int]) -> torch.Tensor:
    """Return steps of a standard deviation `[M, rows, dim]` along the leading axes, in layers of one resolution each.

    Without layers there is one row.
    """
    steps = components.axes[:AXES] * components.deviations[:AXES, None]
    if not layer_resolutions:
        return steps[:, None]
    alike = [[row for row, _ in group] for _, group in groupby(enumerate(layer_resolutions), lambda each: each[1])]
    found = steps.new_zeros(len(alike), len(steps), len(layer_resolutions), steps.shape[1])
    for number, rows in enumerate(alike):
        found[number][:, rows] = steps[:, None]
    return found.flatten(0, 1)


class PartEffects:
    """How steps along axes `[M, rows, dim]` change the pixels inside and outside of every part of pictures."""

    def __init__(self, axes: torch.Tensor, parts: int) -> None:
        """Know no picture yet."""
        count = len(axes)
        self.axes = axes
        self._inside = torch.zeros(parts, count, count, dtype=torch.float64)
        self._outside = torch.zeros_like(self._inside)
        self._pictures = [0] * parts

    def add(self, changes: torch.Tensor, parts: torch.Tensor) -> None:
        """Take in how one picture changes per step `[M, C, H, W]`, and its map of parts int64 `[H, W]`."""
        height, width = parts.shape
        flat = changes.detach().float().cpu().flatten(2)
        everything = _products(flat)
        reach = max(round(width * MARGIN / 2), 0)
        for part in range(len(self._pictures)):
            found = (parts == part).cpu()
            if int(found.sum()) < max(LEAST_SHARE * height * width, 1.0):
                continue
            grown = F.max_pool2d(found[None].float(), 2 * reach + 1, 1, reach)[0].flatten() > 0
            inside = _products(flat[:, :, grown])
            self._inside[part] += inside / max(int(grown.sum()), 1)
            self._outside[part] += (everything - inside) / max(int((~grown).sum()), 1)
            self._pictures[part] += 1

    def directions(self, part: int, count: int) -> list[PartDirection]:
        """Return the directions that change a part the most against the rest; none where too few pictures have it."""
        pictures = self._pictures[part]
        if pictures < LEAST_PICTURES:
            return []
        inside, outside = self._inside[part] / pictures, self._outside[part] / pictures
        least = RIDGE * torch.eye(len(inside), dtype=torch.float64) * (inside + outside).trace() / len(inside)
        half = torch.linalg.inv(torch.linalg.cholesky(outside + least))
        _, vectors = torch.linalg.eigh(half @ inside @ half.T)
        found = []
        for weights in F.normalize((half.T @ vectors).T.flip(0)[:count]):
            gain, rest = (float((weights @ each @ weights).clamp_min(0.0).sqrt()) for each in (inside, outside))
            step = torch.einsum("m,mrd->rd", weights.float(), self.axes)
            step = signed(step.flatten()[None]).reshape(step.shape)
            found.append(PartDirection(step, gain, gain / max(rest, 1e-12), pictures))
        return found


def _products(changes: torch.Tensor) -> torch.Tensor:
    """Return the mean over colours of products of changes `[M, C, P]`, summed over pixels: `[M, M]`."""
    flat = changes.flatten(1)
    products: torch.Tensor = (flat @ flat.T).double() / changes.shape[1]
    return products
