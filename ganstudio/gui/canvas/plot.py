"""A small plot with labelled axes: bars or a curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX
from ganstudio.gui.widgets.buttons import describe

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 40.0, 10.0, 18.0, 30.0
TICK_PX = 48.0


@dataclass(frozen=True)
class Axis:
    """From where to where, and what is counted."""

    low: float
    high: float
    title: str

    def fraction(self, value: float) -> float:
        """Where a value lies between both ends."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        """At most about `most` round values between both ends."""
        span = self.high - self.low
        rough = span / max(most, 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(i * step, 10) for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


class Plot(QWidget):
    """Shows one row of numbers over an axis; says so in words as well."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tip = name, tip
        self._x, self._y = Axis(0.0, 1.0, ""), Axis(0.0, 1.0, "")
        self._points: list[tuple[float, float]] = []
        self._bars = False
        self._nothing = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(124, 96)
        self.setMaximumHeight(176)
        describe(self, name, tip)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The values shown, as (x, y)."""
        return tuple(self._points)

    def sizeHint(self) -> QSize:
        """Room for a few ticks."""
        return QSize(220, 136)

    def show_bars(self, counts: Sequence[float], x: Axis, title: str) -> None:
        """Show equally wide bars that fill the x axis."""
        width = (x.high - x.low) / max(len(counts), 1)
        self._points = [(x.low + i * width, float(count)) for i, count in enumerate(counts)]
        self._x, self._y, self._bars = x, Axis(0.0, max([*map(float, counts), 1.0]), title), True
        self._told()

    def show_curve(self, xs: Sequence[float], ys: Sequence[float], x: Axis, title: str) -> None:
        """Show a curve through (x, y)."""
        self._points = [(float(a), float(b)) for a, b in zip(xs, ys, strict=True)]
        low, high = float(np.min(ys)), float(np.max(ys))
        spare = max((high - low) * 0.08, 0.5)
        self._x, self._y, self._bars = x, Axis(low - spare, high + spare, title), False
        self._told()

    def show_nothing(self, why: str) -> None:
        """Say why there is nothing to show."""
        self._points, self._nothing = [], why
        describe(self, self._name, why)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the frame, the axes with their titles, and the values."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
        painter.setBrush(ink(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        if not self._points:
            painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect().adjusted(8, 8, -8, -8), _CENTRED, self._nothing)
            return
        self._paint_axes(painter)
        self._paint_values(painter)

    def _area(self) -> QRectF:
        return QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - RIGHT_PX, self.height() - TOP_PX - BOTTOM_PX)

    def _place(self, x: float, y: float) -> QPointF:
        area = self._area()
        return QPointF(
            area.left() + self._x.fraction(x) * area.width(), area.bottom() - self._y.fraction(y) * area.height()
        )

    def _paint_axes(self, painter: QPainter) -> None:
        area, muted = self._area(), ink(QPalette.ColorRole.PlaceholderText)
        line = QPen(ink(QPalette.ColorRole.Midlight), 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in self._y.ticks(max(int(area.height() / 28), 1)):
            y = self._place(self._x.low, value).y()
            painter.setPen(line)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(muted)
            painter.drawText(QRectF(0, y - 8, LEFT_PX - 5, 16), right, number_in_words(value))
        for value in self._x.ticks(max(int(area.width() / TICK_PX), 1)):
            x = self._place(value, self._y.low).x()
            painter.setPen(line)
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
            painter.setPen(muted)
            painter.drawText(QRectF(x - 30, area.bottom() + 2, 60, 13), _CENTRED, number_in_words(value))
        painter.setPen(muted)
        painter.drawText(QRectF(4, 2, self.width() - 8, 14), _TOP_LEFT, self._y.title)
        painter.drawText(QRectF(0, self.height() - 16, self.width() - RIGHT_PX, 14), right, self._x.title)

    def _paint_values(self, painter: QPainter) -> None:
        accent, area = ink(QPalette.ColorRole.Highlight), self._area()
        if not self._bars:
            painter.setPen(QPen(accent, 1.75))
            painter.drawPolyline(QPolygonF([self._place(x, y) for x, y in self._points]))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        width = area.width() / len(self._points)
        for x, y in self._points:
            top = self._place(x, y)
            painter.fillRect(QRectF(top.x(), top.y(), max(width - 0.5, 0.5), area.bottom() - top.y()), accent)

    def _told(self) -> None:
        words = f"{self._tip}. {self._y.title} over {self._x.title}"
        describe(self, self._name, words)
        self.update()


_CENTRED = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
_TOP_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def number_in_words(value: float) -> str:
    """A short number with a proper minus; thousands end in k."""
    size = abs(value)
    text = f"{value / 1000:g}k" if size >= 10_000 else f"{value:.4g}"
    return text.replace("-", "−")
