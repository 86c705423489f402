"""A collapsible part of a side panel."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.frame import Surface


class Section(Surface):
    """A heading that folds what is under it, and a question mark that explains it."""

    folded = pyqtSignal(bool)
    asked = pyqtSignal()
    more_asked = pyqtSignal()

    def __init__(
        self, title: str, body: QWidget, explained: bool, more: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__("section", parent)
        self.body = body
        self.header = TextButton(title, f"Show or hide “{title}”", "header", IconName.DOWN)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header.clicked.connect(self.toggle)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.header, 1)
        self.question = IconButton(
            IconName.HELP, f"What is “{title}”?", "What is this? Explains this part in plain words"
        )
        self.question.clicked.connect(self.asked)
        self.question.setVisible(explained)
        presets = "Presets: save these settings, or take saved ones"
        self.more = IconButton(IconName.MORE, f"Presets of “{title}”", presets)
        self.more.clicked.connect(self.more_asked)
        self.more.setVisible(more)
        top.addWidget(self.more)
        top.addWidget(self.question)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(body)
        self._margins_open = (12, 6, 12, 14)
        self._set_open(True)

    @property
    def is_open(self) -> bool:
        """Whether its body is shown."""
        return not self.body.isHidden()

    def toggle(self) -> None:
        """Fold or unfold."""
        self.set_open(not self.is_open)

    def set_open(self, is_open: bool, *, tell: bool = True) -> None:
        """Fold or unfold, and tell unless nobody is to know."""
        if is_open != self.is_open:
            self._set_open(is_open)
            if tell:
                self.folded.emit(not is_open)

    def _set_open(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self.header.draw(IconName.DOWN if is_open else IconName.RIGHT)
        layout = self.layout()
        if layout is not None:
            left, top, right, bottom = self._margins_open
            layout.setContentsMargins(left, top, right, bottom if is_open else top)
