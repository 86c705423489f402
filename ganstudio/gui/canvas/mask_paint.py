"""Painting with a soft brush on a picture what counts in it."""

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.studio.painting.brush import Place, round_reach

SIDE = 256
MARGIN = 24
VEIL = 165
STEP = 8


class MaskPaint(Drawn):
    """`painted` carries the mask uint8 `[256, 256]` at the end of each stroke; 255 counts, 0 does not."""

    painted = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.counts: Array | None = None
        self.veiled = True  # without it the picture is seen as it is until something is painted
        self._veil = QImage()
        self.brush, self.softness = 32.0, 0.5  # pixels of the mask; how much of the brush fades
        self.erases = False
        self._stroking = False
        self._last = (0.0, 0.0)
        self._pointer: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        describe(
            self,
            "Mask",
            "Paint what counts; the rest is left to the model. The right button erases. Arrow keys move the brush, "
            "Space paints where it is.",
        )

    def sizeHint(self) -> QSize:
        """Room for a picture."""
        return QSize(480, 420)

    def show_picture(self, pixels: Array | None) -> None:
        """Paint on another picture uint8 `[R, R, 3]`."""
        self._image = QImage() if pixels is None else image_of(pixels)
        self.update()

    def show_mask(self, mask: Array | None) -> None:
        """Show what was painted; everything counts where None."""
        if not self._stroking:
            self._adopt(None if mask is None else resampled(mask))

    def place(self) -> QRectF:
        """Where the picture lies."""
        side = max(min(self.width(), self.height()) - 2 * MARGIN, 1)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin a stroke."""
        if event is None or self._image.isNull():
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._stroking = self.veiled = True
        self._last = self._in_mask(event.position())
        self._stroke(event.position(), event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Go on with the stroke."""
        if event is None:
            return
        self._pointer = event.position()
        if self._stroking:
            self._stroke(event.position(), bool(event.buttons() & Qt.MouseButton.RightButton))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End the stroke."""
        if self._stroking:
            self._stroking = False
            self.painted.emit(self.counts)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move the brush, and paint with it."""
        if event is None or self._image.isNull():
            return
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        move = moves.get(Qt.Key(event.key()))
        at = self._pointer or self.place().center()
        if move is not None:
            self._pointer = QPointF(at.x() + move[0] * STEP, at.y() + move[1] * STEP)
        elif event.key() == Qt.Key.Key_Space:
            self._last = self._in_mask(at)
            self._stroking = self.veiled = True
            self._stroke(at, erases=False)
            self._stroking = False
            self.painted.emit(self.counts)
        else:
            super().keyPressEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the picture, darker where it does not count, and the brush."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self._image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = self.place()
        painter.drawImage(place, self._image)
        if self.veiled and not self._veil.isNull():
            painter.drawImage(place, self._veil)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._pointer is not None and self._brush_shown():
            radius = self.brush / SIDE * place.width() / 2
            for role, width in ((QPalette.ColorRole.Base, 3.0), (QPalette.ColorRole.Highlight, 1.5)):
                painter.setPen(QPen(ink(role), width))
                painter.drawEllipse(self._pointer, radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _brush_shown(self) -> bool:
        return self.underMouse() or self.hasFocus()

    def _stroke(self, place: QPointF, erases: bool) -> None:
        mask = np.zeros((SIDE, SIDE), np.uint8) if self.counts is None else self.counts.copy()
        here = self._in_mask(place)
        sweep(mask, self._last, here, self.brush / 2, self.softness, erases or self.erases)
        self._last = here
        self._adopt(mask)

    def _adopt(self, mask: Array | None) -> None:
        self.counts = mask
        if mask is None:
            self._veil = QImage()
        else:
            pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
            pixels[..., 3] = ((255 - mask.astype(np.uint16)) * VEIL // 255).astype(np.uint8)
            data = pixels.tobytes()
            self._veil = QImage(data, SIDE, SIDE, 4 * SIDE, QImage.Format.Format_ARGB32).copy()
        self.update()

    def _in_mask(self, place: QPointF) -> tuple[float, float]:
        frame = self.place()
        scale = SIDE / frame.width()
        return (place.x() - frame.left()) * scale, (place.y() - frame.top()) * scale


def sweep(mask: Array, start: Place, end: Place, radius: float, softness: float, erases: bool) -> None:
    """Draw a round brush with a soft edge through a mask uint8 `[n, n]` on a straight way, in place."""
    x, y = np.arange(mask.shape[1]) + 0.5, np.arange(mask.shape[0]) + 0.5
    fading = max(radius * softness, 1.0)
    depth = -round_reach(x, y, start, end, radius, radius)
    value = (np.clip(depth / fading, 0.0, 1.0) * 255).astype(np.uint8)
    if erases:
        np.minimum(mask, 255 - value, out=mask)
    else:
        np.maximum(mask, value, out=mask)


def resampled(mask: Array) -> Array:
    """Return a mask of any size at 256 x 256, by its nearest values."""
    rows = np.arange(SIDE) * mask.shape[0] // SIDE
    columns = np.arange(SIDE) * mask.shape[1] // SIDE
    nearest: Array = mask[rows][:, columns]
    return nearest
