"""Taking a map from a file: at once where its tones are known, else after a person said which classes they are."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.inputs import LabelMap
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.studio.painting.map_files import MapFile, read_map_file, write_map_file

if TYPE_CHECKING:
    from ganstudio.studio.painting.painting import Painting
    from ganstudio.studio.session import Session

CHOICES_FILE = "map-colours.json"
LARGEST_FILE = 1 << 20


class MapImport:
    """Lives on the main thread; `pending` is a map whose tones still need classes, `classes` what each would be."""

    changed = Signal()

    def __init__(self, session: "Session", painting: "Painting") -> None:
        """Read nothing before `open`."""
        self._session, self._painting = session, painting
        self.pending: MapFile | None = None
        self.classes: list[int] = []
        self.words = ""  # what is to be known of the map that was taken last
        self._last: MapFile | None = None
        self._number = 0
        session.model_changed.connect(self._model_changed)

    def open(self, path: Path) -> None:
        """Read a file for the open model; what goes wrong is told."""
        asked = self._painting.asked
        if asked is not None:
            steps = partial(_reading, path, asked, self._session.settings.folder)
            self._number = self._session.add_beside(f"Map {path.name}", steps, self._take)

    def choose(self, tone: int, label: int) -> None:
        """Say which class a tone is; tones are numbered as in `pending`."""
        asked = self._painting.asked
        if asked is not None and 0 <= tone < len(self.classes) and 0 <= label < len(asked.classes):
            self.classes[tone] = label
            self.changed.emit()

    def accept(self) -> None:
        """Take the map with the classes as they are, and remember them."""
        pending, asked = self.pending, self._painting.asked
        if pending is None or asked is None:
            return
        chosen = {
            tone.name: asked.classes[label]
            for tone, label in zip(pending.tones, self.classes, strict=True)
            if label != tone.known
        }
        if chosen:
            _remember(self._session.settings.folder, asked, chosen)
        self._put(pending)

    def dismiss(self) -> None:
        """Leave the map as it is."""
        self.pending = None
        self.changed.emit()

    def reconsider(self) -> None:
        """Ask again which classes the tones of the map that was taken last are."""
        if self._last is not None:
            self.pending = self._last
            self.changed.emit()

    @property
    def can_reconsider(self) -> bool:
        """Whether a map was taken from a file."""
        return self._last is not None and self.pending is None

    def export(self, path: Path) -> None:
        """Write the map in sight as a palette picture, as a job."""
        asked, labels = self._painting.asked, self._painting.labels
        if asked is not None and labels is not None:

            def steps() -> Iterator[Progress]:
                write_map_file(path, labels, asked)
                yield Progress(1, 1)

            self._session.add_beside(f"Save {path.name}", steps, partial(self._saved, path))

    def _take(self, status: JobStatus) -> None:
        found = status.progress.result
        if status.number != self._number or not isinstance(found, MapFile):
            return
        self.pending, self.classes = found, list(found.likely)
        self.words = ""
        if found.unknown:
            self.changed.emit()
        else:
            self._put(found)

    def _put(self, found: MapFile) -> None:
        self._last, self.pending = found, None
        self.words = " ".join(found.notes)
        self._painting.put(found.labels(self.classes), f"Map {found.name}")
        self.changed.emit()

    def _saved(self, path: Path, status: JobStatus) -> None:
        if status.is_over and status.state.value == "done":
            self._session.noted.emit(f"Saved {path}.")

    def _model_changed(self, *_told: object) -> None:
        self.pending = self._last = None
        self.words = ""
        self._number = 0
        self.changed.emit()


def remembered(folder: Path, asked: LabelMap) -> Mapping[str, int]:
    """Return the classes that a person gave tones before, by their names; nothing where the file cannot be read."""
    found = _written(folder).get(_key(asked), {})
    entries = found.items() if isinstance(found, dict) else ()
    return {tone: asked.classes.index(name) for tone, name in entries if name in asked.classes}


def _reading(path: Path, asked: LabelMap, folder: Path) -> Iterator[Progress]:
    yield Progress(1, 1, result=read_map_file(path, asked, remembered(folder, asked)))


def _remember(folder: Path, asked: LabelMap, chosen: Mapping[str, str]) -> None:
    """Add choices to the file; a full disk is no reason to stop."""
    kept = _written(folder)
    before = kept.get(_key(asked))
    kept[_key(asked)] = {**(before if isinstance(before, dict) else {}), **chosen}
    data = json.dumps(kept, indent=1, ensure_ascii=False).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / CHOICES_FILE, [data], len(data))
    except (OSError, StudioError):
        return


def _written(folder: Path) -> dict[str, object]:
    file = folder / CHOICES_FILE
    try:
        if file.stat().st_size > LARGEST_FILE:
            return {}
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(asked: LabelMap) -> str:
    return ", ".join(asked.classes)
