"""Parts of the window side by side or one above the other, with lines between them that can be moved."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from ganstudio.gui.theme.appearance import ink


class _Line(QSplitterHandle):
    """A thin line that lights up under the pointer; it paints itself, so that its splitter needs no style sheet."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the line."""
        role = QPalette.ColorRole.Highlight if self.underMouse() else QPalette.ColorRole.Midlight
        QPainter(self).fillRect(self.rect(), ink(role))


class Split(QSplitter):
    """A row or column of parts, none of which can be squeezed away."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)

    def createHandle(self) -> QSplitterHandle:
        """A line for between two parts."""
        return _Line(self.orientation(), self)
