"""Seconds from left to right, the same above and below."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPalette, QPen, QPolygonF

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX

MARGIN = 34.0
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
TICK_PX = 56.0
KNOB_PX = 6.0


@dataclass(frozen=True)
class TimeAxis:
    """From time 0 at one margin to the path's end at the other, in a widget of a width."""

    total: float = 0.0
    width: int = 0

    @property
    def span(self) -> float:
        """Pixels between both ends."""
        return max(self.width - 2 * MARGIN, 1.0)

    def x_of(self, seconds: float) -> float:
        """Where a time lies."""
        return MARGIN + (seconds / self.total * self.span if self.total > 0 else 0.0)

    def seconds_at(self, x: float, beyond: bool = False) -> float:
        """The time at a place, inside the path unless `beyond` is asked for."""
        scale = self.total if self.total > 0 else 1.0
        seconds = (x - MARGIN) / self.span * scale
        return max(seconds, 0.0) if beyond else min(max(seconds, 0.0), self.total)

    def paint_ruler(self, painter: QPainter, height: float) -> None:
        """Draw the seconds."""
        if self.total <= 0:
            return
        step = next((tick for tick in TICKS if tick / self.total * self.span >= TICK_PX), TICKS[-1])
        muted = ink(QPalette.ColorRole.PlaceholderText)
        count = int(self.total / step + 1e-6)
        for i in range(count + 1):
            x = self.x_of(i * step)
            painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1))
            painter.drawLine(QPointF(x, height - 4), QPointF(x, height))
            painter.setPen(muted)
            beside = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)  # clear of the playhead's knob
            painter.drawText(QRectF(x + KNOB_PX + 2, 2, TICK_PX, height - 5), beside, clock_text(i * step))

    def playhead_place(self, seconds: float, height: int) -> QRect:
        """What `paint_playhead` may touch."""
        return QRect(round(self.x_of(seconds)) - 8, 0, 16, height)

    def paint_playhead(self, painter: QPainter, seconds: float, height: float, knob: bool = True) -> None:
        """Draw a line through the present time."""
        x = self.x_of(seconds)
        painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
        painter.drawLine(QPointF(x, 2), QPointF(x, height - 2))
        if knob:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink(QPalette.ColorRole.Highlight))
            painter.drawPolygon(QPolygonF([QPointF(x - KNOB_PX, 2), QPointF(x + KNOB_PX, 2), QPointF(x, 11)]))


def clock_text(seconds: float) -> str:
    """A time in few letters: 0.5 s, 12 s, 1:05."""
    if seconds >= 60:
        return f"{int(seconds // 60)}:{seconds % 60:02.0f}"
    return f"{seconds:.0f} s" if abs(seconds - round(seconds)) < 0.005 else f"{seconds:.1f} s"


def small_font(font: QFont) -> QFont:
    """The font of small words."""
    small = QFont(font)
    small.setPixelSize(SMALL_PX)
    return small
