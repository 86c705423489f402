"""Pictures with label maps beside them: `images/` and `labels/` with equal names, and `classes.json`.

A source may also hold `instances/`, maps that number the objects. A map is a PNG of the same size as its picture:
of class indices (grey or palette), or of the colours that classes.json names.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from ganstudio.core.map_classes import MOST_MAP_CLASSES, MapClasses
from ganstudio.core.palette import Colour, class_colours
from ganstudio.core.store import Array
from ganstudio.data.decoding import (
    FORMATS,
    BrokenPictureError,
    Shaping,
    centre,
    check_size,
    decoding,
    open_picture,
    shaped,
)
from ganstudio.data.labels import LARGEST_NOTE, LabelsError
from ganstudio.data.reading import FileReader
from ganstudio.data.sources import CLASSES_NOTE, PictureFiles, SourceError

IMAGES, LABELS, INSTANCES = "images", "labels", "instances"
MAP_LAYERS, INSTANCE_LAYERS = 1, 2  # a map's byte; an instance's number in two bytes, the low one first
GREY_MODES = ("1", "L", "I", "I;16", "I;16B")
LAYOUT = (
    f'pairs lie in {IMAGES}/ and {LABELS}/ under equal names beside {CLASSES_NOTE}, which reads {{"classes": '
    '[{"name": "sky", "colour": [70, 130, 180]}, ...]}'
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The classes, and each picture's file of a label map and, where there are any, of an instance map."""

    classes: MapClasses
    maps: Mapping[str, str]
    instances: Mapping[str, str]

    @property
    def layers(self) -> int:
        """How many bytes a pixel of the maps takes."""
        return MAP_LAYERS + (INSTANCE_LAYERS if self.classes.instances else 0)

    def files_of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the files of all maps of these pictures."""
        return (*(self.maps[name] for name in names), *(self.instances[name] for name in names if self.instances))


def find_pairs(files: PictureFiles) -> Pairs | None:
    """Return the maps of a source that is laid out in pairs, None for plain pictures.

    Raises SourceError where a map is missing and LabelsError where the classes cannot be read.
    """
    root = _root(files)
    if root is None:
        return None
    pictures, maps, instances = (_below(files, root, folder) for folder in (IMAGES, LABELS, INSTANCES))
    if not pictures and not maps:
        return None
    if not pictures or not maps:
        raise SourceError(f"{files.path} has {CLASSES_NOTE}, but no pictures in {IMAGES}/ or {LABELS}/; {LAYOUT}.")
    for found, kind in ((maps, LABELS), *(((instances, INSTANCES),) if instances else ())):
        missing = [pictures[stem] for stem in pictures if stem not in found]
        if missing:
            others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise SourceError(
                f"{missing[0]}{others} in {files.path} have no map of the same name in {kind}/; add the maps or remove "
                "the pictures."
            )
    classes = _classes(files, f"{root}{CLASSES_NOTE}", bool(instances))
    return Pairs(
        classes,
        {name: maps[stem] for stem, name in pictures.items()},
        {name: instances[stem] for stem, name in pictures.items() if instances},
    )


def _root(files: PictureFiles) -> str | None:
    """Return the folder of the source that holds the pairs: none, or one around everything; None without pairs."""
    notes = [name for name in files.notes if PurePosixPath(name).name == CLASSES_NOTE]
    if notes:
        return min(notes, key=len).removesuffix(CLASSES_NOTE)
    folders = {name.split("/")[0] for name in files.entries}
    if {IMAGES, LABELS} <= folders <= {IMAGES, LABELS, INSTANCES}:
        raise SourceError(f"{files.path} holds {IMAGES}/ and {LABELS}/, but no {CLASSES_NOTE}; {LAYOUT}.")
    return None


def _below(files: PictureFiles, root: str, folder: str) -> Mapping[str, str]:
    """Return the files in one folder by their names without folder and ending; raises SourceError for twins."""
    prefix = f"{root}{folder}/"
    found: dict[str, str] = {}
    for name in files.entries:
        if not name.startswith(prefix):
            continue
        stem = str(PurePosixPath(name.removeprefix(prefix)).with_suffix(""))
        if stem in found:
            raise SourceError(
                f"{found[stem]} and {name} in {files.path} differ in their endings alone; rename or remove one."
            )
        found[stem] = name
    return found


def _classes(files: PictureFiles, note: str, instances: bool) -> MapClasses:
    place = f"{files.path}/{note}"
    try:
        if files.notes[note].size > LARGEST_NOTE:
            raise LabelsError(f"{place} is larger than any list of classes; {LAYOUT}.")
        content = json.loads(files.read(note))
        entries = [entry if isinstance(entry, Mapping) else {"name": entry} for entry in content["classes"]]
        names = tuple(str(entry["name"]) for entry in entries)
        usual = class_colours(len(names))
        colours = tuple(_colour(entry, usual[i]) for i, entry in enumerate(entries))
        swapped = tuple((names.index(one), names.index(other)) for one, other in content.get("mirrored", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise LabelsError(f"{place} is no list of classes ({problem}); {LAYOUT}.") from problem
    flat = [index for pair in swapped for index in pair]
    for wrong, reason in (
        (not 1 <= len(names) <= MOST_MAP_CLASSES, f"it must name 1 to {MOST_MAP_CLASSES} classes"),
        (len(set(names)) < len(names), "a name occurs twice"),
        (len(set(colours)) < len(colours), "a colour occurs twice"),
        (len(set(flat)) < len(flat), "a class is mirrored twice"),
    ):
        if wrong:
            raise LabelsError(f"{place} cannot be used: {reason}; {LAYOUT}.")
    return MapClasses(names, colours, swapped, instances)


def _colour(entry: Mapping[str, object], usual: Colour) -> Colour:
    """Return a class's colour; raises ValueError."""
    given = entry.get("colour", entry.get("color", usual))
    if not isinstance(given, list | tuple) or len(given) != len(usual):
        raise ValueError(f"{given} is no colour")
    if not all(isinstance(shade, int) and 0 <= shade <= 255 for shade in given):
        raise ValueError(f"{given} is no colour")
    red, green, blue = given
    return red, green, blue


