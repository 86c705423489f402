"""Label maps in pictures of any kind: which of their tones are classes, what the others are likely to be, and back."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.files import write_file
from ganstudio.core.inputs import LabelMap
from ganstudio.core.palette import Colour
from ganstudio.core.store import Array

MOST_TONES = 64
FEW_TONES = 256
MOST_LOOKED_AT = 2048 * 2048  # pixels: a drag does not wait
NAMES_KEY = "classes"
LARGEST_NAMES = 1 << 16
GREY = ("1", "L", "I", "I;16", "I;16B", "I;16L")
SUFFIXES = (".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")
WEIGHTS = np.array([0.55, 1.0, 0.45])  # of red, green and blue differences, roughly as an eye has them


class MapFileError(StudioError):
    """A file cannot be used as a label map."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One colour of a map file: its share of the pixels, its class where that is certain, and the likely one."""

    colour: Colour
    share: float
    known: int | None
    likely: int
    value: int | None = None  # of a grey or palette picture's pixels

    @property
    def name(self) -> str:
        """How it is called in a list, and under which name its class is remembered."""
        spelled = "#{:02x}{:02x}{:02x}".format(*self.colour)
        return spelled if self.value is None else f"{self.value} {spelled}"


@dataclass(frozen=True, slots=True, eq=False)
class MapFile:
    """A picture as numbers of its tones `[H, W]`, the most frequent first, at the size that the model takes."""

    name: str
    numbers: Array
    tones: tuple[Tone, ...]
    notes: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[Tone, ...]:
        """The tones that are no class for certain."""
        return tuple(tone for tone in self.tones if tone.known is None)

    @property
    def likely(self) -> tuple[int, ...]:
        """The class of each tone: the certain or the likely one."""
        return tuple(tone.likely if tone.known is None else tone.known for tone in self.tones)

    def labels(self, classes: Sequence[int]) -> Array:
        """Return the map uint8 `[H, W]` with a class for each tone."""
        table = np.array(classes, np.uint8)
        found: Array = table[self.numbers]
        return found


def read_map_file(path: Path, asked: LabelMap, chosen: Mapping[str, int] | None = None) -> MapFile:
    """Read an index, palette or colour picture; `chosen` are classes of tones by name, as a person gave them before.

    Raises MapFileError, and BrokenPictureError for what is no picture.
    """
    from PIL import Image, ImageOps

    from ganstudio.data.decoding import FORMATS, check_size, decoding

    try:
        data = path.read_bytes()
    except OSError as error:
        raise MapFileError(f"{path.name} cannot be read ({error.strerror or error}); choose another file.") from error
    with decoding(path.name):
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
        check_size(opened.width, opened.height, path.name)
        opened.load()
        text = getattr(opened, "text", None)
        upright = ImageOps.exif_transpose(opened)
        picture = upright if upright.mode in (*GREY, "P") else upright.convert("RGB")
        pixels = np.asarray(picture)
        palette = np.asarray(picture.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    names = _names_in(text) if isinstance(text, dict) else ()
    small, notes = _fitted(pixels, asked)
    if small.ndim == 2:
        numbers, tones = _of_values(small.astype(np.int64), palette if picture.mode == "P" else None, asked, names)
    else:
        numbers, tones = _of_colours(small, asked)
    remembered = tuple(_remembered(tone, asked, chosen or {}) for tone in tones)
    if len(tones) == 1:
        notes = (*notes, f"{path.name} has one class only.")
    return MapFile(path.name, numbers, remembered, notes)


def looks_like_map(path: Path) -> bool:
    """Whether a picture is more likely a map than a photo: few tones, without gradations."""
    from PIL import Image

    from ganstudio.data.decoding import BrokenPictureError, decoding

    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        with decoding(path.name), Image.open(path) as picture:
            if picture.mode == "P" or picture.mode in GREY[2:]:
                return picture.format == "PNG"
            if picture.width * picture.height > MOST_LOOKED_AT:
                return False
            return picture.convert("RGB").getcolors(FEW_TONES if picture.mode != "L" else MOST_TONES) is not None
    except (BrokenPictureError, OSError):
        return False


def write_map_file(path: Path, labels: Array, asked: LabelMap) -> None:
    """Write a map uint8 `[H, W]` as a palette PNG with the colours and names of the classes. Raises SaveError."""
    from PIL import Image, PngImagePlugin

    if path.suffix.lower() != ".png":
        raise SaveError(f"{path.name} was not saved: a map is kept exactly in a PNG file; choose a name with .png.")
    image = Image.fromarray(labels)  # grey, so that no pixel is changed on the way
    image.putpalette([value for colour in asked.palette for value in colour], "RGB")
    info = PngImagePlugin.PngInfo()
    info.add_itxt(NAMES_KEY, json.dumps(list(asked.classes), ensure_ascii=False))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info, bits=8)
    write_file(path, [buffer.getvalue()], buffer.tell())


