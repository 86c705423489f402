"""A list of edits: each can be turned off, weighed, moved and removed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QEnterEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider


@dataclass(frozen=True)
class EditLine:
    """One edit as it is shown: its place in the document, its words, and its amount where it has one."""

    place: int
    title: str
    on: bool
    amount: float = 0.0
    caption: str = ""
    spread: SliderRange | None = None
    more: bool = False  # there is a menu of what else can be done

    @property
    def outline(self) -> tuple[object, ...]:
        """What a row is built from; the rest only changes what it shows."""
        return (self.place, self.title, self.caption, self.spread, self.more)


class EditRow(Surface):
    """On and off, the title, up, down, more and away, and below them the amount."""

    turned = pyqtSignal(bool)
    asked = pyqtSignal()
    pointed = pyqtSignal()
    weighed = pyqtSignal(float, str)
    settled = pyqtSignal()
    moved = pyqtSignal(int)
    removed = pyqtSignal()

    def __init__(self, line: EditLine, movable: bool, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.on = IconButton(IconName.EYE, f"{line.title}: on or off", "Let this edit act, or leave it out for now")
        self.on.setCheckable(True)
        self.on.clicked.connect(self.turned)
        self.title = ElidedLabel(line.title)
        self.up = IconButton(IconName.UP, f"{line.title}: earlier", "Let this edit act before the one above")
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down = IconButton(IconName.DOWN, f"{line.title}: later", "Let this edit act after the one below")
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.more = IconButton(IconName.MORE, f"{line.title}: more", "Rename, choose layers, reset, save")
        self.more.clicked.connect(self.asked)
        self.away = IconButton(IconName.CLOSE, f"{line.title}: remove", "Remove this edit")
        self.away.clicked.connect(self.removed)
        top = QHBoxLayout()
        top.setSpacing(2)
        for part in (self.on, self.title, self.up, self.down, self.more, self.away):
            top.addWidget(part, 1 if part is self.title else 0)
        for part in (self.up, self.down):
            part.setVisible(movable)
        self.more.setVisible(line.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(2)
        column.addLayout(top)
        self.amount: ValueSlider | None = None
        if line.spread is not None:
            self.amount = ValueSlider(line.caption, f"How much, {line.caption}: {line.title}", line.spread)
            self.amount.changed.connect(self.weighed)
            self.amount.settled.connect(self.settled)
            column.addWidget(self.amount)

    def enterEvent(self, event: QEnterEvent | None) -> None:
        """Tell that it is pointed at."""
        super().enterEvent(event)
        self.pointed.emit()

    def show_line(self, line: EditLine) -> None:
        """Show whether the edit is on, and its amount, without telling anyone."""
        self.on.setChecked(line.on)
        if self.amount is not None:
            self.amount.show_value(line.amount)


class EditList(QWidget):
    """Rows for edits; a row is rebuilt only where the edit itself is another one, so that drags go on."""

    turned = pyqtSignal(int, bool)
    weighed = pyqtSignal(int, float, str)
    settled = pyqtSignal()
    swapped = pyqtSignal(int, int)
    removed = pyqtSignal(int)
    asked = pyqtSignal(int)
    pointed = pyqtSignal(int)

    def __init__(self, name: str, movable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._movable = movable
        self._lines: tuple[EditLine, ...] = ()
        self.rows: list[EditRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.setAccessibleName(name)

    def show_lines(self, lines: Sequence[EditLine]) -> None:
        """Show other edits."""
        same = [line.outline for line in lines] == [line.outline for line in self._lines]
        self._lines = tuple(lines)
        if not same:
            clear(self._column)
            self.rows = [self._row(line, position) for position, line in enumerate(lines)]
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(line)
        self.setVisible(bool(lines))

    def _row(self, line: EditLine, position: int) -> EditRow:
        row = EditRow(line, self._movable)
        place = line.place
        row.turned.connect(lambda on: self.turned.emit(place, on))
        row.weighed.connect(lambda amount, gesture: self.weighed.emit(place, amount, gesture))
        row.settled.connect(self.settled)
        row.moved.connect(lambda step: self._swap(position, step))
        row.removed.connect(lambda: self.removed.emit(place))
        row.asked.connect(lambda: self.asked.emit(place))
        row.pointed.connect(lambda: self.pointed.emit(place))
        row.up.setEnabled(position > 0)
        row.down.setEnabled(position < len(self._lines) - 1)
        self._column.addWidget(row)
        return row

    def _swap(self, position: int, step: int) -> None:
        other = position + step
        if 0 <= other < len(self._lines):
            self.swapped.emit(self._lines[position].place, self._lines[other].place)
