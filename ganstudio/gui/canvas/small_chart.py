"""A small chart of a few curves over one axis, with a bound where one was passed; it says so in words as well."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.curve_colours import curve_colour
from ganstudio.gui.canvas.plot import Axis, number_in_words
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX
from ganstudio.gui.widgets.buttons import describe

LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 42.0, 10.0, 20.0, 16.0
LEAST = 1e-9
SPARE = 0.06


@dataclass(frozen=True)
class Series:
    """One curve: its name in the legend, places and values, and the number of its colour."""

    name: str
    x: Array
    y: Array
    colour: int = 0


class SmallChart(QWidget):
    """Curves as lines; a dashed line is a bound."""

    def __init__(self, name: str, tip: str, height: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._tip, self._high = name, tip, height
        self._log = False
        self._bound: float | None = None
        self._x, self._y = Axis(0.0, 1.0, ""), Axis(0.0, 1.0, "")
        self.series: tuple[Series, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(height)
        describe(self, name, tip)

    def sizeHint(self) -> QSize:
        """Wide enough for a few ticks."""
        return QSize(200, self._high)

    def show_series(
        self, series: Sequence[Series], x_title: str, bound: float | None = None, log: bool = False
    ) -> None:
        """Show these curves instead of the ones before; `log` puts values on a logarithmic axis."""
        self.series = tuple(each for each in series if len(each.x))
        self._log, self._bound = log, bound
        if self.series:
            self._fit(x_title)
        said = ", ".join(f"{s.name} {number_in_words(float(s.y[-1]))} at last" for s in self.series)
        describe(self, self._name, f"{self._tip}. {said or 'Nothing yet'}")
        self.update()

    def labelled(self) -> list[float]:
        """The values that the upright axis names: powers of ten where it is logarithmic and holds two, else 1, 2, 5."""
        room = max(int(self._area().height() / 26), 1)
        if not self._log:
            return list(self._y.ticks(room))
        decades = range(math.floor(self._y.low), math.ceil(self._y.high) + 1)
        for steps in ((1.0,), (1.0, 2.0, 5.0), (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)):
            found = [step * 10.0**decade for decade in decades for step in steps]
            shown = [value for value in found if self._y.low <= math.log10(value) <= self._y.high]
            if len(shown) >= 2:
                return shown[:: -(-len(shown) // (room + 1))]
        return [10.0 ** ((self._y.low + self._y.high) / 2.0)]

    def _fit(self, x_title: str) -> None:
        values = np.concatenate([self._scaled(s.y) for s in self.series])
        if self._bound is not None:
            values = np.append(values, self._scaled(np.array([self._bound])))
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        spare = max((high - low) * SPARE, abs(high) * 1e-3, 1e-6)
        self._y = Axis(low - spare, high + spare, "")
        first, last = min(float(s.x[0]) for s in self.series), max(float(s.x[-1]) for s in self.series)
        self._x = Axis(first, max(last, first + 1.0), x_title)

    def _scaled(self, values: Array) -> Array:
        return np.log10(np.maximum(values, LEAST)) if self._log else np.asarray(values, dtype=np.float64)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the frame, the axes, the bound, the curves and the legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
        painter.setBrush(ink(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        self._paint_legend(painter)
        if not self.series:
            return
        self._paint_axes(painter)
        area = self._area()
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        if self._bound is not None:
            painter.setPen(QPen(ink(QPalette.ColorRole.BrightText), 1.25, Qt.PenStyle.DashLine))
            height = self._place(0.0, float(self._scaled(np.array([self._bound]))[0])).y()
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
        for each in self.series:
            painter.setPen(QPen(self._colour(each), 1.5))
            pairs = zip(each.x.tolist(), self._scaled(each.y).tolist(), strict=True)
            painter.drawPolyline(QPolygonF([self._place(x, y) for x, y in pairs if math.isfinite(y)]))

    def _paint_legend(self, painter: QPainter) -> None:
        x, metrics = 8.0, painter.fontMetrics()
        if not self.series:
            painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._name)
            return
        for each in self.series:
            painter.setPen(QPen(self._colour(each), 2.5))
            painter.drawLine(QPointF(x, 11), QPointF(x + 10, 11))
            painter.setPen(ink(QPalette.ColorRole.Text))
            room = self.width() - x - 18
            words = metrics.elidedText(each.name, Qt.TextElideMode.ElideRight, max(int(room), 0))
            painter.drawText(QPointF(x + 14, 15), words)
            x += 14 + metrics.horizontalAdvance(words) + 12

    def _paint_axes(self, painter: QPainter) -> None:
        area, muted = self._area(), ink(QPalette.ColorRole.PlaceholderText)
        line = QPen(ink(QPalette.ColorRole.Midlight), 1)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for value in self.labelled():
            height = float(self._scaled(np.array([value]))[0])
            y = self._place(self._x.low, height).y()
            painter.setPen(line)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(muted)
            painter.drawText(QRectF(0, y - 8, LEFT_PX - 5, 16), right, number_in_words(value))
        painter.setPen(muted)
        below = QRectF(LEFT_PX, self.height() - 15, area.width(), 13)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), number_in_words(round(self._x.low)))
        painter.drawText(below, right, f"{number_in_words(round(self._x.high))} {self._x.title}")

    def _area(self) -> QRectF:
        return QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - RIGHT_PX, self.height() - TOP_PX - BOTTOM_PX)

    def _place(self, x: float, y: float) -> QPointF:
        area = self._area()
        return QPointF(
            area.left() + self._x.fraction(x) * area.width(), area.bottom() - self._y.fraction(y) * area.height()
        )

    def _colour(self, series: Series) -> QColor:
        return curve_colour(series.colour)
