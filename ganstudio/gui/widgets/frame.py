"""Plain surfaces: the style sheet colours them by name, or the palette does."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QFrame, QWidget


class Surface(QFrame):
    """A frame whose name in the style sheet says which surface it is."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


class Ground(QFrame):
    """What parts lie on that wear the style sheet one by one: a sheet of its own would reach all of them at once."""

    def __init__(self, name: str, role: QPalette.ColorRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setBackgroundRole(role)
        self.setAutoFillBackground(True)
