"""What a brush touches between two places of the pointer, exactly: no step between them is left out.

Places are (x, y) in pixels of the map, whose first pixel covers 0 to 1; masks are bool `[H, W]`.
"""

import math
from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array

Place = tuple[float, float]
Shape = tuple[int, int]
LEAST_PRESSURE = 0.1


@dataclass(frozen=True, slots=True)
class Brush:
    """Round or square, `size` whole pixels wide; its edge is hard, since a label is one class or another."""

    size: int = 12
    square: bool = False

    def pressed(self, pressure: float) -> "Brush":
        """Return it as wide as a pen pressed this hard makes it, from a tenth to the whole; 1 is a mouse."""
        share = min(max(pressure, LEAST_PRESSURE), 1.0)
        return Brush(max(round(self.size * share), 1), self.square)

    def snapped(self, place: Place) -> Place:
        """Return where its middle lies so that it covers whole pixels: on one, or between two where its size is even.

        A brush of one pixel paints the pixel under the pointer and no other.
        """
        if self.size % 2:
            return math.floor(place[0]) + 0.5, math.floor(place[1]) + 0.5
        return float(math.floor(place[0] + 0.5)), float(math.floor(place[1] + 0.5))


def swept(shape: Shape, start: Place, end: Place, brush: Brush, end_brush: Brush | None = None) -> Array:
    """Return what a brush covers on its straight way, where its size may change from one end to the other."""
    last = end_brush or brush
    mask = np.zeros(shape, bool)
    begin, until = brush.snapped(start), last.snapped(end)
    window = _window(shape, begin, until, max(brush.size, last.size) / 2)
    if window is None:
        return mask
    rows, columns = window
    x = np.arange(columns.start, columns.stop) + 0.5
    y = np.arange(rows.start, rows.stop) + 0.5
    reach = _square_reach if brush.square else round_reach
    mask[rows, columns] = reach(x, y, begin, until, brush.size / 2, last.size / 2) <= 1e-6
    return mask


def round_reach(x: Array, y: Array, start: Place, end: Place, radius: float, end_radius: float) -> Array:
    """Return how far points (x of columns, y of rows) lie outside what a disc sweeps, `[rows, columns]`.

    At u along the way and h beside it, sqrt((u - s)^2 + h^2) - r(s) is least over s where its derivative vanishes, at
    s = u + k h / sqrt(1 - k^2), k being the slope of r; it is convex, so that s is held between the ends.
    """
    along = np.subtract(end, start)
    length = float(np.hypot(*along))
    away_x, away_y = x[None, :] - start[0], y[:, None] - start[1]
    if length == 0.0:
        return np.hypot(away_x, away_y) - max(radius, end_radius)
    unit = along / length
    u = away_x * unit[0] + away_y * unit[1]
    h = np.abs(away_x * unit[1] - away_y * unit[0])
    k = (end_radius - radius) / length
    if abs(k) < 1.0:
        s = np.clip(u + k * h / math.sqrt(1.0 - k * k), 0.0, length)
    else:  # one end covers the other
        s = np.full_like(u, length if k > 0 else 0.0)
    reach: Array = np.hypot(u - s, h) - (radius + k * s)
    return reach


def _square_reach(x: Array, y: Array, start: Place, end: Place, radius: float, end_radius: float) -> Array:
    """Return 0 within what an upright square sweeps, else 1: whether one t in [0, 1] satisfies all four sides."""
    grows = end_radius - radius
    low, high = np.zeros((len(y), len(x))), np.ones((len(y), len(x)))
    for offset, moves in ((x[None, :] - start[0], end[0] - start[0]), (y[:, None] - start[1], end[1] - start[1])):
        for sign in (1.0, -1.0):  # sign * (offset - t moves) <= radius + t grows
            needed, slope = sign * offset - radius, sign * moves + grows
            if slope > 0.0:
                low = np.maximum(low, needed / slope)
            elif slope < 0.0:
                high = np.minimum(high, needed / slope)
            else:
                high = np.where(needed > 1e-9, -1.0, high)
    outside: Array = (low > high + 1e-9).astype(np.float64)
    return outside


def _window(shape: Shape, start: Place, end: Place, radius: float) -> tuple[slice, slice] | None:
    """The rows and columns that can be touched; None where that is nothing."""
    found = []
    for axis, length in ((1, shape[0]), (0, shape[1])):
        low = max(math.floor(min(start[axis], end[axis]) - radius), 0)
        high = min(math.ceil(max(start[axis], end[axis]) + radius), length)
        if low >= high:
            return None
        found.append(slice(low, high))
    return found[0], found[1]
