"""Classes to paint with: their colours, names, keys and how much of the map each covers."""

from collections.abc import Sequence

from PyQt6.QtCore import QModelIndex, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPalette
from PyQt6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ganstudio.core.palette import Colour
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe

ROW_PX, SWATCH_PX, GAP_PX = 28, 18, 8
MOST_ROWS = 12
KEYS = "1234567890"
COLOUR, SHARE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class ClassLine(QStyledItemDelegate):
    """Draws one class."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """High enough to be aimed at."""
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw the swatch, the name, the share and the key."""
        if painter is None:
            return
        style = option.widget.style() if option.widget is not None else QApplication.style()
        if style is not None:
            bare = QStyleOptionViewItem(option)
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, bare, painter, option.widget)
        place, painter_font = option.rect, painter.font()
        painter.save()
        swatch = QRect(place.left() + GAP_PX, place.center().y() - SWATCH_PX // 2 + 1, SWATCH_PX, SWATCH_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink(QPalette.ColorRole.Mid))
        painter.setBrush(QColor(*index.data(COLOUR)))
        painter.drawRoundedRect(swatch, 4, 4)
        key = KEYS[index.row()] if index.row() < len(KEYS) else ""
        right = place.right() - GAP_PX
        painter.setFont(painter_font)
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        beside = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(QRect(right - 16, place.top(), 16, place.height()), beside, key)
        painter.drawText(QRect(right - 76, place.top(), 52, place.height()), beside, index.data(SHARE))
        painter.setPen(ink(QPalette.ColorRole.WindowText))
        room = QRect(swatch.right() + GAP_PX, place.top(), right - 72 - swatch.right() - GAP_PX, place.height())
        name = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.restore()


class ClassList(QListWidget):
    """Tells which class a person chose, and which one for the right button."""

    chosen = pyqtSignal(int)
    other_chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(ClassLine(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._tell(self.indexAt(at).row(), self.other_chosen))
        self.itemClicked.connect(lambda item: self._tell(self.row(item), self.chosen))
        self._shares: tuple[str, ...] = ()
        describe(self, "Classes", "Choose what to paint; a right click chooses what the right button paints")

    def show_classes(self, names: Sequence[str], colours: Sequence[Colour]) -> None:
        """Offer other classes."""
        self.clear()
        for name, colour in zip(names, colours, strict=True):
            item = QListWidgetItem(name)
            item.setData(COLOUR, tuple(colour))
            item.setData(SHARE, "")
            item.setToolTip(f"{name}: a right click lets the right button paint it")
            self.addItem(item)
        self._shares = ()
        rows = min(max(len(names), 1), MOST_ROWS)
        self.setFixedHeight(rows * ROW_PX + 8)

    def show_choice(self, label: int) -> None:
        """Show which class is in hand, without telling anyone."""
        if label != self.currentRow():
            self.setCurrentRow(label)

    def show_shares(self, shares: Sequence[str]) -> None:
        """Show how much of the map each class covers, in words."""
        if tuple(shares) == self._shares:
            return
        self._shares = tuple(shares)
        for row, share in enumerate(shares):
            item = self.item(row)
            if item is not None:
                item.setData(SHARE, share)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Choose with the arrow keys."""
        before = self.currentRow()
        super().keyPressEvent(event)
        if self.currentRow() != before:
            self._tell(self.currentRow(), self.chosen)

    def _tell(self, row: int, signal: object) -> None:
        if row >= 0:
            signal.emit(row)  # type: ignore[attr-defined]
