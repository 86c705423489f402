"""The photo and the square of it that the model draws: dragged, scaled at its corners, turned at its handle."""

import math
from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.square import Square
from ganstudio.gui.canvas.camera import Camera
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.gui.widgets.gesture import Gesture

MARGIN = 24
NEAR_PX, STEM_PX, KNOB_PX = 14.0, 30.0, 6.0
BADGE_PX = 22.0
STEP, TURN, GROW = 0.01, math.radians(1.0), 1.02
VEIL = 0.45
MOVE, SCALE, ROTATE, PAN = "move", "scale", "turn", "pan"


class PhotoFrame(Drawn):
    """Squares count in the pixels of what is shown; `framed(square, gesture)` while a person corrects it."""

    framed = pyqtSignal(object, str)
    settled = pyqtSignal()
    face_chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._camera = Camera()
        self.square: Square | None = None
        self._faces: tuple[Square, ...] = ()
        self._face = 0
        self._doing = ""
        self._last = QPointF()
        self._gesture = Gesture("frame", self)
        self._gesture.ended.connect(self.settled)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        describe(
            self,
            "Frame of the photo",
            "Drag the frame, its corners, or the handle above it. Arrow keys move it, Page Up and Page Down change its "
            "size, comma and full stop turn it; with Shift ten times as far. The wheel zooms, a double click fits.",
        )

    def sizeHint(self) -> QSize:
        """Room for a photo."""
        return QSize(560, 420)

    def show_photo(self, pixels: np.ndarray | None) -> None:
        """Show another photo uint8 `[h, w, 3]`, or none."""
        self._image = QImage() if pixels is None else image_of(pixels)
        self.fit()

    def show_frame(self, square: Square | None, faces: Sequence[Square], face: int) -> None:
        """Show the frame, and the faces that can be chosen; `face` is the number of the one it is around."""
        self.square, self._faces, self._face = square, tuple(faces), face
        self.update()

    def fit(self) -> None:
        """The whole photo."""
        self._camera = self._camera.fit(self._extent(), self._screen(), MARGIN)
        self.update()

    def on_screen(self, x: float, y: float) -> QPointF:
        """Where a point of the photo lies."""
        return QPointF(self._camera.left + x * self._camera.scale, self._camera.top + y * self._camera.scale)

    def corner(self, number: int) -> QPointF:
        """Where a corner of the frame lies on the screen: 0 is its top left, on clockwise."""
        assert self.square is not None
        return self.on_screen(*self.square.corners[number])

    def handle(self) -> QPointF:
        """Where the handle that turns the frame lies on the screen."""
        assert self.square is not None
        top = self.on_screen(*self.square.in_photo([(0.5, 0.0)])[0])
        angle = self.square.angle
        return QPointF(top.x() + math.sin(angle) * STEM_PX, top.y() - math.cos(angle) * STEM_PX)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take the frame, a corner, the handle, another face, or the photo along."""
        if event is None or self._image.isNull():
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        badge = self._badge_at(event.position()) if left else 0
        if badge:
            self.face_chosen.emit(badge)
            return
        self._doing = self._what_at(event.position()) if left else PAN
        if self._doing != PAN:
            self._gesture.hold()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Follow."""
        if event is None or self._image.isNull():
            return
        before, now = self._last, event.position()
        if not self._doing:
            self._show_cursor(now)
            return
        self._last = now
        if self._doing == PAN:
            self._pan(now - before)
            return
        assert self.square is not None
        step = (now - before) / self._camera.scale
        middle = self.on_screen(self.square.x, self.square.y)
        was, is_now = before - middle, now - middle
        match self._doing:
            case done if done == MOVE:
                square = self.square.moved(step.x(), step.y())
            case done if done == SCALE:
                square = self.square.scaled(max(_length(is_now), 4.0) / max(_length(was), 4.0))
            case _:
                square = self.square.turned(math.atan2(is_now.y(), is_now.x()) - math.atan2(was.y(), was.x()))
        self.framed.emit(square, self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._doing = ""
        self._gesture.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Show the whole photo."""
        self.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer."""
        if event is not None and not self._image.isNull():
            place = event.position()
            camera = self._camera.zoomed(place.x(), place.y(), 1.0015 ** event.angleDelta().y())
            self._camera = camera.kept_in_sight(self._extent(), self._screen())
            self.update()
            event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Correct the frame in small steps."""
        if event is None or self.square is None:
            return
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        square, step = self.square, self.square.side * STEP * far
        moved = {
            Qt.Key.Key_Left: lambda: square.moved(-step, 0),
            Qt.Key.Key_Right: lambda: square.moved(step, 0),
            Qt.Key.Key_Up: lambda: square.moved(0, -step),
            Qt.Key.Key_Down: lambda: square.moved(0, step),
            Qt.Key.Key_PageUp: lambda: square.scaled(GROW**far),
            Qt.Key.Key_PageDown: lambda: square.scaled(GROW**-far),
            Qt.Key.Key_Comma: lambda: square.turned(-TURN * far),
            Qt.Key.Key_Period: lambda: square.turned(TURN * far),
            Qt.Key.Key_Less: lambda: square.turned(-TURN * far),
            Qt.Key.Key_Greater: lambda: square.turned(TURN * far),
        }.get(Qt.Key(event.key()))
        if moved is None:
            super().keyPressEvent(event)
        else:
            self.framed.emit(moved(), self._gesture.touch())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the photo fitted."""
        super().resizeEvent(event)
        if self._camera.fitted:
            self.fit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the photo, darker around the frame, the frame with its handles, and the other faces."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self._image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._camera.scale < 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(self.on_screen(0, 0), self.on_screen(self._image.width(), self._image.height()))
        painter.drawImage(place, self._image)
        if self.square is not None:
            self._paint_veil(painter, place)
            self._paint_faces(painter)
            self._paint_frame(painter)
        if self.hasFocus():
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_veil(self, painter: QPainter, place: QRectF) -> None:
        path = QPainterPath()
        path.addRect(place)
        inside = QPainterPath()
        inside.addPolygon(self._outline(self.square))
        inside.closeSubpath()
        veil = QColor(0, 0, 0)
        veil.setAlphaF(VEIL)
        painter.fillPath(path.subtracted(inside), veil)

    def _paint_faces(self, painter: QPainter) -> None:
        if len(self._faces) < 2:
            return
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        for number, square in enumerate(self._faces, start=1):
            chosen = number == self._face
            if not chosen:
                painter.setPen(QPen(QColor(255, 255, 255, 190), 1.5, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPolygon(self._outline(square))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(QPalette.ColorRole.Highlight if chosen else QPalette.ColorRole.AlternateBase))
            badge = self._badge(square)
            painter.drawEllipse(badge)
            painter.setPen(ink(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.WindowText))
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), str(number))

    def _paint_frame(self, painter: QPainter) -> None:
        assert self.square is not None
        accent, rim = ink(QPalette.ColorRole.Highlight), ink(QPalette.ColorRole.Base)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top = self.on_screen(*self.square.in_photo([(0.5, 0.0)])[0])
        for colour, width in ((rim, 4.0), (accent, 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawPolygon(self._outline(self.square))
            painter.drawLine(top, self.handle())
        painter.setBrush(accent)
        painter.setPen(QPen(rim, 2))
        for number in range(4):
            painter.drawEllipse(self.corner(number), KNOB_PX, KNOB_PX)
        painter.setBrush(rim)
        painter.setPen(QPen(accent, 2))
        painter.drawEllipse(self.handle(), KNOB_PX, KNOB_PX)

    def _outline(self, square: Square | None) -> QPolygonF:
        return QPolygonF([self.on_screen(x, y) for x, y in square.corners] if square is not None else [])

    def _badge(self, square: Square) -> QRectF:
        at = self.on_screen(*square.corners[0])
        return QRectF(at.x() + 8, at.y() + 8, BADGE_PX, BADGE_PX)

    def _badge_at(self, place: QPointF) -> int:
        """The number of the other face whose badge, or whose frame away from the present one, is here."""
        if len(self._faces) < 2:
            return 0
        found = [n for n, square in enumerate(self._faces, start=1) if self._badge(square).contains(place)]
        if not found and self._what_at(place) == PAN:
            inside = Qt.FillRule.OddEvenFill
            found = [n for n, s in enumerate(self._faces, start=1) if self._outline(s).containsPoint(place, inside)]
        return next((number for number in found if number != self._face), 0)

    def _what_at(self, place: QPointF) -> str:
        if self.square is None:
            return PAN
        if _length(place - self.handle()) < NEAR_PX:
            return ROTATE
        if any(_length(place - self.corner(number)) < NEAR_PX for number in range(4)):
            return SCALE
        within = self._outline(self.square).containsPoint(place, Qt.FillRule.OddEvenFill)
        return MOVE if within else PAN

    def _show_cursor(self, place: QPointF) -> None:
        if self._badge_at(place):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            return
        shapes = {
            MOVE: Qt.CursorShape.SizeAllCursor,
            SCALE: Qt.CursorShape.SizeFDiagCursor,
            ROTATE: Qt.CursorShape.PointingHandCursor,
        }
        self.setCursor(shapes.get(self._what_at(place), Qt.CursorShape.OpenHandCursor))

    def _pan(self, step: QPointF) -> None:
        self._camera = self._camera.panned(step.x(), step.y()).kept_in_sight(self._extent(), self._screen())
        self.update()

    def _extent(self) -> tuple[int, int]:
        return max(self._image.width(), 1), max(self._image.height(), 1)

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())


def _length(place: QPointF) -> float:
    return math.hypot(place.x(), place.y())
