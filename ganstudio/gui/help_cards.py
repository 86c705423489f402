"""Explanations that float beside what they explain, and the card of keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ganstudio.gui.actions import Command, shortcut_text
from ganstudio.gui.sketches import Sketch
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Overlay, Popover


@dataclass(frozen=True)
class Group:
    """Lines of the card of keys under one heading."""

    name: str
    rows: tuple[tuple[str, str], ...]
    keys_px: int = 104

    @property
    def height(self) -> int:
        """How many lines it takes, with its heading."""
        return len(self.rows) + 2


MOUSE = Group(
    "Mouse",
    (
        ("Drag the picture", "move through the latent space"),
        ("Wheel on the picture", "zoom around the pointer"),
        ("Space and drag, or middle button", "pan"),
        ("Right click on the picture", "copy, save, zoom"),
        ("Arrow keys on picture or pad", "walk; with Shift a whole seed"),
        ("Double-click a slider", "back to its default"),
        ("Wheel on a chosen slider", "change it; with Shift finely"),
        ("Drop a file on the window", "open it"),
    ),
    keys_px=200,
)


class TopicCard(Popover):
    """“What is this?”"""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.title = label("", "title")
        self.sketch = Sketch()
        self.words = label("", wrap=True)
        self.paper = label("", "small", wrap=True)
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close this explanation (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.close_button)
        self.column.setSpacing(8)
        self.column.addLayout(row)
        self.column.addWidget(self.sketch)
        self.column.addWidget(self.words)
        self.column.addWidget(self.paper)

    def explain(self, topic: Topic, control: QWidget) -> None:
        """Explain a topic beside a control."""
        self.title.setText(topic.title)
        self.sketch.show_topic(topic)
        self.words.setText("\n\n".join(topic.words))
        self.paper.setText(topic.paper)
        self.paper.setVisible(bool(topic.paper))
        self.open_at(control)
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)


class KeysCard(Overlay):
    """All shortcuts, and what the mouse does."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close the list of keys (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addWidget(label("Keys and gestures", "title"), 1)
        row.addWidget(self.close_button)
        self.column.addLayout(row)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.addWidget(self._scroll, 1)

    def show_commands(self, commands: Sequence[Command]) -> None:
        """List the commands that have a shortcut, by group."""
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(40)
        keyed = sorted((c for c in commands if c.shortcut), key=lambda c: c.group)
        groups = [
            Group(name, tuple((shortcut_text(c), c.name) for c in of))
            for name, of in groupby(keyed, lambda c: c.group)
        ]
        first = _even_cut([group.height for group in groups], MOUSE.height)
        for column in (groups[:first], [MOUSE, *groups[first:]]):
            columns.addLayout(_column(column), 1)
        self._scroll.setWidget(inside)
        self.open()
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """In the middle, as large as it needs to be and the window allows."""
        width, inside = min(880, self.width() - 48), self._scroll.widget()
        wanted = inside.heightForWidth(width - 48) + 132 if inside is not None else 0
        size = QSize(width, min(wanted, self.height() - 64))
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        self.card.setGeometry(QRect(corner, size))


def _even_cut(heights: Sequence[int], beside: int) -> int:
    """How many of the first groups stand in one column, so that the rest and `beside` make the other as high."""
    return min(range(len(heights) + 1), key=lambda cut: abs(sum(heights[:cut]) - beside - sum(heights[cut:])))


def _column(groups: Sequence[Group]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    for group in groups:
        column.addWidget(label(group.name, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, group.keys_px)
        grid.setColumnStretch(1, 1)
        for i, (keys, words) in enumerate(group.rows):
            grid.addWidget(label(keys, "muted", wrap=True), i, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(words, wrap=True), i, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(grid)
        column.addSpacing(8)
    column.addStretch(1)
    return column
