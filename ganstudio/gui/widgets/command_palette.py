"""The command palette: type a few letters, press Return."""

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPalette, QStandardItem, QStandardItemModel
from PyQt6.QtWidgets import QLineEdit, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ganstudio.gui.actions import Command, CommandBook, score, shortcut_text
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Overlay

PALETTE = "palette"
ROW_PX = 32
_COMMAND = Qt.ItemDataRole.UserRole
_SHORTCUT = Qt.ItemDataRole.UserRole + 1


class _Row(QStyledItemDelegate):
    """A command's name at the left, its shortcut at the right."""

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw both."""
        super().paint(painter, option, index)
        shortcut = index.data(_SHORTCUT)
        if painter is None or not shortcut:
            return
        painter.save()
        painter.setPen(ink(QPalette.ColorRole.PlaceholderText))
        place = option.rect.adjusted(8, 0, -12, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shortcut)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Every row is tall enough to be hit."""
        return QSize(super().sizeHint(option, index).width(), ROW_PX)


class CommandPalette(Overlay):
    """Every command of the window under one field."""

    def __init__(self, host: QWidget, book: CommandBook) -> None:
        super().__init__(host)
        self._book = book
        self.field = QLineEdit()
        self.field.setProperty("kind", "plain")
        self.field.setPlaceholderText("What would you like to do?")
        self.field.setFixedHeight(36)
        describe(self.field, "Command", "Type a few letters of a command's name, then press Return")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setProperty("kind", "plain")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda _index: self._run())
        describe(self.list, "Commands", "Commands that match")
        self.items = QStandardItemModel(self.list)
        self.list.setModel(self.items)
        self.nothing = label("No command has these letters. Try “open”, “seed” or “theme”.", "muted", wrap=True)
        self.column.setContentsMargins(8, 8, 8, 8)
        self.column.addWidget(self.field)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.nothing)

    def open(self) -> None:
        """Come up with an empty field."""
        self.field.clear()
        self._filter("")
        super().open()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """A column of 560 px in the upper middle, as tall as what it lists."""
        width = min(560, self.width() - 48)
        listed = max(self.items.rowCount(), 1) * ROW_PX
        height = min(listed + 64, 440, self.height() - 96)
        self.card.setGeometry(QRect(QPoint((self.width() - width) // 2, 56), QSize(width, height)))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Arrows and Return act on the list while the field keeps the keyboard."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            move = moves.get(Qt.Key(event.key()))
            if move is not None:
                self._move(move)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, typed: str) -> None:
        ranked = [(score(typed, command), command) for command in self._book.offered() if command.id != PALETTE]
        matching = [command for points, command in sorted(ranked, key=lambda pair: -pair[0]) if points > 0]
        self.items.clear()
        for command in matching[:200]:
            self.items.appendRow(_item(command))
        self.nothing.setVisible(not matching)
        self.list.setVisible(bool(matching))
        self._select(0)
        self.place()

    def _move(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        self._select(min(max(row, 0), self.items.rowCount() - 1))

    def _select(self, row: int) -> None:
        if 0 <= row < self.items.rowCount():
            self.list.setCurrentIndex(self.items.index(row, 0))

    def _run(self) -> None:
        item = self.items.itemFromIndex(self.list.currentIndex())
        if item is None:
            return
        command = item.data(_COMMAND)
        self.dismiss()
        if isinstance(command, Command):
            command.run()


def _item(command: Command) -> QStandardItem:
    item = QStandardItem(command.name)
    item.setData(command, _COMMAND)
    item.setData(shortcut_text(command), _SHORTCUT)
    item.setToolTip(command.tip or command.name)
    item.setData(command.name, Qt.ItemDataRole.AccessibleTextRole)
    return item
