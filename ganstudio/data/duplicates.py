"""Near-duplicates: pictures whose gradients of brightness agree, found without comparing all pairs."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from ganstudio.core.store import Array

SIDE = 8
BITS = 2 * SIDE * SIDE
BANDS = 8
LARGEST_DISTANCE = BANDS - 1
NEAR = 5
COMPARED_AT_ONCE = 2048
COLOUR_LEVELS = 8
Print = bytes
"""16 bytes of gradients and 12 bytes of mean colours, in quarters of the picture."""


def fingerprint(pixels: Array) -> Print:
    """Return what a picture uint8 `[C, R, R]` is recognised by (difference hash in both directions, Krawetz 2013)."""
    picture = Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
    grey = np.asarray(
        picture.convert("L").resize((SIDE + 1, SIDE + 1), Image.Resampling.BOX), dtype=np.int16
    )
    across, down = np.diff(grey, axis=1)[:SIDE] > 0, np.diff(grey, axis=0)[:, :SIDE] > 0
    colours = np.asarray(picture.convert("RGB").resize((2, 2), Image.Resampling.BOX), dtype=np.uint8)
    return np.packbits(np.concatenate([across.ravel(), down.ravel()])).tobytes() + colours.tobytes()


def near_duplicates(prints: Sequence[Print], distance: int = NEAR) -> list[tuple[int, int]]:
    """Return pairs (earlier, later) whose gradients differ in at most `distance` of 128 bits and colours hardly.

    With eight bands, two prints that differ in fewer than eight bits agree in one band whole, so only those that share
    a band are compared. Each later picture is paired with its first earlier twin alone.
    """
    if not 0 <= distance <= LARGEST_DISTANCE:
        raise ValueError(f"a distance of {distance} is not between 0 and {LARGEST_DISTANCE}")
    if len(prints) < 2:
        return []
    table = np.frombuffer(b"".join(prints), dtype=np.uint8).reshape(len(prints), -1)
    bits, colours = np.ascontiguousarray(table[:, : BITS // 8]), table[:, BITS // 8 :].astype(np.int16)
    words, bands = bits.view(np.uint64), bits.view(np.uint16)
    first = np.full(len(prints), len(prints), dtype=np.int64)
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(band[order])) + 1):
            _compare(np.sort(group), words, colours, distance, first)
    return [(int(earlier), later) for later, earlier in enumerate(first) if earlier < later]


def _compare(group: Array, words: Array, colours: Array, distance: int, first: Array) -> None:
    """Lower `first` of each member of a group to its earliest twin in it."""
    for begin in range(0, len(group) if len(group) > 1 else 0, COMPARED_AT_ONCE):
        later = group[begin : begin + COMPARED_AT_ONCE]
        for start in range(0, begin + 1, COMPARED_AT_ONCE):
            earlier = group[start : start + COMPARED_AT_ONCE]
            apart = np.bitwise_count(words[later][:, None] ^ words[earlier][None]).sum(axis=2)
            rows, columns = np.nonzero((apart <= distance) & (later[:, None] > earlier[None]))
            alike = np.abs(colours[later[rows]] - colours[earlier[columns]]).max(axis=1) <= COLOUR_LEVELS
            np.minimum.at(first, later[rows[alike]], earlier[columns[alike]])
