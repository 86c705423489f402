"""A field that comes up over what it names and goes when it is done."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from ganstudio.gui.widgets.buttons import describe


class NameField(QLineEdit):
    """Return or leaving it keeps the name, Escape leaves it as it was."""

    named = pyqtSignal(str)

    def __init__(self, what: str, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._done = False
        describe(self, f"Name of {what}", "Press Return to keep the name, Esc to leave it as it was")
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return and Escape end here, not in what is named."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self._finish(keep=event.key() != Qt.Key.Key_Escape)
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Keep what was typed."""
        super().focusOutEvent(event)
        self._finish(keep=True)

    def _finish(self, keep: bool) -> None:
        if self._done:
            return
        self._done = True
        self.hide()
        self.deleteLater()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus(Qt.FocusReason.OtherFocusReason)
        if keep and self.isModified():
            self.named.emit(self.text())
