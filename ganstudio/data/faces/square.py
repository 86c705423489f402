"""What of a photo lies in a square: cut out as published face sets are."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.square import Square
from ganstudio.core.store import Array

FINEST = 4096
BLURRED_FROM, BLUR = 0.05, 0.02
FADED_AT = 0.5


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
