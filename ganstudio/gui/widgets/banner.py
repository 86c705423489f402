"""A problem told in place: one sentence, details behind a click."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import label


class Banner(Surface):
    """Says what happened, why and what to do; stays until it is dismissed or replaced."""

    dismissed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("banner", parent)
        self.sentence = label("", wrap=True)
        self.more = TextButton("Details", "Show the technical details", "link")
        self.more.clicked.connect(self._toggle_details)
        self.copy = TextButton("Copy", "Copy the sentence and its details, to pass them on", "link")
        self.copy.clicked.connect(self._copy)
        self.close_button = IconButton(IconName.CLOSE, "Dismiss the message", "Dismiss this message")
        self.close_button.clicked.connect(self.dismiss)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setMaximumHeight(128)
        describe(self.details, "Details of the problem", "The technical details; they can be copied")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.more)
        row.addWidget(self.copy)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 6, 6)
        column.addLayout(row)
        column.addWidget(self.details)
        self.setAccessibleName("Problem")
        self.hide()

    def tell(self, sentence: str, details: str = "") -> None:
        """Show a problem in place of the one before; of several lines, all but the first are details."""
        sentence, _, more = sentence.partition("\n")
        if sentence.endswith(":") and ". " in sentence:  # announces the lines below, so it goes with them
            sentence, _, announcement = sentence.rpartition(". ")
            sentence, more = f"{sentence}.", f"{announcement}\n{more}"
        details = "\n\n".join(part for part in (more, details) if part)
        self.sentence.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.details.setPlainText(details)
        self.details.hide()
        self.more.setText("Details")
        self.more.setVisible(bool(details))
        self.show()

    def dismiss(self) -> None:
        """Take the problem off the screen."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def _toggle_details(self) -> None:
        shown = self.details.isHidden()
        self.details.setVisible(shown)
        self.more.setText("Hide details" if shown else "Details")

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(f"{self.sentence.text()}\n\n{self.details.toPlainText()}".strip())
