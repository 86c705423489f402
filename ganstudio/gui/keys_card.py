"""The card of keys: every shortcut, each of which can be changed with a click, and what the mouse does."""

from collections.abc import Callable, Sequence
from itertools import groupby

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.actions import Command, CommandBook, shortcut_text
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Overlay

MOUSE = (
    ("Drag the picture", "move through the latent space"),
    ("Wheel on the picture", "zoom around the pointer"),
    ("Space and drag, or middle button", "pan"),
    ("Right click on the picture", "keep, copy, save, zoom"),
    ("Arrow keys on picture or pad", "walk; with Shift a whole seed"),
    ("Double-click a slider", "back to its default"),
    ("Wheel on a chosen slider", "change it; with Shift finely"),
    ("Drop a file on the window", "open it"),
)
HINT = "Click a shortcut to change it."
ALONE = {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_unknown}
NEVER = {Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
CLEARS = {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
KEYS_PX, MOUSE_PX, LEAST_PX = 136, 200, 24
Rows = list[tuple[QWidget, str]]


class KeysCard(Overlay):
    """Lists the commands; what is changed here is handed on at once."""

    _asked: Command | None = None  # waits for keys

    def __init__(self, host: QWidget, book: CommandBook) -> None:
        super().__init__(host)
        self._book = book
        self._kept: Callable[[dict[str, str]], None] | None = None
        self._wanted = ""  # keys that another command has
        self._everything = False
        self.keys: dict[str, TextButton] = {}
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close the list of keys (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        self.reset = TextButton("Back to the defaults", "Give every command the keys that it comes with", "link")
        self.reset.clicked.connect(self._reset)
        self.more = TextButton("All commands", "List the commands without keys as well", "link")
        self.more.clicked.connect(self._show_more)
        top = QHBoxLayout()
        top.addWidget(label("Keys and gestures", "title"), 1)
        top.addWidget(self.more)
        top.addWidget(self.reset)
        top.addWidget(self.close_button)
        self.words = label(HINT, "muted", wrap=True)
        self.take = TextButton("Use them here", "Take the keys from the other command")
        self.take.clicked.connect(self._take_over)
        said = QHBoxLayout()
        said.addWidget(self.words, 1)
        said.addWidget(self.take)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Keys and gestures")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.addLayout(top)
        self.column.addLayout(said)
        self.column.addWidget(self._scroll, 1)
        self.closed.connect(self._forget)

    def keep_with(self, kept: Callable[[dict[str, str]], None]) -> None:
        """Say who keeps the shortcuts that a person chose."""
        self._kept = kept

    def show_commands(self) -> None:
        """List the commands by group, with their keys."""
        self._forget()
        self._everything = False
        self._fill()
        self.open()
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def ask(self, command: Command) -> None:
        """Wait for the keys of a command."""
        self._forget()
        self._asked = command
        self.keys[command.id].setText("…")
        self.words.setText(f"Press the new keys for “{command.name}”. Backspace leaves it without, Esc as it is.")
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent | None) -> bool:
        """While keys are asked for, none of them runs a command."""
        if self._asked is not None and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._hear(event, self._asked)
                return True
        return super().event(event)

    def place(self) -> None:
        """In the middle, as large as it needs to be and the window allows."""
        width, inside = min(920, self.width() - 48), self._scroll.widget()
        wanted = inside.heightForWidth(width - 48) + 152 if inside is not None else 0
        size = QSize(width, min(wanted, self.height() - 64))
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        self.card.setGeometry(QRect(corner, size))

    def _hear(self, event: QKeyEvent, asked: Command) -> None:
        key = Qt.Key(event.key())
        if key in ALONE:
            return
        if key == Qt.Key.Key_Escape:
            self._forget()
        elif key in CLEARS and event.modifiers() in PLAIN:
            self._keep(self._book.give_key(asked.id, ""))
        elif key in NEVER and event.modifiers() in PLAIN:
            self.words.setText("This key moves about or presses buttons everywhere; add Ctrl or Alt, or press others.")
        else:
            keys = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
            self._try(asked, keys)

    def _try(self, asked: Command, keys: str) -> None:
        users = self._book.users_of(keys, asked.id)
        if not users:
            self._keep(self._book.give_key(asked.id, keys))
            return
        self._wanted = keys
        names = " and ".join(f"“{each.name}”" for each in users)
        self.words.setText(f"{keys} already stands for {names}. Use it here instead, or press other keys.")
        self.take.show()

    def _take_over(self) -> None:
        if self._asked is not None and self._wanted:
            self._keep(self._book.give_key(self._asked.id, self._wanted))

    def _reset(self) -> None:
        self._book.take_keys({})
        self._keep({})

    def _keep(self, own: dict[str, str]) -> None:
        self._forget()
        if self._kept is not None:
            self._kept(own)
        for command in self._book.all():
            if command.id in self.keys:
                self._show_keys(command)
        self.reset.setVisible(bool(own))

    def _forget(self) -> None:
        asked, self._asked, self._wanted = self._asked, None, ""
        if asked is not None and asked.id in self.keys:
            self._show_keys(next((each for each in self._book.all() if each.id == asked.id), asked))
        self.words.setText(HINT)
        self.take.hide()

    def _fill(self) -> None:
        listed = (each for each in self._book.all() if each.group and (self._everything or self._has_keys(each)))
        commands = sorted(listed, key=lambda each: each.group)
        self.keys = {}
        self.more.setVisible(not self._everything)
        groups = [(name, self._rows(tuple(of))) for name, of in groupby(commands, lambda each: each.group)]
        mouse: Rows = [(label(keys, "muted", wrap=True), words) for keys, words in MOUSE]
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(32)
        cut = _even_cut([len(rows) + 2 for _name, rows in groups], len(mouse) + 2)
        for part in (groups[:cut], [("Mouse", mouse), *groups[cut:]]):
            column = QVBoxLayout()
            column.setSpacing(6)
            for name, rows in part:
                _add_rows(column, name, rows, MOUSE_PX if rows is mouse else KEYS_PX)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self._scroll.setWidget(inside)
        self.reset.setVisible(any(self._book.is_own(each.id) for each in commands))

    def _has_keys(self, command: Command) -> bool:
        return bool(command.shortcut) or self._book.is_own(command.id)

    def _show_more(self) -> None:
        self._everything = True
        self._forget()
        self._fill()
        self.place()

    def _rows(self, commands: Sequence[Command]) -> Rows:
        rows: Rows = []
        for command in commands:
            button = TextButton("", "", "keys")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumHeight(LEAST_PX)
            button.clicked.connect(lambda _checked, command=command: self.ask(command))
            self.keys[command.id] = button
            self._show_keys(command)
            rows.append((button, command.name))
        return rows

    def _show_keys(self, command: Command) -> None:
        button, keys = self.keys[command.id], shortcut_text(command)
        shipped = self._book.shipped_key(command.id) or "none"
        button.setText(keys or "–")
        tip = f"Click to change; it comes with {shipped}" if self._book.is_own(command.id) else "Click to change"
        describe(button, f"Keys for {command.name}: {keys or 'none'}", tip)


def _even_cut(heights: Sequence[int], beside: int) -> int:
    """How many of the first groups stand in one column, so that the rest and `beside` make the other as high."""
    return min(range(len(heights) + 1), key=lambda cut: abs(sum(heights[:cut]) - beside - sum(heights[cut:])))


def _add_rows(column: QVBoxLayout, name: str, rows: Rows, keys_px: int) -> None:
    column.addWidget(label(name, "strong"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    grid.setColumnMinimumWidth(0, keys_px)
    grid.setColumnStretch(1, 1)
    for i, (keys, words) in enumerate(rows):
        keys.setFixedWidth(keys_px)
        grid.addWidget(keys, i, 0)
        grid.addWidget(label(words, wrap=True), i, 1, Qt.AlignmentFlag.AlignVCenter)
    column.addLayout(grid)
    column.addSpacing(8)
