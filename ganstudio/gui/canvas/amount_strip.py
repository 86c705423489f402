"""A strip of small pictures: the same one at several amounts of a direction."""

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.time_axis import small_font
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn

GAP, WORDS_PX, LARGEST_PX = 2, 18, 96
TIP = "The picture at several amounts of the direction. Click one to set its amount; arrow keys move, Return sets it"


class AmountStrip(Drawn):
    """Tells with `chosen` which amount was clicked."""

    chosen = pyqtSignal(float)

    def __init__(self, name: str, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self.amounts: tuple[float, ...] = ()
        self.images: dict[int, QImage] = {}
        self._at = count // 2
        self._marked: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(self, name, TIP)

    def show_amounts(self, amounts: Sequence[float], marked: float | None) -> None:
        """Show places for other amounts, still empty, and which of them holds."""
        if tuple(amounts) != self.amounts:
            self.images = {}
        self.amounts = tuple(amounts)
        self._marked = self.amounts.index(marked) if marked in self.amounts else None
        self.update()

    def show_image(self, place: int, image: QImage) -> None:
        """Show the picture of a place."""
        self.images[place] = image
        self.update()

    def forget(self) -> None:
        """Show nothing."""
        self.amounts, self.images, self._marked = (), {}, None
        self.update()

    def rect_of(self, place: int) -> QRectF:
        """Where a picture lies."""
        side = self._side(self.width())
        left = (self.width() - self._count * (side + GAP) + GAP) / 2
        return QRectF(left + place * (side + GAP), 0, side, side)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Be as high as the squares of this width are."""
        super().resizeEvent(event)
        self.setFixedHeight(self._height(self.width()))

    def sizeHint(self) -> QSize:
        """As wide as a side of the window."""
        return QSize(280, self._height(280))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Choose the amount under the pointer."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            place = self._place_at(event.position())
            if place is not None:
                self._at = place
                self.chosen.emit(self.amounts[place])

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move with arrows, choose with Return or Space."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key())) if event is not None else None
        if step is not None:
            self._at = min(max(self._at + step, 0), self._count - 1)
            self.update()
        elif event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.amounts:
                self.chosen.emit(self.amounts[self._at])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the pictures, their amounts, and which one holds."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(small_font(self.font()))
        for place in range(self._count):
            frame = self.rect_of(place)
            image = self.images.get(place)
            if image is not None:
                painter.drawImage(frame, image)
            else:
                painter.fillRect(frame, ink(QPalette.ColorRole.Dark))
            if place < len(self.amounts):
                painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
                below = QRectF(frame.left() - GAP, frame.bottom(), frame.width() + 2 * GAP, WORDS_PX)
                painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), in_sigmas(self.amounts[place]))
            outlined = place == self._marked or (self.hasFocus() and place == self._at)
            if outlined:
                painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(frame.adjusted(1, 1, -1, -1))

    def _place_at(self, point: QPointF) -> int | None:
        return next((i for i in range(len(self.amounts)) if self.rect_of(i).contains(point)), None)

    def _height(self, width: int) -> int:
        return int(self._side(width)) + WORDS_PX

    def _side(self, width: int) -> float:
        return float(int(min((width - (self._count - 1) * GAP) / self._count, LARGEST_PX)))


def in_sigmas(amount: float) -> str:
    """Write an amount as people read it, with its sign."""
    return f"{amount:+.3g}".replace("-", "−") if amount else "0"
