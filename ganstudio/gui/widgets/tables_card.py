"""Published tables on a card over the window, with the user's own numbers above them."""

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Overlay
from ganstudio.studio.published import Cell, PublishedTable


class TablesCard(Overlay):
    """Scrolls; closes by Escape, by its cross, or by a click beside it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.title = label("", "title")
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close the tables (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.close_button)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.setSpacing(8)
        self.column.addLayout(row)
        self.column.addWidget(self._scroll, 1)

    def show_tables(
        self, title: str, own: PublishedTable, remark: str, tables: Sequence[PublishedTable], sheet: str
    ) -> None:
        """Come up with the user's own numbers first, what is to be kept in mind, and the published tables."""
        self.setStyleSheet(sheet)
        self.title.setText(title)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 16, 0)
        column.setSpacing(8)
        column.addWidget(_table(own))
        column.addWidget(label(remark, "muted", wrap=True))
        for table in tables:
            column.addWidget(_table(table))
        column.addStretch(1)
        self._scroll.setWidget(inside)
        self.open()
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def words(self) -> str:
        """All that it says."""
        inside = self._scroll.widget()
        found = inside.findChildren(QWidget) if inside is not None else []
        return "\n".join(text() for text in (getattr(part, "text", None) for part in found) if text is not None)

    def place(self) -> None:
        """In the middle, as large as it needs to be and the window allows."""
        size = QSize(min(720, self.width() - 48), self.height() - 64)
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        self.card.setGeometry(QRect(corner, size))


def _table(table: PublishedTable) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 8, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    span = len(table.columns)
    grid.addWidget(label(table.title, "strong"), 0, 0, 1, span)
    grid.addWidget(label(table.source, "small", wrap=True), 1, 0, 1, span)
    for column, heading in enumerate(table.columns):
        grid.addWidget(label(heading, "muted"), 2, column, _side(column))
        grid.setColumnStretch(column, 3 if column == 0 else 1)
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            grid.addWidget(label(_text(cell)), 3 + number, column, _side(column))
    if table.note:
        grid.addWidget(label(table.note, "small", wrap=True), 3 + len(table.rows), 0, 1, span)
    return made


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight


def _text(cell: Cell) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else f"{cell:g}"
