"""Details behind a click."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import clear, label

INDENT = 21


class Fold(QWidget):
    """One line that says what there is to read, and the paragraphs below it once it is opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = TextButton("", "Nothing to read yet", "fold", IconName.RIGHT)
        self.header.setAccessibleName("Details")
        self.header.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.header.clicked.connect(self._toggle)
        self.body = QWidget()
        self._lines = QVBoxLayout(self.body)
        self._lines.setContentsMargins(INDENT, 0, 0, 6)
        self._lines.setSpacing(4)
        self.body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.body)
        self.hide()

    def show_words(self, title: str, paragraphs: Sequence[str]) -> None:
        """Hold other words, folded; with none there is nothing to open."""
        self._set_open(False)
        self.header.setText(f" {title}")
        describe(self.header, title, "\n".join(paragraphs))
        clear(self._lines)
        for words in paragraphs:
            line = label(words, "muted", wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.addWidget(line)
        self.setVisible(bool(paragraphs))

    def words(self) -> str:
        """What it says when it is open."""
        items = (self._lines.itemAt(i) for i in range(self._lines.count()))
        widgets = (item.widget() for item in items if item is not None)
        return "\n".join(getattr(widget, "text", str)() for widget in widgets)

    def _toggle(self) -> None:
        self._set_open(self.body.isHidden())

    def _set_open(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self.header.draw(IconName.DOWN if is_open else IconName.RIGHT)