def nearest(colour: Colour, colours: Sequence[Colour]) -> int:
    """Return the place of the colour that looks most like one."""
    away = (np.asarray(colours, np.float64) - colour) ** 2 @ WEIGHTS
    return int(np.argmin(away))


def _fitted(pixels: Array, asked: LabelMap) -> tuple[Array, tuple[str, ...]]:
    """Cut the middle out in the model's proportions, and take the pixel under the middle of each of its own."""
    height, width = pixels.shape[:2]
    rows, columns = asked.size
    if (height, width) == (rows, columns):
        return pixels, ()
    scale = min(height / rows, width / columns)
    y = (height - rows * scale) / 2 + (np.arange(rows) + 0.5) * scale
    x = (width - columns * scale) / 2 + (np.arange(columns) + 0.5) * scale
    small = pixels[y.astype(np.intp).clip(0, height - 1)][:, x.astype(np.intp).clip(0, width - 1)]
    cut = abs(height * columns - width * rows) >= max(height, width)
    middle = "its middle was taken and" if cut else "it was"
    return small, (f"The file has {width} × {height} px; {middle} brought to {columns} × {rows}.",)


def _of_values(values: Array, palette: Array | None, asked: LabelMap, names: Sequence[str]) -> tuple[Array, list[Tone]]:
    """Numbers and tones of a picture of values `[H, W]`: by the names it carries, its colours, or as class indices."""
    found, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    count, own = len(asked.classes), asked.palette
    colours = [_colour_of(int(value), palette) for value in found]
    by_name = {place: asked.classes.index(name) for place, name in enumerate(names) if name in asked.classes}
    by_colour = palette is not None and all(colour in own for colour in colours)
    tones = []
    for value, colour, pixels in zip(found.tolist(), colours, counts, strict=True):
        known = value if 0 <= value < count else None
        if names:
            known = by_name.get(value)
        elif by_colour:
            known = own.index(colour)
        likely = nearest(colour, own) if palette is not None else 0
        tones.append(Tone(colour, float(pixels / values.size), known, likely, int(value)))
    return _sorted(inverse.reshape(values.shape), tones)


def _of_colours(pixels: Array, asked: LabelMap) -> tuple[Array, list[Tone]]:
    """Numbers and tones of a colour picture `[H, W, 3]`; colours beyond the most frequent ones join the nearest."""
    codes = pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    found, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    own = asked.palette
    colours = [(int(code) >> 16, int(code) >> 8 & 255, int(code) & 255) for code in found]
    order = np.argsort(-counts, kind="stable")[:MOST_TONES]
    listed = np.array([colours[place] for place in order], np.float64)
    table = np.empty(len(found), np.intp)
    for start in range(0, len(found), 4096):
        part = np.array(colours[start : start + 4096], np.float64)
        away = ((part[:, None] - listed) ** 2) @ WEIGHTS
        table[start : start + 4096] = away.argmin(axis=1)
    numbers = table[inverse.reshape(codes.shape)]
    shares = np.bincount(numbers.ravel(), minlength=len(order)) / codes.size
    tones = []
    for place, share in zip(order.tolist(), shares, strict=True):
        colour = colours[place]
        known = own.index(colour) if colour in own else None
        tones.append(Tone(colour, float(share), known, nearest(colour, own)))
    return _sorted(numbers, tones)


def _sorted(numbers: Array, tones: list[Tone]) -> tuple[Array, list[Tone]]:
    """The most frequent tones first."""
    order = sorted(range(len(tones)), key=lambda place: (-tones[place].share, place))
    table = np.empty(len(tones), np.intp)
    table[order] = np.arange(len(tones))
    return table[numbers], [tones[place] for place in order]


def _colour_of(value: int, palette: Array | None) -> Colour:
    if palette is not None and value < len(palette):
        red, green, blue = palette[value].tolist()
        return red, green, blue
    shade = min(max(value, 0), 255)
    return shade, shade, shade


def _remembered(tone: Tone, asked: LabelMap, chosen: Mapping[str, int]) -> Tone:
    known = chosen.get(tone.name)
    if tone.known is not None or known is None or not 0 <= known < len(asked.classes):
        return tone
    return Tone(tone.colour, tone.share, known, known, tone.value)


def _names_in(text: Mapping[str, str]) -> tuple[str, ...]:
    """The names of classes that a map of this program carries."""
    written = text.get(NAMES_KEY, "")
    try:
        found = json.loads(written) if len(written) <= LARGEST_NAMES else None
    except (ValueError, RecursionError):
        return ()
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
