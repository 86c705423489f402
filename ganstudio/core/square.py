"""A square anywhere in a photo: what is cut out, moved by hand, and pasted back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Square:
    """A square by its centre and side in pixels of the photo, turned clockwise by `angle` in radians.

    The photo's first pixel covers 0 to 1 in both directions. Inside the square, points go from (0, 0) at its own top
    left to (1, 1).
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no square."""
        if not (math.isfinite(self.x + self.y + self.angle) and 0.0 < self.side < math.inf):
            raise WrongInputError(
                f"A square with its centre at ({self.x:g}, {self.y:g}) and a side of {self.side:g} pixels cannot be "
                "cut out; give it a place and a size."
            )

    @classmethod
    def middle(cls, width: int, height: int) -> Self:
        """Return the largest upright square in the middle of a photo."""
        return cls(width / 2, height / 2, float(min(width, height)))

    def moved(self, right: float, down: float) -> Self:
        """Return it elsewhere, by pixels of the photo."""
        return replace(self, x=self.x + right, y=self.y + down)

    def turned(self, by: float) -> Self:
        """Return it turned clockwise about its centre, by radians."""
        return replace(self, angle=math.remainder(self.angle + by, 2 * math.pi))

    def scaled(self, factor: float) -> Self:
        """Return it larger or smaller about its centre."""
        return replace(self, side=self.side * factor)

    @property
    def corners(self) -> Array:
        """Its top left, top right, bottom right and bottom left in the photo, `[4, 2]`."""
        return self.in_photo([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])

    def in_photo(self, points: Sequence[Point] | Array) -> Array:
        """Return where points `[N, 2]` of the square lie in the photo."""
        found: Array = (np.asarray(points, dtype=np.float64) - 0.5) @ self._axes.T + (self.x, self.y)
        return found

    def inside(self, points: Sequence[Point] | Array) -> Array:
        """Return where points `[N, 2]` of the photo lie in the square."""
        away = np.asarray(points, dtype=np.float64) - (self.x, self.y)
        found: Array = away @ self._axes / self.side**2 + 0.5
        return found

    def matrix(self, resolution: int) -> Array:
        """Return the affine map `[2, 3]` from a crop's pixels to the photo's, both counted at their middles."""
        axes = self._axes / resolution
        shift = axes @ np.full(2, 0.5 - resolution / 2) + (self.x - 0.5, self.y - 0.5)
        return np.concatenate([axes, shift[:, None]], axis=1)

    @property
    def _axes(self) -> Array:
        """The square's right and down directions as columns, as long as its side."""
        right, down = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        return np.array([[right, -down], [down, right]])
