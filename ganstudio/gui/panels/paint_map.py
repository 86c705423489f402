"""Maps from files and to files, the classes of foreign colours, and the guide."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.core.files import with_ending
from ganstudio.core.frame import ModelInfo
from ganstudio.core.palette import Colour
from ganstudio.gui.actions import Command
from ganstudio.gui.paint_topics import MAPS
from ganstudio.gui.panels.paint_palette import share_in_words
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.painting.map_files import MapFile, Tone
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.session import Session

MAP_FILES = "Pictures (*.png *.bmp *.gif *.tif *.tiff *.webp *.jpg *.jpeg);;All files (*)"
SAVED_AS = "PNG pictures (*.png)"


class Swatch(QWidget):
    """A colour."""

    def __init__(self, colour: Colour, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = colour
        self.setFixedSize(22, 22)
        self.setToolTip("#{:02x}{:02x}{:02x}".format(*colour))

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw it in a frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink(QPalette.ColorRole.Mid))
        painter.setBrush(QColor(*self.colour))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 4, 4)


class ToneList(QWidget):
    """One row for each tone that is to be given a class: its colour, its share, and the class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices: dict[int, MenuChoice] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)

    def show_tones(self, found: MapFile, names: tuple[str, ...]) -> None:
        """List a file's tones, the unknown ones first."""
        self.choices = {}
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        order = sorted(range(len(found.tones)), key=lambda place: found.tones[place].known is not None)
        for row, place in enumerate(order):
            self._add(row, place, found.tones[place], names)

    def _add(self, row: int, place: int, tone: Tone, names: tuple[str, ...]) -> None:
        share = share_in_words(tone.share)
        tip = f"What {tone.name} is, which covers {share} of the picture"
        choice = MenuChoice(f"Class of {tone.name}", tip, [Option(str(n), name, tip) for n, name in enumerate(names)])
        self.choices[place] = choice
        self._grid.addWidget(Swatch(tone.colour), row, 0)
        self._grid.addWidget(label(share, "small"), row, 1)
        self._grid.addWidget(choice, row, 2)


class PaintMapPanel(Panel):
    """Open, save, and say which classes the colours of a file are."""

    title: ClassVar[str] = "Map"
    icon: ClassVar[IconName] = IconName.MAP

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.painting, self.files = session.painting, session.painting.files
        self._shown: MapFile | None = None
        self.photo_button = TextButton(
            "Map of a photo…", "Find the classes in a photo, and its style: then paint on", "", IconName.PHOTO
        )
        self.photo_button.clicked.connect(self.browse_photo)
        self.open_button = TextButton(
            "Open map…", "Take a map from a picture of classes or colours", "", IconName.FOLDER
        )
        self.open_button.clicked.connect(self.browse)
        self.save_button = TextButton("Save map…", "Write the map as a PNG with its classes", "", IconName.SAVE)
        self.save_button.clicked.connect(self.save)
        self.guide_button = TextButton("Guide…", "Let a picture shine through the map, to paint after it")
        self.guide_button.clicked.connect(self.browse_guide)
        self.no_guide = TextButton("No guide", "Take the guide away")
        self.no_guide.clicked.connect(partial(self.painting.show_guide, None))
        self.again = TextButton("Choose the classes of its colours again", "Say again what the colours are", "link")
        self.again.clicked.connect(self.files.reconsider)
        self.words = label("", "muted", wrap=True)
        self.asks = label("", wrap=True)
        self.tones = ToneList()
        self.take = TextButton("Take the map", "Use the file with these classes, and remember them", "primary")
        self.take.clicked.connect(self.files.accept)
        self.leave = TextButton("Leave it", "Keep the map as it is")
        self.leave.clicked.connect(self.files.dismiss)
        self.wizard = QWidget()
        asking = QVBoxLayout(self.wizard)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.setSpacing(8)
        answers = QHBoxLayout()
        for button in (self.take, self.leave):
            answers.addWidget(button, 1)
        asking.addWidget(self.asks)
        asking.addWidget(self.tones)
        asking.addLayout(answers)
        self.column.addWidget(self.photo_button)
        for pair in ((self.open_button, self.save_button), (self.guide_button, self.no_guide)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for button in pair:
                row.addWidget(button, 1)
            self.column.addLayout(row)
        for widget in (self.words, self.again, self.wizard):
            self.column.addWidget(widget)
        self.on_sight(self.files.changed, self._show)
        self.on_sight(self.painting.photos.changed, self._show)
        self.on_sight(self.painting.changed, self._show)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model draws from a map."""
        return map_input(info) is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return MAPS

    def commands(self) -> tuple[Command, ...]:
        """Opening and saving."""
        group = "Paint"
        return (
            Command("paint.open", "Open a label map…", self.browse, words="import segmentation", group=group),
            Command("paint.save", "Save the label map…", self.save, words="export png", group=group),
            Command("paint.photo", "Make a map of a photo…", self.browse_photo, words="segment face", group=group),
            Command("paint.guide", "Paint after a picture…", self.browse_guide, words="guide trace", group=group),
        )

    def browse(self) -> None:
        """Let a person choose a map."""
        chosen = self._chosen("Choose a label map")
        if chosen is not None:
            self.files.open(chosen)

    def browse_photo(self) -> None:
        """Let a person choose a photo to make a map of."""
        chosen = self._chosen("Choose a photo to make a map of")
        if chosen is not None:
            self.painting.photos.open(chosen)

    def browse_guide(self) -> None:
        """Let a person choose a picture to paint after."""
        chosen = self._chosen("Choose a picture to paint after")
        if chosen is not None:
            self.painting.open_guide(chosen)

    def save(self) -> None:
        """Ask where to, and save the map."""
        start = str(self.session.settings.exports_folder / "map.png")
        chosen, _ = QFileDialog.getSaveFileName(self.window(), "Save the map", start, SAVED_AS)
        if chosen:
            self.files.export(with_ending(Path(chosen), (".png",)))

    def _chosen(self, title: str) -> Path | None:
        folder = str(self.session.settings.exports_folder)
        chosen, _ = QFileDialog.getOpenFileName(self.window(), title, folder, MAP_FILES)
        return Path(chosen) if chosen else None

    def _show(self) -> None:
        asked, pending = self.painting.asked, self.files.pending
        self.no_guide.setEnabled(self.painting.guide is not None)
        told = self.files.words or self.painting.photos.words
        self.words.setText(told)
        self.words.setVisible(bool(told))
        self.photo_button.setVisible(self.painting.photos.possible)
        self.again.setVisible(self.files.can_reconsider)
        self.wizard.setVisible(pending is not None)
        if pending is None or asked is None:
            self._shown = None
            return
        if pending is not self._shown:
            self._shown = pending
            self.asks.setText(question(pending))
            self.tones.show_tones(pending, asked.classes)
            for place, choice in self.tones.choices.items():
                choice.chosen.connect(lambda key, place=place: self.files.choose(place, int(key)))
        for place, choice in self.tones.choices.items():
            choice.show_choice(str(self.files.classes[place]))


def question(found: MapFile) -> str:
    """What is asked of a person who brings a map with other colours."""
    count, share = len(found.unknown), sum(tone.share for tone in found.unknown)
    if not count:
        return f"Which classes are the colours of {found.name}?"
    colours = "One colour" if count == 1 else f"{count} colours"
    known = f"{colours} of {found.name}, {share_in_words(share)} of it, are none of the model's classes."
    return f"{known} The likely ones are proposed: change what is wrong."
