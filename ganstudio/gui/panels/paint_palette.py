"""The classes of a model's maps, to paint with."""

from typing import ClassVar

import numpy as np
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.store import Array
from ganstudio.gui.paint_topics import PALETTE
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.class_list import ClassList
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.session import Session

PAUSE_MS = 120


class PalettePanel(Panel):
    """What the left button paints is chosen in the list, what the right one paints below it."""

    title: ClassVar[str] = "Palette"
    icon: ClassVar[IconName] = IconName.PAINT

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        painting = self.painting = session.painting
        self._classes: object = None
        self.list = ClassList()
        self.list.chosen.connect(painting.choose)
        self.list.other_chosen.connect(lambda row: painting.choose(row, other=True))
        self.other = MenuChoice("Right button", "What the right button paints, and the other end of a pen")
        self.other.chosen.connect(lambda key: painting.choose(int(key), other=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label("Right button", "muted"))
        row.addWidget(self.other, 1)
        self.column.addWidget(self.list)
        self.column.addLayout(row)
        self._soon = QTimer(self)  # a stroke changes the shares faster than they can be read
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE_MS)
        self._soon.timeout.connect(self._show_shares)
        self.on_sight(painting.changed, self._show)
        self.on_sight(painting.labels_changed, self._labels_changed)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model draws from a map."""
        return map_input(info) is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PALETTE

    def _labels_changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _show(self) -> None:
        asked, hand = self.painting.asked, self.painting.hand
        if asked is None:
            return
        if asked != self._classes:
            self._classes = asked
            self.list.show_classes(asked.classes, asked.palette)
            names = enumerate(asked.classes)
            self.other.show_options([Option(str(n), name, f"The right button paints {name}") for n, name in names])
            self._show_shares()
        self.list.show_choice(hand.label)
        self.other.show_choice(str(hand.other))

    def _show_shares(self) -> None:
        asked, labels = self.painting.asked, self.painting.labels
        if asked is not None and labels is not None:
            self.list.show_shares([share_in_words(share) for share in shares_of(labels, len(asked.classes))])


def shares_of(labels: Array, count: int) -> Array:
    """Return how much of a map uint8 `[H, W]` each of `count` classes covers, from 0 to 1."""
    counted: Array = np.bincount(labels.ravel(), minlength=count)[:count] / labels.size
    return counted


def share_in_words(share: float) -> str:
    """A share in per cent, nothing where there is none."""
    return "" if share <= 0 else "< 1 %" if share < 0.01 else f"{share * 100:.0f} %"
