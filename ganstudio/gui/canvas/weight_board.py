"""The board of weights: columns are sources, rows are layers; a cell is a weight one drags."""

from collections.abc import Sequence
from itertools import groupby

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QFocusEvent,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from ganstudio.gui.canvas import weight_paint
from ganstudio.gui.canvas.board_cells import BoardCell, BoardColumn, BoardRow
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.number import parsed
from ganstudio.gui.widgets.slider import SliderRange

LABEL_PX, NARROWEST, WIDEST = 58, 26, 64
NAME_PX, NAMED_FROM = 16, 44
DRAG_PX, FINE = 100.0, 0.2
WEIGHT = SliderRange(low=0.0, high=1.0, default=0.0, step=0.01, decimals=2)


class WeightBoard(QAbstractScrollArea):
    """Tells what a person does to a cell; whoever owns it decides what that means and shows the cells anew.

    `weighed(column, row, value, gesture)`, `toggled(column, row, gesture)`, `reset(column, row, gesture)`.
    """

    weighed = pyqtSignal(int, int, float, str)
    toggled = pyqtSignal(int, int, str)
    reset = pyqtSignal(int, int, str)
    picked = pyqtSignal(int, int)
    removed = pyqtSignal(int)
    settled = pyqtSignal()

    def __init__(
        self, name: str, tip: str, span: SliderRange = WEIGHT, across: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.span, self._across, self._tip = span, across, tip
        self._rows: tuple[BoardRow, ...] = ()
        self._columns: tuple[BoardColumn, ...] = ()
        self._images: dict[int, QImage] = {}
        self._cursor = (0, 0)
        self._typed = ""
        self._pressed: tuple[QPointF, float] | None = None
        self._wheel = 0
        self._gesture = Gesture(name, self)
        self._gesture.ended.connect(self.settled)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        port = self.viewport()
        if port is not None:
            port.setAutoFillBackground(False)
        describe(self, name, tip)
        self.setToolTip("")

    @property
    def cursor_cell(self) -> tuple[int, int]:
        """The column and row that keys act on."""
        return self._cursor

    def show_cells(self, rows: Sequence[BoardRow], columns: Sequence[BoardColumn]) -> None:
        """Show these cells."""
        self._rows, self._columns = tuple(rows), tuple(columns)
        column, row = self._cursor
        self._cursor = (min(column, max(len(columns) - 1, 0)), min(row, max(len(rows) - 1, 0)))
        self._lay_out()
        self._say()

    def show_pictures(self, pictures: dict[int, QImage]) -> None:
        """Show the columns' pictures above them."""
        self._images = pictures
        self._lay_out()

    def pick(self, column: int, row: int) -> None:
        """Put the cursor on a cell."""
        if not self._columns or not self._rows:
            return
        self._commit()
        cell = (min(max(column, 0), len(self._columns) - 1), min(max(row, 0), len(self._rows) - 1))
        if cell != self._cursor:
            self._cursor = cell
            self._bring_into_sight()
            self._say()
            self.picked.emit(*cell)
            self._repaint()

    def cell_rect(self, column: int, row: int) -> QRectF:
        """Where a cell lies on the viewport."""
        width = self._column_width()
        top = self._header_height() + sum(each.height for each in self._rows[:row])
        return QRectF(LABEL_PX + column * width - self._offset(), top, width, self._rows[row].height)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """The column and row under a place of the viewport; row -1 is the picture above; None beside them."""
        column = int((place.x() - LABEL_PX + self._offset()) // self._column_width())
        if place.x() < LABEL_PX or not 0 <= column < len(self._columns) or place.y() < 0:
            return None
        top = float(self._header_height())
        if place.y() < top:
            return column, -1
        for number, row in enumerate(self._rows):
            top += row.height
            if place.y() < top:
                return column, number
        return None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Pick a cell, and be ready to drag it."""
        found = self.cell_at(event.position()) if event is not None else None
        if event is None or found is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        column, row = found
        if (column, row) != self._cursor:
            self._gesture.release()
        self.pick(column, self._cursor[1] if row < 0 else row)
        self._pressed = (event.position(), self._value()) if row >= 0 else None

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag up or to the right for more, down or to the left for less; finely with Shift."""
        if event is None or self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, before = self._pressed
        way = event.position() - start
        if not self._gesture.active and way.manhattanLength() < 4:
            return
        fine = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        share = (way.x() - way.y()) / DRAG_PX * fine
        self._weigh(before + share * (self.span.high - self.span.low), self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """A press without a move turns the cell over."""
        if event is None or self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        moved = (event.position() - self._pressed[0]).manhattanLength() >= 4 or self._gesture.active
        self._pressed = None
        if moved:
            self._gesture.release()
        else:
            self.toggled.emit(*self._cursor, self._gesture.touch())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Back to where the cell rests."""
        if event is not None and self.cell_at(event.position()) == self._cursor:
            self.reset.emit(*self._cursor, self._gesture.touch())

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Step the cell under the pointer, only when the board has the keyboard; sideways scrolls."""
        if event is None:
            return
        turn = event.angleDelta()
        bar = self.horizontalScrollBar()
        if abs(turn.x()) > abs(turn.y()) and bar is not None:
            bar.setValue(bar.value() - turn.x())
            return
        found = self.cell_at(event.position())
        if not self.hasFocus() or found is None or found[1] < 0:
            event.ignore()
            return
        self.pick(*found)
        self._wheel += turn.y()
        notches = int(self._wheel / 120)
        self._wheel -= notches * 120
        if notches:
            self.step(notches * (1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 5))

    def step(self, steps: int) -> None:
        """Change the cell under the cursor by hundredths."""
        self._weigh(self._value() + steps * self.span.step, self._gesture.touch())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows move, digits are typed, + and − step, Space turns over, Delete removes the source."""
        if event is None or not self._columns:
            return
        if event.text() and event.text() in "0123456789.,":
            self._type(self._typed + event.text())
            return
        column, row = self._cursor
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Left: (column - 1, row), Qt.Key.Key_Right: (column + 1, row),
            Qt.Key.Key_Up: (column, row - 1), Qt.Key.Key_Down: (column, row + 1),
            Qt.Key.Key_Home: (0, row), Qt.Key.Key_End: (len(self._columns) - 1, row),
        }  # fmt: skip
        steps = {Qt.Key.Key_Plus: 5, Qt.Key.Key_Minus: -5, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if key in moves:
            self.pick(*moves[key])
        elif key in steps:
            self.step(steps[key])
        elif not self._finish_typing(key):
            super().keyPressEvent(event)

    def _finish_typing(self, key: Qt.Key) -> bool:
        if self._typed and key in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
            self._type(self._typed[:-1] if key == Qt.Key.Key_Backspace else "")
        elif self._typed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._commit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._gesture.release()
            self.toggled.emit(*self._cursor, self._gesture.touch())
        elif key == Qt.Key.Key_Backspace:
            self.reset.emit(*self._cursor, self._gesture.touch())
        elif key == Qt.Key.Key_Delete:
            self.removed.emit(self._cursor[0])
        else:
            return False
        return True

    def event(self, event: QEvent | None) -> bool:
        """Keep the keys that are typed here from the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain and (event.text() in tuple("0123456789.,+- ") or event.key() == Qt.Key.Key_Delete):
                event.accept()
                return True
        return super().event(event)

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Say in a tooltip what the cell under the pointer is."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def words_at(self, place: QPointF) -> str:
        """What the tooltip says at a place."""
        found = self.cell_at(place)
        if found is None:
            return self._tip
        column, row = found
        return self._columns[column].name if row < 0 else self._cell(column, row).tip

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Take what was typed and hide the cursor."""
        super().focusOutEvent(event)
        self._commit()
        self._repaint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Give the columns the new width."""
        super().resizeEvent(event)
        self._lay_out()

    def sizeHint(self) -> QSize:
        """All rows, and as many columns as fit."""
        return QSize(LABEL_PX + 3 * NARROWEST, self._content_height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw labels, pictures and cells."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        self._paint_labels(painter)
        painter.setClipRect(QRectF(LABEL_PX, 0, self.width() - LABEL_PX, self.height()))
        width, header = self._column_width(), self._header_height()
        for number, column in enumerate(self._columns):
            if header:
                left = LABEL_PX + number * width - self._offset()
                place = QRectF(left, 0, width, header)
                chosen = number == self._cursor[0]
                name = column.name if width >= NAMED_FROM else ""
                weight_paint.paint_source(painter, place, self._images.get(number), name, chosen)
            for row in range(len(self._rows)):
                here = (number, row) == self._cursor
                cell = self._cell(number, row)
                words = self._typed + "▏" if here and self._typed else f"{cell.value:.2f}" if cell.on else "off"
                look = weight_paint.CellLook(
                    tuple(self.span.fraction(part) for part in cell.parts or (cell.value,)), words, cell.on,
                    self._across, here and self.hasFocus(),
                )  # fmt: skip
                weight_paint.paint_cell(painter, self.cell_rect(number, row), look)

    def _paint_labels(self, painter: QPainter) -> None:
        top = float(self._header_height())
        for bracket, rows in groupby(self._rows, key=lambda row: row.bracket):
            begin = top
            for row in rows:
                weight_paint.paint_label(painter, QRectF(8, top, LABEL_PX - 10, row.height), row.name, row.below)
                top += row.height
            if bracket:
                painter.fillRect(QRectF(0, begin + 3, 2, top - begin - 6), ink(QPalette.ColorRole.Mid))

    def _cell(self, column: int, row: int) -> BoardCell:
        return self._columns[column].cells[row]

    def _value(self) -> float:
        return self._cell(*self._cursor).value

    def _weigh(self, value: float, gesture: str) -> None:
        value = round(self.span.bounded(value), self.span.decimals)
        if self._columns and value != self._value():
            self.weighed.emit(*self._cursor, value, gesture)

    def _type(self, text: str) -> None:
        self._typed = text[:5]
        self._repaint()

    def _commit(self) -> None:
        value, self._typed = parsed(self._typed), ""
        if value is not None:
            self._gesture.release()
            self._weigh(value, self._gesture.hold())
            self._gesture.release()
        self._repaint()

    def _say(self) -> None:
        if self._columns and self._rows:
            column, row = self._cursor
            words = f"{self._rows[row].name} {self._rows[row].below}, {self._columns[column].name}"
            self.setAccessibleDescription(f"{words}: {self._value():.2f}. {self._tip}")

    def _offset(self) -> int:
        bar = self.horizontalScrollBar()
        return bar.value() if bar is not None else 0

    def _column_width(self) -> float:
        room = (self.width() - LABEL_PX) / max(len(self._columns), 1)
        return max(room, 1.0) if self._across else min(max(room, NARROWEST), WIDEST)

    def _header_height(self) -> int:
        if self._across:
            return 0
        width = self._column_width()
        return int(min(width, WIDEST)) + (NAME_PX if width >= NAMED_FROM else 2)

    def _content_height(self) -> int:
        return self._header_height() + sum(row.height for row in self._rows)

    def _lay_out(self) -> None:
        bar = self.horizontalScrollBar()
        over = LABEL_PX + len(self._columns) * self._column_width() - self.width()
        if bar is not None:
            bar.setRange(0, max(int(over), 0))
            bar.setPageStep(max(self.width() - LABEL_PX, 1))
            bar.setSingleStep(NARROWEST)
            self.setFixedHeight(self._content_height() + (bar.sizeHint().height() if over >= 1 else 0))
        self._repaint()

    def _bring_into_sight(self) -> None:
        bar = self.horizontalScrollBar()
        width = self._column_width()
        left = int(self._cursor[0] * width)
        if bar is not None:
            low, high = left + width - (self.width() - LABEL_PX), left
            bar.setValue(int(min(max(bar.value(), low), high)))

    def _repaint(self) -> None:
        port = self.viewport()
        if port is not None:
            port.update()
