"""Pictures of any kind to bytes of one kind: an allow-list of formats, a ceiling on pixels, 8 bits, one size."""

import contextlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ganstudio.core.errors import StudioError
from ganstudio.core.store import Array

if TYPE_CHECKING:
    from PIL import ImageCms

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
SUFFIXES = frozenset(
    ".png .jpg .jpeg .jfif .webp .bmp .gif .tif .tiff .ppm .pgm .pbm .pnm".split()  # noqa: SIM905
)
MOST_PIXELS = 80_000_000
SIDES = 65_500
WHITE = (255, 255, 255)
Box = tuple[int, int, int, int]

# What Pillow's decoders raise on damaged files, as tests with thousands of them show.
DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, EOFError,
    RuntimeError, AssertionError, MemoryError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip


class BrokenPictureError(StudioError):
    """A file is no picture that can be read; `name` and `reason` say which and why."""

    def __init__(self, name: str, reason: str) -> None:
        """Compose the sentence."""
        super().__init__(f"{name} cannot be used: {reason}. Replace or remove it.")
        self.name, self.reason = name, reason


class Fit(StrEnum):
    """How a picture becomes square: its middle is cut out, or bars are added."""

    CROP = "crop"
    PAD = "pad"


@dataclass(frozen=True, slots=True)
class Shaping:
    """What every picture is brought to: `resolution` in pixels, three channels or one (`grey`).

    Transparency is laid over `background`, which also colours the bars; `box` (left, top, right, bottom; in pixels of
    the turned picture) is cut out first.
    """

    resolution: int
    grey: bool = False
    background: tuple[int, int, int] = WHITE
    fit: Fit = Fit.CROP
    box: Box | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C, R, R]` of a picture."""
        return (1 if self.grey else 3, self.resolution, self.resolution)


def decode(data: bytes, name: str, shaping: Shaping) -> Array:
    """Return the picture in a file's bytes as uint8 `[C, R, R]`; raises BrokenPictureError."""
    wanted = None if shaping.box else shaping.resolution
    return shaped(open_picture(data, name, shaping.background, wanted), name, shaping)


def open_picture(
    data: bytes, name: str, background: tuple[int, int, int] = WHITE, wanted: int | None = None
) -> Image.Image:
    """Return an upright RGB or grey (`L`) picture without transparency; of an animation the first frame.

    Colours are those of sRGB, also where the file carries another profile. A JPEG may come out smaller, yet with both
    sides at least twice `wanted`. Raises BrokenPictureError.
    """
    with decoding(name):
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        check_size(picture.width, picture.height, name)
        if wanted:
            picture.draft(None, (2 * wanted, 2 * wanted))
        picture.load()
        check_size(picture.width, picture.height, name)
        profile = picture.info.get("icc_profile")
        return opaque(in_srgb(eight_bit(upright(picture)), profile), background)


@contextlib.contextmanager
def decoding(name: str) -> Iterator[None]:
    """Raise whatever a decoder complains about as BrokenPictureError, and leave its warnings aside."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd notes in files that it reads all the same
            yield
    except DECODER_ERRORS as problem:
        raise BrokenPictureError(name, why(problem)) from problem


def check_size(width: int, height: int, name: str) -> None:
    """Refuse pictures with no pixels or with more than the ceiling, before memory is taken for them."""
    if width < 1 or height < 1:
        raise BrokenPictureError(name, "it has no pixels")
    if width * height > MOST_PIXELS or max(width, height) > SIDES:
        raise BrokenPictureError(name, f"its {width} x {height} pixels are more than {MOST_PIXELS // 10**6} million")


def why(problem: BaseException) -> str:
    """Say in a few words what a decoder complained about."""
    if isinstance(problem, UnidentifiedImageError):
        return "it is damaged or no picture of a known format"
    if isinstance(problem, Image.DecompressionBombError):
        return f"it has more than {MOST_PIXELS // 10**6} million pixels"
    if isinstance(problem, MemoryError):
        return "there is not enough memory for it"
    if "truncated" in str(problem).lower() or isinstance(problem, EOFError):
        return "it is cut off"
    return "it is damaged"


def upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera's note says; a note that cannot be read turns nothing."""
    with contextlib.suppress(*DECODER_ERRORS):
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def eight_bit(picture: Image.Image) -> Image.Image:
    """Return a picture of a mode with 8 bits per channel."""
    if picture.mode.startswith("I;16"):
        values = np.asarray(picture).astype(np.uint32)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if picture.mode in ("I", "F"):
        return Image.fromarray(scaled(np.asarray(picture).astype(np.float64)))
    return picture


def scaled(values: Array) -> Array:
    """Bring whole or real numbers to 8 bits; whether they end at 1, 255, 65535 or beyond is seen from the largest."""
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    top = values.max()
    ceiling = next((limit for limit in (1.0, 255.0, 65535.0) if top <= limit), top)
    if ceiling == 1.0 and np.array_equal(values, np.round(values)):
        ceiling = 255.0  # whole numbers up to 1 are a very dark picture
    pixels: Array = np.clip(values * (255.0 / ceiling) + 0.5, 0, 255).astype(np.uint8)
    return pixels


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring colours from an embedded profile (ICC.1) to sRGB; one that is broken or does not fit changes nothing."""
    if not profile:
        return picture
    from PIL import ImageCms

    alpha: Image.Image | None = None
    colours = picture
    if see_through(picture):
        alpha = picture.convert("RGBA").getchannel("A")
    if alpha or picture.mode == "P":
        colours = picture.convert("L" if picture.mode in ("L", "LA", "La") else "RGB")
    try:
        given = other_than_srgb(profile)
        if given is None:
            return picture
        converted = ImageCms.profileToProfile(colours, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, *DECODER_ERRORS):
        return picture
    assert converted is not None, "it was not asked to work in place"
    if alpha:
        converted.putalpha(alpha)
    return converted


def other_than_srgb(profile: bytes) -> "ImageCms.ImageCmsProfile | None":
    """Return a profile (ICC.1) that is not that of sRGB; raises PyCMSError or what decoders raise for a broken one."""
    from PIL import ImageCms

    given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return None if ImageCms.getProfileDescription(given).startswith("sRGB") else given


def see_through(picture: Image.Image) -> bool:
    """Tell whether any part of a picture may be transparent."""
    return picture.has_transparency_data or picture.mode in ("RGBa", "La", "PA")


def opaque(picture: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """Lay a picture over a colour; returns mode `L` or `RGB`."""
    if see_through(picture):
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, background)
        ground.paste(picture, mask=picture.getchannel("A"))
        return ground
    if picture.mode == "LAB":
        from PIL import ImageCms

        lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, lab, rgb, outputMode="RGB")
        assert converted is not None
        return converted
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")


def shaped(picture: Image.Image, name: str, shaping: Shaping) -> Array:
    """Cut, pad and resize (Lanczos, which averages when it shrinks) an upright picture to uint8 `[C, R, R]`."""
    mode = "L" if shaping.grey else "RGB"
    picture = picture if picture.mode == mode else picture.convert(mode)  # a conversion to the same mode is a copy
    if shaping.box:
        picture = picture.crop(inside(shaping.box, picture.size, name))
    side, size = shaping.resolution, (shaping.resolution, shaping.resolution)
    if shaping.fit is Fit.PAD:
        colour = Image.new("RGB", (1, 1), shaping.background).convert(picture.mode).getpixel((0, 0))
        scale = side / max(picture.size)
        inner = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
        ground = Image.new(picture.mode, size, colour)
        ground.paste(
            picture.resize(inner, Image.Resampling.LANCZOS), ((side - inner[0]) // 2, (side - inner[1]) // 2)
        )
        picture = ground
    elif picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, box=centre(picture.size))
    pixels = np.asarray(picture)
    return np.ascontiguousarray(pixels[None] if shaping.grey else pixels.transpose(2, 0, 1))


def centre(size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the largest square in the middle."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return (left, top, left + side, top + side)


def inside(box: Box, size: tuple[int, int], name: str) -> Box:
    """Return the part of a box that lies in the picture; raises BrokenPictureError where there is none."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])
    if left >= right or top >= bottom:
        raise BrokenPictureError(name, f"the box {box} lies outside its {size[0]} x {size[1]} pixels")
    return (left, top, right, bottom)
