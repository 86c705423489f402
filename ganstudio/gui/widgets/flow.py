"""Parts beside one another, and below one another where there is no room."""

from collections.abc import Iterator, Sequence

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Rows of parts at the width that they want, broken like a text; on the left, or in the middle."""

    def __init__(self, parts: Sequence[QWidget] = (), spacing: int = 8, centred: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._centred = centred
        self.setSpacing(spacing)
        for part in parts:
            self.addWidget(part)

    def addItem(self, item: QLayoutItem | None) -> None:
        """Take one more part."""
        if item is not None:
            self._items.append(item)

    def count(self) -> int:
        """How many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The part at a place, None behind the last one."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give a part away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes the room that its parts want."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high the rows are at a width."""
        rows = list(self._rows(width - self._margin_px))
        height = sum(max(item.sizeHint().height() for item in row) for row in rows)
        margins = self.contentsMargins()
        return height + max(len(rows) - 1, 0) * self.spacing() + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        """All parts in one row."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown) + max(len(shown) - 1, 0) * self.spacing()
        return QSize(width + self._margin_px, self.heightForWidth(width + self._margin_px))

    def minimumSize(self) -> QSize:
        """The widest part alone."""
        widest = max((item.sizeHint().width() for item in self._shown()), default=0)
        height = max((item.sizeHint().height() for item in self._shown()), default=0)
        return QSize(widest + self._margin_px, height)

    def setGeometry(self, place: QRect) -> None:
        """Lay the parts out."""
        super().setGeometry(place)
        margins = self.contentsMargins()
        room = place.marginsRemoved(margins)
        y = room.top()
        for row in self._rows(room.width()):
            sizes = [item.sizeHint() for item in row]
            height = max(size.height() for size in sizes)
            used = sum(size.width() for size in sizes) + (len(row) - 1) * self.spacing()
            x = room.left() + (max(room.width() - used, 0) // 2 if self._centred else 0)
            for item, size in zip(row, sizes, strict=True):
                item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self.spacing()
            y += height + self.spacing()

    @property
    def _margin_px(self) -> int:
        margins = self.contentsMargins()
        return margins.left() + margins.right()

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _rows(self, width: int) -> Iterator[list[QLayoutItem]]:
        row: list[QLayoutItem] = []
        used = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if row and used + self.spacing() + wide > width:
                yield row
                row, used = [], 0
            used += wide + (self.spacing() if row else 0)
            row.append(item)
        if row:
            yield row
