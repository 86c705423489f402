"""Points of a picture with the places they shall go to; the brush of the mask is another tool here."""

import math
from collections.abc import Sequence

from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QWidget

from ganstudio.core.project import DragPoint
from ganstudio.gui.canvas.mask_paint import MaskPaint
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.studio.dragging import Place

RADIUS_PX = 6.0
HEAD_PX = 9.0
PULLED_PX = 12.0
RIM = QColor(0, 0, 0, 200)  # on pictures of any brightness


class PointsPaint(MaskPaint):
    """`placed` carries a place in shares of the picture; a press and a release further away are two of them."""

    placed = pyqtSignal(object)
    taken_back = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paints = False
        self._points: Sequence[DragPoint] = ()
        self._waiting: Place | None = None
        self._pressed: QPointF | None = None
        describe(
            self,
            "Points",
            "Click where something is, then where it shall go, or pull from one to the other. The right button takes "
            "the last one back. Arrow keys move the cross, Space sets a point, Backspace takes it back.",
        )

    def show_points(self, points: Sequence[DragPoint], waiting: Place | None) -> None:
        """Show handles with targets, and a handle that has none yet."""
        self._points, self._waiting = points, waiting
        self.update()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Set a point, or begin a stroke of the mask."""
        if self.paints or event is None:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.RightButton:
            self.taken_back.emit()
        elif event.button() == Qt.MouseButton.LeftButton and not self._image.isNull():
            self._pressed = event.position()
            self.placed.emit(self._share(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Set the target where a handle was pulled away."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if event is not None and pressed is not None and self._waiting is not None:
            away = event.position() - pressed
            if math.hypot(away.x(), away.y()) > PULLED_PX:
                self.placed.emit(self._share(event.position()))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Set a point with Space where the arrow keys led to."""
        if event is None or self.paints:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space and not self._image.isNull():
            self.placed.emit(self._share(self._pointer or self.place().center()))
        elif event.key() == Qt.Key.Key_Backspace:
            self.taken_back.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the picture, then the points over it."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for point in self._points:
            self._draw(painter, self._spot(point.at), self._spot(point.target))
        if self._waiting is not None:
            start = self._spot(self._waiting)
            self._draw(painter, start, self._pointer if self._pointer is not None else start)

    def _brush_shown(self) -> bool:
        return self.paints and super()._brush_shown()

    def _draw(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        accent, light = ink(QPalette.ColorRole.Highlight), QColor("white")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        angle = math.atan2(end.y() - start.y(), end.x() - start.x())
        wings = [
            QPointF(end.x() - HEAD_PX * math.cos(angle + turn), end.y() - HEAD_PX * math.sin(angle + turn))
            for turn in (-0.5, 0.5)
        ]
        for colour, width in ((RIM, 5.0), (light, 2.0)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(start, end)
            if end != start:
                painter.drawLine(end, wings[0])
                painter.drawLine(end, wings[1])
        painter.setPen(QPen(light, 2.0))
        painter.setBrush(accent)
        painter.drawEllipse(start, RADIUS_PX, RADIUS_PX)

    def _share(self, place: QPointF) -> Place:
        frame = self.place()
        return (place.x() - frame.left()) / frame.width(), (place.y() - frame.top()) / frame.height()

    def _spot(self, at: Place) -> QPointF:
        frame = self.place()
        return QPointF(frame.left() + at[0] * frame.width(), frame.top() + at[1] * frame.height())
