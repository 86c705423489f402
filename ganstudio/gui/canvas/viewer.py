"""The picture: zoom around the pointer, pan, and drag to move through the latent space."""

from collections.abc import Mapping, Sequence

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.camera import Camera
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.gesture import Gesture

GAP = 8
MARGIN = 16


def image_of(pixels: np.ndarray) -> QImage:
    """A picture Qt can draw fast, from uint8 `[H, W, 3]`; the one copy on the way to the screen."""
    height, width = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    view = QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888)  # type: ignore[call-overload]
    copied: QImage = view.convertToFormat(QImage.Format.Format_RGB32)
    return copied


class Viewer(QWidget):
    """Shows the newest frame; `dragged(dx, dy, gesture)` in screen pixels, `nudged` from the arrow keys."""

    dragged = pyqtSignal(float, float, str)
    drag_ended = pyqtSignal()
    nudged = pyqtSignal(float, float)
    menu_wanted = pyqtSignal(object)
    painted = pyqtSignal()
    zoomed = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: dict[str, QImage] = {}
        self._sharp: dict[str, list[QImage]] = {}  # the same pictures in larger sizes, the smallest first
        self._full_size: dict[str, QSize] = {}
        self._camera = Camera()
        self._smooth = True
        self._space = False
        self._panning = False
        self._last = QPointF()
        self._fresh = False
        self._gesture = Gesture("drag the picture", self)
        self._gesture.ended.connect(self.drag_ended)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        describe(
            self,
            "Picture",
            "Drag to move through the latent space, turn the wheel to zoom, hold Space to pan, "
            "right-click to copy or save",
        )

    @property
    def camera(self) -> Camera:
        """Where the picture lies."""
        return self._camera

    @property
    def smooth(self) -> bool:
        """Whether pixels are blended when enlarged."""
        return self._smooth

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see yet."""
        return not self._images

    def show_pictures(self, pictures: Mapping[str, np.ndarray], full_size: int) -> None:
        """Show pictures side by side; a preview takes the place of the full size that follows it."""
        before = self._extent()
        self._images = {name: image_of(pixels) for name, pixels in pictures.items()}
        self._sharp = {}
        self._full_size = {name: _full(image.size(), full_size) for name, image in self._images.items()}
        if self._extent() != before:
            self.fit()
        self._fresh = True
        self.setToolTip("")
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._images = {}
        self._sharp = {}
        self._full_size = {}
        self.update()

    @property
    def is_sharp(self) -> bool:
        """Whether larger versions of the pictures are shown."""
        return bool(self._sharp)

    def show_sharp(self, larger: Mapping[str, Sequence[np.ndarray]]) -> None:
        """Draw larger versions in the places of these pictures, in several sizes, the smallest first; nothing moves."""
        self._sharp = {name: [image_of(each) for each in sizes] for name, sizes in larger.items() if sizes}
        self.update()

    def picture(self) -> QImage | None:
        """The first picture for copying, as large as it is there."""
        name = next(iter(self._images), None)
        return None if name is None else (self._images[name], *self._sharp.get(name, ()))[-1]

    def fit(self) -> None:
        """The whole picture."""
        self._set_camera(self._camera.fit(self._extent(), self._screen(), MARGIN))

    def actual_size(self) -> None:
        """One screen pixel per picture pixel."""
        self._set_camera(self._camera.centred(self._extent(), self._screen(), 1 / self.devicePixelRatioF()))

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        middle = self.rect().center()
        self._zoom_at(middle.x(), middle.y(), factor)

    def set_smooth(self, smooth: bool) -> None:
        """Blend enlarged pixels, or show them crisp."""
        self._smooth = smooth
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the backdrop and the pictures."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        x = self._camera.left
        for name, size in self._full_size.items():
            place = QRectF(x, self._camera.top, size.width() * self._camera.scale, size.height() * self._camera.scale)
            image = self._fitting(name, place.width() * self.devicePixelRatioF())
            shrunk = image.width() > place.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth or shrunk)
            painter.drawImage(place, image)
            x += (size.width() + GAP) * self._camera.scale
        if self.hasFocus() and self._images:
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        if self._fresh:
            self._fresh = False
            self.painted.emit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the picture fitted, or in sight."""
        super().resizeEvent(event)
        if self._camera.fitted:
            self.fit()
        else:
            self._set_camera(self._camera)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer."""
        if event is None or self.is_empty:
            return
        place = event.position()
        self._zoom_at(place.x(), place.y(), 1.0015 ** event.angleDelta().y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin to pan or to drag through the latent space."""
        if event is None or self.is_empty:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left:
            self._gesture.hold()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Pan, or drag."""
        if event is None:
            return
        step = event.position() - self._last
        self._last = event.position()
        if self._panning:
            self._set_camera(self._camera.panned(step.x(), step.y()))
        elif self._gesture.active and event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(step.x(), step.y(), self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End panning or dragging."""
        self._panning = False
        self._gesture.release()
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Fit the picture again."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Space pans, arrows walk through the latent space."""
        if event is None:
            return
        size = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.1
        moves = {
            Qt.Key.Key_Left: (-size, 0.0),
            Qt.Key.Key_Right: (size, 0.0),
            Qt.Key.Key_Up: (0.0, -size),
            Qt.Key.Key_Down: (0.0, size),
        }
        move = moves.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif move is not None and not self.is_empty:
            self.nudged.emit(*move)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Space let go."""
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Forget a held Space."""
        super().focusOutEvent(event)
        self._space = False
        self._show_cursor()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Ask for the menu."""
        if event is not None:
            self.menu_wanted.emit(event.globalPos())

    def _zoom_at(self, x: float, y: float, factor: float) -> None:
        self._set_camera(self._camera.zoomed(x, y, factor))

    def _set_camera(self, camera: Camera) -> None:
        self._camera = camera if camera.fitted else camera.kept_in_sight(self._extent(), self._screen())
        self.zoomed.emit(self._camera.scale * self.devicePixelRatioF())
        self.update()

    def _fitting(self, name: str, width: float) -> QImage:
        """The smallest version that has as many pixels as the screen, since shrinking a larger one makes it grainy."""
        versions: list[QImage] = [self._images[name], *self._sharp.get(name, ())]
        fine: list[QImage] = [image for image in versions if image.width() >= width]
        return (fine or versions[-1:])[0]

    def _extent(self) -> tuple[int, int]:
        sizes = self._full_size.values()
        width = sum(size.width() for size in sizes) + GAP * max(len(sizes) - 1, 0)
        return width, max((size.height() for size in sizes), default=0)

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _show_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)


def _full(size: QSize, longest: int) -> QSize:
    """The size a picture has when it is full: a preview's, enlarged to the model's resolution."""
    return size.scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio) if longest > 0 else size
