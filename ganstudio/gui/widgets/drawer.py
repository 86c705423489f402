"""Controls behind one line that opens them."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import TextButton


class Drawer(QWidget):
    """Closed at first; `opened` tells when a person opens or closes it."""

    opened = pyqtSignal(bool)

    def __init__(self, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = TextButton(title, tip, "fold", IconName.RIGHT)
        self.line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.line.clicked.connect(self.turn)
        self.inside = QWidget()
        self.content = QVBoxLayout(self.inside)
        self.content.setContentsMargins(0, 2, 0, 4)
        self.content.setSpacing(8)
        self.inside.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(self.inside)

    @property
    def is_open(self) -> bool:
        """Whether its controls are shown."""
        return not self.inside.isHidden()

    def turn(self) -> None:
        """Open or close it."""
        self.inside.setVisible(not self.is_open)
        self.line.draw(IconName.DOWN if self.is_open else IconName.RIGHT)
        self.opened.emit(self.is_open)
