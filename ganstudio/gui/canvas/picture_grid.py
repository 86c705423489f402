"""A sheet of pictures with heads above and at the left; each picture can be chosen."""

from collections.abc import Callable, Mapping, Sequence

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
    QPen,
    QResizeEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe

Place = tuple[int, int]
GAP, APART, MARGIN = 3, 8, 16
NAMES_LEFT, NAMES_ABOVE = 64, 20
SMALLEST_PX, LARGEST_PX = 32, 224


class PictureGrid(QAbstractScrollArea):
    """`chosen(row, column)` and `pointed(row, column)`; -1 is a head, and where nothing is pointed at both are -1."""

    chosen = pyqtSignal(int, int)
    pointed = pyqtSignal(int, int)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._images: dict[Place, QImage] = {}
        self._current: Place | None = None
        self._cursor: Place = (0, 0)
        self._words: Callable[[int, int], str] = lambda _row, _column: ""
        self._tip = tip
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)
        port = self.viewport()
        if port is not None:
            port.setMouseTracking(True)
            port.setCursor(Qt.CursorShape.PointingHandCursor)
        describe(self, name, tip)
        self.setToolTip("")

    @property
    def cursor_place(self) -> Place:
        """The place that keys act on."""
        return self._cursor

    def show_heads(self, rows: Sequence[str], columns: Sequence[str], words: Callable[[int, int], str]) -> None:
        """Show places for these rows and columns; `words` says what a place is."""
        self._rows, self._columns, self._words = tuple(rows), tuple(columns), words
        row, column = self._cursor
        self._cursor = (min(row, len(rows) - 1), min(column, len(columns) - 1))
        self._images = {}
        self._lay_out()

    def show_pictures(self, pictures: Mapping[Place, QImage]) -> None:
        """Show pictures in their places, beside those that are there."""
        self._images.update(pictures)
        self._repaint()

    def show_current(self, place: Place | None) -> None:
        """Mark the place that is the present picture."""
        if place != self._current:
            self._current = place
            self._repaint()

    @property
    def filled(self) -> int:
        """How many places have their picture."""
        return len(self._images)

    def rect_of(self, row: int, column: int) -> QRectF:
        """Where a place lies on the viewport."""
        side = self._side()
        left, top = self._origin()
        x = left + NAMES_LEFT + (column + 1) * (side + GAP) + (APART if column >= 0 else 0)
        y = top + NAMES_ABOVE + (row + 1) * (side + GAP) + (APART if row >= 0 else 0)
        return QRectF(x, y, side, side)

    def place_at(self, point: QPointF) -> Place | None:
        """The row and column under a point of the viewport."""
        for place in self._places():
            if self.rect_of(*place).contains(point):
                return place
        return None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose what is clicked."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        place = self.place_at(event.position())
        if place is not None:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._go(place)
            self.chosen.emit(*place)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Tell what is pointed at."""
        place = self.place_at(event.position()) if event is not None else None
        self.pointed.emit(*(place or (-1, -1)))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows move, Return and Space choose."""
        if event is None:
            return
        row, column = self._cursor
        moves = {
            Qt.Key.Key_Left: (row, column - 1),
            Qt.Key.Key_Right: (row, column + 1),
            Qt.Key.Key_Up: (row - 1, column),
            Qt.Key.Key_Down: (row + 1, column),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is not None:
            if move in self._places():
                self._go(move)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._cursor in self._places():
                self.chosen.emit(*self._cursor)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Name both latents of what is pointed at."""
        if isinstance(event, QHelpEvent):
            place = self.place_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(*place) if place else self._tip, self)
            return True
        if event is not None and event.type() == QEvent.Type.Leave:
            self.pointed.emit(-1, -1)
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide the cursor."""
        super().focusOutEvent(event)
        self._repaint()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Make the pictures as large as fits."""
        super().resizeEvent(event)
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Room for a few pictures."""
        return QSize(480, 400)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the pictures, their names, and what is current."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        self._paint_names(painter)
        for place in self._places():
            frame = self.rect_of(*place)
            image = self._images.get(place)
            if image is not None:
                painter.drawImage(frame, image)
            else:
                painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))
        for marked, width in ((self._current, 3), (self._cursor if self.hasFocus() else None, 2)):
            if marked in self._places():
                painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect_of(*marked).adjusted(-1, -1, 1, 1))

    def _paint_names(self, painter: QPainter) -> None:
        painter.setPen(ink(QPalette.ColorRole.Shadow))
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        for column, name in enumerate(self._columns):
            frame = self.rect_of(-1, column)
            place = QRectF(frame.left(), frame.top() - NAMES_ABOVE, frame.width(), NAMES_ABOVE)
            fits = metrics.horizontalAdvance(name) <= frame.width()
            words = metrics.elidedText(name if fits else name.rsplit(" ", 1)[-1], elide, int(frame.width()))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
        for row, name in enumerate(self._rows):
            frame = self.rect_of(row, -1)
            place = QRectF(frame.left() - NAMES_LEFT, frame.top(), NAMES_LEFT - 8, frame.height())
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, int(right), metrics.elidedText(name, elide, NAMES_LEFT - 8))

    def _places(self) -> list[Place]:
        rows, columns = range(-1, len(self._rows)), range(-1, len(self._columns))
        return [(row, column) for row in rows for column in columns if (row, column) != (-1, -1)]

    def _go(self, place: Place) -> None:
        self._cursor = place
        self.setAccessibleDescription(f"{self._words(*place)}. {self._tip}")
        self.pointed.emit(*place)
        self._repaint()

    def _side(self) -> float:
        wide = (self.width() - 2 * MARGIN - NAMES_LEFT - APART) / (len(self._columns) + 1) - GAP
        high = (self.height() - 2 * MARGIN - NAMES_ABOVE - APART) / (len(self._rows) + 1) - GAP
        return float(int(min(max(min(wide, high), SMALLEST_PX), LARGEST_PX)))

    def _extent(self) -> tuple[float, float]:
        side = self._side() + GAP
        wide = NAMES_LEFT + APART + side * (len(self._columns) + 1)
        return wide, NAMES_ABOVE + APART + side * (len(self._rows) + 1)

    def _origin(self) -> tuple[float, float]:
        wide, high = self._extent()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        left = max((self.width() - wide) / 2 - NAMES_LEFT / 4, MARGIN) - (across.value() if across else 0)
        return left, max((self.height() - high) / 2, MARGIN) - (down.value() if down else 0)

    def _lay_out(self) -> None:
        room = (self.width(), self.height())
        for bar, extent, size in zip(
            (self.horizontalScrollBar(), self.verticalScrollBar()), self._extent(), room, strict=True
        ):
            if bar is not None:
                bar.setRange(0, max(int(extent + 2 * MARGIN - size), 0))
                bar.setPageStep(size)
                bar.setSingleStep(SMALLEST_PX)
        self._repaint()

    def _repaint(self) -> None:
        port = self.viewport()
        if port is not None:
            port.update()
