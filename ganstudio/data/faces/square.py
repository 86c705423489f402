"""A square anywhere in a photo: what is cut out, moved by hand, and pasted back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array

Point = tuple[float, float]
FINEST = 4096
BLURRED_FROM, BLUR = 0.05, 0.02
FADED_AT = 0.5


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


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a photo that holds a square: rows and columns, never empty."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def place(self) -> tuple[slice, slice]:
        """The rows and columns, to index a picture."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def region_of(square: Square, width: int, height: int) -> Region:
    """Return the part of a photo that a square covers; raises WrongInputError where there is none."""
    least, most = np.floor(square.corners.min(axis=0)) - 2, np.ceil(square.corners.max(axis=0)) + 2
    left, top = int(max(least[0], 0)), int(max(least[1], 0))
    right, bottom = int(min(most[0], width)), int(min(most[1], height))
    if left >= right or top >= bottom:
        raise WrongInputError(
            f"The square lies outside the photo of {width} x {height} pixels; move it back over the picture."
        )
    return Region(left, top, right, bottom)


def cut(pixels: Array, square: Square, resolution: int) -> Array:
    """Return the square of a photo uint8 `[H, W, 3]` as `[R, R, 3]`, every pixel a mean of what it covers.

    What lies beyond the photo's edges is its reflection, which fades into a blur and then into one colour, as in the
    published preparation of face pictures (Karras et al. 2018, appendix C); what lies in the photo stays as it is.
    """
    height, width = pixels.shape[:2]
    region = region_of(square, width, height)
    part = pixels[region.place]
    finer = max(1, min(math.ceil(square.side / resolution), FINEST // resolution))
    matrix = square.matrix(resolution * finer)
    matrix[:, 2] -= (region.left, region.top)
    flags = (cv2.INTER_CUBIC if square.side < resolution else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    size = (resolution * finer, resolution * finer)
    warped = cv2.warpAffine(part, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
    crop = warped if finer == 1 else cv2.resize(warped, (resolution, resolution), interpolation=cv2.INTER_AREA)
    beyond = distance_beyond(square, resolution, width, height)
    return np.ascontiguousarray(softened(crop, beyond) if beyond.max() > 0 else crop)


def distance_beyond(square: Square, resolution: int, width: int, height: int) -> Array:
    """Return how far each pixel `[R, R]` of a crop lies beyond the photo's edges, in shares of its side."""
    steps = (np.arange(resolution) + 0.5) / resolution
    x, y = (axis.reshape(resolution, resolution) for axis in square.in_photo(grid(steps)).T)
    farthest = np.maximum.reduce([-x, x - width, -y, y - height, np.zeros_like(x)])
    distance: Array = farthest / square.side
    return distance


def grid(steps: Array) -> Array:
    """Return all points `[N * N, 2]` with these coordinates, row by row."""
    across, down = np.meshgrid(steps, steps)
    return np.stack([across.ravel(), down.ravel()], axis=1)


def softened(crop: Array, beyond: Array) -> Array:
    """Blur a crop where it lies beyond the photo, and farther out fade it into the median colour."""
    picture = crop.astype(np.float32)
    blurred = cv2.GaussianBlur(picture, (0, 0), max(crop.shape[0] * BLUR, 0.5), borderType=cv2.BORDER_REFLECT)
    picture += (blurred - picture) * np.clip(beyond / BLURRED_FROM, 0, 1)[..., None].astype(np.float32)
    median = np.median(crop.reshape(-1, 3), axis=0).astype(np.float32)
    picture += (median - picture) * np.clip(beyond / FADED_AT, 0, 1)[..., None].astype(np.float32)
    pixels: Array = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    return pixels
