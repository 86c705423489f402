"""From a photo to a map that can be painted on, and the style of the photo with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from ganstudio.core.document import LatentArray, Space
from ganstudio.core.inputs import Ability, LabelMap
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.core.store import Array, ArrayRef, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.painting.map_files import MapFileError
from ganstudio.studio.painting.photo_parts import CutPhoto, cut_steps
from ganstudio.studio.painting.styles import as_picture, style_of

if TYPE_CHECKING:
    from ganstudio.studio.painting.painting import Painting
    from ganstudio.studio.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMap:
    """What was found in a photo: its map uint8 `[R, R]`, its style where the model has an encoder, and words."""

    photo: CutPhoto
    labels: Array
    z: ArrayRef | None
    words: str


class PhotoMaps:
    """Lives on the main thread; a photo's map and its style are one step."""

    changed = Signal()

    def __init__(self, session: "Session", painting: "Painting") -> None:
        """Read nothing before `open`."""
        self._session, self._painting = session, painting
        self.words = ""
        self._number = 0

    @property
    def possible(self) -> bool:
        """Whether a segmenter ships that finds classes of the open model."""
        from ganstudio.checkpoints.shipped import shipped_segmenter

        return self._painting.asked is not None and shipped_segmenter().is_file()

    def open(self, path: Path) -> None:
        """Make a map of a photo, as a job; what goes wrong is told."""
        info, asked = self._session.model, self._painting.asked
        if info is None or asked is None:
            return
        encodes = Ability.STYLE_ENCODING in info.abilities
        steps = partial(map_steps, self._session.store, info.digest, asked, encodes, path)
        self.words = f"Looking into {path.name}…"
        self._number = self._session.add_job(f"Map of {path.name}", steps, self._take, Urgency.WORK)
        self.changed.emit()

    def _take(self, status: JobStatus) -> None:
        if status.number != self._number:
            return
        found = status.progress.result
        if isinstance(found, PhotoMap):
            self.words = found.words
            name = latent_name(self._session.model)
            style: dict[str, Any] = {}
            if found.z is not None and name is not None:
                style[f"inputs.{name}"] = LatentArray(Space.Z, found.z)
            self._painting.put(found.labels, f"Map of {found.photo.name}", style)
        elif status.is_over and status.state.value != "done":
            self.words = ""
        self.changed.emit()


def map_steps(
    store: Store, digest: str, asked: LabelMap, encodes: bool, path: Path, backend: Backend
) -> Iterator[Progress]:
    """Frame a photo's face, find its classes and its style; the last result is a PhotoMap."""
    from ganstudio.engine.segmenting import open_segmenter

    photo: CutPhoto | None = None
    for step in cut_steps(backend, store, digest, path):
        photo = step.result if isinstance(step.result, CutPhoto) else photo
        yield Progress(step.done, step.total, step.label)
    assert photo is not None
    model = backend.model(digest)
    segment = open_segmenter(device=model.generator.device)
    table, missing = translation(segment.classes.names, asked)
    yield Progress(0, 2, "Looking for the classes")
    found = segment(as_picture(photo.pixels))[0].cpu().numpy()
    labels = table[found]
    yield Progress(1, 2, "Reading the style")
    z = store.put(style_of(model, photo.pixels)) if encodes else None
    lost = [name for name in missing if (found == segment.classes.names.index(name)).any()]
    unknown = f"This model has no {', '.join(lost)}, which became {asked.classes[0]}." if lost else ""
    words = " ".join(part for part in (photo.words, unknown) if part)
    yield Progress(2, 2, result=PhotoMap(photo, labels, z, words))


def translation(names: Sequence[str], asked: LabelMap) -> tuple[Array, tuple[str, ...]]:
    """Return the model's class uint8 `[K]` for each class of a segmenter, by name, and those that it has not.

    Raises MapFileError where they have nothing but the first class in common.
    """
    known = {name: asked.classes.index(name) for name in names if name in asked.classes}
    if not set(known) - {names[0]}:
        raise MapFileError(
            f"The classes that are found in photos ({', '.join(names[:4])}, …) are none of this model's "
            f"({', '.join(asked.classes[:4])}, …); paint the map by hand, or open one."
        )
    missing = tuple(name for name in names if name not in known)
    return np.array([known.get(name, 0) for name in names], np.uint8), missing
