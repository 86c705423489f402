"""A sheet of random pictures, each of which can be given a thumb up or down."""

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.icons import IconName, icon
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.drawn import Drawn

GAP, LARGEST_PX, THUMB_PX, MARGIN = 6, 168, 26, 12
TIP = (
    "A click on the left half of a picture is a thumb up, on the right half a thumb down; the same again takes it "
    "back. Arrow keys move, U is up, D is down, Backspace is none"
)


class ThumbSheet(Drawn):
    """Tells with `voted(place, vote)` what was said: True is up, False is down, None is neither."""

    voted = pyqtSignal(int, object)

    def __init__(self, rows: int, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows, self.columns = rows, columns
        self._images: dict[int, QImage] = {}
        self._votes: tuple[bool | None, ...] = (None,) * (rows * columns)
        self._names: tuple[str, ...] = ("",) * (rows * columns)
        self._at = 0
        self._hover: tuple[int, bool] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        describe(self, "Pictures to judge", TIP)

    @property
    def filled(self) -> int:
        """How many places have their picture."""
        return len(self._images)

    def show_pictures(self, images: Mapping[int, QImage], names: Sequence[str]) -> None:
        """Show these pictures by their places, under these names."""
        self._images, self._names = dict(images), tuple(names)
        self._describe()

    def show_votes(self, votes: Sequence[bool | None]) -> None:
        """Show what was said of each place."""
        self._votes = tuple(votes)
        self._describe()

    def rect_of(self, place: int) -> QRectF:
        """Where a picture lies."""
        wide = (self.width() - 2 * MARGIN + GAP) / self.columns - GAP
        high = (self.height() - 2 * MARGIN + GAP) / self.rows - GAP
        side = float(int(min(wide, high, LARGEST_PX)))
        left = (self.width() - self.columns * (side + GAP) + GAP) / 2
        top = (self.height() - self.rows * (side + GAP) + GAP) / 2
        row, column = divmod(place, self.columns)
        return QRectF(left + column * (side + GAP), top + row * (side + GAP), side, side)

    def sizeHint(self) -> QSize:
        """Room for pictures that can be told apart."""
        return QSize(640, 420)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Vote with the half that is clicked."""
        found = self._found(event.position()) if event is not None else None
        if event is not None and found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._at = found[0]
            self._vote(found[1])

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Show which half is pointed at."""
        found = self._found(event.position()) if event is not None else None
        if found != self._hover:
            self._hover = found
            self.setToolTip(TIP if found is None else f"{self._names[found[0]]}: thumb {'up' if found[1] else 'down'}")
            self.update()

    def leaveEvent(self, event: object) -> None:
        """Nothing is pointed at."""
        self._hover = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move with arrows, vote with letters."""
        if event is None:
            return
        key = Qt.Key(event.key())
        moves = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self.columns, Qt.Key.Key_Down: self.columns,
        }  # fmt: skip
        if key in moves:
            place = self._at + moves[key]
            if 0 <= place < self.rows * self.columns:
                self._at = place
                self._describe()
        elif key in (Qt.Key.Key_U, Qt.Key.Key_Plus):
            self._vote(True)
        elif key in (Qt.Key.Key_D, Qt.Key.Key_Minus):
            self._vote(False)
        elif key == Qt.Key.Key_Backspace:
            self.voted.emit(self._at, None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the pictures, and what was said of them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(QPalette.ColorRole.Dark))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, vote in enumerate(self._votes):
            frame = self.rect_of(place)
            image = self._images.get(place)
            if image is None:
                painter.setPen(QPen(ink(QPalette.ColorRole.Mid), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))
                continue
            painter.setOpacity(0.45 if vote is False else 1.0)
            painter.drawImage(frame, image)
            painter.setOpacity(1.0)
            if vote is not None:
                self._paint_thumb(painter, frame, up=vote, held=True)
            if self._hover is not None and self._hover[0] == place and vote is not self._hover[1]:
                self._paint_thumb(painter, frame, up=self._hover[1], held=False)
            if vote or (self.hasFocus() and place == self._at):
                painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 3 if vote else 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(frame.adjusted(-1, -1, 1, 1))

    def _paint_thumb(self, painter: QPainter, frame: QRectF, *, up: bool, held: bool) -> None:
        left = frame.left() + 4 if up else frame.right() - 4 - THUMB_PX
        badge = QRectF(left, frame.bottom() - 4 - THUMB_PX, THUMB_PX, THUMB_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        lit = held and up
        painter.setBrush(ink(QPalette.ColorRole.Highlight if lit else QPalette.ColorRole.Base))
        painter.drawEllipse(badge)
        role = QPalette.ColorRole.HighlightedText if lit else QPalette.ColorRole.WindowText
        drawing = icon(IconName.THUMB_UP if up else IconName.THUMB_DOWN, role)
        painter.setOpacity(1.0 if held else 0.8)
        drawing.paint(painter, badge.adjusted(5, 5, -5, -5).toRect())
        painter.setOpacity(1.0)

    def _vote(self, up: bool) -> None:
        self.voted.emit(self._at, None if self._votes[self._at] is up else up)

    def _found(self, point: QPointF) -> tuple[int, bool] | None:
        for place in range(self.rows * self.columns):
            frame = self.rect_of(place)
            if frame.contains(point):
                return place, point.x() < frame.center().x()
        return None

    def _describe(self) -> None:
        said = {True: "thumb up", False: "thumb down", None: "no thumb"}[self._votes[self._at]]
        self.setAccessibleDescription(f"{self._names[self._at]}, {said}. {TIP}")
        self.update()
