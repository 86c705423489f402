"""The contact sheet: every channel of a stage as a small picture."""

import numpy as np
from PyQt6.QtCore import QEvent, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
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
from PyQt6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from ganstudio.core.inspection import Cells
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn

CELL_PX, GAP_PX = 48, 4
STEP_PX = CELL_PX + GAP_PX
COLOURS = "RGB"


class ChannelSheet(Drawn):
    """Cells in the order they come in; one channel is chosen with a click, three with Shift."""

    chosen = pyqtSignal(object)  # tuple[int, ...]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: tuple[int, ...] = ()
        self._pictures: dict[int, np.ndarray] = {}
        self._shown: tuple[int, ...] = ()
        self._picked: tuple[int, ...] = ()  # by hand; what is missing of three is filled up
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        describe(
            self,
            "Channels",
            "Click a channel to see it, Shift-click three to see them as red, green and blue. Arrow keys move, "
            "Return chooses",
        )

    @property
    def order(self) -> tuple[int, ...]:
        """The channels as they are sorted."""
        return self._order

    @property
    def drawn(self) -> int:
        """How many cells have their picture."""
        return len(self._pictures)

    def show_cells(self, part: Cells) -> None:
        """Take in a part of the sheet; another order begins a new one."""
        if part.order != self._order:
            self._order, self._pictures = part.order, {}
            self._at = min(self._at, max(len(part.order) - 1, 0))
            self.updateGeometry()
            self._fit()
        for position, picture in enumerate(part.pictures, start=part.start):
            self._pictures[position] = picture
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._order, self._pictures = (), {}
        self._fit()
        self.update()

    def show_chosen(self, channels: tuple[int, ...]) -> None:
        """Mark the channels that are looked at."""
        self._shown = channels
        self.update()

    def columns(self) -> int:
        """How many cells fit beside one another."""
        return max((self.width() + GAP_PX) // STEP_PX, 1)

    def cell(self, position: int) -> QRect:
        """Where the cell at a place of the order lies."""
        row, column = divmod(position, self.columns())
        return QRect(column * STEP_PX, row * STEP_PX, CELL_PX, CELL_PX)

    def sizeHint(self) -> QSize:
        """A few columns."""
        return QSize(4 * STEP_PX, self.heightForWidth(4 * STEP_PX))

    def heightForWidth(self, width: int) -> int:
        """All rows."""
        columns = max((width + GAP_PX) // STEP_PX, 1)
        return max(-(-len(self._order) // columns) * STEP_PX - GAP_PX, CELL_PX)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Make room for all rows."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent | None) -> bool:
        """Name the channel under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            position = self._position(event.pos().x(), event.pos().y())
            words = f"Channel {self._order[position]}" if position is not None else self.toolTip()
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose a channel, or another one with Shift."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        position = self._position(int(event.position().x()), int(event.position().y()))
        if position is not None:
            self._at = position
            self._choose(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move with the arrows, choose with Return or Space."""
        if event is None:
            return
        columns = self.columns()
        step = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
            Qt.Key.Key_Home: -len(self._order), Qt.Key.Key_End: len(self._order),
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is not None and self._order:
            self._at = min(max(self._at + step, 0), len(self._order) - 1)
            self._keep_in_sight()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._order:
            self._choose(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the cells in sight."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        font.setBold(True)
        painter.setFont(font)
        seen = event.rect() if event is not None else self.rect()
        columns = self.columns()
        first = max(seen.top() // STEP_PX, 0) * columns
        last = min((seen.bottom() // STEP_PX + 1) * columns, len(self._order))
        accent = ink(QPalette.ColorRole.Highlight)
        for position in range(first, last):
            place = self.cell(position)
            picture = self._pictures.get(position)
            if picture is None:
                painter.fillRect(place, ink(QPalette.ColorRole.Midlight))
            else:
                painter.drawImage(place, grey_image(picture))
            channel = self._order[position]
            if channel in self._shown:
                self._mark(painter, place, channel)
            if self.hasFocus() and position == self._at:
                painter.setPen(QPen(accent, 2, Qt.PenStyle.DotLine))
                painter.drawRect(place.adjusted(2, 2, -3, -3))

    def _mark(self, painter: QPainter, place: QRect, channel: int) -> None:
        accent = ink(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 3))
        painter.drawRect(place.adjusted(1, 1, -2, -2))
        if len(self._shown) == len(COLOURS):
            corner = QRect(place.left(), place.top(), 16, 16)
            painter.fillRect(corner, accent)
            painter.setPen(ink(QPalette.ColorRole.HighlightedText))
            painter.drawText(corner, int(Qt.AlignmentFlag.AlignCenter), COLOURS[self._shown.index(channel)])

    def _choose(self, extend: bool) -> None:
        channel = self._order[self._at]
        if not extend:
            self._picked = (channel,)
            self.chosen.emit(self._picked)
            return
        kept = tuple(each for each in self._picked if each != channel and each in self._shown)
        self._picked = (*kept[-2:], channel)
        spare = (each for each in self._order if each not in self._picked)
        self.chosen.emit((*self._picked, *(next(spare, channel) for _ in range(3 - len(self._picked)))))

    def _position(self, x: int, y: int) -> int | None:
        column, row = x // STEP_PX, y // STEP_PX
        position = row * self.columns() + column
        inside = 0 <= column < self.columns() and x % STEP_PX < CELL_PX and y % STEP_PX < CELL_PX
        return position if inside and 0 <= position < len(self._order) else None

    def _keep_in_sight(self) -> None:
        above = self.parentWidget()
        area = above.parentWidget() if above is not None else None
        if isinstance(area, QScrollArea):
            centre = self.cell(self._at).center()
            area.ensureVisible(centre.x(), centre.y(), CELL_PX, CELL_PX)

    def _fit(self) -> None:
        wanted = self.heightForWidth(self.width())
        if self.minimumHeight() != wanted:
            self.setMinimumHeight(wanted)


def grey_image(pixels: np.ndarray) -> QImage:
    """A picture to draw at once, from uint8 `[H, W]`."""
    height, width = pixels.shape
    packed = np.ascontiguousarray(pixels)
    view = QImage(packed.data, width, height, width, QImage.Format.Format_Grayscale8)  # type: ignore[call-overload]
    copied: QImage = view.convertToFormat(QImage.Format.Format_RGB32)
    return copied
