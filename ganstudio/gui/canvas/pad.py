"""The latent pad: an endless plane of seeds to drag through."""

import math
from dataclasses import dataclass
from itertools import pairwise

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.document import LatentPoint
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.gui.widgets.gesture import Gesture

UNIT_PX = 56.0
EDGE_PX = 36.0
LONGEST_SEED = 10_000_000


@dataclass(frozen=True)
class View:
    """The place of the plane in the pad's middle."""

    x: float = 0.0
    y: float = 0.0

    def keeping(self, point: LatentPoint, width: float, height: float) -> "View":
        """The nearest view in which the point is not at the edge."""
        reach_x = max(width / 2 - EDGE_PX, 0) / UNIT_PX
        reach_y = max(height / 2 - EDGE_PX, 0) / UNIT_PX
        return View(
            min(max(self.x, point.x - reach_x), point.x + reach_x),
            min(max(self.y, point.y - reach_y), point.y + reach_y),
        )


class LatentPad(Drawn):
    """Whole places are seeds, between them the latents are blended."""

    moved = pyqtSignal(float, float, str)
    settled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._point = LatentPoint()
        self._view = View()
        self._trail: list[LatentPoint] = []
        self._pressed_at: QPointF | None = None
        self._last = QPointF()
        self._gesture = Gesture("latent pad", self)
        self._gesture.ended.connect(self.settled)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(184)
        self.setCursor(Qt.CursorShape.CrossCursor)
        describe(
            self,
            "Latent pad",
            "Drag to walk between seeds, click to go to a place, double-click to go to the nearest seed. "
            "Arrow keys walk, with Shift a whole seed",
        )

    @property
    def point(self) -> LatentPoint:
        """The place shown."""
        return self._point

    def sizeHint(self) -> QSize:
        """Room for a few seeds."""
        return QSize(264, 184)

    def show_point(self, point: LatentPoint) -> None:
        """Show a place without telling anyone."""
        if point == self._point:
            return
        far = abs(point.x - self._point.x) + abs(point.y - self._point.y) > 2.5
        self._trail = [] if far else [*self._trail[-23:], self._point]
        self._point = point
        self._view = View(point.x, point.y) if far else self._view.keeping(point, self.width(), self.height())
        self.update()

    def nudge(self, dx: float, dy: float) -> None:
        """Walk by a part of a seed, as the arrow keys do."""
        self._tell(self._point.x + dx, self._point.y + dy, self._gesture.touch())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin to drag."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed_at = self._last = event.position()
            self._gesture.hold()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Walk with the pointer, finely with Shift."""
        if event is None or self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        step = event.position() - self._last
        self._last = event.position()
        fine = 0.2 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        scale = fine / UNIT_PX
        self._tell(self._point.x + step.x() * scale, self._point.y + step.y() * scale, self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """A press without a move goes to the place that was clicked."""
        if event is None or self._pressed_at is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (event.position() - self._pressed_at).manhattanLength() < 3:
            place = self._place_at(event.position())
            self._tell(_snapped(place.x()), _snapped(place.y()), self._gesture.hold())
        self._pressed_at = None
        self._gesture.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Go to the nearest seed."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            place = self._place_at(event.position())
            self._tell(float(round(place.x())), float(round(place.y())), self._gesture.hold())
            self._gesture.release()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrow keys walk."""
        if event is None:
            return
        size = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.1
        moves = {
            Qt.Key.Key_Left: (-size, 0.0),
            Qt.Key.Key_Right: (size, 0.0),
            Qt.Key.Key_Up: (0.0, -size),
            Qt.Key.Key_Down: (0.0, size),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        else:
            self.nudge(*move)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the seeds, the trail and the present place."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        edge = ink(QPalette.ColorRole.Highlight if focused else QPalette.ColorRole.Mid)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(edge, 2 if focused else 1))
        painter.setBrush(ink(QPalette.ColorRole.Base))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setClipRect(frame.adjusted(1, 1, -1, -1))
        self._paint_seeds(painter)
        self._paint_trail(painter)
        self._paint_point(painter)

    def _paint_seeds(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        reach_x, reach_y = self.width() / 2 / UNIT_PX + 1, self.height() / 2 / UNIT_PX + 1
        columns = range(math.floor(self._view.x - reach_x), math.ceil(self._view.x + reach_x) + 1)
        rows = range(math.floor(self._view.y - reach_y), math.ceil(self._view.y + reach_y) + 1)
        painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
        for column in columns:
            x = self._screen(column, 0).x()
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        for row in rows:
            y = self._screen(0, row).y()
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        muted = ink(QPalette.ColorRole.PlaceholderText)
        for row in rows:
            for column in columns:
                place = self._screen(column, row)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(muted)
                painter.drawEllipse(place, 2, 2)
                painter.setPen(muted)
                seed = LatentPoint(float(column), float(row)).seed
                words = str(seed)
                fits = place.x() + 9 + painter.fontMetrics().horizontalAdvance(words) < self.width()
                if seed < LONGEST_SEED and fits:
                    painter.drawText(place + QPointF(7, -6), words)

    def _paint_trail(self, painter: QPainter) -> None:
        places = [*self._trail, self._point]
        accent = QColor(ink(QPalette.ColorRole.Highlight))
        for i, (a, b) in enumerate(pairwise(places)):
            accent.setAlphaF(0.75 * (i + 1) / len(places))
            painter.setPen(QPen(accent, 2))
            painter.drawLine(self._screen(a.x, a.y), self._screen(b.x, b.y))

    def _paint_point(self, painter: QPainter) -> None:
        place = self._screen(self._point.x, self._point.y)
        painter.setPen(QPen(ink(QPalette.ColorRole.Base), 2))
        painter.setBrush(ink(QPalette.ColorRole.Highlight))
        painter.drawEllipse(place, 8, 8)

    def _screen(self, x: float, y: float) -> QPointF:
        return QPointF(
            self.width() / 2 + (x - self._view.x) * UNIT_PX, self.height() / 2 + (y - self._view.y) * UNIT_PX
        )

    def _place_at(self, place: QPointF) -> QPointF:
        return QPointF(
            self._view.x + (place.x() - self.width() / 2) / UNIT_PX,
            self._view.y + (place.y() - self.height() / 2) / UNIT_PX,
        )

    def _tell(self, x: float, y: float, gesture: str) -> None:
        self.show_point(LatentPoint(x, y))
        self.moved.emit(x, y, gesture)


def _snapped(value: float) -> float:
    """A click close to a seed means the seed."""
    return float(round(value)) if abs(value - round(value)) < 0.15 else value
