"""Changes of whole label maps uint8 `[H, W]`; every one returns a new map and leaves its own untouched."""

from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array

SMALLEST, LARGEST = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class Shift:
    """How a region is changed: moved by pixels, scaled about its own middle."""

    right: float = 0.0
    down: float = 0.0
    scale: float = 1.0


def with_label(labels: Array, mask: Array, label: int) -> Array:
    """Return the map with one class wherever the mask holds."""
    changed = labels.copy()
    changed[mask] = label
    return changed


def mirrored(mask: Array) -> Array:
    """Return a mask together with its mirror image about the upright middle."""
    both: Array = mask | mask[:, ::-1]
    return both


def exchanged(labels: Array, old: int, new: int) -> Array:
    """Return the map with another class in the place of one, everywhere."""
    return with_label(labels, labels == old, new)


def uncovered(labels: Array, region: Array, label: int | None = None) -> Array:
    """Return the map without a region: filled by one class, else by whatever lies nearest around it."""
    import cv2

    if label is not None:
        return with_label(labels, region, label)
    if region.all() or not region.any():
        return labels.copy()
    hole = region.astype(np.uint8)
    _, numbered = cv2.distanceTransformWithLabels(hole, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    of_number = np.zeros(int(numbered.max()) + 1, labels.dtype)
    of_number[numbered[~region]] = labels[~region]
    filled = labels.copy()
    filled[region] = of_number[numbered[region]]
    return filled


def moved(labels: Array, region: Array, shift: Shift, left_behind: int | None = None) -> Array:
    """Return the map with a region elsewhere and larger or smaller, what it leaves filled as `uncovered` does."""
    if shift == Shift() or not region.any():
        return labels.copy()
    height, width = labels.shape
    rows, columns = np.nonzero(region)
    middle_x, middle_y = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    scale = min(max(shift.scale, SMALLEST), LARGEST)
    x = (np.arange(width) + 0.5 - middle_x - shift.right) / scale + middle_x
    y = (np.arange(height) + 0.5 - middle_y - shift.down) / scale + middle_y
    source_x, source_y = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    inside = ((source_y >= 0) & (source_y < height))[:, None] & ((source_x >= 0) & (source_x < width))[None, :]
    taken = np.ix_(source_y.clip(0, height - 1), source_x.clip(0, width - 1))
    lands = inside & region[taken]
    changed = uncovered(labels, region, left_behind)
    changed[lands] = labels[taken][lands]
    return changed
