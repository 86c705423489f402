"""One of a few: a row of buttons of which one is down."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontMetrics, QKeyEvent
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.frame import Surface


@dataclass(frozen=True)
class Option:
    """One possibility: its key, its word and what it does in plain words."""

    key: str
    word: str
    tip: str


class WordButton(QPushButton):
    """As wide as its word is when it holds, which is when it is bold."""

    def sizeHint(self) -> QSize:
        """Leave room for bold letters."""
        return super().sizeHint().expandedTo(QSize(self._bold_px + 22, 0))

    def minimumSizeHint(self) -> QSize:
        """Where there is little room, just the word."""
        return QSize(self._bold_px + 8, super().sizeHint().height())

    @property
    def _bold_px(self) -> int:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetrics(font).horizontalAdvance(self.text())


def one_of(options: Sequence[Option], key: object) -> str:
    """Return the key, or that of the first option where there is no such one."""
    keys = [option.key for option in options]
    return str(key) if key in keys else keys[0]


class ChoiceRow(Surface):
    """A row of possibilities, or several rows where there are many words; arrows move between them."""

    chosen = pyqtSignal(str)

    def __init__(
        self, name: str, options: Sequence[Option], parent: QWidget | None = None, *, in_a_row: int = 0
    ) -> None:
        super().__init__("choice", parent)
        self._name, self._in_a_row = name, in_a_row
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2, 2, 2, 2)
        self._column.setSpacing(2)
        self._rows: list[QHBoxLayout] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QPushButton] = {}
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_options(options)

    def show_options(self, options: Sequence[Option]) -> None:
        """Offer other possibilities."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        for row in self._rows:
            self._column.removeItem(row)
        count = self._in_a_row or max(len(options), 1)
        self._rows = [QHBoxLayout() for _ in options[::count]]
        for row in self._rows:
            row.setSpacing(2)
            self._column.addLayout(row)
        self._buttons = {option.key: self._button(option) for option in options}
        for place, button in enumerate(self._buttons.values()):
            self._rows[place // count].addWidget(button)

    def show_choice(self, key: str) -> None:
        """Show which one holds, without telling anyone."""
        button = self._buttons.get(key)
        if button is not None:
            button.setChecked(True)

    def show_none(self) -> None:
        """Show that none holds, without telling anyone."""
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def button(self, key: str) -> QPushButton:
        """The button of a possibility."""
        return self._buttons[key]

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move to the neighbour."""
        if event is None:
            return
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        move = step.get(Qt.Key(event.key()))
        keys = [key for key, button in self._buttons.items() if button.isEnabled() or button.isChecked()]
        now = next((i for i, key in enumerate(keys) if self._buttons[key].isChecked()), None)
        if move is None or now is None:
            super().keyPressEvent(event)
            return
        following = keys[(now + move) % len(keys)]
        self._buttons[following].setFocus(Qt.FocusReason.TabFocusReason)
        self._buttons[following].click()

    def _button(self, option: Option) -> QPushButton:
        button = WordButton(option.word, self)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setMinimumHeight(26)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(button, f"{self._name}: {option.word}", option.tip)
        button.clicked.connect(lambda _checked, key=option.key: self.chosen.emit(key))
        self._group.addButton(button)
        return button
