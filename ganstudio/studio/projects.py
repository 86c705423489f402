"""The project file that is open, and the ones opened lately."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.engine.compute import Backend
from ganstudio.studio.history import Tree
from ganstudio.studio.project_file import open_project, save_project, with_suffix
from ganstudio.studio.settings import RECENT_KEPT

if TYPE_CHECKING:
    from ganstudio.core.project import Project
    from ganstudio.studio.session import Session


class Projects:
    """Lives on the main thread; reading and writing happen beside it."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """No file is open."""
        self._session = session
        self.path: Path | None = None
        self._saved: Project | None = None
        session.replacing.connect(self._leave)

    @property
    def is_saved(self) -> bool:
        """Whether the open file holds the project as it is now."""
        return self.path is not None and self._saved == self._session.project

    @property
    def recent(self) -> tuple[Path, ...]:
        """The files opened or saved lately that still exist, the latest first."""
        return tuple(path for path in map(Path, self._session.settings.projects) if _is_file(path))

    def open(self, path: Path) -> None:
        """Open a project file in place of what is open, which is kept as an earlier session."""
        self._session.add_job(f"Opening {path.name}", partial(self._read, path), self._take, Urgency.QUICK)

    def writing(self, path: Path) -> tuple[Path, Callable[[], None], Callable[[], None]]:
        """Return where the project will lie, the work that writes it there as it is now, and what to call after it.

        The work may run beside the main thread and raises `SaveError`.
        """
        path, tree, project = with_suffix(path), self._session.history.tree, self._session.project
        work = partial(save_project, path, tree, self._session.store)
        return path, work, partial(self._adopt, path, project)

    def resume(self, path: Path) -> None:
        """Take a file for the one of a session that was brought back; what is in it may be older."""
        if _is_file(path):
            self.path, self._saved = path, None
            self.changed.emit()

    def _read(self, path: Path, _backend: Backend) -> Iterator[Progress]:
        yield Progress(1, 1, result=(path, open_project(path, self._session.store)))

    def _take(self, status: JobStatus) -> None:
        result = status.progress.result
        if status.is_over or not isinstance(result, tuple):
            return
        path, tree = result
        assert isinstance(tree, Tree)
        self._session.take_over(tree)
        self._adopt(path, self._session.project)

    def _adopt(self, path: Path, project: "Project") -> None:
        self.path, self._saved = path, project
        self.list_recent(path)

    def list_recent(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        settings, text = self._session.settings, str(path.resolve())
        settings.projects = [text, *(each for each in settings.projects if each != text)][:RECENT_KEPT]
        settings.save_soon()
        self.changed.emit()

    def _leave(self) -> None:
        self.path = self._saved = None
        self.changed.emit()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
