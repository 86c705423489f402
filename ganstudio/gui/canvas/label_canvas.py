"""A label map, or the picture drawn from it, under a tool: crisp at any zoom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QEvent, QLineF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PyQt6.QtWidgets import QWidget

from ganstudio.core.palette import Colour
from ganstudio.core.store import Array
from ganstudio.gui.canvas.close_view import CloseView
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.appearance import ink
from ganstudio.studio.painting.brush import Brush, Place
from ganstudio.studio.painting.strokes import Tool, Touch

SWEEPING = frozenset({Tool.BRUSH, Tool.LINE})
FAR = 8
ARM_PX = 6.0
LIGHT, SHADE = QColor(255, 255, 255, 230), QColor(0, 0, 0, 200)
BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Layer:
    """A picture that lies over the map, and how much of it shows, from 0 to 1."""

    image: QImage
    opacity: float = 1.0

    @classmethod
    def of(cls, pixels: Array, opacity: float = 1.0) -> "Layer":
        """Make one from a picture uint8 `[h, w, 3]`."""
        return cls(image_of(pixels), opacity)


class LabelCanvas(CloseView):
    """Tells where a tool is pressed, moved and let go, in pixels of the map."""

    pressed = pyqtSignal(object, bool)  # a Touch, and whether it is the right button's
    picked = pyqtSignal(object, bool)  # the same with Alt held
    moved = pyqtSignal(object)
    released = pyqtSignal()
    given_up = pyqtSignal()
    hovered = pyqtSignal(object)  # a place, or None
    nudged = pyqtSignal(int, int)  # the arrow keys, where they move what is selected
    key_pressed = pyqtSignal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(name, tip, parent)
        self._image = QImage()
        self._colours: list[int] = []
        self._layers: tuple[Layer, ...] = ()
        self._region: list[QLineF] = []
        self._keys: frozenset[str] = frozenset()
        self._brush, self._tool = Brush(), Tool.BRUSH
        self._mirror = False
        self.nudges = False
        self._at: Place | None = None  # the pointer, or the cursor of the arrow keys
        self._holding = False

    def show_colours(self, colours: Sequence[Colour]) -> None:
        """Draw the classes of the next map in these colours."""
        self._colours = [QColor(*colour).rgb() for colour in colours]

    def show_labels(self, labels: Array | None, *, drawn: bool = True) -> None:
        """Show another map uint8 `[H, W]`, or only be as large where it is not to be drawn."""
        self._image = QImage()
        if labels is not None and drawn:
            height, width = labels.shape
            packed = np.ascontiguousarray(labels)
            image = QImage(packed.data, width, height, width, QImage.Format.Format_Indexed8)  # type: ignore[call-overload]
            image.setColorTable(self._colours)
            self._image = image.convertToFormat(QImage.Format.Format_RGB32)
        self.show_extent(*((0, 0) if labels is None else labels.shape[::-1]))
        self.update()

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Lay pictures over the map, the first one lowest."""
        self._layers = tuple(layers)
        self.update()

    def show_tool(self, tool: Tool, brush: Brush, *, mirror: bool) -> None:
        """Show another tool under the pointer."""
        self._tool, self._brush, self._mirror = tool, brush, mirror
        self.show_cursor()
        self.update()

    def show_region(self, region: Array | None) -> None:
        """Show what is selected, bool `[H, W]`."""
        self._region = [] if region is None else [QLineF(*line) for line in edges(region)]
        self.update()

    def show_pointer(self, place: Place | None) -> None:
        """Show where the pointer is on a neighbour."""
        if place != self._at:
            self._at = place
            self.update()

    def take_keys(self, keys: Sequence[str]) -> None:
        """Take these keys before the window does, while the keyboard is here."""
        self._keys = frozenset(keys)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Begin to pan, or to use the tool."""
        super().mousePressEvent(event)
        if event is not None and self.extent[0] and not self.is_held and event.button() in BUTTONS:
            if self._holding:
                return
            other = event.button() == Qt.MouseButton.RightButton
            self._hover(self.beneath(event.position()))
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.picked.emit(self._touch(event), other)
                return
            self._holding = True
            self.pressed.emit(self._touch(event), other)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Pan, or go on with the tool."""
        super().mouseMoveEvent(event)
        if event is not None and not self.panning:
            self._hover(self.beneath(event.position()))
            if self._holding:
                self.moved.emit(self._touch(event))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End panning, or let the tool go."""
        super().mouseReleaseEvent(event)
        self._release()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        """Paint with a pen: harder is wider, and its other end paints what the right button does."""
        if event is None:
            return
        touch = self._touch(event, event.pressure())
        match event.type():
            case QEvent.Type.TabletPress if self.extent[0] and not self.is_held:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._holding = True
                eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
                self.pressed.emit(touch, eraser or event.button() == Qt.MouseButton.RightButton)
            case QEvent.Type.TabletMove if self._holding:
                self.moved.emit(touch)
            case QEvent.Type.TabletRelease if self._holding:
                self._release()
            case _:
                event.ignore()  # comes again as a mouse's
                return
        self._hover(touch.place)
        event.accept()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for the tools."""
        return super().takes(event) or _spelled(event) in self._keys

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move the cursor by pixels of the map, use the tool there with Return; other keys choose tools and classes."""
        if event is None:
            return
        key, spelled = Qt.Key(event.key()), _spelled(event)
        if key in STEPS:
            far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            right, down = STEPS[key][0] * far, STEPS[key][1] * far
            if self.nudges:
                self.nudged.emit(right, down)
            else:
                self._step(right, down)
        elif key in RETURN and self.extent[0]:
            self._hover(self._cursor())
            self.pressed.emit(Touch(self._cursor()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            self.released.emit()
        elif key == Qt.Key.Key_Escape and self._holding:
            self._holding = False
            self.given_up.emit()
        elif spelled in self._keys:
            self.key_pressed.emit(spelled)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent | None) -> None:
        """No pointer any more."""
        super().leaveEvent(event)
        if not self._holding:
            self._hover(None)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Let the tool go."""
        super().focusOutEvent(event)
        self._release()

    def show_cursor(self) -> None:
        """Show what the pointer does."""
        if self.is_held:
            super().show_cursor()
        else:
            moves = self._tool is Tool.MOVE
            self.setCursor(Qt.CursorShape.SizeAllCursor if moves else Qt.CursorShape.CrossCursor)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the map, what lies over it, what is selected and the tool."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        place = QRectF(self.on_screen((0, 0)), self.on_screen(self.extent))
        if not self._image.isNull():
            painter.drawImage(place, self._image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for layer in self._layers:
            painter.setOpacity(layer.opacity)
            painter.drawImage(place, layer.image)
        painter.setOpacity(1.0)
        if self.extent[0]:
            painter.save()
            painter.translate(self._camera.left, self._camera.top)
            painter.scale(self._camera.scale, self._camera.scale)
            self._paint_marks(painter)
            painter.restore()
        self.paint_focus(painter)

    def _paint_marks(self, painter: QPainter) -> None:
        width, height = self.extent
        for colour, thin, style in ((SHADE, 3.0, Qt.PenStyle.SolidLine), (LIGHT, 1.5, Qt.PenStyle.DashLine)):
            pen = QPen(colour, thin, style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            if self._mirror:
                painter.drawLine(QLineF(width / 2, 0, width / 2, height))
            for line in self._region:
                painter.drawLine(line)
            if self._at is not None:
                pen.setStyle(Qt.PenStyle.SolidLine)
                painter.setPen(pen)
                self._paint_tool(painter, self._at)
                if self._mirror:
                    self._paint_tool(painter, (width - self._at[0], self._at[1]))

    def _paint_tool(self, painter: QPainter, at: Place) -> None:
        if self._tool in SWEEPING:
            x, y = self._brush.snapped(at)
            radius = self._brush.size / 2
            around = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
            (painter.drawRect if self._brush.square else painter.drawEllipse)(around)
        else:
            arm = ARM_PX / self._camera.scale
            painter.drawLine(QLineF(at[0] - arm, at[1], at[0] + arm, at[1]))
            painter.drawLine(QLineF(at[0], at[1] - arm, at[0], at[1] + arm))

    def _release(self) -> None:
        if self._holding:
            self._holding = False
            self.released.emit()

    def _cursor(self) -> Place:
        return self._at if self._at is not None else (self.extent[0] / 2, self.extent[1] / 2)

    def _step(self, right: int, down: int) -> None:
        (width, height), (x, y) = self.extent, self._cursor()
        self._hover((min(max(int(x) + right, 0), width - 1) + 0.5, min(max(int(y) + down, 0), height - 1) + 0.5))

    def _hover(self, place: Place | None) -> None:
        if place != self._at:
            self._at = place
            self.hovered.emit(place)
            self.update()

    def _touch(self, event: QMouseEvent | QTabletEvent, pressure: float = 1.0) -> Touch:
        straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return Touch(self.beneath(event.position()), pressure, straight)


def edges(region: Array) -> list[tuple[float, float, float, float]]:
    """Return the lines x1, y1, x2, y2 between the pixels within and without a region bool `[H, W]`; runs are one."""
    framed = np.pad(region, 1).astype(np.int8)
    lines: list[tuple[float, float, float, float]] = []
    for upright in (False, True):
        field = framed.T if upright else framed
        change = np.diff(field, axis=0)[:, 1:-1] != 0
        starts = np.diff(np.pad(change, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        for (row, begin), (_, end) in zip(np.argwhere(starts == 1), np.argwhere(starts == -1), strict=True):
            flat = (float(begin), float(row), float(end), float(row))
            lines.append((flat[1], flat[0], flat[3], flat[2]) if upright else flat)
    return lines


def _spelled(event: QKeyEvent) -> str:
    """The letter or digit of a key that is pressed alone."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
    return event.text().upper() if plain else ""
