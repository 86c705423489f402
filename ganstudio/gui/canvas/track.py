"""The track: a path's keyframes on a line of time, to be dragged, dropped on, and played along."""

from dataclasses import dataclass
from itertools import pairwise

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.canvas.backdrop import Backdrop
from ganstudio.gui.canvas.time_axis import TimeAxis, clock_text, small_font
from ganstudio.gui.kept_drag import dragged_places
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn
from ganstudio.gui.widgets.gesture import Gesture

RULER_PX, PICTURE_PX, NAME_PX, HEIGHT = 18, 48, 16, 96
DRAG_AFTER_PX = 4
LEFT = Qt.MouseButton.LeftButton
INVITATION = (
    "No path yet. “Keyframe” adds the picture;\nmove on and add the next one, or drop kept latents here."
)


@dataclass(frozen=True)
class Mark:
    """One keyframe as the track shows it."""

    seconds: float
    name: str
    picture: QImage | None = None
    easing: str = ""  # a short word about the segment after it, empty where there is none


class Track(Drawn):
    """Tells what a person does with keyframes by their numbers, and with times in seconds."""

    scrubbed = pyqtSignal(float)
    chosen = pyqtSignal(int)
    shown = pyqtSignal(int)
    moved = pyqtSignal(int, float, str)
    settled = pyqtSignal()
    removed = pyqtSignal(int)
    renamed = pyqtSignal(int)
    eased = pyqtSignal(int)
    played = pyqtSignal()
    dropped = pyqtSignal(object, float)
    menu_wanted = pyqtSignal(int, float, object)  # keyframe or -1, seconds, place on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = TimeAxis()
        self.marks: tuple[Mark, ...] = ()
        self.closed = False
        self.selected = -1
        self._playhead: float | None = None
        self._backdrop = Backdrop(self, self._paint_backdrop)
        self._grabbed = -1
        self._pressed = QPointF()
        self._dragging = False
        self._scrubbing = False
        self._drop_at: float | None = None
        self._gesture = Gesture("keyframe", self)
        self._gesture.ended.connect(self.settled)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        describe(
            self,
            "Track",
            "Click to go to a time; drag a keyframe to another time, past others to reorder; double-click shows it. "
            "Space plays, arrows step, Page keys go to the next keyframe, Delete removes, F2 renames, E eases",
        )

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(480, HEIGHT)

    def show_path(self, marks: tuple[Mark, ...], total: float, closed: bool) -> None:
        """Show keyframes, and how long the path takes."""
        self.marks, self.closed = marks, closed
        self.selected = min(self.selected, len(marks) - 1)
        if not self._dragging:  # else the scale would run away under the pointer
            self.axis = TimeAxis(total, self.width())
        said = (f"{mark.name or f'keyframe {i + 1}'} at {clock_text(mark.seconds)}" for i, mark in enumerate(marks))
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def show_playhead(self, seconds: float | None) -> None:
        """Show where the path is being played, nothing with None."""
        if seconds != self._playhead:
            for moment in (self._playhead, seconds):
                if moment is not None:
                    self.update(self.axis.playhead_place(moment, self.height()))
            self._playhead = seconds

    def select(self, index: int) -> None:
        """Choose a keyframe."""
        if index != self.selected:
            self.selected = index
            self.chosen.emit(index)
            self.update()

    def mark_place(self, index: int) -> QRectF:
        """Where a keyframe's picture stands."""
        x = self.axis.x_of(self.marks[index].seconds)
        left = min(max(x - PICTURE_PX / 2, 2.0), self.width() - PICTURE_PX - 2.0)
        return QRectF(left, RULER_PX + 4, PICTURE_PX, PICTURE_PX)

    def mark_at(self, place: QPointF) -> int:
        """The keyframe under a place, -1 where there is none; later ones lie on top."""
        order = [i for i in reversed(range(len(self.marks))) if i != self.selected]
        for index in ([self.selected] if 0 <= self.selected < len(self.marks) else []) + order:
            if self.mark_place(index).adjusted(-2, -2, 2, NAME_PX).contains(place):
                return index
        return -1

    def resizeEvent(self, event: object) -> None:
        """Keep the times in their places."""
        self.axis = TimeAxis(self.axis.total, self.width())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of a keyframe, or go to a time."""
        if event is None or event.button() != LEFT:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = event.position()
        self._grabbed = self.mark_at(event.position())
        self._dragging = False
        if self._grabbed >= 0:
            self.select(self._grabbed)
        elif self.marks:
            self._scrubbing = True
            self.scrubbed.emit(self.axis.seconds_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Drag the keyframe, or scrub."""
        if event is None or not event.buttons() & LEFT:
            return
        if self._scrubbing:
            self.scrubbed.emit(self.axis.seconds_at(event.position().x()))
        elif self._grabbed >= 0:
            if abs(event.position().x() - self._pressed.x()) >= DRAG_AFTER_PX:
                self._dragging = True
            if self._dragging:
                self.moved.emit(self._grabbed, self.axis.seconds_at(event.position().x(), True), self._gesture.hold())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go; a keyframe that was only clicked is gone to."""
        if event is None or event.button() != LEFT:
            return
        if self._grabbed >= 0 and not self._dragging and self._grabbed < len(self.marks):
            self.scrubbed.emit(self.marks[self._grabbed].seconds)
        self._grabbed, self._dragging, self._scrubbing = -1, False, False
        self._gesture.release()  # whoever listens shows the path at its new scale

    def follow(self, index: int) -> None:
        """Choose a keyframe by its new number after it was dragged past another."""
        self.select(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Make the keyframe the picture."""
        index = self.mark_at(event.position()) if event is not None else -1
        if index >= 0:
            self.shown.emit(index)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Ask for the menu of what is there."""
        if event is not None:
            place = QPointF(event.pos())
            index = self.mark_at(place)
            if index >= 0:
                self.select(index)
            self.menu_wanted.emit(index, self.axis.seconds_at(place.x()), event.globalPos())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Play, step, and change the chosen keyframe."""
        if event is None:
            return
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        now, step = self._playhead or 0.0, 1.0 if shift else 0.1
        going = {
            Qt.Key.Key_Left: now - step,
            Qt.Key.Key_Right: now + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: self.axis.total,
        }
        chosen = {Qt.Key.Key_Delete: self.removed, Qt.Key.Key_Backspace: self.removed, Qt.Key.Key_F2: self.renamed,
                  Qt.Key.Key_E: self.eased, Qt.Key.Key_Return: self.shown, Qt.Key.Key_Enter: self.shown}  # fmt: skip
        if key == Qt.Key.Key_Space and not shift:
            self.played.emit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self.marks:
            self.select((self.selected + (1 if key == Qt.Key.Key_PageDown else -1)) % len(self.marks))
            self.scrubbed.emit(self.marks[self.selected].seconds)
        elif Qt.Key(key) in going and self.marks:
            self.scrubbed.emit(min(max(going[Qt.Key(key)], 0.0), self.axis.total))
        elif Qt.Key(key) in chosen and 0 <= self.selected < len(self.marks):
            chosen[Qt.Key(key)].emit(self.selected)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take kept latents."""
        self._hover(event)

    def dragMoveEvent(self, event: QDragMoveEvent | None) -> None:
        """Show between which keyframes they would go."""
        self._hover(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """They go elsewhere."""
        self._drop_at = None
        self.update()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Pass on what was dropped, and when."""
        self._drop_at = None
        self.update()
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and dragged_places(data):
            event.acceptProposedAction()
            self.dropped.emit(data, self.axis.seconds_at(event.position().x(), True))

    def _hover(self, event: QDropEvent | None) -> None:
        data = event.mimeData() if event is not None else None
        if event is not None and data is not None and dragged_places(data):
            event.acceptProposedAction()
            self._drop_at = self.axis.seconds_at(event.position().x(), True)
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the ruler, the keyframes, and where the path is being played."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(small_font(self.font()))
        self._backdrop.draw(painter, event)
        self._paint_moments(painter)

    def _paint_backdrop(self, painter: QPainter) -> None:
        focused = self.hasFocus()
        edge = QPalette.ColorRole.Highlight if focused else QPalette.ColorRole.Midlight
        painter.setPen(QPen(ink(edge), 2 if focused else 1))
        painter.setBrush(ink(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if not self.marks:
            self._paint_invitation(painter)
        else:
            self.axis.paint_ruler(painter, RULER_PX)
            self._paint_line(painter)
            for index in [i for i in range(len(self.marks)) if i != self.selected] + [self.selected]:
                if 0 <= index < len(self.marks):
                    self._paint_mark(painter, index)

    def _paint_invitation(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), INVITATION)

    def _paint_line(self, painter: QPainter) -> None:
        middle = RULER_PX + 4 + PICTURE_PX / 2
        ends = [self.axis.x_of(mark.seconds) for mark in self.marks]
        ends += [self.axis.x_of(self.axis.total)] if self.closed else []
        pen = QPen(ink(QPalette.ColorRole.Mid), 2)
        for i, (left, right) in enumerate(pairwise(ends)):
            pen.setStyle(Qt.PenStyle.DashLine if i == len(self.marks) - 1 else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            words = self.marks[i].easing
            room = right - left - PICTURE_PX - 8
            if words and painter.fontMetrics().horizontalAdvance(words) < room:
                painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
                place = QRectF(left, middle + 3, right - left, 16)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
        if self.closed and len(ends) > len(self.marks):
            painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 2))
            painter.setBrush(ink(QPalette.ColorRole.Base))
            painter.drawEllipse(QPointF(ends[-1], middle), 5, 5)

    def _paint_mark(self, painter: QPainter, index: int) -> None:
        mark, place = self.marks[index], self.mark_place(index)
        selected = index == self.selected
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink(QPalette.ColorRole.Dark))
        painter.drawRect(place)
        if mark.picture is not None:
            painter.drawImage(place, mark.picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        edge = QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Mid
        painter.setPen(QPen(ink(edge), 3 if selected else 1))
        painter.drawRect(place)
        room = PICTURE_PX + 24
        name = painter.fontMetrics().elidedText(mark.name or f"{index + 1}", Qt.TextElideMode.ElideRight, room)
        painter.setPen(ink(QPalette.ColorRole.WindowText if selected else QPalette.ColorRole.PlaceholderText))
        under = QRectF(place.left() - 12, place.bottom() + 2, room, NAME_PX)
        painter.drawText(under, int(Qt.AlignmentFlag.AlignCenter), name)

    def _paint_moments(self, painter: QPainter) -> None:
        if self._drop_at is not None:
            x = self.axis.x_of(min(self._drop_at, self.axis.total)) if self.marks else self.width() / 2
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 3, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 4), QPointF(x, self.height() - 4))
        if self._playhead is not None and self.marks:
            self.axis.paint_playhead(painter, self._playhead, self.height())
