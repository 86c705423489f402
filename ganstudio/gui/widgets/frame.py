"""Plain surfaces that the style sheet colours by name."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QWidget


class Surface(QFrame):
    """A frame whose name in the style sheet says which surface it is."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
