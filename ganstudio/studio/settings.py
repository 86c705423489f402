"""What the program remembers between starts, in one JSON file."""

import dataclasses
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.paths import user_folder
from ganstudio.studio.launch import Theme

FILE = "settings.json"
RECENT_KEPT = 12
JOURNAL_S = 1.0
PREVIEW_CHOICES_PX = (0, 32, 64, 128)
PREVIEW_CHOICES_MS = (20, 40, 100, 250)
JOURNAL_CHOICES_S = (0.5, 1.0, 2.0, 3.0)


Content = bytes | Callable[[], bytes]
"""What a file is to hold, or what says so just before it is written."""


class Keeping:
    """Writes a file's newest content, one writing after another, on the caller's thread or beside it."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._turn = threading.Lock()  # held while a file is written
        self._wake = threading.Lock()  # held while what waits changes hands
        self._waiting: tuple[Path, Content] | None = None
        self._thread: threading.Thread | None = None

    def write(self, file: Path, data: Content) -> bool:
        """Write now; what still waited is older and dropped. Tell whether it worked."""
        with self._wake:
            self._waiting = None
        with self._turn:
            return _written(file, data)

    def write_soon(self, file: Path, data: Content) -> None:
        """Write beside the caller; newer data takes the place of data that still waits."""
        with self._wake:
            self._waiting = (file, data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="settings")  # no daemon: its file is finished
                self._thread.start()

    def finish(self) -> None:
        """Wait until nothing is left to write."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._turn:
                with self._wake:
                    waiting, self._waiting = self._waiting, None
                    if waiting is None:
                        self._thread = None
                        return
                _written(*waiting)


def _written(file: Path, content: Content) -> bool:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content()
        write_file(file, [data], len(data))
    except (OSError, StudioError):
        return False
    return True


@dataclass
class Settings:
    """Plain values; anything unreadable in the file falls back to its default."""

    theme: Theme = Theme.SYSTEM
    device: str = AUTO
    precision: Precision = Precision.EXACT
    recent: list[str] = field(default_factory=list)
    layout: dict[str, str] = field(default_factory=dict)  # window geometry and panel states, by name
    folder: Path = field(default_factory=user_folder, compare=False)
    keeping: Keeping = field(default_factory=Keeping, compare=False, repr=False)
    projects: list[str] = field(default_factory=list)  # project files opened or saved lately, the latest first
    keys: dict[str, str] = field(default_factory=dict)  # shortcuts by command, where they are a person's own
    encoders: list[str] = field(default_factory=list)  # files of encoders opened lately, the latest first
    exports: str = ""  # the folder that saved pictures go to at first
    journal_s: float = JOURNAL_S  # seconds between two writes of the journal, at most

    enlarge: bool = False  # whether the picture in sight is enlarged while it stands still
    preview_px: int = 64  # how wide what is shown before a slow picture is; 0 where nothing is
    preview_ms: int = 40  # what counts as slow
    written: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # last, or read at first

    @staticmethod
    def load(folder: Path | None = None) -> "Settings":
        """Read the settings; a missing or broken file gives the defaults; the broken one is kept."""
        folder = folder or user_folder()
        file = folder / FILE
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            found = {}
        except (OSError, ValueError):
            _keep_aside(file)
            found = {}
        settings = _from_json(found if isinstance(found, dict) else {}, folder)
        settings.written = settings._values()
        return settings

    @property
    def exports_folder(self) -> Path:
        """The folder that saved pictures go to at first: the chosen one while it is there, else the home folder."""
        chosen = Path(self.exports)
        return chosen if self.exports and chosen.is_dir() else Path.home()

    def save(self) -> bool:
        """Write the settings; tell whether that worked, since a full disk is no reason to stop."""
        return self.keeping.write(self.folder / FILE, self._packed())

    def save_soon(self) -> None:
        """Write the settings as they are now beside the caller, who may be drawing a window."""
        self.keeping.write_soon(self.folder / FILE, self._packed())

    def _values(self) -> dict[str, Any]:
        """A copy of all values as JSON holds them."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.compare}
        copied: dict[str, Any] = json.loads(json.dumps(values))
        return copied

    def _packed(self) -> Callable[[], bytes]:
        """What to write: what changed here, and all else as another window may have written it since."""
        ours = self._values()

        def merged() -> bytes:
            theirs = _found(self.folder / FILE)
            same = {name for name, value in ours.items() if name in theirs and value == self.written.get(name)}
            self.written = ours
            return json.dumps({name: theirs[name] if name in same else ours[name] for name in ours}, indent=1).encode()

        return merged


def _found(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _from_json(found: dict[str, Any], folder: Path) -> Settings:
    settings = Settings(folder=folder)
    if found.get("theme") in list(Theme):
        settings.theme = Theme(found["theme"])
    if found.get("precision") in list(Precision):
        settings.precision = Precision(found["precision"])
    if isinstance(found.get("device"), str):
        settings.device = found["device"]
    if isinstance(found.get("exports"), str):
        settings.exports = found["exports"]
    if isinstance(found.get("enlarge"), bool):
        settings.enlarge = found["enlarge"]
    if found.get("journal_s") in JOURNAL_CHOICES_S:
        settings.journal_s = float(found["journal_s"])
    if found.get("preview_px") in PREVIEW_CHOICES_PX:
        settings.preview_px = int(found["preview_px"])
    if found.get("preview_ms") in PREVIEW_CHOICES_MS:
        settings.preview_ms = int(found["preview_ms"])
    settings.recent, settings.projects = _texts(found.get("recent")), _texts(found.get("projects"))
    settings.encoders = _texts(found.get("encoders"))
    settings.layout, settings.keys = _named_texts(found.get("layout")), _named_texts(found.get("keys"))
    return settings


def _texts(found: object) -> list[str]:
    return [text for text in found if isinstance(text, str)][:RECENT_KEPT] if isinstance(found, list) else []


def _named_texts(found: object) -> dict[str, str]:
    items = found.items() if isinstance(found, dict) else ()
    return {key: text for key, text in items if isinstance(key, str) and isinstance(text, str)}


def _keep_aside(file: Path) -> None:
    try:
        file.replace(file.with_suffix(".broken.json"))
    except OSError:
        return
