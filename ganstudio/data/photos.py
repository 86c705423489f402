"""A person's photo: read whatever it is, and saved again with its notes and colours."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, JpegImagePlugin

from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.store import Array
from ganstudio.data.decoding import (
    DECODER_ERRORS,
    FORMATS,
    MOST_PIXELS,
    SIDES,
    WHITE,
    check_size,
    decoding,
    eight_bit,
    in_srgb,
    opaque,
    other_than_srgb,
    see_through,
    upright,
)

LARGEST_FILE = 1_000_000_000
MOST_IN_JPEG = 1_500_000_000
MILLION = 1_000_000
ORIENTED = ("RGB", "RGBA", "P", "PA", "RGBa")
BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"hevx": "HEIC", b"heim": "HEIC", b"heis": "HEIC",
    b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF", b"avis": "AVIF",
}  # fmt: skip
BITS_PER_SAMPLE = 258
EIGHT = 8
PNG_DEPTH = 24
ANIMATED = ("GIF", "PNG", "WEBP", "TIFF")
SAVED = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
QUALITY = 95


class MissingPhotoError(StudioError):
    """There is no file of that name, or it may not be read."""


class PhotoFormatError(StudioError):
    """The file is of a kind that this program does not read or write; it can be converted."""


class PhotoSizeError(StudioError):
    """The photo is too large to be held in memory; it can be made smaller."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo uint8 `[H, W, 3]`: `pixels` in its own colours, `shown` in sRGB over white.

    Both are one array where that makes no difference. `alpha` `[H, W]` is its transparency, `profile` (ICC.1) and
    `exif` are kept for saving, and `notes` say in sentences what is not as it was in the file.
    """

    name: str
    pixels: Array
    shown: Array
    alpha: Array | None = None
    profile: bytes = b""
    exif: bytes = b""
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def own_colours(self, pixels: Array) -> Array:
        """Bring a picture uint8 `[H, W, 3]` from sRGB to the photo's own colours."""
        given = other_than_srgb(self.profile) if self.profile else None
        if given is None:
            return pixels
        converted = ImageCms.profileToProfile(Image.fromarray(pixels), ImageCms.createProfile("sRGB"), given)
        assert converted is not None, "it was not asked to work in place"
        return np.asarray(converted)


def read_photo(path: Path) -> Photo:
    """Return the photo in a file.

    Raises MissingPhotoError, PhotoFormatError, PhotoSizeError, or BrokenPictureError for damaged files and others.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PhotoSizeError(f"{path.name} is larger than a photo can be; save it smaller or as JPEG.")
        data = path.read_bytes()
    except IsADirectoryError as problem:
        raise MissingPhotoError(f"{path} is a folder; choose a photo in it.") from problem
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "its name is not valid"
        raise MissingPhotoError(f"{path} cannot be read ({reason}); check its name and its rights.") from problem
    return photo_of(data, path.name)


def photo_of(data: bytes, name: str) -> Photo:
    """Return the photo in a file's bytes; raises PhotoFormatError, PhotoSizeError or BrokenPictureError."""
    refuse_unread_kinds(data, name)
    with decoding(name):
        picture, notes = opened(data, name)
        notes += odd_kinds(picture, data)
        raw = eight_bit(upright(picture))
        profile = picture.info.get("icc_profile") or b""
        shown = np.asarray(opaque(in_srgb(raw, profile), WHITE).convert("RGB"))
        exif = b""
        with contextlib.suppress(*DECODER_ERRORS):
            exif = raw.getexif().tobytes() if len(raw.getexif()) else b""
        if raw.mode not in ORIENTED:
            return Photo(name, shown, shown, exif=exif, notes=notes)
        alpha = np.asarray(raw.convert("RGBA").getchannel("A")) if see_through(raw) else None
        converted = differs(profile)
        own = shown if alpha is None and not converted else np.asarray(raw.convert("RGBA").convert("RGB"))
        return Photo(name, own, shown, alpha, profile if converted is not None else b"", exif, notes)


def refuse_unread_kinds(data: bytes, name: str) -> None:
    """Name what phones and cameras save that cannot be read here, and what to do; raises PhotoFormatError."""
    if data[4:8] == b"ftyp":
        kind = BRANDS.get(data[8:12], "video")
        if kind == "video":
            raise PhotoFormatError(f"{name} is a video; save one of its frames as PNG or JPEG and open that.")
        raise PhotoFormatError(
            f"{name} is a {kind} picture, which cannot be read here; open it in a viewer and export it as JPEG or PNG "
            "(phones can send photos in their most compatible format)."
        )


def differs(profile: bytes) -> bool | None:
    """Tell whether a profile is one of other colours than sRGB; None where there is none or it is broken."""
    if not profile:
        return None
    try:
        return other_than_srgb(profile) is not None
    except (ImageCms.PyCMSError, *DECODER_ERRORS):
        return None


