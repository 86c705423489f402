"""A field for a typed number."""

import math

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QLineEdit, QWidget

from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.widgets.buttons import describe


class NumberField(QLineEdit):
    """Takes a number on Return or when left, shows it again when what was typed is none; arrows step."""

    entered = pyqtSignal(float)
    stepped = pyqtSignal(int)

    def __init__(self, name: str, tip: str, decimals: int, suffix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decimals = decimals
        self._suffix = suffix
        self._value = 0.0
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(TARGET)
        describe(self, name, tip)
        self.returnPressed.connect(self._commit)
        self.textEdited.connect(lambda _text: self._mark_invalid(False))
        self.show_value(0.0)

    def show_value(self, value: float) -> None:
        """Show a number, unless the person is typing one just now."""
        self._value = value
        if not (self.hasFocus() and self.isModified()):
            self._write()

    def event(self, event: QEvent | None) -> bool:
        """Leave undo and redo to the window unless something is being typed here."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and not self.isModified():
            undo, redo = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            if event.matches(undo) or event.matches(redo):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up and Down step, Escape gives the last number back."""
        if event is None:
            return
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self._write()
            self.stepped.emit(step)
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self._write()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Take what was typed."""
        super().focusOutEvent(event)
        if self.isModified():
            self._commit()
            self._write()

    def _commit(self) -> None:
        if not self.isModified():
            return
        value = parsed(self.text().removesuffix(self._suffix))
        if value is None:
            self._mark_invalid(True)
            return
        self.setModified(False)
        self.entered.emit(value)
        self._write()

    def _write(self) -> None:
        self._mark_invalid(False)
        self.setText(f"{self._value:.{self._decimals}f}{self._suffix}")
        self.setModified(False)

    def _mark_invalid(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            style = self.style()
            if style is not None:
                style.polish(self)


def parsed(text: str) -> float | None:
    """The number a person typed, with a point or a comma; None where it is none."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
