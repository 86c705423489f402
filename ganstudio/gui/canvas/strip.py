"""The strip: how fast the picture changes to the eye along a path, and the path length of every segment."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.backdrop import Backdrop
from ganstudio.gui.canvas.time_axis import TimeAxis, small_font
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS
from ganstudio.gui.widgets.buttons import describe
from ganstudio.studio.path_speed import PathFigure, figure

HEIGHT, WORDS_PX = 76, 17
LEFT = Qt.MouseButton.LeftButton
TIP = (
    "How fast the picture changes to the eye: √LPIPS per second, at the times of the track above. "
    "PPL is the mean of the squared speed per segment, with the place on the segment going evenly from 0 to 1"
)


@dataclass(frozen=True)
class SpeedCurve:
    """Speeds `[K]` at times `[K]` in seconds; not a number where nothing was measured yet."""

    times: Array
    speeds: Array

    def at(self, seconds: float) -> float:
        """The speed at a time."""
        if not len(self.times):
            return math.nan
        return float(self.speeds[int(np.argmin(np.abs(self.times - seconds)))])


NOTHING = SpeedCurve(np.zeros(0), np.zeros(0))


class Strip(QWidget):
    """A curve over time with words for each segment; a click goes to that time."""

    scrubbed = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = TimeAxis()
        self.curve, self.before = NOTHING, NOTHING
        self.bounds: tuple[float, ...] = ()
        self.figures: tuple[PathFigure | None, ...] = ()
        self.refusal = ""
        self._playhead: float | None = None
        self._hover: float | None = None
        self._backdrop = Backdrop(self, self._paint_backdrop)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(HEIGHT)
        describe(self, "Speed of the picture", TIP)

    def sizeHint(self) -> QSize:
        """As wide as the track."""
        return QSize(480, HEIGHT)

    def show_speeds(
        self,
        curve: SpeedCurve,
        before: SpeedCurve,
        bounds: tuple[float, ...],
        figures: tuple[PathFigure | None, ...],
        refusal: str = "",
    ) -> None:
        """Show the path's speed; `before` is that of its own timing, `bounds` the times between segments.

        A `refusal` says why there is none.
        """
        self.curve, self.before, self.bounds, self.figures = curve, before, bounds, figures
        self.refusal = refusal
        self.axis = TimeAxis(bounds[-1] if bounds else 0.0, self.width())
        words = (f"segment {i + 1}: PPL {f.words()}, {f.n} samples" for i, f in enumerate(figures) if f is not None)
        self.setAccessibleDescription(refusal or "; ".join(words) or TIP)
        self.update()

    def show_playhead(self, seconds: float | None) -> None:
        """Show where the path is being played."""
        if seconds != self._playhead:
            for moment in (self._playhead, seconds):
                if moment is not None:
                    self.update(self.axis.playhead_place(moment, self.height()))
            self._playhead = seconds

    def resizeEvent(self, event: object) -> None:
        """Keep the times in their places."""
        self.axis = TimeAxis(self.axis.total, self.width())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go to a time."""
        if event is not None and event.button() == LEFT and self.bounds:
            self.scrubbed.emit(self.axis.seconds_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Scrub, or say the speed under the pointer."""
        if event is None or not self.bounds:
            return
        self._hover = self.axis.seconds_at(event.position().x())
        if event.buttons() & LEFT:
            self.scrubbed.emit(self._hover)
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Nothing is pointed at."""
        self._hover = None
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the segments, the curve and the numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        self._backdrop.draw(painter, event)
        if self._playhead is not None and self.bounds:
            self.axis.paint_playhead(painter, self._playhead, self.height(), knob=False)
        self._paint_hover(painter)

    def _paint_backdrop(self, painter: QPainter) -> None:
        painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
        painter.setBrush(ink(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        if not self.bounds or self.refusal:
            painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
            words = self.refusal or "The speed of the path appears here once it has two keyframes"
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), words)
            return
        top = self._top_speed()
        self._paint_segments(painter)
        if len(self.before.times):
            self._paint_curve(painter, self.before, top, ink(QPalette.ColorRole.PlaceholderText), dashed=True)
        self._paint_curve(painter, self.curve, top, ink(QPalette.ColorRole.Highlight))
        self._paint_scale(painter, top)

    def _top_speed(self) -> float:
        both = np.concatenate([self.curve.speeds, self.before.speeds])
        known = both[np.isfinite(both)]
        return float(known.max()) * 1.15 if len(known) and known.max() > 0 else 1.0

    def _y(self, speed: float, top: float) -> float:
        bottom = self.height() - 5.0
        return bottom - speed / top * (bottom - WORDS_PX - 4.0)

    def _paint_segments(self, painter: QPainter) -> None:
        for i, (begin, end) in enumerate(pairwise(self.bounds)):
            left, right = self.axis.x_of(begin), self.axis.x_of(end)
            painter.setPen(QPen(ink(QPalette.ColorRole.Midlight), 1))
            for x in (left, right):
                painter.drawLine(QPointF(x, 4), QPointF(x, self.height() - 4))
            found = self.figures[i] if i < len(self.figures) else None
            for words in self._words(found):
                if painter.fontMetrics().horizontalAdvance(words) < right - left - 6:
                    painter.setPen(ink(QPalette.ColorRole.WindowText))
                    painter.drawText(QRectF(left, 2, right - left, WORDS_PX), int(Qt.AlignmentFlag.AlignCenter), words)
                    break

    def _words(self, found: PathFigure | None) -> tuple[str, ...]:
        if found is None:
            return ("measuring…", "…")
        return (f"PPL {found.words()}  ·  n {found.n}", f"PPL {found.words()}", figure(found.mean))

    def _paint_curve(
        self, painter: QPainter, curve: SpeedCurve, top: float, colour: QColor, dashed: bool = False
    ) -> None:
        known = np.isfinite(curve.speeds)
        line, runs = QPainterPath(), np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
        fill = QPainterPath()
        bottom = self.height() - 5.0
        for start, stop in runs.reshape(-1, 2):
            places = [
                QPointF(self.axis.x_of(float(curve.times[i])), self._y(float(curve.speeds[i]), top))
                for i in range(start, stop)
            ]
            line.moveTo(places[0])
            fill.moveTo(QPointF(places[0].x(), bottom))
            for place in places:
                line.lineTo(place)
                fill.lineTo(place)
            fill.lineTo(QPointF(places[-1].x(), bottom))
        if not dashed:
            area = QColor(colour)
            area.setAlphaF(0.18)
            painter.fillPath(fill, area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.2 if dashed else 2.0, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        painter.drawPath(line)

    def _paint_scale(self, painter: QPainter, top: float) -> None:
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        bottom = self.height() - 5.0
        painter.drawText(QRectF(2, bottom - 12, 28, 12), int(Qt.AlignmentFlag.AlignRight), "0")
        painter.drawText(QRectF(0, WORDS_PX + 2, 30, 12), int(Qt.AlignmentFlag.AlignRight), figure(top))
        painter.drawText(QRectF(0, WORDS_PX + 14, 30, 12), int(Qt.AlignmentFlag.AlignRight), "per s")

    def _paint_hover(self, painter: QPainter) -> None:
        speed = self.curve.at(self._hover) if self._hover is not None else math.nan
        if self._hover is None or not math.isfinite(speed):
            return
        place = QPointF(self.axis.x_of(self._hover), self._y(speed, self._top_speed()))
        painter.setPen(QPen(ink(QPalette.ColorRole.Base), 2))
        painter.setBrush(ink(QPalette.ColorRole.Highlight))
        painter.drawEllipse(place, 5, 5)
        words = f"{figure(speed)} √LPIPS per s"
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        x = min(max(place.x() - width / 2, 2.0), self.width() - width - 2.0)
        box = QRectF(x, self.height() - 24, width, 18)
        painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1))
        painter.setBrush(ink(QPalette.ColorRole.AlternateBase))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(ink(QPalette.ColorRole.WindowText))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
