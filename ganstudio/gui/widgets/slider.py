"""The slider: value, default mark and range; takes typed numbers, the wheel and keys; double click resets."""

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.number import NumberField


@dataclass(frozen=True)
class SliderRange:
    """From where to where a slider goes, in which steps, and where it rests."""

    low: float
    high: float
    default: float
    step: float
    decimals: int

    def bounded(self, value: float) -> float:
        """The nearest value the slider can take."""
        return min(max(value, self.low), self.high)

    def fraction(self, value: float) -> float:
        """Where a value lies between both ends, in [0, 1]."""
        return (self.bounded(value) - self.low) / (self.high - self.low)

    def at(self, fraction: float) -> float:
        """The value at a fraction of the way, on the grid of what is shown."""
        return round(self.low + min(max(fraction, 0.0), 1.0) * (self.high - self.low), self.decimals)


class Track(Drawn):
    """The line and its knob."""

    moved = pyqtSignal(float, str)
    settled = pyqtSignal()

    def __init__(self, name: str, tip: str, spread: SliderRange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range = spread
        self._value = spread.default
        self._gesture = Gesture(name, self)
        self._gesture.ended.connect(self.settled)
        self._grab = 0.0
        self._wheel = 0
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(24)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        describe(self, name, tip)

    def show_value(self, value: float) -> None:
        """Show a value without telling anyone."""
        if value != self._value:
            self._value = value
            self.update()

    def show_range(self, spread: SliderRange) -> None:
        """Go from and to other ends."""
        self._range = spread
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough to be aimed at."""
        return QSize(120, 24)

    def step(self, steps: float) -> None:
        """Move by whole steps, as keys and the wheel do."""
        value = round(self._range.bounded(self._value + steps * self._range.step), self._range.decimals)
        if value != self._value:
            self._tell(value, self._gesture.touch())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Grab the knob, or bring it to the pointer."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        x = event.position().x()
        knob = self._knob().x()
        self._grab = x - knob if abs(x - knob) <= 10 else 0.0
        gesture = self._gesture.hold()
        if self._grab == 0.0:
            self._tell(self._range.at(self._fraction_at(x)), gesture)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag the knob."""
        if event is None or not event.buttons() & Qt.MouseButton.LeftButton or not self._gesture.active:
            return
        value = self._range.at(self._fraction_at(event.position().x() - self._grab))
        if value != self._value:
            self._tell(value, self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End the gesture."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._gesture.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Return to the default."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._gesture.release()
            self._tell(self._range.default, self._gesture.hold())

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Step, only when the person has chosen this slider, so that scrolling past changes nothing."""
        if event is None:
            return
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / 120)
        self._wheel -= notches * 120
        fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if notches:
            self.step(notches * (1 if fine else 5))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Arrows step, Page keys leap, Home and End go to the ends, Backspace resets."""
        if event is None:
            return
        leap = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        span = (self._range.high - self._range.low) / self._range.step
        steps = {
            Qt.Key.Key_Right: leap,
            Qt.Key.Key_Up: leap,
            Qt.Key.Key_Left: -leap,
            Qt.Key.Key_Down: -leap,
            Qt.Key.Key_PageUp: 10.0,
            Qt.Key.Key_PageDown: -10.0,
            Qt.Key.Key_Home: -span - 1,
            Qt.Key.Key_End: span + 1,
        }.get(Qt.Key(event.key()))
        if steps is not None:
            self.step(steps)
        elif event.key() == Qt.Key.Key_Backspace:
            self._tell(self._range.default, self._gesture.touch())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the line, what is filled from the default mark, the mark and the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        left, right = 9.0, self.width() - 9.0
        default = left + self._range.fraction(self._range.default) * (right - left)
        knob = self._knob()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(left, middle - 1.5, right - left, 3), 1.5, 1.5)
        accent = ink(QPalette.ColorRole.Highlight)
        painter.setBrush(accent)
        painter.drawRoundedRect(QRectF(min(default, knob.x()), middle - 1.5, abs(knob.x() - default), 3), 1.5, 1.5)
        painter.setBrush(ink(QPalette.ColorRole.WindowText))
        painter.drawRoundedRect(QRectF(default - 1, middle - 6, 2, 12), 1, 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 2))
            painter.drawEllipse(knob, 10, 10)
        painter.setPen(QPen(ink(QPalette.ColorRole.AlternateBase), 2))
        painter.setBrush(accent)
        painter.drawEllipse(knob, 8, 8)

    def _knob(self) -> QPointF:
        return QPointF(9 + self._range.fraction(self._value) * (self.width() - 18), self.height() / 2)

    def _fraction_at(self, x: float) -> float:
        return (x - 9) / max(self.width() - 18, 1)

    def _tell(self, value: float, gesture: str) -> None:
        self._value = value
        self.update()
        self.moved.emit(value, gesture)


class ValueSlider(QWidget):
    """A named slider with its number: `changed(value, gesture)` on every step, `settled` when a gesture ends."""

    changed = pyqtSignal(float, str)
    settled = pyqtSignal()

    def __init__(self, name: str, tip: str, spread: SliderRange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range = spread
        self._typed = Gesture(f"{name} typed", self)
        self._typed.ended.connect(self.settled)
        self.caption = label(name)
        self.track = Track(name, tip, spread, self)
        self.number = NumberField(f"{name}, typed", tip, spread.decimals, parent=self)
        self.number.setFixedWidth(72)
        self._low = label("", "small")
        self._high = label("", "small")
        self.setToolTip(tip)
        self.setFocusProxy(self.track)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.caption, 0, 0, 1, 2)
        grid.addWidget(self.number, 0, 2, Qt.AlignmentFlag.AlignRight)
        row = QGridLayout()
        row.setHorizontalSpacing(4)
        row.addWidget(self._low, 0, 0)
        row.addWidget(self.track, 0, 1)
        row.addWidget(self._high, 0, 2)
        grid.addLayout(row, 1, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        self.track.moved.connect(self._moved)
        self.track.settled.connect(self.settled)
        self.number.entered.connect(self._entered)
        self.number.stepped.connect(self.track.step)
        self.show_range(spread)
        self.show_value(spread.default)

    @property
    def spread(self) -> SliderRange:
        """Its present range."""
        return self._range

    def explain(self, tip: str) -> None:
        """Say something else in the tooltip."""
        name = self.track.accessibleName()
        describe(self.track, name, tip)
        describe(self.number, f"{name}, typed", tip)
        self.setToolTip(tip)

    def show_value(self, value: float) -> None:
        """Show a value without telling anyone."""
        self.track.show_value(value)
        self.number.show_value(value)

    def show_range(self, spread: SliderRange) -> None:
        """Go from and to other ends."""
        self._range = spread
        self.track.show_range(spread)
        self._low.setText(f"{spread.low:g}".replace("-", "−"))
        self._high.setText(f"{spread.high:g}")

    def _moved(self, value: float, gesture: str) -> None:
        self.number.show_value(value)
        self.changed.emit(value, gesture)

    def _entered(self, value: float) -> None:
        bounded = round(self._range.bounded(value), self._range.decimals)
        self.show_value(bounded)
        self.changed.emit(bounded, self._typed.hold())
        self._typed.release()
