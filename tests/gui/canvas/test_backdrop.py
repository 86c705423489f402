"""What stays of a canvas is drawn again when it changes, and not when a mark moves over it."""

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.gui.canvas.backdrop import Backdrop


class Canvas(QWidget):
    """A coloured field with a white mark."""

    def __init__(self) -> None:
        super().__init__()
        self.colour, self.mark, self.drawn = QColor("red"), 10, 0
        self._backdrop = Backdrop(self, self._paint)
        self.resize(60, 20)

    def _paint(self, painter: QPainter) -> None:
        self.drawn += 1
        painter.fillRect(self.rect(), self.colour)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the field, then the mark."""
        painter = QPainter(self)
        self._backdrop.draw(painter, event)
        painter.fillRect(QRect(self.mark, 0, 4, 20), QColor("white"))


def test_a_mark_moves_over_a_backdrop_that_is_drawn_once(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show()
    qtbot.waitUntil(lambda: canvas.drawn > 0)
    before = canvas.drawn
    for place in (20, 30, 40):
        canvas.update(QRect(canvas.mark, 0, 4, 20))
        canvas.mark = place
        canvas.update(QRect(place, 0, 4, 20))
        qtbot.wait(1)
        canvas.repaint(QRect(0, 0, 30, 20))
    assert canvas.drawn == before
    seen = canvas.grab().toImage()
    assert (seen.pixelColor(41, 5), seen.pixelColor(12, 5)) == (QColor("white"), QColor("red"))
    canvas.colour = QColor("blue")
    canvas.update()
    qtbot.waitUntil(lambda: canvas.drawn > before + 1)
    assert canvas.grab().toImage().pixelColor(12, 5) == QColor("blue")
    canvas.resize(80, 20)
    assert canvas.grab().toImage().pixelColor(75, 5) == QColor("blue")
