"""The small drawings beside explanations, in the theme's colours."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.topics import CLASSES, DEVICE, LATENT, MIXING, NOISE, RESAMPLING, TRUNCATION, Topic

HEIGHT, ROUND = 96, 4.0
ROLE = QPalette.ColorRole
Drawing = Callable[[QPainter, QRectF], None]


class Sketch(QWidget):
    """The drawing of one topic; hidden where a topic has none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.topic: Topic | None = None
        self.setFixedHeight(HEIGHT)

    def show_topic(self, topic: Topic) -> None:
        """Draw a topic from now on."""
        self.topic = topic
        self.setVisible(topic in SKETCHES)
        self.setAccessibleName(f"Drawing: {topic.title}")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the words beside it."""
        return QSize(328, HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw."""
        if self.topic is None or self.topic not in SKETCHES:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink(ROLE.Midlight), 1))
        painter.setBrush(ink(ROLE.Base))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, ROUND, ROUND)
        SKETCHES[self.topic](painter, frame.adjusted(14, 12, -14, -12))


def _dot(painter: QPainter, place: QPointF, radius: float, colour: QColor, *, hollow: bool = False) -> None:
    painter.setPen(QPen(colour, 1.2) if hollow else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.drawEllipse(place, radius, radius)


def _box(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, 2, 2)


def _latent(painter: QPainter, frame: QRectF) -> None:
    """Seeds on a plane and a walk between them."""
    for i in range(7):
        for j in range(3):
            place = QPointF(frame.left() + frame.width() * i / 6, frame.top() + frame.height() * j / 2)
            _dot(painter, place, 2.5, ink(ROLE.PlaceholderText))
    walk = QPainterPath(QPointF(frame.left() + frame.width() / 6, frame.bottom()))
    end = QPointF(frame.left() + frame.width() * 0.72, frame.top() + frame.height() * 0.25)
    walk.cubicTo(frame.center() - QPointF(60, 40), frame.center() + QPointF(0, 50), end)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink(ROLE.Highlight), 2))
    painter.drawPath(walk)
    _dot(painter, end, 6, ink(ROLE.Highlight))


def _truncation(painter: QPainter, frame: QRectF) -> None:
    """Pictures pulled half-way to the average."""
    centre = frame.center()
    for i in range(9):
        turn = 2 * math.pi * i / 9 + 0.35
        reach = 1.0 if i % 2 else 0.7
        way = QPointF(frame.width() / 2.2 * math.cos(turn), frame.height() / 2 * math.sin(turn)) * reach
        painter.setPen(QPen(ink(ROLE.Mid), 1))
        painter.drawLine(centre + way, centre + way * 0.5)
        _dot(painter, centre + way, 3, ink(ROLE.PlaceholderText), hollow=True)
        _dot(painter, centre + way * 0.5, 3.5, ink(ROLE.Highlight))
    _dot(painter, centre, 5, ink(ROLE.Text))


def _resampling(painter: QPainter, frame: QRectF) -> None:
    """A bell whose ends are cut off."""
    edge = 1.3
    for cut, role in ((3.2, ROLE.Mid), (edge, ROLE.Highlight)):
        bell = QPainterPath(_on_bell(frame, -cut, 0.0))
        for step in range(65):
            x = cut * (step / 32 - 1)
            bell.lineTo(_on_bell(frame, x, math.exp(-x * x / 2)))
        bell.lineTo(_on_bell(frame, cut, 0.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(role))
        painter.drawPath(bell)
    painter.setPen(QPen(ink(ROLE.Text), 1, Qt.PenStyle.DashLine))
    for x in (-edge, edge):
        painter.drawLine(_on_bell(frame, x, 0.0), _on_bell(frame, x, 1.0))


def _on_bell(frame: QRectF, x: float, height: float) -> QPointF:
    return QPointF(frame.center().x() + x / 3.2 * frame.width() / 2, frame.bottom() - height * frame.height())


def _noise(painter: QPainter, frame: QRectF) -> None:
    """The same surface without grain, with one grain, and with another."""
    side, cells = frame.height(), 9
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # else seams show between the cells
    for number, seed in enumerate((None, 1, 2)):
        left = frame.left() + number * (frame.width() - side) / 2
        grain = np.zeros((cells, cells)) if seed is None else np.random.RandomState(seed).rand(cells, cells) - 0.5
        for (row, column), value in np.ndenumerate(grain):
            colour = QColor(ink(ROLE.Highlight))
            colour.setAlphaF(0.5 + 0.9 * float(value))
            step = side / cells
            painter.fillRect(QRectF(left + column * step, frame.top() + row * step, step, step), colour)


def _mixing(painter: QPainter, frame: QRectF) -> None:
    """Coarse layers of one latent and fine ones of another in one picture."""
    wide, high = frame.width() / 11, frame.height() / 3.6
    rows = (((ROLE.PlaceholderText,) * 8, 0.0), ((ROLE.Highlight,) * 8, 1.3))
    for roles, row in (*rows, ((ROLE.PlaceholderText,) * 4 + (ROLE.Highlight,) * 4, 2.6)):
        for i, role in enumerate(roles):
            place = QRectF(frame.left() + (1.5 + i) * wide, frame.top() + row * high, wide - 4, high)
            _box(painter, place, ink(role))


def _classes(painter: QPainter, frame: QRectF) -> None:
    """One kind chosen among several."""
    wide = frame.width() / 5
    for i in range(5):
        box = QRectF(frame.left() + i * wide + 5, frame.top() + 14, wide - 10, frame.height() - 28)
        _box(painter, box, ink(ROLE.Highlight if i == 1 else ROLE.Mid))


def _device(painter: QPainter, frame: QRectF) -> None:
    """Numbers of 32 and of 16 bits: sign and exponent, then the fraction."""
    step = frame.width() / 32
    for row, bits in enumerate((32, 16)):
        for i in range(bits):
            box = QRectF(frame.left() + i * step + 1, frame.top() + 8 + 34 * row, step - 2, 22)
            _box(painter, box, ink(ROLE.Highlight if i >= 9 else ROLE.PlaceholderText))


SKETCHES: Mapping[Topic, Drawing] = MappingProxyType(
    {
        LATENT: _latent,
        TRUNCATION: _truncation,
        RESAMPLING: _resampling,
        NOISE: _noise,
        MIXING: _mixing,
        CLASSES: _classes,
        DEVICE: _device,
    }
)
