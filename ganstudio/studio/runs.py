"""The training runs that a person knows: which there are, what they do, and what is done with them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.errors import StudioError
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobState, JobStatus, Progress
from ganstudio.studio.run_curves import Span
from ganstudio.studio.run_reading import Glance, RunReader, RunReading, glance
from ganstudio.studio.run_watch import RunState
from ganstudio.studio.settings import Keeping
from ganstudio.studio.train_draft import TrainDraft
from ganstudio.studio.train_models import TimeMachine
from ganstudio.studio.train_sheets import Sheets
from ganstudio.training.child import Child, start, start_new
from ganstudio.training.run import RunFolder, RunFolderError

if TYPE_CHECKING:
    from ganstudio.studio.session import Session
    from ganstudio.training.options import TrainingOptions

FILE = "runs.json"
RUNS = "runs"
KEPT = 200
MOST_COMPARED = 4
ALIVE = (RunState.RUNNING, RunState.PAUSED, RunState.STARTING)
RESUMABLE = (RunState.STOPPED, RunState.FAILED, RunState.CRASHED, RunState.NEW)


class Runs:
    """Lives on the main thread; folders are read and written beside it."""

    changed = Signal()  # the list, or what a run is doing
    chosen_changed = Signal()
    read = Signal(RunReading)  # of the chosen run or of one that is compared with it
    workspace_wanted = Signal(str)

    def __init__(self, session: "Session") -> None:
        """Read nothing yet: the list is read when it is asked for."""
        self._session = session
        self._file = session.settings.folder / FILE
        self._keeping = Keeping()
        self._paths: list[Path] | None = None
        self._glances: dict[Path, Glance] = {}
        self._children: dict[Path, Child] = {}
        self._last_words: dict[Path, str] = {}
        self._reader = RunReader()
        self._looking: int | None = None
        self._again = False
        self.chosen: Path | None = None
        self.compared: tuple[Path, ...] = ()
        self.readings: dict[Path, RunReading] = {}
        self.span: Span | None = None
        self.draft = TrainDraft(session)
        self.sheets = Sheets(session)
        self.machine = TimeMachine(session)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The known runs, the latest first."""
        if self._paths is None:
            self._paths = self._stored()
        return tuple(self._paths)

    @property
    def folder(self) -> Path:
        """Where new runs go at first."""
        return self._session.settings.folder / RUNS

    @property
    def reading(self) -> RunReading | None:
        """What was last read of the chosen run."""
        return self.readings.get(self.chosen) if self.chosen is not None else None

    @property
    def idle(self) -> bool:
        """Whether nothing is being read."""
        return self._looking is None

    def glance(self, path: Path) -> Glance | None:
        """Return what a run was doing when it was last looked at; None before that."""
        found = self._glances.get(path)
        child = self._children.get(path)
        if found is None or child is None:
            return found
        if not child.is_over and found.state not in ALIVE:
            return replace(found, state=RunState.STARTING, reason="")
        if child.is_over and found.state in (RunState.NEW, RunState.CRASHED):
            if path not in self._last_words:
                self._last_words[path] = child.reason
            return replace(found, state=RunState.CRASHED, reason=self._last_words[path] or found.reason)
        return found

    def choose(self, path: Path | None) -> None:
        """Look at a run; None looks at the one that is being prepared."""
        if path == self.chosen:
            return
        self.chosen, self.span = path, None
        self.compared = tuple(other for other in self.compared if other != path)
        self.chosen_changed.emit()
        self.refresh()

    def compare(self, path: Path, *, on: bool) -> None:
        """Lay another run's curves over the chosen one's, or take them away."""
        others = tuple(other for other in self.compared if other != path)
        self.compared = (*others, path)[-MOST_COMPARED:] if on and path != self.chosen else others
        self.chosen_changed.emit()
        self.refresh()

    def show_span(self, span: Span | None) -> None:
        """Read the curves between both ends in more detail; None: all of them."""
        if span != self.span:
            self.span = span
            self.refresh()

    def refresh(self) -> None:
        """Look at all runs again; where that is under way, once more after it."""
        if self._looking is not None:
            self._again = True
            return
        watched = tuple(path for path in (self.chosen, *self.compared) if path is not None)
        paths, span = self.paths, self.span
        if paths:
            self._looking = self._session.add_beside(
                "Reading runs", lambda: self._reader.look(paths, watched, span), self._take
            )

    def attach(self, path: Path, *, show: bool = True) -> None:
        """Take the folder of a run into the list, wherever it is and whoever trains there."""
        path = path.expanduser().absolute()

        def look() -> Iterator[Progress]:
            RunFolder.open(path)
            yield Progress(1, 1, result=glance(path))

        def told(status: JobStatus) -> None:
            if isinstance(status.progress.result, Glance):
                self._know(path)
                self._note(status.progress.result)
                if show:
                    self.choose(path)
                    self.workspace_wanted.emit("train")

        self._session.add_beside("Opening a run", look, told)

    def forget(self, path: Path) -> None:
        """Take a run out of the list; its folder stays as it is."""
        self._paths = [known for known in self.paths if known != path]
        self.compared = tuple(other for other in self.compared if other != path)
        self._store()
        self.changed.emit()
        if self.chosen == path:
            self.choose(None)

    def start(self, options: "TrainingOptions", path: Path) -> None:
        """Begin a run in a process of its own."""
        self._begin(path, lambda: start_new(path, options))

    def resume(self, path: Path, images: int | None = None) -> None:
        """Let a paused run go on, or start a process that continues one that ended, to more images where given."""
        found = self.glance(path)
        if found is not None and found.state is RunState.PAUSED:
            self.command(path, "resume")
            return

        def again() -> Child:
            run = RunFolder.open(path)
            if images is not None:
                run.refuse_if_in_use()
                run.replace_options(replace(run.options, images=images))
            return start(run)

        self._begin(path, again)

    def command(self, path: Path, command: str) -> None:
        """Steer a run through its folder: `pause`, `resume`, `stop`, `snapshot` or `evaluate`."""

        def write() -> Iterator[Progress]:
            RunFolder.open(path).command(command)
            yield Progress(1, 1)

        self._session.add_beside(command, write, self._refreshed)

    def duplicate(self, path: Path) -> None:
        """Prepare a new run with the options of another one."""
        reading = self.readings.get(path)
        if reading is not None:
            self.draft.take(reading.options)
            self.choose(None)

    def learn_from(self, path: Path) -> None:
        """Prepare a run on dropped pictures."""
        self.draft.choose_data(str(path))
        self.choose(None)
        self.workspace_wanted.emit("train")

    def explore(self, model: Path) -> None:
        """Open a model, keep the state as far as it fits, and go to the explorer."""
        self.machine.show(model)
        self.workspace_wanted.emit("explore")

    def child(self, path: Path) -> Child | None:
        """Return the process that was started here for a run, None where there is none."""
        return self._children.get(path)

    def _begin(self, path: Path, begin: Callable[[], Child]) -> None:
        running = self._children.get(path)
        if running is not None and not running.is_over:
            reason = f"{path.name} is being trained already; stop it first, or wait for it."
            self._session.failed.emit(Problem(reason))
            return

        def steps() -> Iterator[Progress]:
            try:
                yield Progress(1, 1, result=begin())
            except OSError as error:
                raise RunFolderError(f"The run cannot be started in {path} ({error.strerror}).") from error

        def told(status: JobStatus) -> None:
            if isinstance(status.progress.result, Child):
                self._children[path] = status.progress.result
                self._last_words.pop(path, None)
                self._know(path)
                self.choose(path)
                self.refresh()

        self._session.add_beside(f"Starting {path.name}", steps, told)

    def _refreshed(self, status: JobStatus) -> None:
        if status.is_over:
            self.refresh()

    def _take(self, status: JobStatus) -> None:
        found = status.progress.result
        if isinstance(found, RunReading):
            self.readings[found.glance.path] = found
            self._note(found.glance)
            self.read.emit(found)
        elif isinstance(found, Glance):
            self._note(found)
        if status.is_over:
            self._looking = None
            watched = (self.chosen, *self.compared)
            self.readings = {path: reading for path, reading in self.readings.items() if path in watched}
            self.changed.emit()
            if self._again and status.state is not JobState.CANCELLED:
                self._again = False
                self.refresh()

    def _note(self, found: Glance) -> None:
        if self._glances.get(found.path) != found:
            self._glances[found.path] = found
            self.changed.emit()

    def _know(self, path: Path) -> None:
        self._paths = [path, *(known for known in self.paths if known != path)][:KEPT]
        self._store()
        self.changed.emit()

    def _stored(self) -> list[Path]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [Path(text) for text in found if isinstance(text, str)] if isinstance(found, list) else []

    def _store(self) -> None:
        self._keeping.write_soon(self._file, json.dumps([str(path) for path in self.paths], indent=1).encode())


def new_folder(parent: Path, name: str) -> Path:
    """Return a folder below `parent` that holds no run yet: the name, or the name and a number."""
    tried, number = parent / name, 2
    while (tried / "options.json").exists():
        tried, number = parent / f"{name}-{number}", number + 1
    return tried


def is_run(path: Path) -> bool:
    """Tell whether a path is the folder of a run."""
    try:
        return (path / "options.json").is_file() and (path / "samples").is_dir()
    except (OSError, StudioError):
        return False
