"""Tooltips name the shortcuts that hold, also where a person chose others than the shipped ones."""

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QToolTip, QWidget

from ganstudio.gui.actions import CommandBook


class KeyTips(QObject):
    """Stands before every tooltip, but only while some shortcut is a person's own."""

    def __init__(self, book: CommandBook, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._stands = False
        book.on_keys(self._keys_changed)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Show a tooltip with the keys that hold."""
        if not isinstance(event, QHelpEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() != QEvent.Type.ToolTip or not watched.toolTip():
            return False
        words = self._book.spelled(watched.toolTip())
        if words == watched.toolTip():
            return False
        QToolTip.showText(event.globalPos(), words, watched)
        return True

    def _keys_changed(self) -> None:
        app = QApplication.instance()
        if app is None or self._stands == self._book.has_own:
            return
        self._stands = self._book.has_own
        if self._stands:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)
