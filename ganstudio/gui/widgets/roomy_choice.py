"""One of a few, as a row of words where there is room for them, else as a menu."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.menu_choice import MenuChoice


class RoomyChoice(QWidget):
    """Shows one of its two faces; whoever lays it out says which one."""

    chosen = pyqtSignal(str)

    def __init__(self, name: str, tip: str, options: Sequence[Option] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = ChoiceRow(name, options)
        self.menu = MenuChoice(name, tip, options)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        for face in (self.row, self.menu):
            face.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            face.chosen.connect(self._chosen)
            inside.addWidget(face)
        self.menu.hide()

    @property
    def key(self) -> str:
        """The present choice, empty where there is none."""
        return self.menu.key

    @property
    def room_px(self) -> int:
        """How wide all words are in a row."""
        return self.row.sizeHint().width()

    @property
    def menu_px(self) -> int:
        """How wide the menu's button is."""
        return self.menu.sizeHint().width()

    def show_options(self, options: Sequence[Option]) -> None:
        """Offer other possibilities."""
        self.row.show_options(options)
        self.menu.show_options(options)

    def show_choice(self, key: str) -> None:
        """Show which one holds, without telling anyone."""
        self.row.show_choice(key)
        self.menu.show_choice(key)

    def fold(self, folded: bool) -> None:
        """Show the menu, or the row of words."""
        self.row.setVisible(not folded)
        self.menu.setVisible(folded)

    def _chosen(self, key: str) -> None:
        self.show_choice(key)
        self.chosen.emit(key)