def opened(data: bytes, name: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Decode the first picture of a file, a very large JPEG at a part of its size, and say so."""
    if not data.startswith(b"\xff\xd8\xff"):
        with too_large_named(name):
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            refuse_large(picture, name)
        picture.load()
        return picture, ()
    jpeg = JpegImagePlugin.JpegImageFile(io.BytesIO(data))  # Image.open would refuse large ones
    width, height = jpeg.size
    part = part_to_read(jpeg, name)
    if part > 1:
        jpeg.draft(None, (width // part, height // part))
    jpeg.load()
    check_size(jpeg.width, jpeg.height, name)
    if part == 1:
        return jpeg, ()
    note = (
        f"Its {width} x {height} pixels are more than fit into memory, so it was read at {jpeg.width} x {jpeg.height}; "
        "what is saved has that size, too."
    )
    return jpeg, (note,)


@contextlib.contextmanager
def too_large_named(name: str) -> Iterator[None]:
    """Raise Pillow's own refusal of large pictures as PhotoSizeError."""
    try:
        yield
    except Image.DecompressionBombError as problem:
        raise PhotoSizeError(too_large(name)) from problem


def refuse_large(picture: Image.Image, name: str) -> None:
    """Raise PhotoSizeError before memory is taken."""
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > SIDES:
        raise PhotoSizeError(too_large(name, f"{picture.width} x {picture.height} pixels are "))
    check_size(picture.width, picture.height, name)


def too_large(name: str, size: str = "") -> str:
    """Say what is too large, and the way out."""
    return (
        f"{name} is too large: {size}more than {MOST_PIXELS // MILLION} million pixels. Save it smaller, or as a "
        "plain (not progressive) JPEG, which can be opened at a part of its size."
    )


def part_to_read(jpeg: JpegImagePlugin.JpegImageFile, name: str) -> int:
    """Return the n for which 1/n of each side fits into memory; raises PhotoSizeError.

    Whole coefficients of a progressive JPEG are in memory at any n.
    """
    pixels = jpeg.width * jpeg.height
    for part in (1, 2, 4, 8):
        if pixels <= MOST_PIXELS * part**2:
            if pixels > MOST_IN_JPEG or (part > 1 and "progressive" in jpeg.info):
                break
            return part
    raise PhotoSizeError(too_large(name, f"{jpeg.width} x {jpeg.height} pixels are "))


def odd_kinds(picture: Image.Image, data: bytes) -> tuple[str, ...]:
    """Say what a photo has that is not carried on, or not as it was."""
    notes = []
    frames = getattr(picture, "n_frames", 1) if picture.format in ANIMATED else 1
    if frames > 1:
        notes.append(f"It holds {frames} pictures; the first one is used.")
    if picture.mode in ("CMYK", "LAB", "YCbCr"):
        notes.append(f"Its {picture.mode} colours were brought to those of screens (sRGB).")
    if deep(picture, data):
        notes.append("Its 16 bits for each colour were brought to 8.")
    if see_through(picture):
        notes.append("Its transparent parts are seen over white, and stay transparent where the file can keep that.")
    return tuple(notes)


def deep(picture: Image.Image, data: bytes) -> bool:
    """Tell whether a photo has more than 8 bits for each colour."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;"):
        return True
    if picture.format == "PNG":
        return data[PNG_DEPTH] > EIGHT
    bits = getattr(picture, "tag_v2", {}).get(BITS_PER_SAMPLE, (EIGHT,))
    return bool(max(bits if isinstance(bits, tuple) else (bits,)) > EIGHT)


def save_photo(photo: Photo, pixels: Array, path: Path) -> None:
    """Save a changed photo uint8 `[H, W, 3]` in its own colours, with its profile, camera notes and transparency.

    PNG and TIFF keep every pixel; JPEG and WebP are of high quality, and JPEG has no transparency. A thumbnail in the
    notes, which would show the photo as it was, is left out. Raises PhotoFormatError or SaveError.
    """
    kind = SAVED.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(SAVED)
        raise PhotoFormatError(f"{path.name} cannot be saved as {path.suffix or 'a file without ending'}; use {known}.")
    if pixels.shape != photo.pixels.shape:
        raise WrongInputError(f"{photo.name} has {photo.size} pixels, and what is to be saved {pixels.shape}.")
    picture = Image.fromarray(pixels)
    if photo.alpha is not None:
        picture.putalpha(Image.fromarray(photo.alpha))
        picture = opaque(picture, WHITE) if kind == "JPEG" else picture
    memory = io.BytesIO()
    notes = {key: value for key, value in (("icc_profile", photo.profile), ("exif", photo.exif)) if value}
    if kind in ("JPEG", "WEBP"):
        picture.save(memory, kind, quality=QUALITY, **notes, **({"subsampling": 0} if kind == "JPEG" else {}))
    else:
        picture.save(memory, kind, **notes)
    content = memory.getvalue()
    write_file(path, (content,), len(content))
