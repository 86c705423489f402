"""The runs that are known here: choose one, compare, open others."""

from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ganstudio.gui.actions import Command
from ganstudio.gui.drop import dropped_files
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.run_words import line_of
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import RUNS
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.studio.run_reading import Glance
from ganstudio.studio.runs import is_run
from ganstudio.studio.session import Session

REFRESH_MS = 1000


class RunCard(Surface):
    """One run: its name, what it does, how far it is."""

    chosen = pyqtSignal()

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.path = path
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.title = ElidedLabel(path.name, "strong")
        self.line = ElidedLabel("reading…", "small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(f"Progress of {path.name}")
        self.compare = IconButton(
            IconName.COMPARE, f"Compare with {path.name}", "Lay this run's curves over the chosen one's"
        )
        self.compare.setCheckable(True)
        self.forget = IconButton(
            IconName.CLOSE, f"Remove {path.name}", "Take it out of this list; its folder stays as it is"
        )
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.title, 1)
        top.addWidget(self.compare)
        top.addWidget(self.forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 6, 8)
        column.setSpacing(3)
        column.addLayout(top)
        column.addWidget(self.line)
        column.addWidget(self.bar)
        describe(self, f"Run {path.name}", str(path))

    def show_glance(self, glance: Glance | None, *, current: bool, compared: bool) -> None:
        """Show what it does, and whether it is looked at."""
        if glance is not None:
            words = line_of(glance)
            self.line.setText(words)
            self.bar.setValue(int(1000 * min(glance.images_seen / max(glance.images, 1), 1.0)))
            tip = "\n".join(part for part in (str(self.path), glance.worker, glance.reason) if part)
            describe(self, f"Run {self.path.name}: {words}", tip)
        self.compare.setVisible(not current)
        self.compare.setChecked(compared)
        if bool(self.property("current")) != current:
            self.setProperty("current", current)
            style = self.style()
            if style is not None:
                style.polish(self)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return and Space choose."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class TrainRunsPanel(Panel):
    """Cards of runs; looks at them every second while it is there."""

    title: ClassVar[str] = "Runs"
    icon: ClassVar[IconName] = IconName.TRAIN
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runs = session.runs
        self.cards: dict[Path, RunCard] = {}
        self.setAcceptDrops(True)
        self.new = TextButton("New run", "Prepare a training run: pictures, recipe, start", "primary", IconName.PLUS)
        self.new.clicked.connect(lambda: self.runs.choose(None))
        self.open = TextButton(
            "Open a run…", "Watch a run by its folder, wherever it is trained", "", IconName.FOLDER
        )
        self.open.clicked.connect(self.browse)
        self.nothing = label("No runs yet. Prepare one at the right, or open the folder of a run.", "muted", wrap=True)
        hint = label("or drop a run's folder anywhere on the window", wrap=True)
        hint.setObjectName("drophint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.column.addWidget(self.new)
        self.column.addWidget(self.nothing)
        self.column.addLayout(self._list)
        self.column.addWidget(self.open)
        self.column.addWidget(hint)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.runs.refresh)
        self._timer.start()
        self.bindings.on(self.runs.changed, self._show)
        self.bindings.on(self.runs.chosen_changed, self._show)
        self._show()
        self.runs.refresh()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return RUNS

    def commands(self) -> tuple[Command, ...]:
        """Preparing and opening runs."""
        return (
            Command("train.new", "New training run", lambda: self.runs.choose(None), "Ctrl+Shift+N", group=self.title),
            Command("train.open", "Open a run's folder…", self.browse, words="attach watch", group=self.title),
        )

    def browse(self) -> None:
        """Let the person choose a run's folder."""
        chosen = QFileDialog.getExistingDirectory(self.window(), "The folder of a run", str(self.runs.folder))
        if chosen:
            self.runs.attach(Path(chosen))

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take folders of runs."""
        if event is not None and any(is_run(path) for path in dropped_files(event.mimeData())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Watch every run that was dropped."""
        for path in dropped_files(event.mimeData()) if event is not None else ():
            if is_run(path):
                self.runs.attach(path)
        if event is not None:
            event.acceptProposedAction()

    def release(self) -> None:
        """Look no longer."""
        self._timer.stop()
        super().release()

    def _show(self, *_told: object) -> None:
        if tuple(self.cards) != self.runs.paths:
            clear(self._list)
            self.cards = {}
            for path in self.runs.paths:
                self._add(path)
        self.nothing.setVisible(not self.cards)
        for path, card in self.cards.items():
            current = path == self.runs.chosen
            card.show_glance(self.runs.glance(path), current=current, compared=path in self.runs.compared)

    def _add(self, path: Path) -> None:
        card = RunCard(path)
        card.chosen.connect(lambda: self.runs.choose(path))
        card.compare.clicked.connect(lambda checked: self.runs.compare(path, on=checked))
        card.forget.clicked.connect(lambda: self.runs.forget(path))
        self.cards[path] = card
        self._list.addWidget(card)
