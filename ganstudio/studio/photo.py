"""A person's photo in hand: opened, framed, masked; its search and its way back."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.core.progress import JobStatus, Urgency
from ganstudio.core.project import PhotoInHand, Project
from ganstudio.core.square import Square
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend
from ganstudio.studio.encoders import Encoders
from ganstudio.studio.photo_paste import PasteBack
from ganstudio.studio.photo_reading import (
    ReadPhoto,
    aligned_picture,
    framing_steps,
    has_enough,
    in_hand,
    is_photo,
    reading,
    small_pictures,
)
from ganstudio.studio.photo_search import PhotoSearch
from ganstudio.studio.pursuit import Pursuit, Refusal
from ganstudio.studio.train_data import MODEL

if TYPE_CHECKING:
    from ganstudio.data.faces.framing import Framing
    from ganstudio.studio.session import Session

WORKSPACE = "photo"
SAMPLES = ASSETS / "samples"
SMALLEST, LARGEST = 8.0, 4.0
Crop = tuple[PhotoInHand, int]


class PhotoEditing:
    """Lives on the main thread; what is lasting is `Project.photo`."""

    changed = Signal()
    aligned_changed = Signal()
    workspace_wanted = Signal(str)
    page_wanted = Signal(str)
    sample_arrived = Signal(object, object)  # its path, and what it looks like

    def __init__(self, session: "Session") -> None:
        """Nothing is read before `open`."""
        self._session = session
        self.encoders = Encoders(session)
        self.search = PhotoSearch(session)
        self.back = PasteBack(session)
        self.reading = ""  # the name of the photo that is being read
        self.aligned: Array | None = None
        self._number = 0
        self._framings: dict[str, Framing | None] = {}
        self._crop = Pursuit("Aligned picture", session.add_job, self._wanted_crop, self._crop_steps, self._take_crop)
        session.project_changed.connect(self._project_changed)
        session.model_changed.connect(self._model_changed)

    @property
    def hand(self) -> PhotoInHand | None:
        """The photo in hand."""
        return self._session.project.photo

    @property
    def idle(self) -> bool:
        """Whether nothing is being read or cut out."""
        return not self.reading and self._crop.idle

    def open(self, path: Path, *, all_turns: bool = False) -> None:
        """Read a photo, find the faces in it, and frame the largest one; what goes wrong is told."""
        self.reading = path.name
        self.workspace_wanted.emit(WORKSPACE)
        steps = partial(reading, path, self._session.store, all_turns=all_turns)
        self._number = self._session.add_beside(f"Photo {path.name}", steps, self._take_read)
        self.changed.emit()

    def show_samples(self) -> None:
        """Make small pictures of the shipped photos; `sample_arrived` tells of each."""

        def take(status: JobStatus) -> None:
            if isinstance(status.progress.result, tuple):
                self.sample_arrived.emit(*status.progress.result)

        self._session.add_beside("Samples", partial(small_pictures, samples()), take)

    def find_again(self) -> None:
        """Read the photo once more, look in all turns, and frame it for the model that is open now."""
        if self.hand is not None:
            self.open(Path(self.hand.path), all_turns=True)

    def put_away(self) -> None:
        """Have no photo in hand; the file stays where it is."""
        if self.hand is not None:
            self._session.change_project("Put the photo away", {"photo": None})

    @property
    def framed_otherwise(self) -> bool:
        """Whether the face was framed for another model than the one that is open."""
        hand, model = self.hand, self._session.model
        return hand is not None and hand.face > 0 and model is not None and hand.framed_for != model.digest

    def train_encoder(self) -> None:
        """Prepare a run that trains an encoder for the model that is open, from its own pictures at first."""
        from ganstudio.architectures import cards

        model = self._session.model
        card = next((c for c in cards().values() if c.recipe is not None and c.can(Ability.ENCODING)), None)
        if model is not None and card is not None and card.recipe is not None:
            runs, preset = self._session.runs, card.recipe.preset_for(model.resolution)
            options = {"architecture": card.id, "preset": preset, "data": f"{MODEL}{model.name}"}
            runs.draft.take({**options, "recipe": {"generator": model.name}})
            runs.choose(None)
            runs.workspace_wanted.emit("train")

    def choose_face(self, number: int) -> None:
        """Frame another one of the faces, 1 being the largest."""
        hand = self.hand
        if hand is not None and 1 <= number <= len(hand.faces):
            chosen = dataclasses.replace(hand, square=hand.faces[number - 1], face=number)
            self._session.change_project(f"Face {number}", {"photo": chosen})

    def frame_middle(self) -> None:
        """Frame the middle of the photo."""
        if self.hand is not None:
            self.frame(Square.middle(self.hand.width, self.hand.height), None)

    def frame(self, square: Square, gesture: str | None) -> None:
        """Move the frame; its middle stays in the photo."""
        hand = self.hand
        if hand is None:
            return
        side = min(max(square.side, SMALLEST), LARGEST * max(hand.width, hand.height))
        x, y = min(max(square.x, 0.0), hand.width), min(max(square.y, 0.0), hand.height)
        moved = dataclasses.replace(hand, square=Square(x, y, side, square.angle), face=0)
        self._session.change_project("Move the frame", {"photo": moved}, gesture)

    def paint_mask(self, mask: Array | None) -> None:
        """Say what in the frame counts: uint8 `[n, n]`, everything where None."""
        hand = self.hand
        if hand is not None:
            ref = None if mask is None else self._session.store.put(mask)
            label = "Clear the mask" if mask is None else "Paint the mask"
            self._session.change_project(label, {"photo": dataclasses.replace(hand, mask=ref)})

    def _take_read(self, status: JobStatus) -> None:
        if status.number != self._number:
            return
        result = status.progress.result
        if isinstance(result, ReadPhoto):
            self._frame_read(result)
        elif status.is_over and status.state.value != "done":
            self._done_reading()

    def _frame_read(self, read: ReadPhoto) -> None:
        info = self._session.model
        if info is None or info.digest in self._framings or not read.faces:
            self._place(read, self._framings.get(info.digest) if info is not None else None)
            return
        digest, number = info.digest, self._number

        def watch(status: JobStatus) -> None:
            if isinstance(status.progress.result, tuple):
                self._framings[digest] = status.progress.result[0]
            if status.is_over and number == self._number:
                self._place(read, self._framings.get(digest))

        self._session.add_job("Framing", lambda backend: framing_steps(backend.model(digest)), watch, Urgency.QUICK)

    def _place(self, read: ReadPhoto, framing: "Framing | None") -> None:
        self.reading = ""
        model = self._session.model
        hand = in_hand(read, framing, "" if model is None else model.digest)
        self._session.change_project(f"Photo {read.photo.name}", {"photo": hand})
        self.changed.emit()

    def _done_reading(self) -> None:
        self.reading = ""
        self.changed.emit()

    def _wanted_crop(self) -> Crop | None:
        hand, info = self.hand, self._session.model
        if hand is None or info is None:
            return None
        return dataclasses.replace(hand, mask=None, notes=(), found=None, face=0, framed_for=""), info.resolution

    def _crop_steps(self, _backend: Backend, wish: Crop) -> Iterator[object]:
        from ganstudio.data.faces.square import cut

        hand, resolution = wish
        yield cut(self._session.store.get(hand.pixels), hand.shown_square, resolution)
        if not has_enough(hand, resolution):  # the whole file takes a moment
            yield aligned_picture(hand, resolution, self._session.store)

    def _take_crop(self, found: object) -> None:
        self.aligned = None if isinstance(found, Refusal) else found  # type: ignore[assignment]
        self.aligned_changed.emit()

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.photo != before.photo:
            if after.photo is None:
                self.aligned = None
                self.aligned_changed.emit()
            self.changed.emit()
            self._crop.wake()

    def _model_changed(self, *_told: object) -> None:
        self._crop.wake()
        self.search.changed.emit()
        self.changed.emit()


def samples() -> tuple[Path, ...]:
    """Return the shipped photos to try."""
    return tuple(sorted(path for path in SAMPLES.glob("*") if is_photo(path)))
