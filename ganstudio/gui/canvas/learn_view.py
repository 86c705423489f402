"""What a learning example looks like: points on the discriminator's surface, or real pictures beside generated ones."""

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QImage, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.curve_colours import curve_colour
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.studio.teaching_lesson import SURFACE_REACH, Look, narrated

REAL_COLOUR, FAKE_COLOUR = 2, 1
LONGEST_PX = 26.0
LEGEND_PX = 22.0
STRENGTH = 0.55  # of the surface's colours where D is certain
DOT = 3.0


class LearnView(QWidget):
    """Shows one look; what it shows is told in words as well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look: Look | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        describe(self, "What the networks do", "Nothing has been learned yet")

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(480, 480)

    def show_look(self, look: Look) -> None:
        """Show another look."""
        self.look = look
        describe(self, "What the networks do", narrated(look))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the points or the pictures, and what is what."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Base))
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        painter.setFont(font)
        if self.look is None:
            painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Getting ready …")
        elif self.look.surface.size:
            self._paint_points(painter, self.look)
        else:
            self._paint_pictures(painter, self.look)

    def _square(self) -> QRectF:
        room = QRectF(self.rect()).adjusted(8, 8, -8, -8 - LEGEND_PX)
        side = min(room.width(), room.height())
        return QRectF(room.center().x() - side / 2, room.top(), side, side)

    def _paint_points(self, painter: QPainter, look: Look) -> None:
        square = self._square()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(square, surface_image(look.surface))
        painter.setClipRect(square)
        self._paint_arrows(painter, square, look.arrows)
        for points, pens in (
            (look.real, ((ink(QPalette.ColorRole.Text), 2 * DOT), (ink(QPalette.ColorRole.Base), 2 * DOT - 2.5))),
            (look.fake, ((ink(QPalette.ColorRole.Base), 2 * DOT + 1), (curve_colour(FAKE_COLOUR), 2 * DOT - 0.5))),
        ):
            dots = QPolygonF([_on(square, x, y) for x, y in points.tolist()])
            for colour, width in pens:
                painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawPoints(dots)
        painter.setClipping(False)
        self._paint_legend(painter, square)

    def _paint_arrows(self, painter: QPainter, square: QRectF, arrows: Array) -> None:
        lengths = np.linalg.norm(arrows[:, 2:], axis=1)
        scale = LONGEST_PX / max(float(np.percentile(lengths, 95)), 1e-3)  # arrows of nothing stay short
        painter.setPen(QPen(ink(QPalette.ColorRole.PlaceholderText), 1.25))
        for x, y, dx, dy in arrows.tolist():
            way = QPointF(dx, -dy) * scale
            reach = (way.x() ** 2 + way.y() ** 2) ** 0.5
            if reach < 2.0:
                continue
            way *= min(1.0, 1.5 * LONGEST_PX / reach)
            start = _on(square, x, y)
            end, side = start + way, QPointF(-way.y(), way.x()) * (2.5 / reach)
            back = way * (5.0 / reach)
            painter.drawLine(start, end)
            painter.drawLine(end, end - back + side)
            painter.drawLine(end, end - back - side)

    def _paint_legend(self, painter: QPainter, square: QRectF) -> None:
        y, x = square.bottom() + LEGEND_PX / 2, square.left() + 4
        entries = (("real", False), ("generated", True))
        metrics = painter.fontMetrics()
        for word, filled in entries:
            painter.setPen(QPen(ink(QPalette.ColorRole.Text), 1))
            painter.setBrush(curve_colour(FAKE_COLOUR) if filled else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x + DOT, y), DOT, DOT)
            painter.drawText(QPointF(x + 12, y + 4), word)
            x += 22 + metrics.horizontalAdvance(word)
        for word, colour in (("D says real", REAL_COLOUR), ("D says generated", FAKE_COLOUR)):
            shade = curve_colour(colour)
            shade.setAlphaF(STRENGTH)
            painter.fillRect(QRectF(x, y - 5, 12, 10), shade)
            painter.setPen(QPen(ink(QPalette.ColorRole.Text), 1))
            painter.drawText(QPointF(x + 17, y + 4), word)
            x += 27 + metrics.horizontalAdvance(word)
        if x + 90 < square.right() + 8:
            painter.drawText(QPointF(x, y + 4), "→ G's pull")

    def _paint_pictures(self, painter: QPainter, look: Look) -> None:
        room = QRectF(self.rect()).adjusted(8, 8, -8, -8 - LEGEND_PX)
        side = min((room.width() - 16) / 2, room.height())
        left = room.center().x() - side - 8
        painter.setPen(QPen(ink(QPalette.ColorRole.Text), 1))
        for sheet, word, x in ((look.real, "real", left), (look.fake, "generated", left + side + 16)):
            place = QRectF(x, room.top(), side, side)
            painter.drawImage(place, image_of(sheet))
            below = QRectF(x, place.bottom() + 2, side, LEGEND_PX)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, word)


def surface_image(surface: Array) -> QImage:
    """Return what D thinks `[S, S]` as colours: strong where it is certain, none where it only guesses."""
    real, fake, base = (
        np.array(colour.getRgb()[:3], dtype=np.float64)
        for colour in (curve_colour(REAL_COLOUR), curve_colour(FAKE_COLOUR), ink(QPalette.ColorRole.Base))
    )
    belief = surface[::-1, :, None].astype(np.float64) * 2.0 - 1.0  # rows from the top
    share = np.abs(belief) * STRENGTH
    mixed = base * (1.0 - share) + np.where(belief > 0.0, real, fake) * share
    return image_of(np.ascontiguousarray(mixed.astype(np.uint8)))


def _on(square: QRectF, x: float, y: float) -> QPointF:
    across = square.width() / (2.0 * SURFACE_REACH)
    return QPointF(square.center().x() + x * across, square.center().y() - y * across)
