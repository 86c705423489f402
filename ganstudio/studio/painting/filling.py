"""Filling what belongs together: a bucket that small gaps in a contour do not empty."""

import numpy as np

from ganstudio.core.store import Array

Pixel = tuple[int, int]
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def component(labels: Array, pixel: Pixel) -> Array:
    """Return the connected part of one class around a pixel (x, y), bool `[H, W]`; corners do not connect."""
    import cv2

    same = (labels == labels[pixel[1], pixel[0]]).astype(np.uint8)
    _, numbered = cv2.connectedComponents(same, connectivity=4)
    part: Array = (numbered == numbered[pixel[1], pixel[0]]) & same.astype(bool)
    return part


def filled(labels: Array, pixel: Pixel, gap: int = 0) -> Array:
    """Return what a bucket poured at a pixel (x, y) covers, bool `[H, W]`.

    Openings up to `gap` pixels wide count as closed: where a square one pixel wider than the gap cannot go, the part
    falls into rooms, and what lies between two rooms goes with the nearer one. A part with no such room is filled
    whole.
    """
    import cv2

    part = component(labels, pixel)
    if gap < 1:
        return part
    side = np.ones((gap + 1, gap + 1), np.uint8)
    free = cv2.erode(part.astype(np.uint8), side)  # what is beyond the map's edge does not close anything
    free &= part
    count, rooms = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
    if count <= 2:
        return part
    numbers = _nearest_rooms(rooms.astype(np.float32), part)
    own: Array = numbers == numbers[pixel[1], pixel[0]]
    return own & part


def _nearest_rooms(rooms: Array, part: Array) -> Array:
    """Let all rooms grow at once within a part until they meet."""
    import cv2

    while True:
        open_still = part & (rooms == 0)
        grown = np.where(open_still, cv2.dilate(rooms, CROSS), rooms)
        if np.array_equal(grown, rooms):
            return rooms
        rooms = grown
