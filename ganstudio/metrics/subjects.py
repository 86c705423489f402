"""What is measured: a generator and real pictures, as metrics see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ganstudio.core.store import Array
from ganstudio.metrics.perceptual_path_length import PathModel, PathSpace

CHOICE_SEED = 0


@dataclass(frozen=True)
class MeasuredModel:
    """A generator: `draw` gives the pictures `[N, C, R, R]` in [-1, 1] of seeds; `device` is where it computes.

    `path` is its mapping and synthesis, where paths can be followed, in `spaces`.
    """

    name: str
    draw: Callable[[Sequence[int]], torch.Tensor]
    device: torch.device
    path: PathModel | None = None
    spaces: frozenset[PathSpace] = frozenset()


@dataclass(frozen=True)
class RealPictures:
    """Real pictures: `read` gives uint8 `[N, 1 or 3, R, R]` of numbers below `count`.

    `fingerprint` changes with the pictures and with how they are brought to size. Endless ones are taken in order.
    """

    count: int
    fingerprint: str
    read: Callable[[Sequence[int]], Array]
    endless: bool = False

    def chosen(self, n: int) -> list[int]:
        """Return the numbers of n pictures, always the same ones; all where there are no more."""
        if self.endless or self.count <= n:
            return list(range(min(n, self.count)))
        rows = np.random.default_rng(CHOICE_SEED).choice(self.count, n, replace=False)
        return sorted(int(row) for row in rows)
