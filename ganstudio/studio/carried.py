"""Recipes inside exported pictures and films: how each format carries them, and how they are found again."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganstudio.core.store import Array
from ganstudio.studio.recipe_file import MARK, SUFFIX

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
FILMS = (".mp4", ".webm", ".gif")
CARRIERS = (*PICTURES, *FILMS)
COMMENT = "comment"
EXIF_DESCRIPTION = 0x010E
GIF_TRAILER, GIF_COMMENT, GIF_BLOCK = b"\x3b", b"\x21\xfe", 255
MOST_BYTES = 1 << 20
NONSENSE = (OSError, SyntaxError, ValueError, struct.error)
"""What reading raises where a file is none of its kind."""


def picture_bytes(pixels: Array, suffix: str, recipe: bytes | None, quality: int = 95) -> bytes:
    """Return a uint8 picture `[H, W, 3]` as PNG, JPEG or WebP (lossless at quality 100) with a recipe inside."""
    from PIL import Image, PngImagePlugin

    image, buffer = Image.fromarray(pixels), io.BytesIO()
    match suffix.lower():
        case ".jpg" | ".jpeg":
            image.save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True, comment=recipe or b"")
        case ".webp":
            exif = Image.Exif()
            if recipe is not None:
                text = recipe.decode("utf-8", "surrogatepass")
                exif[EXIF_DESCRIPTION] = text.encode("unicode_escape").decode("ascii")
            image.save(buffer, "WEBP", quality=quality, lossless=quality >= 100, method=5, exif=exif.tobytes())
        case _:
            info = PngImagePlugin.PngInfo()
            if recipe is not None:
                info.add_itxt(MARK, recipe.decode("utf-8"), zip=True)
            image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def gif_ending(recipe: bytes) -> bytes:
    """Return what takes the place of a GIF's last byte, so that it carries a recipe as a comment."""
    pieces = [recipe[i : i + GIF_BLOCK] for i in range(0, len(recipe), GIF_BLOCK)]
    blocks = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    return GIF_COMMENT + blocks + b"\x00" + GIF_TRAILER


def carried_recipe(path: Path) -> bytes | None:
    """Return the recipe inside an exported picture or film, or in a recipe file; None where there is none."""
    suffix = path.suffix.lower()
    try:
        if suffix == SUFFIX:
            found: bytes | None = path.read_bytes()
        elif suffix in PICTURES:
            found = _in_picture(path)
        elif suffix == ".gif":
            found = _in_gif(path.read_bytes())
        elif suffix in FILMS:
            found = _in_film(path)
        else:
            return None
    except NONSENSE:
        return None
    return found if found is not None and f'"{MARK}"'.encode() in found[:64] else None


def is_broken(path: Path) -> bool:
    """Whether a picture or film cannot be read to its end, such as one that was cut off."""
    suffix = path.suffix.lower()
    try:
        if suffix in PICTURES or suffix == ".gif":
            _load(path)
        elif suffix in FILMS:
            _in_film(path)
    except NONSENSE:
        return True
    return suffix == ".gif" and not path.read_bytes().endswith(GIF_TRAILER)


def beside(path: Path) -> bytes | None:
    """Return the content of the recipe file that lies beside an exported file."""
    for other in (recipe_path(path), path.with_suffix(SUFFIX)):  # the second is where earlier versions wrote it
        with suppress(OSError):
            if other != path:
                return other.read_bytes()
    return None


def recipe_path(path: Path) -> Path:
    """Return where the whole recipe of an exported file lies; each file has its own, whatever its format."""
    return path.with_name(path.name + SUFFIX)


@contextmanager
def _unwarned() -> Iterator[None]:
    """Leave aside what Pillow warns of, such as the size of a panorama, which is no fault of the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _load(path: Path) -> None:
    from PIL import Image

    try:
        with _unwarned(), Image.open(path, formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            image.load()
    except Image.DecompressionBombError:
        return  # large, and perhaps whole


def _in_picture(path: Path) -> bytes | None:
    from PIL import Image

    try:
        return _in_image(path)
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error


def _in_image(path: Path) -> bytes | None:
    from PIL import Image

    with _unwarned(), Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
        if image.format == "PNG":
            image.load()  # text may stand behind the pixels
            text = getattr(image, "text", {}).get(MARK)
            return None if text is None else str(text).encode("utf-8", "surrogatepass")
        if image.format == "JPEG":
            comment = image.info.get(COMMENT)
            return comment if isinstance(comment, bytes) else None
        described = image.getexif().get(EXIF_DESCRIPTION)
        return None if described is None else str(described).encode("ascii").decode("unicode_escape").encode("utf-8")


def _in_film(path: Path) -> bytes | None:
    import av

    try:
        with av.open(str(path)) as film:
            comment = next((v for k, v in film.metadata.items() if k.lower() == COMMENT), None)
    except av.error.FFmpegError as error:
        raise ValueError(str(error)) from error
    return None if comment is None else comment.encode("utf-8")


def _in_gif(data: bytes) -> bytes | None:
    """Look at the last comment, which stands right before the end."""
    start = data.rfind(GIF_COMMENT, max(0, len(data) - MOST_BYTES))
    while start >= 0:
        position, pieces = start + len(GIF_COMMENT), []
        while position < len(data) and data[position]:
            length = data[position]
            pieces.append(data[position + 1 : position + 1 + length])
            position += 1 + length
        if data[position:] == b"\x00" + GIF_TRAILER:
            return b"".join(pieces)
        start = data.rfind(GIF_COMMENT, max(0, len(data) - MOST_BYTES), start)
    return None
