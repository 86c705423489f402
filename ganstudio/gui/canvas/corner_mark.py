"""A few words in a corner of the picture, with how far something has come."""

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFont, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX

HEIGHT, MARGIN, LINE = 24, 8, 3


class CornerMark(QWidget):
    """Lets the mouse through to what lies below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        self.share: float | None = None
        font = QFont(self.font())
        font.setPixelSize(SMALL_PX)
        self.setFont(font)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def tell(self, words: str, share: float | None = None) -> None:
        """Show words, and the share of the work that is done; no words hide it."""
        if words != self.words:
            self.words = words
            self.setAccessibleName(words)
            self.updateGeometry()
        self.share = share
        self.setVisible(bool(words))
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self.words) + 2 * MARGIN + 1, HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the words on a plate, and a line below them that grows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(plate, RADIUS, RADIUS)
        painter.fillPath(path, ink(QPalette.ColorRole.AlternateBase))
        if self.share is not None:
            painter.setClipPath(path)
            done = QRectF(plate.left(), plate.bottom() - LINE, plate.width() * self.share, LINE)
            painter.fillRect(done, ink(QPalette.ColorRole.Highlight))
            painter.setClipping(False)
        painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1))
        painter.drawPath(path)
        painter.setPen(ink(QPalette.ColorRole.Text))
        room = self.width() - 2 * MARGIN
        words = self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(MARGIN, 0, -MARGIN, 0), Qt.AlignmentFlag.AlignVCenter, words)
