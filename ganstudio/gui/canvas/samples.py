"""A sheet of pictures as large as fits; wheel and drag look closer."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe

CLOSEST = 12.0


class SamplesView(QWidget):
    """Keeps place and scale while the sheets change, so that one picture can be followed through time."""

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self._words = ""
        self._closer, self._middle = 1.0, QPointF(0.5, 0.5)
        self._grab: QPointF | None = None
        self.setMinimumSize(120, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        describe(self, name, tip)

    def show_pixels(self, pixels: Array | None, words: str = "") -> None:
        """Show a sheet uint8 `[H, W, 3]`, or words where there is none."""
        self._words = words
        if pixels is None:
            self.image = QImage()
        else:
            height, width, _ = pixels.shape
            self.image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a sheet."""
        return QSize(400, 320)

    def frame(self) -> QRectF:
        """Where the whole sheet lies."""
        if self.image.isNull():
            return QRectF()
        scale = min(self.width() / self.image.width(), self.height() / self.image.height()) * self._closer
        wide, high = self.image.width() * scale, self.image.height() * scale
        left = self.width() / 2 - self._middle.x() * wide
        top = self.height() / 2 - self._middle.y() * high
        return QRectF(left, top, wide, high)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Look closer around the pointer."""
        if event is None or self.image.isNull():
            return
        before, place = self.frame(), event.position()
        under = QPointF((place.x() - before.left()) / before.width(), (place.y() - before.top()) / before.height())
        self._closer = min(max(self._closer * 1.2 ** (event.angleDelta().y() / 120), 1.0), CLOSEST)
        now = self.frame()
        away = QPointF((place.x() - self.width() / 2) / now.width(), (place.y() - self.height() / 2) / now.height())
        self._look_at(under - away)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Grab."""
        self._grab = event.position() if event is not None else None

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Move the sheet along."""
        if event is None or self._grab is None or self.image.isNull():
            return
        moved, frame = event.position() - self._grab, self.frame()
        self._grab = event.position()
        self._look_at(self._middle - QPointF(moved.x() / frame.width(), moved.y() / frame.height()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._grab = None

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Show everything."""
        self._closer = 1.0
        self._look_at(QPointF(0.5, 0.5))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the sheet, or the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        if self.image.isNull():
            painter.setPen(ink(QPalette.ColorRole.Shadow))
            wrapped = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), wrapped, self._words)
            return
        frame = self.frame()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, frame.width() < 2 * self.image.width())
        painter.drawImage(frame, self.image)

    def _look_at(self, middle: QPointF) -> None:
        edge = 0.5 / self._closer
        bounded = [min(max(value, edge), 1.0 - edge) for value in (middle.x(), middle.y())]
        self._middle = QPointF(*bounded)
        self.update()
