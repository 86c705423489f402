"""What draws itself, and marks where the keyboard is."""

from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QWidget


class Drawn(QWidget):
    """Drawn anew when it gets the keyboard and when it loses it."""

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus mark."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide the focus mark."""
        super().focusOutEvent(event)
        self.update()