class PairReader(FileReader):
    """Reads pictures with their maps below them as uint8 `[C + layers, R, R]`; one broken half breaks the pair."""

    def __init__(self, files: PictureFiles, names: Sequence[str], shaping: Shaping, pairs: Pairs) -> None:
        """Number the pairs by their pictures' place in `names`."""
        super().__init__(files, names, shaping)
        self.pairs = pairs

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C + layers, R, R]` of a pair."""
        channels, height, width = self.shaping.shape
        return channels + self.pairs.layers, height, width

    def decoded(self, name: str) -> Array:
        """Return a picture with its maps; raises BrokenPictureError for the picture, whichever of them is broken."""
        picture = open_picture(self.files.read(name), name, self.shaping.background)
        try:
            layers = self._layers(name, picture.size)
        except BrokenPictureError as problem:
            raise BrokenPictureError(name, f"in its map {problem.name}, {problem.reason}") from problem
        return np.concatenate([shaped(picture, name, self.shaping), *layers])

    def _layers(self, name: str, size: tuple[int, int]) -> list[Array]:
        label, side = self.pairs.maps[name], self.shaping.resolution
        found = [cut_to_square(read_map(self.files.read(label), label, self.pairs.classes, size), side)[None]]
        if self.pairs.instances:
            label = self.pairs.instances[name]
            numbers = cut_to_square(read_numbers(self.files.read(label), label, size), side)
            found += [(numbers & 255).astype(np.uint8)[None], (numbers >> 8).astype(np.uint8)[None]]
        return found


def read_map(data: bytes, name: str, classes: MapClasses, size: tuple[int, int] | None = None) -> Array:
    """Return the class indices uint8 `[H, W]` in a map's file: its indices, or the classes of its colours.

    A palette picture whose used colours all are those of classes is read by colour, since programs renumber palettes.
    Raises BrokenPictureError for other sizes than (width, height), unknown colours and unknown indices.
    """
    picture = _opened(data, name, size)
    if picture.mode in GREY_MODES:
        return known(np.asarray(picture).astype(np.int64), name, classes)
    if picture.mode == "P":
        indices = np.asarray(picture).astype(np.int64)
        palette = np.zeros((256, 3), dtype=np.uint8)
        given = np.asarray(picture.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
        palette[: len(given)] = given
        used = np.unique(indices)
        by_colour = _indices_of(palette[used], classes)
        if used.max() < len(given) and (by_colour >= 0).all():
            table = np.zeros(256, dtype=np.uint8)
            table[used] = by_colour
            return table[indices]
        return known(indices, name, classes)
    colours = np.asarray(picture.convert("RGB"))
    found = _indices_of(colours, classes)
    if (found < 0).any():
        row, column = (int(places[0]) for places in np.nonzero(found < 0))
        shade = "#" + "".join(f"{value:02x}" for value in colours[row, column].tolist())
        raise BrokenPictureError(
            name,
            f"the colour {shade} (row {row}, column {column}) is none of the {len(classes)} classes; give it a class "
            f"in {CLASSES_NOTE}, and save maps as PNG without smoothing",
        )
    return found.astype(np.uint8)


def read_numbers(data: bytes, name: str, size: tuple[int, int]) -> Array:
    """Return the numbers of objects uint16 `[H, W]` in an instance map's file; raises BrokenPictureError."""
    picture = _opened(data, name, size)
    if picture.mode not in (*GREY_MODES, "P"):
        raise BrokenPictureError(name, f"an instance map is a grey PNG of 8 or 16 bits, not of mode {picture.mode}")
    numbers = np.asarray(picture).astype(np.int64)
    if numbers.min() < 0 or numbers.max() > 0xFFFF:
        raise BrokenPictureError(name, "its numbers of objects are not within 0 to 65535")
    return numbers.astype(np.uint16)


def known(indices: Array, name: str, classes: MapClasses) -> Array:
    """Return indices as uint8; raises BrokenPictureError where one is no class."""
    if indices.min() < 0 or indices.max() >= len(classes):
        wrong = int(indices.max() if indices.min() >= 0 else indices.min())
        raise BrokenPictureError(
            name,
            f"the index {wrong} is no class: {CLASSES_NOTE} names {len(classes)}, from 0 to {len(classes) - 1}; add a "
            "class, or paint those pixels in a known one",
        )
    return indices.astype(np.uint8)


def cut_to_square(indices: Array, side: int) -> Array:
    """Cut the middle square out of indices `[H, W]` and bring it to `[side, side]` by the nearest pixel."""
    height, width = indices.shape
    left, top, right, bottom = centre((width, height))
    places = (np.arange(side) + 0.5) / side
    rows = np.minimum((top + places * (bottom - top)).astype(np.int64), height - 1)
    columns = np.minimum((left + places * (right - left)).astype(np.int64), width - 1)
    chosen: Array = indices[rows[:, None], columns[None, :]]
    return chosen


def _opened(data: bytes, name: str, size: tuple[int, int] | None) -> Image.Image:
    with decoding(name):
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        check_size(picture.width, picture.height, name)
        picture.load()
    if size is not None and picture.size != size:
        raise BrokenPictureError(
            name,
            f"which has {picture.width} x {picture.height} pixels, the picture has {size[0]} x {size[1]}; save both in "
            "one size",
        )
    return picture


def _indices_of(colours: Array, classes: MapClasses) -> Array:
    """Return the class of each colour `[..., 3]`, -1 where none has it."""
    codes = colours.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    own = np.array(classes.colours, dtype=np.int64) @ np.array([1 << 16, 1 << 8, 1])
    order = np.argsort(own)
    places = np.minimum(np.searchsorted(own[order], codes), len(own) - 1)
    found: Array = np.where(own[order][places] == codes, order[places], -1)
    return found
