"""Painting the label map of the document: one step of undo for a stroke, and the newest map always in sight."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from ganstudio.core.document import PaintedMap
from ganstudio.core.inputs import LabelMap
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.project import Project
from ganstudio.core.store import Array
from ganstudio.studio.library import ModelEntry
from ganstudio.studio.painting.concepts import Concepts
from ganstudio.studio.painting.map_files import looks_like_map
from ganstudio.studio.painting.map_import import MapImport
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.painting.photo_map import PhotoMaps
from ganstudio.studio.painting.regions import Shift, exchanged, moved
from ganstudio.studio.painting.strokes import Hand, Stroke, Tool, Touch, picked
from ganstudio.studio.painting.styles import Styles
from ganstudio.studio.photo_reading import bounded

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

WORDS = {
    Tool.BRUSH: "Paint",
    Tool.LINE: "Draw a line of",
    Tool.RECTANGLE: "Draw a rectangle of",
    Tool.ELLIPSE: "Draw an ellipse of",
    Tool.LASSO: "Surround",
    Tool.BUCKET: "Fill with",
    Tool.EXCHANGE: "Turn a class into",
}
MOVED = "Move a region"
WORKSPACE = "paint"
LARGEST_BRUSH = 256
NOTHING: Mapping[str, Any] = MappingProxyType({})
_gestures = count(1)


class Painting:
    """Lives on the main thread; what is painted is in the document, what is held only here."""

    changed = Signal()  # the hand, what is selected, or the guide
    labels_changed = Signal()  # another map is to be seen
    workspace_wanted = Signal(str)

    def __init__(self, session: "Session") -> None:
        """Hold a brush; nothing is painted before `begin`."""
        self._session = session
        self.hand = Hand(label=1)
        self.selection: Array | None = None  # bool `[H, W]`
        self.guide: Array | None = None  # a picture uint8 `[h, w, 3]` to paint after
        self.files = MapImport(session, self)
        self.styles = Styles(session)
        self.photos = PhotoMaps(session, self)
        self.concepts = Concepts(session)
        self._stroke: Stroke | None = None
        self._gesture = ""
        self._written: PaintedMap | None = None
        self._read: tuple[PaintedMap, Array] | None = None
        session.project_changed.connect(self._project_changed)
        session.model_changed.connect(self._model_changed)
        session.frame_arrived.connect(self._frame_arrived)

    @property
    def asked(self) -> LabelMap | None:
        """What the open model says of the map that it draws from."""
        return map_input(self._session.model)

    @property
    def value(self) -> PaintedMap | None:
        """The map in the document."""
        asked = self.asked
        value = self._session.document.inputs.get(asked.name) if asked is not None else None
        return value if isinstance(value, PaintedMap) else None

    @property
    def labels(self) -> Array | None:
        """The map as it is to be seen, uint8 `[H, W]`: during a stroke the newest one."""
        if self._stroke is not None:
            return self._stroke.labels
        value = self.value
        return None if value is None else self._labels_of(value)

    @property
    def painting(self) -> bool:
        """Whether a stroke is under way."""
        return self._stroke is not None

    def take_up(self, hand: Hand) -> None:
        """Change the hand: its tool, class, brush and so on; classes that there are not stay in their box."""
        asked = self.asked
        if asked is not None and not (0 <= hand.label < len(asked.classes) and 0 <= hand.other < len(asked.classes)):
            return
        size = min(max(hand.brush.size, 1), LARGEST_BRUSH)
        held = replace(hand, brush=replace(hand.brush, size=size))
        if held != self.hand:
            self.hand = held
            self.changed.emit()

    def choose(self, label: int, *, other: bool = False) -> None:
        """Take up a class, or let the right button paint it."""
        self.take_up(replace(self.hand, other=label) if other else replace(self.hand, label=label))

    def resize_brush(self, by: float) -> None:
        """Make the brush larger or smaller by a factor, at least by a pixel."""
        size = self.hand.brush.size
        wanted = round(size * by)
        wanted += int(wanted == size) * (1 if by > 1 else -1)
        self.take_up(replace(self.hand, brush=replace(self.hand.brush, size=wanted)))

    def begin(self, touch: Touch, *, other: bool = False) -> None:
        """Press the tool on the map; `other` is the right button."""
        labels = self.labels
        if labels is None:
            return
        self.end()
        if self.hand.tool is Tool.PICK:
            self.pick(touch, other=other)
            return
        self._gesture = f"stroke-{next(_gestures)}"
        self._written = self.value
        self._stroke = Stroke(labels, self.hand, touch, other=other, region=self.selection)
        self._follow()

    def go(self, touch: Touch) -> None:
        """Move the tool."""
        if self._stroke is not None:
            self._stroke.go(touch)
            self._follow()

    def end(self) -> None:
        """Let go: what was painted is one step."""
        stroke = self._stroke
        if stroke is None:
            return
        self._write(stroke)
        self._stroke = None
        self._session.end_gesture()
        if stroke.hand.tool in (Tool.SELECT, Tool.MOVE):
            self.select(stroke.region)

    def give_up(self) -> None:
        """Take the stroke under way back."""
        stroke = self._stroke
        if stroke is not None:
            stroke.labels = stroke.before
            self._write(stroke)
            self._stroke = None
            self._session.end_gesture()
            self.labels_changed.emit()

    def pick(self, touch: Touch, *, other: bool = False) -> None:
        """Take the class under the pointer into the hand."""
        labels = self.labels
        found = None if labels is None else picked(labels, touch)
        if found is not None:
            self.choose(found, other=other)

    def select(self, region: Array | None) -> None:
        """Have a region in hand that can be moved; none where it is empty."""
        self.selection = region if region is not None and region.any() else None
        self.changed.emit()

    def shift(self, shift: Shift) -> None:
        """Move or scale what is selected."""
        labels, region = self.labels, self.selection
        if labels is None or region is None or self.painting:
            return
        self.put(moved(labels, region, shift, self.hand.left_behind), MOVED)
        self.select(moved(region.astype(np.uint8), region, shift, 0).astype(bool))

    def exchange(self, old: int, new: int) -> None:
        """Turn a class into another one everywhere."""
        asked, labels = self.asked, self.labels
        if asked is not None and labels is not None:
            self.put(exchanged(labels, old, new), f"Turn {asked.classes[old]} into {asked.classes[new]}")

    def clear(self) -> None:
        """Paint everything in the right button's class."""
        asked, labels = self.asked, self.labels
        if asked is not None and labels is not None:
            self.put(np.full_like(labels, self.hand.other), f"Clear to {asked.classes[self.hand.other]}")

    def flip(self) -> None:
        """Swap left and right of the map."""
        labels = self.labels
        if labels is not None:
            self.put(labels[:, ::-1], "Swap left and right")

    def put(self, labels: Array, words: str, others: Mapping[str, Any] | None = None) -> None:
        """Have another map of any size, and other fields of the document with it, in one step."""
        from ganstudio.core.label_maps import resized

        asked = self.asked
        if asked is not None:
            self.give_up()
            self._change(words, resized(labels, *asked.size), None, others or {})

    def take_picture(self, path: Path) -> None:
        """Take a map where the model draws from one; any other picture is a photo to be edited."""
        if self.asked is not None and looks_like_map(path):
            self.workspace_wanted.emit(WORKSPACE)
            self.files.open(path)
        else:
            self._session.photo.open(path)

    def take_file(self, path: Path) -> None:
        """Take a map from a file, make one of a photo where that can be done, or have the photo as a guide."""
        if looks_like_map(path):
            self.files.open(path)
        elif self.photos.possible:
            self.photos.open(path)
        else:
            self.open_guide(path)

    def open_guide(self, path: Path) -> None:
        """Read a picture to paint after; what goes wrong is told."""
        asked = self.asked
        if asked is not None:
            self._session.add_beside(f"Guide {path.name}", partial(_guide, path, asked), self._take_guide)

    def painters(self) -> tuple[ModelEntry, ...]:
        """Return the shipped models that draw from maps."""
        from ganstudio.architectures import cards

        known = cards()
        return tuple(
            entry
            for entry in self._session.library.shipped
            if entry.architecture in known and known[entry.architecture].paints
        )

    def show_guide(self, picture: Array | None) -> None:
        """Have a picture to paint after, or none."""
        self.guide = picture
        self.changed.emit()

    def _take_guide(self, status: JobStatus) -> None:
        if isinstance(status.progress.result, np.ndarray):
            self.show_guide(status.progress.result)

    def _follow(self) -> None:
        """Show the newest map, and draw it unless the one before is still being drawn."""
        self.labels_changed.emit()
        frame = self._session.frame
        if self._stroke is not None and frame is not None and frame.document == self._session.document:
            self._write(self._stroke)

    def _write(self, stroke: Stroke) -> None:
        asked = self.asked
        if asked is None:
            return
        label = stroke.hand.other if stroke.other else stroke.hand.label
        words = WORDS.get(stroke.hand.tool)
        name = asked.classes[label] if label < len(asked.classes) else ""
        self._change(f"{words} {name}" if words is not None else MOVED, stroke.labels, self._gesture)

    def _change(self, words: str, labels: Array, gesture: str | None, others: Mapping[str, Any] = NOTHING) -> None:
        from ganstudio.core.label_maps import painted, repainted

        asked, before, store = self.asked, self.value, self._session.store
        if asked is None:
            return
        fits = before is not None and labels.shape == (before.height, before.width)
        value = repainted(before, labels, store) if before is not None and fits else painted(labels, store)
        self._read = (value, labels)
        self._written = value
        if value != before or others:
            self._session.change_many(words, {f"inputs.{asked.name}": value, **others}, gesture)

    def _labels_of(self, value: PaintedMap) -> Array:
        from ganstudio.core.label_maps import indices_of

        if self._read is None or self._read[0] != value:
            self._read = (value, indices_of(value, self._session.store))
        return self._read[1]

    def _frame_arrived(self, *_told: object) -> None:
        if self._stroke is not None:
            self._write(self._stroke)

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.document.inputs == before.document.inputs and after.document.model == before.document.model:
            return
        if self._stroke is not None and self.value != self._written:  # undone, or another document
            self._stroke = None
        self.labels_changed.emit()

    def _model_changed(self, *_told: object) -> None:
        self._stroke = None
        asked, labels = self.asked, self.labels
        if asked is not None:
            last = len(asked.classes) - 1
            self.hand = replace(self.hand, label=min(self.hand.label, last), other=min(self.hand.other, last))
        if self.selection is not None and (labels is None or labels.shape != self.selection.shape):
            self.selection = None
        self.changed.emit()
        self.labels_changed.emit()


def _guide(path: Path, asked: LabelMap) -> Iterator[Progress]:
    """Read the middle of a picture in the proportions of the map, uint8 `[h, w, 3]`."""
    from ganstudio.data.photos import read_photo

    shown = read_photo(path).shown
    rows, columns = asked.size
    height, width = shown.shape[:2]
    scale = min(height / rows, width / columns)
    high, wide = max(int(rows * scale), 1), max(int(columns * scale), 1)
    top, left = (height - high) // 2, (width - wide) // 2
    yield Progress(1, 1, result=bounded(shown[top : top + high, left : left + wide]))
