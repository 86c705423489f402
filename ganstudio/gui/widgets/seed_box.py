"""A whole number with arrows and a die."""

import random

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.number import NumberField

DICE_SIDES = 1_000_000


class SeedBox(QWidget):
    """Type a seed, step through seeds, or let chance choose: `chosen(seed, gesture)`."""

    chosen = pyqtSignal(object, str)  # a seed needs more than Qt's 32 bits
    settled = pyqtSignal()

    def __init__(self, name: str, tip: str, count: int, labelled: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self._seed = 0
        self._wheel = 0
        self._gesture = Gesture(name, self)
        self._gesture.ended.connect(self.settled)
        self.field = NumberField(name, tip, decimals=0)
        self.field.setMinimumWidth(64)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.entered.connect(lambda value: self._choose(int(value)))
        self.field.stepped.connect(self.step)
        self.before = IconButton(IconName.LEFT, f"{name}: one less", "One seed back")
        self.before.clicked.connect(lambda: self.step(-1))
        self.after = IconButton(IconName.RIGHT, f"{name}: one more", "One seed on")
        self.after.clicked.connect(lambda: self.step(1))
        self.dice = IconButton(IconName.DICE, f"{name}: by chance", "Let chance choose a seed")
        self.dice.clicked.connect(self.roll)
        self.setFocusProxy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        if labelled:
            row.addWidget(label(name))
            row.addSpacing(6)
        row.addWidget(self.field, 1)
        for button in (self.before, self.after, self.dice):
            row.addWidget(button)

    def show_seed(self, seed: int) -> None:
        """Show a seed without telling anyone."""
        self._seed = seed
        self.field.show_value(float(seed))

    def step(self, steps: int) -> None:
        """Go on by seeds; many steps in a row are one gesture."""
        self._tell((self._seed + steps) % self._count, self._gesture.touch())

    def roll(self) -> None:
        """Let chance choose."""
        self._choose(random.randrange(min(DICE_SIDES, self._count)))

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Step, while the field has the keyboard."""
        if event is None or not self.field.hasFocus():
            if event is not None:
                event.ignore()
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / 120)
        self._wheel -= notches * 120
        if notches:
            self.step(notches * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))

    def _choose(self, seed: int) -> None:
        self._tell(seed % self._count, self._gesture.hold())
        self._gesture.release()

    def _tell(self, seed: int, gesture: str) -> None:
        self.show_seed(seed)
        self.chosen.emit(seed, gesture)
