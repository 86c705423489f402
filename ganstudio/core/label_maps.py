"""Label maps: painted ones in the store's tiles, and as the tensors that networks take."""

import base64
import binascii
import zlib
from collections.abc import Iterator

import numpy as np
import torch

from ganstudio.core.document import LARGEST_MAP, PaintedMap
from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array, Store

MOST_TILES = 8
SMALLEST_TILE = 16


def tile_of(height: int, width: int) -> int:
    """Return the side of the tiles of a map: a power of two, at most eight of them along a side where that is 16."""
    side = max(height, width)
    return max(SMALLEST_TILE, 1 << max(0, -(-side // MOST_TILES) - 1).bit_length())


def plain_map(height: int, width: int) -> PaintedMap:
    """Return a map that is class 0 everywhere; it needs nothing in a store."""
    tile = tile_of(height, width)
    return PaintedMap(height, width, tile, (None,) * (-(-height // tile) * -(-width // tile)))


def painted(indices: Array, store: Store) -> PaintedMap:
    """Keep a map of class indices `[H, W]` (whole numbers from 0 to 255) in the store."""
    if indices.ndim != 2 or not 1 <= min(indices.shape) <= max(indices.shape) <= LARGEST_MAP:
        raise WrongInputError(
            f"A label map has one class index per pixel, up to {LARGEST_MAP} pixels a side; "
            f"this one has the shape {indices.shape}."
        )
    return repainted(plain_map(*indices.shape), indices, store)


def repainted(before: PaintedMap, indices: Array, store: Store) -> PaintedMap:
    """Return what a map of the same size has become; tiles `[t, t]` that stayed as they were are not stored again."""
    if indices.shape != (before.height, before.width):
        raise WrongInputError(f"The map is {before.height} × {before.width} px; the new one has {indices.shape}.")
    whole = _as_bytes(indices)
    tiles = list(before.tiles)
    for number, (rows, columns) in enumerate(_places(before)):
        tile, ref = whole[rows, columns], before.tiles[number]
        if ref is not None and np.array_equal(store.get(ref), tile):
            continue
        tiles[number] = store.put(tile) if tile.any() else None
    return PaintedMap(before.height, before.width, before.tile, tuple(tiles))


def indices_of(value: PaintedMap, store: Store) -> Array:
    """Return a painted map as uint8 class indices `[H, W]`, an array of one's own."""
    whole = np.zeros((value.height, value.width), np.uint8)
    for (rows, columns), ref in zip(_places(value), value.tiles, strict=True):
        if ref is not None:
            whole[rows, columns] = store.get(ref)
    return whole


def _places(value: PaintedMap) -> Iterator[tuple[slice, slice]]:
    for top in range(0, value.height, value.tile):
        for left in range(0, value.width, value.tile):
            yield slice(top, top + value.tile), slice(left, left + value.tile)


def _as_bytes(indices: Array) -> Array:
    if indices.dtype == np.uint8:
        return indices
    if not np.issubdtype(indices.dtype, np.integer) or (indices.size and not 0 <= indices.min() <= indices.max() < 256):
        raise WrongInputError("A label map's classes are whole numbers from 0 to 255.")
    return indices.astype(np.uint8)


def resized(indices: Array, height: int, width: int) -> Array:
    """Return a map `[H, W]` in another size `[height, width]`: each pixel takes what lies under its centre."""
    if indices.shape == (height, width):
        return indices
    rows = ((np.arange(height) + 0.5) * indices.shape[0] / height).astype(np.int64)
    columns = ((np.arange(width) + 0.5) * indices.shape[1] / width).astype(np.int64)
    taken: Array = indices[rows[:, None], columns]
    return taken


def one_hot(indices: torch.Tensor, count: int) -> torch.Tensor:
    """Return maps of class indices `[N, H, W]` as float32 planes `[N, count, H, W]` of zeros and ones.

    Indices from `count` on are in no plane.
    """
    classes = torch.arange(count, device=indices.device)[:, None, None]
    return (indices[:, None] == classes).float()


def packed_map(indices: Array) -> dict[str, object]:
    """Return a map `[H, W]` as a model file's header carries it."""
    data = base64.b64encode(zlib.compress(_as_bytes(indices).tobytes(), 9)).decode("ascii")
    return {"height": indices.shape[0], "width": indices.shape[1], "indices": data}


def unpacked_map(packed: object) -> Array | None:
    """Return the map `[H, W]` that a header carries; None where it carries none that can be read."""
    if not isinstance(packed, dict):
        return None
    height, width, data = packed.get("height"), packed.get("width"), packed.get("indices")
    if not isinstance(height, int) or not isinstance(width, int) or not isinstance(data, str):
        return None
    if not 1 <= min(height, width) <= max(height, width) <= LARGEST_MAP:
        return None
    try:
        raw = zlib.decompressobj().decompress(base64.b64decode(data, validate=True), height * width + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return np.frombuffer(raw, np.uint8).reshape(height, width) if len(raw) == height * width else None
