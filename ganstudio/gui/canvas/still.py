"""A picture that is only looked at."""

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe


class Still(QWidget):
    """As wide as its place, on neutral grey."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(200)
        describe(self, name, tip)

    def show_image(self, image: QImage) -> None:
        """Show another picture."""
        self.image = image
        self.update()

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(200, 200)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the picture as large as fits."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self.image.isNull():
            return
        scale = min(self.width() / self.image.width(), self.height() / self.image.height())
        wide, high = self.image.width() * scale, self.image.height() * scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high), self.image)
