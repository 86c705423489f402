"""The documents of a project as tabs."""

from collections.abc import Sequence

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QTabBar, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, describe
from ganstudio.gui.widgets.frame import Surface

WIDEST_PX = 240


class _Bar(QTabBar):
    """Tabs that are never wider than they need to be."""

    def tabSizeHint(self, index: int) -> QSize:
        """As wide as the name, up to a limit."""
        return super().tabSizeHint(index).boundedTo(QSize(WIDEST_PX, 1000))


class TabStrip(Surface):
    """One tab per document, hidden while there is one; `chosen(index)`, `closed(index)`, `added()`."""

    chosen = pyqtSignal(int)
    closed = pyqtSignal(int)
    added = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tabstrip", parent)
        self.setFixedHeight(36)
        self._names: tuple[str, ...] = ()
        self.bar = _Bar()
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        describe(self.bar, "Pictures of this project", "Each tab is a picture; Ctrl+Tab goes to the next one")
        self.bar.currentChanged.connect(self._current_changed)
        self.plus = IconButton(IconName.PLUS, "New tab", "Put a copy of this picture into a tab of its own (Ctrl+T)")
        self.plus.clicked.connect(self.added)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.plus)
        row.addStretch(1)
        self.hide()

    def show_tabs(self, names: Sequence[str], active: int) -> None:
        """Show these tabs, without telling anyone."""
        self.bar.blockSignals(True)
        if len(names) != len(self._names):
            self._rebuild(len(names))
        for i, name in enumerate(names):
            if self.bar.tabText(i) != name:
                self.bar.setTabText(i, name)
                self.bar.setTabToolTip(i, name)
                button = self.bar.tabButton(i, QTabBar.ButtonPosition.RightSide)
                if button is not None:
                    describe(button, f"Close {name}", "Close this picture; undo brings it back (Ctrl+W)")
        self.bar.setCurrentIndex(active)
        self.bar.blockSignals(False)
        self._names = tuple(names)
        self.setVisible(len(names) > 1)

    def _rebuild(self, count: int) -> None:
        while self.bar.count():
            self.bar.removeTab(0)
        for _ in range(count):
            index = self.bar.addTab("")
            button = IconButton(IconName.CLOSE, "Close", "")
            button.setFixedSize(24, 24)
            button.setIconSize(QSize(12, 12))
            button.clicked.connect(lambda _checked, button=button: self._close(button))
            self.bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def _close(self, button: IconButton) -> None:
        for i in range(self.bar.count()):
            if self.bar.tabButton(i, QTabBar.ButtonPosition.RightSide) is button:
                self.closed.emit(i)
                return

    def _current_changed(self, index: int) -> None:
        if index >= 0:
            self.chosen.emit(index)
