"""An edited square put back into the photo that it was cut out of."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.square import Square
from ganstudio.core.store import Array
from ganstudio.data.faces.square import Region, region_of
from ganstudio.data.photos import Photo

FEATHER = 0.12
COARSE = 512
SPARE = 2
BAND_PIXELS = 1_000_000


class Blend(StrEnum):
    """How the square's edges become the photo's."""

    FEATHER = "feather"
    POISSON = "poisson"


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is put into a square: its new picture `[R, R, 3]` of bytes and how it meets the photo.

    Towards the square's edges, over `feather` of its side, it gives way to the photo; `mask` `[R', R']` from 0 to 1
    says how much it shows inside. With POISSON its colours are shifted smoothly until they meet the photo's where it
    ends (Pérez et al. 2003). With `before` `[R, R, 3]`, the picture that the edit began with, only the difference of
    both is put on the photo, which keeps its own fine detail.
    """

    edited: Array
    blend: Blend = Blend.FEATHER
    feather: float = FEATHER
    mask: Array | None = None
    before: Array | None = None

    def over(self, there: Array, square: Square, region: Region) -> tuple[Array, Array]:
        """Return new colours `[h, w, 3]` in float32 for the photo's in a region, and how much they count `[h, w]`."""
        new = spread(self.edited, square, region)
        if self.before is not None:
            new = np.clip(there.astype(np.float32) + new - spread(self.before, square, region), 0, 255)
        return new, weights(square, region, self.feather, self.mask)


def paste_into(photo: Photo, change: Change, square: Square) -> Array:
    """Return a photo's pixels in its own colours with a change, whose pictures are in sRGB."""
    before = None if change.before is None else photo.own_colours(change.before)
    own = replace(change, edited=photo.own_colours(change.edited), before=before)
    return paste(photo.pixels, own, square)


def paste(photo: Array, change: Change, square: Square) -> Array:
    """Return the photo uint8 `[H, W, 3]` with the change in the square's place.

    The change's pictures may have any size. Pixels outside the square stay as they are, bit for bit. Raises
    WrongInputError for pictures of another kind and squares outside the photo.
    """
    for picture in (photo, change.edited, change.before):
        if picture is not None and (picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3):
            raise WrongInputError(f"Pictures [H, W, 3] of bytes can be pasted, not {picture.shape} of {picture.dtype}.")
    whole = region_of(square, photo.shape[1], photo.shape[0])
    shift = colour_shift(photo[whole.place], change, square, whole) if change.blend is Blend.POISSON else None
    result = photo.copy()
    for band in bands(whole):
        there = photo[band.place]
        new, weight = change.over(there, square, band)
        if shift is not None:
            new += part_of(shift, whole, band)
        mixed = there + (new - there) * weight[..., None]
        result[band.place] = np.where(weight[..., None] > 0, byte_picture(mixed), there)
    return result


def bands(region: Region) -> Iterator[Region]:
    """Yield a region in rows that fit into little memory."""
    rows = max(BAND_PIXELS // (region.right - region.left), 1)
    for top in range(region.top, region.bottom, rows):
        yield replace(region, top=top, bottom=min(top + rows, region.bottom))


def spread(picture: Array, square: Square, region: Region) -> Array:
    """Return what a square's picture `[R, R, 3]` or `[R, R]` shows at the photo's pixels of a region, in float32."""
    values = picture.astype(np.float32)
    side = max(1, round(square.side))
    if side < values.shape[0]:
        values = cv2.resize(values, (side, side), interpolation=cv2.INTER_AREA)
    matrix = square.matrix(values.shape[0])
    matrix[:, 2] -= (region.left, region.top)
    size = (region.right - region.left, region.bottom - region.top)
    spread_out: Array = cv2.warpAffine(values, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return spread_out


def weights(square: Square, region: Region, feather: float, mask: Array | None) -> Array:
    """Return how much of the square `[h, w]` each pixel of a region takes: 0 at its edge, 1 well inside."""
    across, down = np.arange(region.left, region.right) + 0.5, np.arange(region.top, region.bottom) + 0.5
    away = distance_inside(square, across, down)
    share = np.clip(away / max(feather, 1.0 / square.side), 0.0, 1.0).astype(np.float32)
    weight: Array = share * share * (3.0 - 2.0 * share)
    if mask is not None:
        weight = weight * np.clip(spread(mask, square, region), 0.0, 1.0)
    return weight


def distance_inside(square: Square, across: Array, down: Array) -> Array:
    """Return how far the points with these coordinates lie inside the nearest edge, in shares of the side `[h, w]`."""
    cosine, sine = np.cos(square.angle) / square.side, np.sin(square.angle) / square.side
    x, y = (across - square.x)[None, :], (down - square.y)[:, None]
    distance: Array = 0.5 - np.maximum(np.abs(x * cosine + y * sine), np.abs(y * cosine - x * sine))
    return distance


def colour_shift(photo: Array, change: Change, square: Square, region: Region) -> Array:
    """Return the smooth change of colour `[h, w, 3]` that makes a change meet the region `photo` of the photo.

    It is found at no more than 512 px: a membrane without detail of its own loses nothing by that.
    """
    height, width = photo.shape[:2]
    scale = min(COARSE / max(height, width), 1.0)
    size = (max(round(width * scale), 2), max(round(height * scale), 2))
    there = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    across, down = size[0] / width, size[1] / height
    place = ((square.x - region.left) * across, (square.y - region.top) * down)
    coarse = Square(*place, square.side * float(np.sqrt(across * down)), square.angle)
    new, weight = change.over(there, coarse, Region(0, 0, *size))
    area = weight > 0
    target, source = (cv2.copyMakeBorder(x, *(4 * (SPARE,)), cv2.BORDER_REPLICATE) for x in (there, byte_picture(new)))
    mask = np.pad(area.astype(np.uint8) * 255, SPARE)
    shift = np.zeros(target.shape, dtype=np.float32)
    if mask.any():
        left, top, wide, high = cv2.boundingRect(mask)
        cloned = cv2.seamlessClone(source, target, mask.copy(), (left + wide // 2, top + high // 2), cv2.NORMAL_CLONE)
        shift = np.where(mask[..., None] > 0, cloned, target).astype(np.float32) - source
    return shift[SPARE:-SPARE, SPARE:-SPARE]


def part_of(shift: Array, region: Region, band: Region) -> Array:
    """Enlarge the part of a coarse picture of a region that belongs to a band."""
    across = shift.shape[1] / (region.right - region.left)
    down = shift.shape[0] / (region.bottom - region.top)
    top = (band.top - region.top + 0.5) * down - 0.5
    matrix = np.array([[across, 0.0, 0.5 * across - 0.5], [0.0, down, top]])
    size = (band.right - band.left, band.bottom - band.top)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    coarse = np.ascontiguousarray(shift)
    part: Array = cv2.warpAffine(coarse, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return part


def byte_picture(picture: Array) -> Array:
    """Round a picture to bytes."""
    pixels: Array = np.clip(np.round(picture), 0, 255).astype(np.uint8)
    return pixels
