"""Painting on a picture where it shall change, with colours or without."""

import numpy as np
from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QMouseEvent
from PyQt6.QtWidgets import QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.mask_paint import SIDE, MaskPaint, resampled
from ganstudio.gui.widgets.buttons import describe

NEW = 96  # of 255: as much of a touch as takes a colour over


class ColourPaint(MaskPaint):
    """`picked` carries a colour of the picture that was pointed at while `picks`.

    `strokes` uint8 `[256, 256, 3]` are the colours where the mask is not 0; without `coloured` only the mask counts.
    """

    picked = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.coloured, self.picks = True, False
        self.colour = QColor(200, 60, 50)
        self.strokes: Array = np.zeros((SIDE, SIDE, 3), np.uint8)
        self.softness = 0.25
        describe(
            self,
            "Picture",
            "Paint where the picture shall change. The right button erases. Arrow keys move the brush, Space paints.",
        )

    def show_strokes(self, mask: Array | None, strokes: Array | None) -> None:
        """Show what was painted before."""
        if self._stroking:
            return
        fits = strokes is not None and strokes.shape == (SIDE, SIDE, 3)
        self.strokes = strokes.copy() if strokes is not None and fits else np.zeros((SIDE, SIDE, 3), np.uint8)
        self._adopt(None if mask is None else resampled(mask))

    def show_colours(self, coloured: bool) -> None:
        """Paint with colours, or only say where."""
        if coloured is not self.coloured:
            self.coloured = coloured
            self._adopt(self.counts)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin a stroke, or take a colour."""
        if event is not None and self.picks and event.button() == Qt.MouseButton.LeftButton:
            colour = self._colour_at(event.position())
            if colour is not None:
                self.picked.emit(colour)
            return
        super().mousePressEvent(event)

    def _colour_at(self, place: QPointF) -> QColor | None:
        frame = self.place()
        if self._image.isNull() or not frame.contains(place):
            return None
        x = int((place.x() - frame.left()) / frame.width() * self._image.width())
        y = int((place.y() - frame.top()) / frame.height() * self._image.height())
        return self._image.pixelColor(min(x, self._image.width() - 1), min(y, self._image.height() - 1))

    def _adopt(self, mask: Array | None) -> None:
        before = self.counts
        if self.coloured and mask is not None and self._stroking:
            old = np.zeros_like(mask) if before is None else before
            fresh = (mask > old) | ((mask >= NEW) & self._touched)
            self.strokes[fresh] = (self.colour.red(), self.colour.green(), self.colour.blue())
        super()._adopt(mask)
        if self.coloured:
            self._veil = QImage() if mask is None else stroke_image(mask, self.strokes)
            self.update()

    def _stroke(self, place: QPointF, erases: bool) -> None:
        here = self._in_mask(place)
        x, y = np.arange(SIDE) + 0.5, (np.arange(SIDE) + 0.5)[:, None]
        start, way = np.array(self._last), np.array(here) - np.array(self._last)
        length = max(float(way @ way), 1e-9)
        along = np.clip(((x - start[0]) * way[0] + (y - start[1]) * way[1]) / length, 0.0, 1.0)
        away = np.hypot(x - start[0] - along * way[0], y - start[1] - along * way[1])
        self._touched = (away <= self.brush / 2) & (not (erases or self.erases))
        super()._stroke(place, erases)


def stroke_image(mask: Array, strokes: Array) -> QImage:
    """Return strokes as a picture that is clear where nothing was painted."""
    pixels = np.empty((SIDE, SIDE, 4), np.uint8)
    pixels[..., :3] = strokes[..., ::-1]
    pixels[..., 3] = mask
    return QImage(pixels.tobytes(), SIDE, SIDE, 4 * SIDE, QImage.Format.Format_ARGB32).copy()
