"""How the picture goes back into the photo, and saving it."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from PyQt6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QWidget

from ganstudio.core.files import with_ending
from ganstudio.core.frame import ModelInfo
from ganstudio.core.project import Edge
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.photo_topics import PASTE
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session

EDGES = (
    Option(Edge.FEATHER.value, "Feathered", "The picture fades towards the edges of the frame"),
    Option(Edge.POISSON.value, "Seamless", "Its colours also shift until they meet the photo's"),
)
FEATHER = SliderRange(low=0, high=0.5, default=0.12, step=0.01, decimals=2)
SUFFIXES = (".jpg", ".jpeg", ".webp", ".tif", ".tiff")
SAVED_AS = "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp);;TIFF (*.tif)"


class PhotoPastePanel(Panel):
    """The way back."""

    title: ClassVar[str] = "Paste back"
    icon: ClassVar[IconName] = IconName.PASTE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        back = self._back = session.photo.back
        self.edges = ChoiceRow("Edges", EDGES)
        self.edges.chosen.connect(lambda key: back.choose(replace(back.options, edge=Edge(key))))
        self.feather = ValueSlider("Fading edge", "How much of the frame's side the picture fades over", FEATHER)
        self.feather.changed.connect(lambda value, gesture: back.choose(replace(back.options, feather=value), gesture))
        self.only = QCheckBox("Only what I changed")
        self.only.setMinimumHeight(TARGET)
        describe(
            self.only,
            "Only what I changed",
            "Puts the difference to the reconstruction on the photo, which keeps its own detail elsewhere",
        )
        self.only.toggled.connect(lambda on: back.choose(replace(back.options, only_change=on)))
        self.large = QCheckBox("Enlarge 4×")
        self.large.setMinimumHeight(TARGET)
        describe(
            self.large,
            "Enlarge 4×",
            "Real-ESRGAN draws details before the picture goes back; for faces that are large in the photo. It takes a "
            "moment",
        )
        self.large.toggled.connect(lambda on: back.choose(replace(back.options, enlarge=on)))
        self.note = label("", "small", wrap=True)
        self.look = TextButton("Show", "Show the whole photo with the picture in it", "", IconName.EYE)
        self.look.clicked.connect(self.show_page)
        self.save = TextButton("Save…", "Save the whole photo at its full size", "", IconName.SAVE)
        self.save.clicked.connect(self.export)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.look, 1)
        row.addWidget(self.save, 1)
        for widget in (self.edges, self.feather, self.only, self.large, self.note):
            self.column.addWidget(widget)
        self.column.addLayout(row)
        for signal in (session.photo.changed, back.changed):
            self.on_sight(signal, self._show)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether there is a model."""
        return info is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PASTE

    def commands(self) -> tuple[Command, ...]:
        """Looking and saving."""
        group = "Your photo"
        return (
            Command("photo.pasted", "Show the picture in the photo", self.show_page, group=group),
            Command("photo.save", "Save the photo with the picture in it…", self.export, group=group),
        )

    def show_page(self) -> None:
        """Show the whole photo."""
        self.session.photo.page_wanted.emit("Pasted back")

    def export(self) -> None:
        """Ask where to, and save there as a job; the dialog asks before another file is replaced."""
        hand = self.session.photo.hand
        if hand is None:
            return
        stem, suffix = Path(hand.name).stem, Path(hand.name).suffix.lower()
        known = suffix if suffix in SUFFIXES else ".png"
        start = str(self.session.settings.exports_folder / f"{stem}-edited{known}")
        chosen, _ = QFileDialog.getSaveFileName(self.window(), "Save the photo", start, SAVED_AS)
        if chosen:
            self._back.export(with_ending(Path(chosen), (".png", *SUFFIXES)))

    def _show(self) -> None:
        hand, options = self.session.photo.hand, self._back.options
        found = hand is not None and hand.found is not None
        self.edges.show_choice(options.edge.value)
        self.feather.show_value(options.feather)
        self.only.setChecked(options.only_change)
        self.only.setEnabled(found or options.only_change)
        self.large.setChecked(options.enlarge)
        for part in (self.look, self.save):
            part.setEnabled(hand is not None)
        if hand is None:
            self.note.setText("Open a photo first.")
        else:
            self.note.setText(f"Saved at {hand.width} × {hand.height} px; the original stays as it is.")
