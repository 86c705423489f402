"""A thing to choose from a library: a few lines that act as one button."""

from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label


@dataclass(frozen=True)
class CardText:
    """What a card says."""

    title: str
    line: str
    summary: str = ""
    tip: str = ""


class Card(Surface):
    """Chosen by a click, Return or Space."""

    chosen = pyqtSignal()

    def __init__(self, text: CardText, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.text = text
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._pressed = False
        describe(self, f"Open {text.title}", text.tip or text.summary or text.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 8)
        column.setSpacing(2)
        column.addWidget(ElidedLabel(text.title, "strong"))
        column.addWidget(ElidedLabel(text.line, "small", Qt.TextElideMode.ElideMiddle))
        self.summary = label(text.summary, "muted", wrap=True)
        self.summary.hide()  # until it is the one in use; the tooltip has it before
        column.addWidget(self.summary)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def mark_current(self, current: bool) -> None:
        """Show whether this is the one in use."""
        if bool(self.property("current")) != current:
            self.setProperty("current", current)
            self.summary.setVisible(current and bool(self.text.summary))
            style = self.style()
            if style is not None:
                style.polish(self)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Arm."""
        self._pressed = event is not None and event.button() == Qt.MouseButton.LeftButton

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Choose, when the pointer is still here."""
        if event is not None and self._pressed and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()
        self._pressed = False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return and Space choose."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
