"""Any of a few: a row of small buttons, each up or down."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.choice import WordButton
from ganstudio.gui.widgets.frame import Surface


class ToggleRow(Surface):
    """Tells with `changed` when a person turned one over."""

    changed = pyqtSignal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("choice", parent)
        self._name = name
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2, 2, 2, 2)
        self._row.setSpacing(1)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_words(self, words: Sequence[str]) -> None:
        """Offer a button for each word, all up."""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(number, word) for number, word in enumerate(words)]

    def down(self) -> tuple[int, ...]:
        """The places of the buttons that are down."""
        return tuple(number for number, button in enumerate(self.buttons) if button.isChecked())

    def show_down(self, places: Sequence[int]) -> None:
        """Show which are down, without telling anyone."""
        for number, button in enumerate(self.buttons):
            button.setChecked(number in places)

    def _button(self, number: int, word: str) -> QPushButton:
        button = WordButton(word, self)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setFixedHeight(26)
        button.setMinimumWidth(24)
        describe(button, f"{self._name}: {number + 1}, {word}", f"Layer {number + 1}, which acts on {word} px")
        button.clicked.connect(lambda _checked: self.changed.emit())
        self._row.addWidget(button)
        return button
