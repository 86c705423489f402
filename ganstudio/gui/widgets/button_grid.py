"""Buttons in two columns; those that are not offered just now leave no gaps."""

from collections.abc import Sequence

from PyQt6.QtWidgets import QAbstractButton, QGridLayout, QWidget

COLUMNS = 2


class ButtonGrid(QWidget):
    """Holds buttons in a fixed order; an odd last one takes the whole row."""

    def __init__(self, buttons: Sequence[QAbstractButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = tuple(buttons)
        self._offered: tuple[QAbstractButton, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        for button in self._buttons:
            button.setParent(self)
            button.hide()

    def offer(self, offered: Sequence[QAbstractButton]) -> None:
        """Show these buttons alone."""
        wanted = tuple(button for button in self._buttons if button in offered)
        if wanted == self._offered:
            return
        self._offered = wanted
        for button in self._buttons:
            self._grid.removeWidget(button)
            button.setVisible(button in wanted)
        for place, button in enumerate(wanted):
            alone = place == len(wanted) - 1 and place % COLUMNS == 0
            self._grid.addWidget(button, place // COLUMNS, place % COLUMNS, 1, COLUMNS if alone else 1)
        self.setVisible(bool(wanted))
