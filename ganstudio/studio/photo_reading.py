"""A photo from disk made ready for the window: read, small enough to keep with the project, its faces found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ASSETS
from ganstudio.core.progress import Progress
from ganstudio.core.project import PhotoInHand
from ganstudio.core.square import Square
from ganstudio.core.store import Array, ArrayRef, Store

if TYPE_CHECKING:
    from ganstudio.data.faces.found import Face
    from ganstudio.data.faces.framing import Framing
    from ganstudio.data.photos import Photo
    from ganstudio.engine.model import Model

LONGEST, SMALL = 2048, 256
LOOKED_AT, GIVEN_UP = 24, 8
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jfif",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ReadPhoto:
    """A photo that was read, what of it stays with the project, and the faces in it."""

    path: Path
    photo: "Photo"
    pixels: ArrayRef
    faces: "tuple[Face, ...]"


def reading(path: Path, store: Store, *, all_turns: bool = False) -> Iterator[Progress]:
    """Read a photo and find its faces, also lying ones where asked; touches no device that draws.

    Raises what `read_photo` does.
    """
    from ganstudio.data.faces.found import find_faces
    from ganstudio.data.faces.judge import shipped_detector
    from ganstudio.data.photos import read_photo

    photo = read_photo(path)
    pixels = store.put(bounded(photo.shown))
    yield Progress(1, 2)
    faces = find_faces(shipped_detector(), photo.shown, all_turns=all_turns)
    yield Progress(2, 2, result=ReadPhoto(path, photo, pixels, faces))


def bounded(pixels: Array) -> Array:
    """Return a picture uint8 `[H, W, 3]` with at most 2048 pixels along its longer side."""
    import cv2

    height, width = pixels.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1.0:
        return pixels
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    smaller: Array = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return smaller


def small_pictures(files: Sequence[Path]) -> Iterator[Progress]:
    """Yield each file's path and its middle as a square picture uint8 `[256, 256, 3]`."""
    from ganstudio.data.faces.square import cut
    from ganstudio.data.photos import read_photo

    for number, path in enumerate(files, start=1):
        photo = read_photo(path)
        small = cut(photo.shown, Square.middle(*photo.size), SMALL)
        yield Progress(number, len(files), result=(path, small))


def framing_steps(model: "Model") -> Iterator[Progress]:
    """Find how a model's pictures are framed: from its card, else picture by picture, which may take a while.

    The last result is a framing in a tuple, `(None,)` where the pictures show no faces.
    """
    from ganstudio.core.pixels import to_pixels
    from ganstudio.data.faces.framing import landmarks_of, median_framing
    from ganstudio.data.faces.judge import shipped_detector
    from ganstudio.studio.framings import shipped_framing

    if Path(model.info.path).is_relative_to(ASSETS):
        yield Progress(1, 1, result=(shipped_framing(model.info.name),))
        return
    found: list[Array] = []
    for seed in range(LOOKED_AT):
        landmarks = landmarks_of(shipped_detector(), to_pixels(model.sample([seed]))[0].transpose(2, 0, 1))
        found += [] if landmarks is None else [landmarks]
        yield Progress(seed + 1, LOOKED_AT)
        if seed + 1 == GIVEN_UP and not found:
            break
    yield Progress(LOOKED_AT, LOOKED_AT, result=(median_framing(found, LOOKED_AT),))


def in_hand(read: ReadPhoto, framing: "Framing | None", model: str = "") -> PhotoInHand:
    """Frame the largest face as those of the model with a digest are, or the middle; say what a person should know."""
    from ganstudio.data.faces.placing import placed, square_of

    placing = placed(read.photo, read.faces, framing)
    squares = tuple(square_of(face, framing) for face in read.faces)
    width, height = read.photo.size
    notes = (*placing.words, *read.photo.notes)
    return PhotoInHand(
        read.photo.name, str(read.path), width, height, read.pixels, placing.square, squares, int(bool(squares)),
        notes=notes, framed_for=model,
    )  # fmt: skip


def whole_photo(hand: PhotoInHand, store: Store) -> "tuple[Photo, Square, str]":
    """Return the photo as its file has it and the square in it; where the file is gone, what was kept, and say so."""
    from ganstudio.data.photos import Photo, read_photo

    reason = "is gone"
    try:
        photo = read_photo(Path(hand.path))
    except StudioError:
        pass
    else:
        if photo.size == (hand.width, hand.height):
            return photo, hand.square, ""
        reason = "has changed"
    shown = store.get(hand.pixels)
    words = f"The file {hand.path} {reason}; the copy of {shown.shape[1]} x {shown.shape[0]} pixels was used."
    return Photo(hand.name, shown, shown), hand.shown_square, words


def aligned_picture(hand: PhotoInHand, resolution: int, store: Store) -> Array:
    """Cut the square out of the best copy of the photo that there is, uint8 `[R, R, 3]`."""
    from ganstudio.data.faces.square import cut

    if has_enough(hand, resolution):
        return cut(store.get(hand.pixels), hand.shown_square, resolution)
    path = Path(hand.path)
    try:
        shown = _shown(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, StudioError):
        shown = None
    if shown is None or shown.shape[1::-1] != (hand.width, hand.height):
        return cut(store.get(hand.pixels), hand.shown_square, resolution)
    return cut(shown, hand.square, resolution)


def has_enough(hand: PhotoInHand, resolution: int) -> bool:
    """Whether what is kept of a photo has as many pixels in the square as a model draws, or as the file itself."""
    return hand.scale >= 1.0 or hand.shown_square.side >= resolution


@lru_cache(maxsize=1)
def _shown(path: Path, _written: int) -> Array:
    """Read a photo, and remember the newest: its frame may move in many small steps."""
    from ganstudio.data.photos import read_photo

    return read_photo(path).shown


def is_photo(path: Path) -> bool:
    """Whether a file is a picture, by its name."""
    return path.suffix.lower() in SUFFIXES
