"""A picture that fills its place, with crisp pixels."""

import numpy as np
from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe

MARGIN_PX = 8


class LayerPicture(QWidget):
    """The newest picture, as large as it goes."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 96)
        describe(self, name, tip)

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    def sizeHint(self) -> QSize:
        """A good size to look at."""
        return QSize(320, 320)

    def show_picture(self, pixels: np.ndarray | None) -> None:
        """Show a uint8 picture `[H, W, 3]`, or nothing."""
        self._image = None if pixels is None else image_of(pixels)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the backdrop and the picture in its middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self._image is None:
            return
        room = self.rect().adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        scale = min(room.width() / self._image.width(), room.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        left = room.center().x() - width / 2
        painter.drawImage(QRectF(left, room.center().y() - height / 2, width, height), self._image)
