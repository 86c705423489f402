"""What was done, and every way it went on."""

from typing import ClassVar

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.canvas.history_tree import HistoryTree
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import HISTORY, Topic
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.session import Session

PAUSE_MS = 30


class HistoryPanel(Panel):
    """The tree of steps."""

    title: ClassVar[str] = "History"
    icon: ClassVar[IconName] = IconName.HISTORY

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.tree = HistoryTree()
        self.tree.wanted.connect(session.go_to_step)
        self.note = label("Every change appears here, and a click goes back to it.", "small", wrap=True)
        for widget in (self.tree, self.note):
            self.column.addWidget(widget)
        self._shown: object = None
        self._soon = QTimer(self)  # a drag changes the history faster than the eye needs to see
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE_MS)
        self._soon.timeout.connect(self._show)
        self.bindings.on(session.history_changed, self._history_changed)
        self._show()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Always, once something can be changed."""
        return info is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return HISTORY

    def _history_changed(self, *_told: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _show(self) -> None:
        tree = self.session.history.tree
        first, last = tree.nodes[0], tree.nodes[-1]
        shown = (id(first), first.when, last.number, last.label, len(tree.nodes), tree.current, tree.forks)
        if shown == self._shown:  # only the present step's values moved
            return
        self._shown = shown
        self.tree.show_tree(tree)
        self.note.setVisible(len(tree.nodes) == 1)
