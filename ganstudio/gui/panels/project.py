"""The project file, those opened before, and sessions of before."""

import time
from pathlib import Path
from typing import ClassVar

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import PROJECT, Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.card import Card, CardText
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.studio.opening import open_file
from ganstudio.studio.project_file import project_name
from ganstudio.studio.recovery import EarlierSession
from ganstudio.studio.session import Session

SHOWN = 4


class ProjectPanel(Panel):
    """Its name and state, and cards of what can be opened instead."""

    title: ClassVar[str] = "Project"
    icon: ClassVar[IconName] = IconName.PROJECT
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.name = ElidedLabel("", "strong")
        self.state = label("", "small", wrap=True)
        self.save = TextButton("Save", "Save the project (Ctrl+Shift+S)", "", IconName.SAVE)
        self.open = TextButton("Open…", "Open a project file (Ctrl+Shift+O)", "", IconName.FOLDER)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.save, self.open):
            row.addWidget(button, 1)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._listed: object = None
        self.cards: list[Card] = []
        for widget in (self.name, self.state):
            self.column.addWidget(widget)
        self.column.addLayout(row)
        self.column.addLayout(self._list)
        self.bindings.on(session.projects.changed, self._show)
        self.bindings.on(session.history_changed, self._show_state)
        self.bindings.on(session.recovery.found, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PROJECT

    def _show(self) -> None:
        self._show_state()
        projects, recovery = self.session.projects, self.session.recovery
        listed = (projects.recent[:SHOWN], recovery.earlier[:SHOWN], projects.path)
        if listed == self._listed:
            return
        self._listed = listed
        clear(self._list)
        self.cards = []
        if listed[0]:
            self._list.addWidget(label("Opened before", "small"))
        for path in listed[0]:
            self._add_file(path)
        if listed[1]:
            self._list.addWidget(label("Earlier sessions", "small"))
        for earlier in listed[1]:
            self._add_session(earlier)

    def _show_state(self) -> None:
        projects = self.session.projects
        self.name.setText(project_name(projects.path))
        if projects.path is None:
            self.state.setText("Not in a file yet; every edit is kept all the same.")
        else:
            self.state.setText("Saved." if projects.is_saved else "Changed since it was saved.")

    def _add_file(self, path: Path) -> None:
        card = Card(CardText(project_name(path), str(path.parent), tip=f"Open the project {path}"))
        card.chosen.connect(lambda: open_file(self.session, path))
        card.mark_current(path == self.session.projects.path)
        self._put(card)

    def _add_session(self, earlier: EarlierSession) -> None:
        title, line = when_in_words(earlier.when, time.time()), session_in_words(earlier)
        card = Card(CardText(title, line, tip=f"Reopen the session of {title}: {line}"))
        card.chosen.connect(lambda: self.session.recovery.restore(earlier))
        self._put(card)

    def _put(self, card: Card) -> None:
        self.cards.append(card)
        self._list.addWidget(card)


def when_in_words(when: float, now: float) -> str:
    """A moment as one says it: today with the time, else with the day."""
    then, today = time.localtime(when), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return f"Today, {clock}"
    if time.localtime(now - 24 * 3600)[:3] == then[:3]:
        return f"Yesterday, {clock}"
    return time.strftime("%d %B, %H:%M", then)


def session_in_words(earlier: EarlierSession) -> str:
    """What a session holds, in a line."""
    steps = f"{earlier.steps} step{'s' if earlier.steps != 1 else ''}"
    return " · ".join(part for part in (earlier.model, steps, "crashed" if earlier.crashed else "") if part)
