"""Two pictures in one place: a divider between them, side by side, in turns, or their difference."""

from enum import StrEnum

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.camera import Camera
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe

GAP, MARGIN = 8, 16
BLINK_MS = 700
NEAR_PX = 12
KNOB_PX = 9
TAG_PX = 24


class CompareMode(StrEnum):
    """How two pictures are seen together."""

    WIPE = "wipe"
    SIDES = "sides"
    BLINK = "blink"
    DIFFERENCE = "difference"


class CompareView(QWidget):
    """Zoom and pan hold for both pictures; the divider is dragged, or moved with the arrow keys."""

    divided = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._a: QImage | None = None
        self._b: QImage | None = None
        self._difference: QImage | None = None
        self.mode = CompareMode.WIPE
        self.smooth = False  # whether pixels are blended when enlarged
        self._names = ("A", "B")
        self._camera = Camera()
        self._divider = 0.5
        self._shows_a = True
        self._dragging = self._panning = self._space = False
        self._last = QPointF()
        self._turns = QTimer(self)
        self._turns.setInterval(BLINK_MS)
        self._turns.timeout.connect(self.turn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        describe(
            self,
            "Comparison",
            "Drag the divider or move it with the arrow keys, turn the wheel to zoom, hold Space to pan, "
            "double-click to fit",
        )

    @property
    def divider(self) -> float:
        """Where the divider is, as a share of the picture's width."""
        return self._divider

    @property
    def camera(self) -> Camera:
        """Where the pictures lie."""
        return self._camera

    @property
    def shows_a(self) -> bool:
        """Which side is seen, while they take turns."""
        return self._shows_a

    def sizeHint(self) -> QSize:
        """A good size to look at."""
        return QSize(480, 360)

    def show_pair(self, a: np.ndarray, b: np.ndarray, difference: np.ndarray) -> None:
        """Show uint8 pictures `[H, W, 3]` of one size."""
        before = self._extent()
        self._a, self._b, self._difference = image_of(a), image_of(b), image_of(difference)
        if self._extent() != before:
            self.fit()
        self.update()

    def show_names(self, a: str, b: str) -> None:
        """Name both sides."""
        self._names = (a, b)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._a = self._b = self._difference = None
        self.update()

    def show_mode(self, mode: CompareMode) -> None:
        """See them in another way."""
        self.mode = mode
        self._shows_a = True
        if mode is CompareMode.BLINK and self.isVisible():
            self._turns.start()
        else:
            self._turns.stop()
        self.fit()

    def fit(self) -> None:
        """The whole picture."""
        self._camera = self._camera.fit(self._extent(), self._screen(), MARGIN)
        self.update()

    def turn(self) -> None:
        """Show the other side, while they take turns."""
        self._shows_a = not self._shows_a
        self.update()

    def move_divider(self, place: float) -> None:
        """Put the divider at a share of the picture's width."""
        self._divider = min(max(place, 0.0), 1.0)
        self.divided.emit(self._divider)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the backdrop, the pictures and what divides them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self._a is None or self._b is None or self._difference is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth or self._camera.scale < 1)
        place = self._place()
        a, b = self._names
        match self.mode:
            case CompareMode.WIPE:
                self._paint_wipe(painter, place, self._a, self._b)
            case CompareMode.SIDES:
                other = place.translated(place.width() + GAP * self._camera.scale, 0)
                painter.drawImage(place, self._a)
                painter.drawImage(other, self._b)
                self._paint_name(painter, place, a, left=True)
                self._paint_name(painter, other, b, left=True)
            case CompareMode.BLINK:
                painter.drawImage(place, self._a if self._shows_a else self._b)
                self._paint_name(painter, place, a if self._shows_a else b, left=self._shows_a)
            case CompareMode.DIFFERENCE:
                painter.drawImage(place, self._difference)
                self._paint_name(painter, place, f"{b} − {a}", left=True)
        if self.hasFocus():
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the picture fitted."""
        super().resizeEvent(event)
        if self._camera.fitted:
            self.fit()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Take no turns while nobody sees it."""
        super().hideEvent(event)
        self._turns.stop()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer."""
        if event is not None and self._a is not None:
            place = event.position()
            self._camera = self._camera.zoomed(place.x(), place.y(), 1.0015 ** event.angleDelta().y())
            self._bound()
            event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take the divider along, or pan."""
        if event is None or self._a is None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        self._dragging = left and not self._space and self.mode is CompareMode.WIPE
        self._panning = not self._dragging and event.button() != Qt.MouseButton.RightButton
        if self._dragging:
            self._divide_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Move the divider, or both pictures."""
        if event is None:
            return
        step = event.position() - self._last
        self._last = event.position()
        if self._dragging:
            self._divide_at(event.position().x())
        elif self._panning:
            self._camera = self._camera.panned(step.x(), step.y())
            self._bound()
        else:
            wiping = self.mode is CompareMode.WIPE and self._a is not None
            near = wiping and abs(event.position().x() - self._divider_x()) < NEAR_PX
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._dragging = self._panning = False

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Fit again."""
        self.fit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows move the divider or turn to the other side; Space pans; F fits."""
        if event is None:
            return
        key = Qt.Key(event.key())
        size = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.02
        places = {
            Qt.Key.Key_Left: self._divider - size,
            Qt.Key.Key_Right: self._divider + size,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        if key == Qt.Key.Key_Space:
            self._space = True
        elif key in places and self.mode is CompareMode.WIPE:
            self.move_divider(places[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.mode is CompareMode.BLINK:
            self._turns.stop()
            self.turn()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Space let go."""
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Forget a held Space."""
        super().focusOutEvent(event)
        self._space = False
        self.update()

    def _paint_wipe(self, painter: QPainter, place: QRectF, a: QImage, b: QImage) -> None:
        x = self._divider_x()
        painter.save()
        painter.setClipRect(QRectF(place.left(), place.top(), x - place.left(), place.height()))
        painter.drawImage(place, a)
        painter.setClipRect(QRectF(x, place.top(), place.right() - x, place.height()))
        painter.drawImage(place, b)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        painter.setBrush(ink(QPalette.ColorRole.Highlight))
        painter.setPen(QPen(ink(QPalette.ColorRole.Base), 2))
        painter.drawEllipse(QPointF(x, place.center().y()), KNOB_PX, KNOB_PX)
        tag = self._paint_name(painter, place, self._names[0], left=True)
        self._paint_name(painter, place, self._names[1], left=False, beside=tag)

    def _paint_name(
        self, painter: QPainter, place: QRectF, name: str, left: bool, beside: QRectF | None = None
    ) -> QRectF:
        width = painter.fontMetrics().horizontalAdvance(name) + 16
        x = max(place.left(), 0.0) + 8 if left else min(place.right(), self.width()) - width - 8
        tag = QRectF(x, max(place.top(), 0.0) + 8, width, TAG_PX)
        if beside is not None and tag.intersects(beside):  # a narrow picture has no room for both in one line
            tag.translate(0.0, TAG_PX + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(tag, 6, 6)
        painter.setPen(ink(QPalette.ColorRole.WindowText))
        painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), name)
        return tag

    def _divide_at(self, x: float) -> None:
        place = self._place()
        self.move_divider((x - place.left()) / max(place.width(), 1.0))

    def _divider_x(self) -> float:
        place = self._place()
        return place.left() + self._divider * place.width()

    def _place(self) -> QRectF:
        size = self._a.size() if self._a is not None else QSize(1, 1)
        camera = self._camera
        return QRectF(camera.left, camera.top, size.width() * camera.scale, size.height() * camera.scale)

    def _bound(self) -> None:
        self._camera = self._camera.kept_in_sight(self._extent(), self._screen())
        self.update()

    def _extent(self) -> tuple[int, int]:
        size = self._a.size() if self._a is not None else QSize(1, 1)
        width = 2 * size.width() + GAP if self.mode is CompareMode.SIDES else size.width()
        return width, size.height()

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())
