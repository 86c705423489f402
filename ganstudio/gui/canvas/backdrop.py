"""What of a canvas stays as it is while a mark moves over it."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget


class Backdrop:
    """Draws a canvas's own picture where the whole canvas is drawn, and copies it where only a part is.

    So a mark that moves sixty times a second costs a copy each time, as long as every other change updates the whole
    canvas.
    """

    def __init__(self, canvas: QWidget, paint: Callable[[QPainter], None]) -> None:
        """`paint` draws the canvas without its marks."""
        self._canvas, self._paint = canvas, paint
        self._picture: QPixmap | None = None

    def draw(self, painter: QPainter, event: QPaintEvent | None) -> None:
        """Draw it with a painter on the canvas."""
        ratio = self._canvas.devicePixelRatioF()
        size = self._canvas.size() * ratio
        whole = event is None or event.rect().contains(self._canvas.rect())
        if whole or self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inside = QPainter(self._picture)
            inside.setRenderHints(painter.renderHints())
            inside.setFont(painter.font())
            self._paint(inside)
            inside.end()
        painter.drawPixmap(0, 0, self._picture)
