"""The steps of a history as a small painted tree, the newest on top."""

import time
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import RADIUS, SMALL_PX
from ganstudio.gui.widgets.buttons import describe
from ganstudio.studio.history import Tree

ROW_PX = 26
LANE_PX = 14
DOT_PX = 4.0
LANES_SHOWN = 6
ROWS_SHOWN = 9


@dataclass(frozen=True)
class Row:
    """One step: its number, its words, its time, its lane, and the row of the step that it follows from."""

    number: int
    label: str
    when: float
    lane: int
    above: int | None
    ahead: bool  # whether it lies on the way that undo and redo go


def rows_of(tree: Tree) -> list[Row]:
    """Return the steps of a history, oldest first: the way of undo and redo in the first lane, branches beside it."""
    last_child = {node.parent: node.number for node in tree.nodes if node.parent is not None}
    straight = {**last_child, **dict(tree.forks)}
    ahead = _line_of(tree, straight)
    places = {node.number: i for i, node in enumerate(tree.nodes)}
    taken: list[list[tuple[int, int]]] = [[] for _ in range(LANES_SHOWN)]
    lanes: dict[int, int] = {}
    rows: list[Row] = []
    for node in tree.nodes:
        above = places[node.parent] if node.parent is not None else None
        if node.parent is not None and straight[node.parent] == node.number:
            lanes[node.number] = lanes[node.parent]
        else:
            end = node.number
            while end in straight:
                end = straight[end]
            lanes[node.number] = _free_lane(taken, above or 0, places[end])
        rows.append(Row(node.number, node.label, node.when, lanes[node.number], above, node.number in ahead))
    return rows


def _free_lane(taken: list[list[tuple[int, int]]], begin: int, end: int) -> int:
    """Return the first lane that nothing runs in between two places, and take it; the last one where all are full."""
    for lane, spans in enumerate(taken):
        if all(end < first or last < begin for first, last in spans):
            spans.append((begin, end))
            return lane
    return len(taken) - 1


def _line_of(tree: Tree, forward: dict[int, int]) -> set[int]:
    parents = {node.number: node.parent for node in tree.nodes}
    line: set[int] = set()
    step: int | None = tree.current
    while step is not None:
        line.add(step)
        step = parents[step]
    step = tree.current
    while step in forward:
        step = forward[step]
        line.add(step)
    return line


def clock(when: float, form: str) -> str:
    """A moment in Unix seconds as this place's clocks show it."""
    return time.strftime(form, time.localtime(when))


