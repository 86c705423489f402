"""The models at hand: shipped with the program, opened before, or somewhere on the disk."""

from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.card import Card, CardText
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.studio.library import ModelEntry
from ganstudio.studio.opening import open_file
from ganstudio.studio.session import Session

FILES = "Models (*.safetensors *.pkl *.pt *.pth *.ckpt *.bin);;All files (*)"
RECENT_SHOWN = 5


class LibraryPanel(Panel):
    """Cards to open a model from."""

    title: ClassVar[str] = "Library"
    icon: ClassVar[IconName] = IconName.LIBRARY
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.cards: dict[str, Card] = {}
        self._listed: tuple[tuple[ModelEntry, ...], tuple[ModelEntry, ...]] | None = None
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.browse_button = TextButton("Browse…", "Choose a model file on this machine (Ctrl+O)", "", IconName.FOLDER)
        self.browse_button.clicked.connect(self.browse)
        hint = label("or drop a model file anywhere on the window", wrap=True)
        hint.setObjectName("drophint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.column.addLayout(self._list)
        self.column.addWidget(self.browse_button)
        self.column.addWidget(hint)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.library.changed, self._fill)
        self._fill()

    def browse(self) -> None:
        """Let the person choose a file."""
        recent = self.session.library.recent
        start = recent[0].summary if recent else str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Open a model", start, FILES)
        if chosen:
            open_file(self.session, Path(chosen))

    def _model_changed(self, *_told: object) -> None:
        self._fill()

    def _fill(self) -> None:
        library = self.session.library
        shipped, recent = library.shipped, library.recent[:RECENT_SHOWN]
        if (shipped, recent) != self._listed:
            self._listed = (shipped, recent)
            clear(self._list)
            self.cards = {}
            for entry in shipped:
                self._add(entry)
            if recent:
                self._list.addWidget(label("Opened before", "small"))
            for entry in recent:
                self._add(entry)
        info = self.session.model
        for path, card in self.cards.items():
            card.mark_current(info is not None and path in (info.name, info.path))

    def _add(self, entry: ModelEntry) -> None:
        card = Card(card_text(entry))
        card.chosen.connect(lambda: self.session.open_model(entry.path))
        self.cards[entry.path] = card
        self._list.addWidget(card)


def card_text(entry: ModelEntry) -> CardText:
    """What an entry's card says: a shipped model explains itself, a file says where it lies."""
    if not entry.shipped:
        return CardText(entry.title, entry.summary, tip=entry.path)
    line = " · ".join(part for part in (f"{entry.size / 1e6:.1f} MB", entry.licence.split(" (")[0]) if part)
    return CardText(entry.title, line, entry.summary)
