"""The project in the window: its tabs, its file, and sessions of before that are offered back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from ganstudio.core.frame import Problem
from ganstudio.gui.actions import Command
from ganstudio.gui.binding import Bindings
from ganstudio.gui.panels.project import session_in_words, when_in_words
from ganstudio.gui.widgets.offer import Offer
from ganstudio.gui.widgets.tab_strip import TabStrip
from ganstudio.studio.names import document_name
from ganstudio.studio.opening import open_file
from ganstudio.studio.project_file import SUFFIX, project_name
from ganstudio.studio.recovery import EarlierSession
from ganstudio.studio.session import Session

FILES = f"Projects (*{SUFFIX});;All files (*)"
Aside = Callable[[Callable[[], None], Callable[[Problem | None], None]], None]


class ProjectDesk(QObject):
    """Keeps tabs and offer in step with the session; `aside(work, told)` runs work beside the window."""

    def __init__(self, host: QWidget, session: Session, tabs: TabStrip, offer: Offer, aside: Aside) -> None:
        super().__init__(host)
        self._host, self._session, self._tabs, self._offer, self._aside = host, session, tabs, offer, aside
        self._offered: EarlierSession | None = None
        self.bindings = Bindings()
        self.bindings.on(session.history_changed, self._show_tabs)
        self.bindings.on(session.recovery.found, self._show_offer)
        tabs.chosen.connect(session.show_document)
        tabs.closed.connect(session.close_document)
        tabs.added.connect(session.duplicate_document)
        offer.taken.connect(self._take)
        offer.refused.connect(self._refuse)
        self._show_tabs()
        self._show_offer()

    def release(self) -> None:
        """Listen no longer."""
        self.bindings.release()

    def commands(self) -> tuple[Command, ...]:
        """What can be done with a project and its tabs."""
        session = self._session
        return (
            Command("project.save", "Save the project", self.save, "Ctrl+Shift+S", group="Project"),
            Command("project.save-as", "Save the project as…", self.save_as, "Ctrl+Alt+S", group="Project"),
            Command("project.open", "Open a project…", self.browse, "Ctrl+Shift+O", words="load", group="Project"),
            Command("tab.new", "New tab with a copy", session.duplicate_document, "Ctrl+T", words="+", group="Tabs"),
            Command("tab.close", "Close this tab", self._close, "Ctrl+W", group="Tabs"),
            Command("tab.next", "Next tab", lambda: self._step(1), "Ctrl+Tab or Ctrl+PgDown", group="Tabs"),
            Command("tab.back", "Previous tab", lambda: self._step(-1), "Ctrl+Shift+Tab or Ctrl+PgUp", group="Tabs"),
        )

    def offers(self) -> Sequence[Command]:
        """What can be gone to or opened instead: tabs, projects opened before, earlier sessions."""
        session, now = self._session, time.time()
        names = [document_name(document) for document in session.project.documents]
        tabs = [
            Command(f"tab.{i}", f"Go to tab {i + 1}: {name}", partial(session.show_document, i), group="Tabs")
            for i, name in enumerate(names if len(names) > 1 else ())
        ]
        files = [
            Command(f"project.{path}", f"Open project {project_name(path)}", partial(open_file, session, path))
            for path in session.projects.recent
        ]
        sessions = [
            Command(
                f"session.{each.folder.name}",
                f"Reopen the session of {when_in_words(each.when, now)} ({session_in_words(each)})",
                partial(session.recovery.restore, each),
                words="last earlier recover restore",
            )
            for each in session.recovery.earlier
        ]
        return [*tabs, *files, *sessions]

    def save(self) -> None:
        """Write the project where it lies; ask where to, the first time."""
        path = self._session.projects.path
        if path is None:
            self.save_as()
        else:
            self._write(path)

    def save_as(self) -> None:
        """Ask where to, and write the project there."""
        path = self._session.projects.path
        start = str(path) if path is not None else str(Path.home() / f"project{SUFFIX}")
        chosen, _ = QFileDialog.getSaveFileName(self._host, "Save the project", start, FILES)
        if chosen:
            self._write(Path(chosen))

    def browse(self) -> None:
        """Let the person choose a project file."""
        recent = self._session.projects.recent
        start = str(recent[0].parent if recent else Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self._host, "Open a project", start, FILES)
        if chosen:
            open_file(self._session, Path(chosen))

    def _write(self, path: Path) -> None:
        path, work, done = self._session.projects.writing(path)

        def told(problem: Problem | None) -> None:
            if problem is None:
                done()
            else:
                self._session.failed.emit(problem)

        self._aside(work, told)

    def _show_tabs(self) -> None:
        project = self._session.project
        self._tabs.show_tabs([document_name(document) for document in project.documents], project.active)

    def _step(self, by: int) -> None:
        project = self._session.project
        self._session.show_document((project.active + by) % len(project.documents))

    def _close(self) -> None:
        self._session.close_document(self._session.project.active)

    def _show_offer(self) -> None:
        crashed = self._session.recovery.crashed
        offered = crashed[0] if crashed else None
        if offered == self._offered:
            return
        self._offered = offered
        if offered is None:
            self._offer.hide()
            return
        when, what = when_in_words(offered.when, time.time()), session_in_words(replace(offered, crashed=False))
        self._offer.tell(f"The studio did not end well. Its session is still here: {when} ({what}).", offered.picture)

    def _take(self) -> None:
        if self._offered is not None:
            self._session.recovery.restore(self._offered)

    def _refuse(self) -> None:
        if self._offered is not None:
            self._session.recovery.discard(self._offered)