class HistoryTree(QAbstractScrollArea):
    """A click, or the arrow keys, go to a step: `wanted(number)`."""

    wanted = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._current = 0  # a place in the rows
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(self, "History", "Every step; a click or the arrow keys go there. Other branches stay.")

    def show_tree(self, tree: Tree) -> None:
        """Show a history and bring its present step in sight."""
        height = self.sizeHint().height()
        self._rows = rows_of(tree)
        self._current = next(i for i, row in enumerate(self._rows) if row.number == tree.current)
        row = self._rows[self._current]
        self.setAccessibleDescription(f"Step {self._current + 1} of {len(self._rows)}: {row.label}")
        if self.sizeHint().height() != height:
            self.updateGeometry()
        self._show_range()
        self._reveal()
        self._repaint()

    def sizeHint(self) -> QSize:
        """As tall as its steps, up to a few."""
        return QSize(200, ROW_PX * min(max(len(self._rows), 1), ROWS_SHOWN) + 4)

    def minimumSizeHint(self) -> QSize:
        """The same height at any width."""
        return QSize(120, self.sizeHint().height())

    def place_of(self, number: int) -> QPoint:
        """Where a step is painted, in the viewport's pixels."""
        place = next(i for i, row in enumerate(self._rows) if row.number == number)
        return self._dot(place).toPoint()

    def resizeEvent(self, event: object) -> None:
        """Keep the present step in sight."""
        self._show_range()
        self._reveal()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go to the step that is hit."""
        place = self._place_at(event.position().toPoint()) if event is not None else None
        if event is not None and place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(self._rows[place].number)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up is later, down is earlier."""
        if event is None:
            return
        page = ROWS_SHOWN - 1
        moves = {
            Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: page, Qt.Key.Key_PageDown: -page,
            Qt.Key.Key_Home: len(self._rows), Qt.Key.Key_End: -len(self._rows),
        }  # fmt: skip
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        place = min(max(self._current + move, 0), len(self._rows) - 1)
        if place != self._current:
            self.wanted.emit(self._rows[place].number)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self._repaint()

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """And where it is no longer."""
        super().focusOutEvent(event)
        self._repaint()

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Say a step in full under the pointer."""
        if isinstance(event, QHelpEvent):
            place = self._place_at(event.pos())
            if place is not None:
                row = self._rows[place]
                QToolTip.showText(event.globalPos(), f"{row.label}, {clock(row.when, '%H:%M:%S')}")
            return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the rows in sight, their lines first."""
        view = self.viewport()
        if view is None:
            return
        painter = QPainter(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = range(len(self._rows))
        self._draw_mark(painter, view.width())
        for place in shown:
            self._draw_line(painter, place, view.height())
        for place in shown:
            if -ROW_PX < self._dot(place).y() < view.height() + ROW_PX:
                self._draw_step(painter, place, view.width())

    def _draw_mark(self, painter: QPainter, width: int) -> None:
        painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ink(QPalette.ColorRole.Light))
        painter.drawRoundedRect(self._box(self._current, width), RADIUS - 2, RADIUS - 2)

    def _draw_line(self, painter: QPainter, place: int, height: int) -> None:
        row = self._rows[place]
        if row.above is None:
            return
        begin, end = self._dot(row.above), self._dot(place)
        if end.y() > height + ROW_PX or begin.y() < -ROW_PX:
            return
        role = QPalette.ColorRole.Highlight if row.ahead else QPalette.ColorRole.Mid
        painter.setPen(QPen(ink(role), 1.5))
        turn = QPointF(end.x(), begin.y() - ROW_PX / 2)
        painter.drawLine(begin, turn)
        painter.drawLine(turn, end)

    def _draw_step(self, painter: QPainter, place: int, width: int) -> None:
        row, dot = self._rows[place], self._dot(place)
        current = place == self._current
        role = QPalette.ColorRole.Highlight if row.ahead else QPalette.ColorRole.Mid
        painter.setPen(QPen(ink(role), 1.5))
        painter.setBrush(ink(QPalette.ColorRole.Highlight if current else QPalette.ColorRole.AlternateBase))
        painter.drawEllipse(dot, DOT_PX, DOT_PX)
        lanes = max(each.lane for each in self._rows)
        self._draw_words(painter, row, self._box(place, width).adjusted(LANE_PX * (lanes + 1) + 8, 0, -8, 0))

    def _draw_words(self, painter: QPainter, row: Row, box: QRectF) -> None:
        font = self.font()
        small = self.font()
        small.setPixelSize(SMALL_PX)
        painter.setFont(small)
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | middle), clock(row.when, "%H:%M"))
        painter.setFont(font)
        painter.setPen(ink(QPalette.ColorRole.WindowText if row.ahead else QPalette.ColorRole.PlaceholderText))
        words = self.fontMetrics().elidedText(row.label, Qt.TextElideMode.ElideRight, int(box.width()) - 44)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | middle), words)

    def _dot(self, place: int) -> QPointF:
        bar = self.verticalScrollBar()
        scrolled = bar.value() if bar is not None else 0
        y = (len(self._rows) - 1 - place) * ROW_PX + ROW_PX / 2 + 2 - scrolled
        return QPointF(10 + LANE_PX * self._rows[place].lane, y)

    def _box(self, place: int, width: int) -> QRectF:
        return QRectF(1, self._dot(place).y() - ROW_PX / 2 + 1, width - 2, ROW_PX - 2)

    def _place_at(self, point: QPoint) -> int | None:
        bar = self.verticalScrollBar()
        row = (point.y() - 2 + (bar.value() if bar is not None else 0)) // ROW_PX
        place = len(self._rows) - 1 - row
        return place if 0 <= place < len(self._rows) else None

    def _show_range(self) -> None:
        bar, view = self.verticalScrollBar(), self.viewport()
        if bar is not None and view is not None:
            bar.setRange(0, max(len(self._rows) * ROW_PX + 4 - view.height(), 0))
            bar.setPageStep(view.height())
            bar.setSingleStep(ROW_PX)

    def _reveal(self) -> None:
        bar, view = self.verticalScrollBar(), self.viewport()
        if bar is None or view is None or not self._rows:
            return
        top = (len(self._rows) - 1 - self._current) * ROW_PX
        bar.setValue(min(max(bar.value(), top + ROW_PX + 4 - view.height()), top))

    def _repaint(self) -> None:
        view = self.viewport()
        if view is not None:
            view.update()
