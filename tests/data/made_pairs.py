"""Pictures with label maps for tests: what stands in the map can be read off the picture."""

import json
from typing import Any

import numpy as np
from PIL import Image

from ganstudio.core.store import Array
from tests.data.odd_pictures import encoded

NAMES = ("sky", "left", "right", "ground")
COLOURS = ((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255))
SHADE = 40  # a picture's red channel is its class times this
MIRROR = (0, 2, 1, 3)


def map_of(number: int, side: int) -> Array:
    """A map uint8 `[side, side]`: sky over ground, with one area at the left and another at the right."""
    found = np.zeros((side, side), dtype=np.uint8)
    found[side // 2 :] = 3
    third = side // 3
    found[number % 3 : third, :third] = 1
    found[number % 3 : third + 1, -third:] = 2
    return found


def picture_of(labels: Array, number: int) -> Array:
    """A picture uint8 `[side, side, 3]` whose red says the class, whose green says its number."""
    height, width = labels.shape
    ramp = np.broadcast_to(np.arange(width, dtype=np.uint8), (height, width))
    return np.stack([labels * np.uint8(SHADE), np.full_like(labels, number), ramp], axis=2)


def palette_map(labels: Array) -> Image.Image:
    """A palette picture whose indices are the classes."""
    picture = Image.fromarray(labels, "L").convert("P")
    picture.putdata(labels.ravel().tolist())
    picture.putpalette([shade for colour in COLOURS for shade in colour])
    return picture


def classes_note(**changes: Any) -> bytes:
    """The bytes of classes.json."""
    classes = [{"name": name, "colour": list(colour)} for name, colour in zip(NAMES, COLOURS, strict=True)]
    return json.dumps({"classes": classes, "mirrored": [["left", "right"]], **changes}).encode()


def pairs(count: int, side: int = 16, instances: bool = False, root: str = "") -> dict[str, bytes]:
    """Files of so many pairs, their maps in three kinds of PNG in turn."""
    files = {f"{root}classes.json": classes_note()}
    for number in range(count):
        labels = map_of(number, side)
        kinds = (Image.fromarray(labels), palette_map(labels), Image.fromarray(np.array(COLOURS, np.uint8)[labels]))
        files[f"{root}images/{number:03d}.png"] = encoded(Image.fromarray(picture_of(labels, number)), "PNG")
        files[f"{root}labels/{number:03d}.png"] = encoded(kinds[number % 3], "PNG")
        if instances:
            numbers = labels.astype(np.uint16) * 300 + number
            files[f"{root}instances/{number:03d}.png"] = encoded(Image.fromarray(numbers), "PNG")
    return files
