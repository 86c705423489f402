"""Keeps the session on disk and finds the ones before it: those that crashed are offered, those that ended are kept."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.errors import StudioError
from ganstudio.core.file_lock import FileLock
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.history import Tree
from ganstudio.studio.journal import INTERVAL_S, JOURNAL, PICTURE, Found, Journal, read_journal

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

SESSIONS, LOCK, PROJECT = "sessions", "lock", "project.txt"
ENDED_KEPT = 5
CRASHED_KEPT = 20
LONGEST_INTERVAL_S = 3.0
SIDE_PX = 192
TRIES, TRY_S = 40, 0.02


class TakenError(StudioError):
    """An earlier session is open in another window, or is gone."""


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """A session of before: where it lies, when it was last written (Unix seconds), and what it holds."""

    folder: Path
    when: float
    steps: int
    model: str
    crashed: bool
    picture: bytes = b""  # PNG


class Recovery:
    """Lives on the main thread beside the session; reading and writing happen beside it."""

    found = Signal()

    def __init__(self, session: "Session", interval: float = INTERVAL_S) -> None:
        """Nothing is written before `begin`."""
        self._session = session
        self._interval = min(interval, LONGEST_INTERVAL_S)
        self._home = session.settings.folder / SESSIONS
        self._journal: Journal | None = None
        self._leaving: list[Journal] = []  # of what gave way, perhaps still at their last line
        self._lock: FileLock | None = None
        self._problems: list[StudioError] = []
        self._begun = False
        self.earlier: tuple[EarlierSession, ...] = ()

    def begin(self) -> None:
        """Write from now on, and look for what is left of sessions before."""
        self._begun = True
        self._open_journal()
        session = self._session
        session.history_changed.connect(self._note)
        session.replacing.connect(self._turn)
        session.projects.changed.connect(self._note_file)
        session.add_job("Looking for earlier sessions", self._look, self._take_found, Urgency.QUICK)

    def end(self) -> None:
        """Write the last edits; what ends well is kept for a while and not offered by itself."""
        if not self._begun:
            return
        self._begun = False
        self._session.history_changed.disconnect(self._note, missing_ok=True)
        self._session.replacing.disconnect(self._turn, missing_ok=True)
        self._session.projects.changed.disconnect(self._note_file, missing_ok=True)
        self._close_journal(wait=True)
        for journal in self._leaving:
            journal.end()

    def write_every(self, seconds: float) -> None:
        """Write at most this often, and at least every few seconds."""
        self._interval = min(seconds, LONGEST_INTERVAL_S)
        if self._journal is not None:
            self._journal.interval = self._interval

    @property
    def crashed(self) -> tuple[EarlierSession, ...]:
        """The sessions that did not end well, the latest first."""
        return tuple(each for each in self.earlier if each.crashed)

    def restore(self, earlier: EarlierSession) -> None:
        """Bring an earlier session back, whole; what is open now is kept as an earlier session itself."""
        self._session.add_job("Reopening the session", partial(_claimed, earlier, self._session.store), self._take_tree)

    def discard(self, earlier: EarlierSession) -> None:
        """Delete an earlier session."""
        lock = FileLock.taken(earlier.folder / LOCK)
        if lock is not None:
            lock.release()
            shutil.rmtree(earlier.folder, ignore_errors=True)
        self._drop(earlier)

    def _open_journal(self) -> None:
        folder = self._home / f"{time.time():.0f}-{os.getpid()}-{secrets.token_hex(2)}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            sentence = f"Edits cannot be kept safe from a crash: {self._home} cannot be written ({error.strerror})."
            self._session.failed.emit(Problem(f"{sentence} Free some space or change its permissions.", lasting=True))
            return
        self._lock = FileLock.taken(folder / LOCK)
        self._journal = Journal(folder, self._session.store, self._problems.append, self._interval)

    def _close_journal(self, wait: bool) -> None:
        journal, lock = self._journal, self._lock
        self._journal = self._lock = None
        if journal is None:
            return
        tree = self._session.history.tree
        if len(tree.nodes) < 2:
            journal.end()
            _let_go(journal.folder, lock, gone=True)
            return
        journal.after_next_write(partial(_let_go, journal.folder, lock, gone=False))
        journal.note(tree, self._picture())
        journal.end(wait=wait)
        self._leaving += [] if wait else [journal]
        model = Path(self._session.document.model.name).name
        now = EarlierSession(journal.folder, time.time(), len(tree.nodes) - 1, model, crashed=False)
        self.earlier = (now, *self.earlier)

    def _turn(self) -> None:
        """What is open gives way: its journal ends, another one begins."""
        self._close_journal(wait=False)
        self._open_journal()

    def _note(self) -> None:
        tree = self._session.history.tree
        if self._journal is not None and len(tree.nodes) > 1:
            self._journal.note(tree, self._picture())
        while self._problems:
            self._session.failed.emit(Problem(str(self._problems.pop()), lasting=True))

    def _note_file(self) -> None:
        """Write down which project file is open."""
        path = self._session.projects.path
        if self._journal is not None:
            with contextlib.suppress(OSError):  # only the title of a restored session hangs on it
                (self._journal.folder / PROJECT).write_text("" if path is None else str(path.resolve()), "utf-8")

    def _picture(self) -> Array | None:
        frame = self._session.frame
        if frame is None or frame.preview:
            return None
        picture = next(iter(frame.pictures.values()))
        step = max(1, -(-max(picture.shape[:2]) // SIDE_PX))
        small: Array = picture[::step, ::step]
        return small

    def _look(self, _backend: Backend) -> Iterator[Progress]:
        mine = self._journal.folder if self._journal is not None else None
        yield Progress(1, 1, result=look_for_sessions(self._home, mine))

    def _take_found(self, status: JobStatus) -> None:
        found = status.progress.result
        if not status.is_over and isinstance(found, tuple):
            self.earlier = found
            self.found.emit()

    def _take_tree(self, status: JobStatus) -> None:
        result = status.progress.result
        if status.is_over or not isinstance(result, tuple):
            return
        earlier, tree, lock = result
        file = _file_of(earlier.folder)
        self._session.take_over(tree)
        if file is not None:
            self._session.projects.resume(file)
        if self._journal is not None and len(tree.nodes) > 1:
            self._journal.after_next_write(partial(_let_go, earlier.folder, lock, gone=True))
            self._journal.note(tree)
        else:
            lock.release()
        self._drop(earlier)

    def _drop(self, earlier: EarlierSession) -> None:
        self.earlier = tuple(each for each in self.earlier if each != earlier)
        self.found.emit()


def _file_of(folder: Path) -> Path | None:
    """Return the project file that a session had open."""
    try:
        text = (folder / PROJECT).read_text("utf-8")
    except (OSError, ValueError):
        return None
    return Path(text) if text else None


def _let_go(folder: Path, lock: FileLock | None, gone: bool) -> None:
    if lock is not None:
        lock.release()
    if gone:
        shutil.rmtree(folder, ignore_errors=True)


def _claimed(earlier: EarlierSession, store: Store, _backend: Backend) -> Iterator[Progress]:
    lock = FileLock.taken(earlier.folder / LOCK)
    for turn in range(TRIES):  # its last line may just be on its way
        if lock is not None:
            break
        yield Progress(turn, TRIES)
        time.sleep(TRY_S)
        lock = FileLock.taken(earlier.folder / LOCK)
    found = read_journal(earlier.folder / JOURNAL, store) if lock is not None else None
    if lock is None or found is None:
        if lock is not None:
            lock.release()
        raise TakenError("That session is open in another window, or its files are gone; nothing was changed.")
    result: tuple[EarlierSession, Tree, FileLock] = (earlier, found.tree, lock)
    yield Progress(1, 1, result=result)


def look_for_sessions(home: Path, mine: Path | None) -> tuple[EarlierSession, ...]:
    """Return what is left of earlier sessions, the latest first; the oldest and the empty ones are deleted."""
    found = [each for folder in _folders(home) if folder != mine and (each := _look_into(folder)) is not None]
    found.sort(key=lambda each: each.when, reverse=True)
    kept: list[EarlierSession] = []
    room = {True: CRASHED_KEPT, False: ENDED_KEPT}
    for each in found:
        room[each.crashed] -= 1
        if room[each.crashed] >= 0:
            kept.append(each)
        else:
            shutil.rmtree(each.folder, ignore_errors=True)
    return tuple(kept)


def _folders(home: Path) -> list[Path]:
    try:
        return [folder for folder in home.iterdir() if (folder / JOURNAL).is_file()]
    except OSError:
        return []


def _look_into(folder: Path) -> EarlierSession | None:
    lock = FileLock.taken(folder / LOCK)
    if lock is None:
        return None
    try:
        found = read_journal(folder / JOURNAL, Store())
        return None if found is None else _summary(folder, found)
    finally:
        lock.release()


def _summary(folder: Path, found: Found) -> EarlierSession:
    nodes = {node.number: node for node in found.tree.nodes}
    model = Path(nodes[found.tree.current].project.document.model.name).name
    picture = b""
    with contextlib.suppress(OSError):
        picture = (folder / PICTURE).read_bytes()
    return EarlierSession(folder, found.when, len(nodes) - 1, model, not found.ended, picture)
