"""What is looked at closely: the wheel zooms around the pointer, Space or the middle button pans."""

from PyQt6.QtCore import QEvent, QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPalette, QPen, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.camera import Camera
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.studio.painting.brush import Place

MARGIN = 16


class CloseView(Drawn):
    """Holds something of a size in pixels; `camera_changed` lets a neighbour of the same size look at the same part."""

    camera_changed = pyqtSignal(object)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.extent = (0, 0)  # width and height of what is looked at
        self._camera = Camera()
        self.panning = self._space = False
        self._last = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        describe(self, name, tip)

    def sizeHint(self) -> QSize:
        """Room for a picture."""
        return QSize(420, 420)

    @property
    def camera(self) -> Camera:
        """Where it lies."""
        return self._camera

    def show_camera(self, camera: Camera) -> None:
        """See the same part as a neighbour of the same size."""
        if camera != self._camera:
            self._camera = camera
            self.update()

    def show_extent(self, width: int, height: int) -> None:
        """Look at something of this size."""
        if (width, height) != self.extent:
            self.extent = (width, height)
            self.fit()

    def fit(self) -> None:
        """The whole of it."""
        self._look(self._camera.fit(self.extent, self._screen(), MARGIN))

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        self._look(self._camera.zoomed(self.width() / 2, self.height() / 2, factor))

    def on_screen(self, place: Place) -> QPointF:
        """Where a place of it lies."""
        camera = self._camera
        return QPointF(camera.left + place[0] * camera.scale, camera.top + place[1] * camera.scale)

    def beneath(self, point: QPointF) -> Place:
        """The place of it that lies at a point."""
        camera = self._camera
        return (point.x() - camera.left) / camera.scale, (point.y() - camera.top) / camera.scale

    def show_cursor(self) -> None:
        """Show that it can be panned."""
        self.setCursor(Qt.CursorShape.ClosedHandCursor if self.panning else Qt.CursorShape.OpenHandCursor)

    @property
    def is_held(self) -> bool:
        """Whether Space or the middle button holds it."""
        return self.panning or self._space

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin to pan."""
        if event is None or not self.extent[0]:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = event.position()
        button = event.button()
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space):
            self.panning = True
            self.show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Pan."""
        if event is not None:
            step, self._last = event.position() - self._last, event.position()
            if self.panning:
                self._look(self._camera.panned(step.x(), step.y()))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End panning."""
        if self.panning:
            self.panning = False
            self.show_cursor()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer."""
        if event is not None and self.extent[0]:
            place = event.position()
            self._look(self._camera.zoomed(place.x(), place.y(), 1.0015 ** event.angleDelta().y()))
            event.accept()

    def event(self, event: QEvent | None) -> bool:
        """Take some keys before the window's shortcuts do."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self.takes(event):
            event.accept()
            return True
        return super().event(event)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for this, whatever the window does with it elsewhere."""
        return event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.NoModifier

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Space holds it."""
        if event is not None and event.key() == Qt.Key.Key_Space:
            self._space = True
            self.show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Space let go."""
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Hide the focus ring, and forget a held Space."""
        super().focusOutEvent(event)
        self._space = False
        self.show_cursor()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep it fitted, or in sight."""
        super().resizeEvent(event)
        if self._camera.fitted:
            self.fit()
        else:
            self._look(self._camera)

    def paint_focus(self, painter: QPainter) -> None:
        """Draw the focus ring."""
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _look(self, camera: Camera) -> None:
        self._camera = camera if camera.fitted else camera.kept_in_sight(self.extent, self._screen())
        self.camera_changed.emit(self._camera)
        self.update()

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())
