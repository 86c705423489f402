"""Histograms over time: one strip for each kind of pictures, the darker the more of them say so."""

from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.curve_colours import KINDS, curve_colour
from ganstudio.gui.canvas.plot import Axis, number_in_words
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.studio.run_curves import Strip

LEFT, RIGHT, TOP, BOTTOM, GAP = 46.0, 12.0, 6.0, 34.0, 6.0
NAMES = {"real": "real", "held_out": "held out", "fake": "generated"}
KILO = 1000.0


class HeatStrips(QWidget):
    """Strips under one another on the same axes."""

    told = pyqtSignal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strips: tuple[Strip, ...] = ()
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        describe(self, name, tip)

    def show_strips(self, strips: Sequence[Strip]) -> None:
        """Show other histograms."""
        self.strips = tuple(strips)
        self.update()

    def areas(self) -> list[QRectF]:
        """Where each strip lies."""
        count = max(len(self.strips), 1)
        high = (self.height() - TOP - BOTTOM - GAP * (count - 1)) / count
        wide = self.width() - LEFT - RIGHT
        return [QRectF(LEFT, TOP + i * (high + GAP), wide, high) for i in range(len(self.strips))]

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Say what is pointed at."""
        if event is None:
            return
        for strip, area in zip(self.strips, self.areas(), strict=True):
            if area.contains(event.position()):
                across = (event.position().x() - area.left()) / area.width()
                up = (area.bottom() - event.position().y()) / area.height()
                at = strip.first + across * (strip.last - strip.first)
                logit = strip.low + up * (strip.high - strip.low)
                self.told.emit(f"{at / KILO:.4g} kimg:  {NAMES[strip.kind]} pictures, logit {number_in_words(logit)}")

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the strips and both axes."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.AlternateBase))
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        for strip, area in zip(self.strips, self.areas(), strict=True):
            painter.drawImage(area, _image(strip))
            painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
            painter.drawRect(area)
            self._paint_values(painter, strip, area)
        if self.strips:
            self._paint_places(painter, self.strips[0], self.areas()[-1])

    def _paint_values(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        axis = Axis(strip.low, strip.high, "logit")
        muted = ink(QPalette.ColorRole.PlaceholderText)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for value in axis.ticks(max(int(area.height() / 24), 1)):
            y = area.bottom() - axis.fraction(value) * area.height()
            painter.setPen(muted)
            painter.drawText(QRectF(0, y - 8, LEFT - 5, 16), right, number_in_words(value))
            if value == 0.0:
                painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(ink(QPalette.ColorRole.WindowText))
        words = NAMES[strip.kind]
        box = QRectF(area.left() + 4, area.top() + 3, painter.fontMetrics().horizontalAdvance(words) + 10, 16)
        veil = ink(QPalette.ColorRole.AlternateBase)
        veil.setAlphaF(0.8)
        painter.fillRect(box, veil)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_places(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        axis = Axis(strip.first / KILO, max(strip.last, strip.first + 1) / KILO, "images seen, kimg")
        centred = int(Qt.AlignmentFlag.AlignCenter)
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        for value in axis.ticks(max(int(area.width() / 60), 1)):
            x = area.left() + axis.fraction(value) * area.width()
            painter.drawText(QRectF(x - 30, area.bottom() + 2, 60, 14), centred, number_in_words(value))
        painter.drawText(QRectF(area.left(), area.bottom() + 17, area.width(), 14), centred, "images seen, kimg")


def _image(strip: Strip) -> QImage:
    """A strip in shades from the ground to the kind's colour, its bottom row lowest."""
    low, high = ink(QPalette.ColorRole.AlternateBase), curve_colour(KINDS[strip.kind])
    steps = np.linspace(0.0, 1.0, 256)[:, None]
    ends = np.array([[c.red(), c.green(), c.blue()] for c in (low, high)], dtype=np.float64)
    table = ((1 - steps) * ends[0] + steps * ends[1]).astype(np.uint8)
    pixels = np.ascontiguousarray(table[strip.shares[::-1]])
    height, width, _ = pixels.shape
    return QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
