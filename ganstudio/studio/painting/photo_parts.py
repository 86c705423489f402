"""A photo cut to what a model of maps draws: the framed face where there is one, else the middle."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.photo_reading import ReadPhoto, aligned_picture, framing_steps, in_hand, reading


@dataclass(frozen=True, slots=True, eq=False)
class CutPhoto:
    """The part of a photo that counts, uint8 `[R, R, 3]`, and what a person should know of how it was cut."""

    name: str
    pixels: Array
    words: str


def cut_steps(backend: Backend, store: Store, digest: str, path: Path) -> Iterator[Progress]:
    """Read a photo and frame it as a model's pictures are; the last result is a CutPhoto.

    Raises what `read_photo` does.
    """
    model = backend.model(digest)
    read: ReadPhoto | None = None
    for step in reading(path, store):
        yield Progress(step.done, step.total, f"Reading {path.name}")
        read = step.result if isinstance(step.result, ReadPhoto) else read
    assert read is not None
    framing = None
    if read.faces:
        for step in framing_steps(model):
            yield Progress(step.done, step.total, "Framing the face")
            framing = step.result[0] if isinstance(step.result, tuple) else framing
    hand = in_hand(read, framing, digest)
    pixels = aligned_picture(hand, model.info.resolution, store)
    words = "" if read.faces else f"No face was found in {read.photo.name}: its middle was taken."
    yield Progress(1, 1, result=CutPhoto(read.photo.name, pixels, words))
