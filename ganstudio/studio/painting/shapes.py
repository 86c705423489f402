"""What lines, rectangles, ellipses and lassos cover: masks bool `[H, W]` with hard edges."""

import math
from collections.abc import Sequence

import numpy as np

from ganstudio.core.store import Array
from ganstudio.studio.painting.brush import Place, Shape

SUBPIXEL_BITS = 4


def rectangle(shape: Shape, corner: Place, opposite: Place) -> Array:
    """Return a rectangle that holds the pixels under both of its corners."""
    mask = np.zeros(shape, bool)
    left, top, right, bottom = box(corner, opposite)
    mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    return mask


def ellipse(shape: Shape, corner: Place, opposite: Place) -> Array:
    """Return the upright ellipse that fills the rectangle with these corners."""
    left, top, right, bottom = box(corner, opposite)
    x = (np.arange(shape[1]) + 0.5 - (left + right) / 2) / ((right - left) / 2)
    y = (np.arange(shape[0]) + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
    mask: Array = x[None, :] ** 2 + y[:, None] ** 2 <= 1.0
    return mask


def polygon(shape: Shape, places: Sequence[Place]) -> Array:
    """Return what a closed line around these places holds, the line itself among it; where it crosses, even-odd."""
    import cv2

    mask = np.zeros(shape, np.uint8)
    if places:
        scale = 1 << SUBPIXEL_BITS
        points = np.round((np.asarray(places, np.float64) - 0.5) * scale).astype(np.int32)
        cv2.fillPoly(mask, [points], (1,), shift=SUBPIXEL_BITS)
    return mask.astype(bool)


def outline(mask: Array, width: int) -> Array:
    """Return the edge of a mask, `width` pixels wide and within it."""
    import cv2

    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=width, borderValue=0)
    edge: Array = mask & ~inner.astype(bool)
    return edge


def box(corner: Place, opposite: Place) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in whole pixels around both places; right and bottom lie beyond."""
    left, right = sorted((math.floor(corner[0]), math.floor(opposite[0])))
    top, bottom = sorted((math.floor(corner[1]), math.floor(opposite[1])))
    return left, top, right + 1, bottom + 1


def squared(corner: Place, opposite: Place) -> Place:
    """Return the opposite corner moved so that width and height are the same."""
    across, down = opposite[0] - corner[0], opposite[1] - corner[1]
    side = max(abs(across), abs(down))
    return corner[0] + math.copysign(side, across), corner[1] + math.copysign(side, down)


def straightened(start: Place, end: Place) -> Place:
    """Return the end of a line moved so that it runs level, upright or halfway between."""
    across, down = end[0] - start[0], end[1] - start[1]
    angle = round(math.atan2(down, across) / (math.pi / 4)) * (math.pi / 4)
    length = across * math.cos(angle) + down * math.sin(angle)
    return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)
