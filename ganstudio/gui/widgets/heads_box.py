"""Which latents stand at the heads of a sheet: typed seeds, seeds by chance, or kept latents."""

import random
from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from ganstudio.core.project import KeptLatent, Project
from ganstudio.gui.kept_drag import dragged_kept
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.widgets.buttons import IconButton, describe
from ganstudio.gui.widgets.labels import label

DICE_SIDES = 1_000_000


class HeadsBox(QWidget):
    """Tells with `changed` that other seeds are typed, or kept latents were chosen."""

    changed = pyqtSignal()

    def __init__(self, name: str, tip: str, project: Callable[[], Project], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self.kept: tuple[KeptLatent, ...] = ()
        self.field = QLineEdit()
        self.field.setFixedHeight(TARGET)
        self.field.setMinimumWidth(72)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        describe(self.field, name, tip)
        self.field.editingFinished.connect(self._typed)
        self._last = ""
        self.dice = IconButton(IconName.DICE, f"{name}: by chance", "As many seeds, chosen by chance")
        self.dice.clicked.connect(self.roll)
        self.from_kept = IconButton(
            IconName.FROM_KEPT, f"{name}: from kept latents", "Take the kept latents; single ones can be dropped here"
        )
        self.from_kept.clicked.connect(lambda: self.show_kept(self._project().kept))
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(label(name))
        row.addWidget(self.field, 1)
        row.addWidget(self.dice)
        row.addWidget(self.from_kept)

    def show_text(self, text: str) -> None:
        """Show typed seeds without telling anyone."""
        self.kept, self._last = (), text
        self.field.setText(text)
        self.mark_invalid(False)

    def show_kept(self, kept: tuple[KeptLatent, ...]) -> None:
        """Take kept latents instead of seeds."""
        if kept:
            self.show_text(", ".join(each.name for each in kept))
            self.kept = kept
            self.changed.emit()

    def roll(self) -> None:
        """As many seeds as there are now, by chance."""
        count = max(len(self.kept) or self.count, 1)
        self.show_text(",".join(str(seed) for seed in sorted(random.sample(range(DICE_SIDES), count))))
        self.changed.emit()

    count = 6

    def mark_invalid(self, invalid: bool) -> None:
        """Show that what is typed are no seeds."""
        if bool(self.field.property("invalid")) != invalid:
            self.field.setProperty("invalid", invalid)
            style = self.field.style()
            if style is not None:
                style.polish(self.field)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Invite kept latents."""
        if event is not None and dragged_kept(event.mimeData(), self._project()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Put kept latents behind those that stand here, in place of seeds."""
        dropped = dragged_kept(event.mimeData(), self._project()) if event is not None else ()
        if event is not None and dropped:
            event.acceptProposedAction()
            self.show_kept((*self.kept, *dropped))

    def _typed(self) -> None:
        if self.field.text() != self._last:
            self.show_text(self.field.text())
            self.changed.emit()
