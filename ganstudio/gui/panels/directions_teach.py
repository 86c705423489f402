"""Teach a slider: random pictures, thumbs up and down, and what they point to."""

from typing import ClassVar

from PyQt6.QtGui import QImage, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ganstudio.core.document import Document, LatentPoint
from ganstudio.core.frame import ModelInfo
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.thumb_sheet import ThumbSheet
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.direction_topics import TEACH
from ganstudio.gui.panels.direction_preview import DirectionPreview
from ganstudio.gui.panels.directions import DirectionsPanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.studio.mixing import plain_document
from ganstudio.studio.session import Session

ROWS, COLUMNS = 4, 6
FIRST_SEED = 1000
BEGIN = "Thumb up what has it, thumb down what lacks it"
WAITING = "What the slider does to your picture appears here with the first thumb"
MARGIN = 12


class TeachPanel(Panel):
    """A sheet of random pictures, the taught direction on the picture in sight, and what to do with it."""

    title: ClassVar[str] = "Teach a slider"
    icon: ClassVar[IconName] = IconName.THUMB_UP

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        directions = session.directions
        self._page = 0
        self._documents: dict[Document, int] = {}
        self._images: dict[int, QImage] = {}
        self.sheet = ThumbSheet(ROWS, COLUMNS)
        self.sheet.voted.connect(lambda place, vote: directions.vote(self.seeds[place], vote))
        self.told = ElidedLabel(BEGIN)
        self.more = TextButton("More pictures", "Judge other random pictures; the thumbs so far still count", "")
        self.more.clicked.connect(self.show_more)
        self.anew = TextButton("New lesson", "Forget all thumbs and begin again", "")
        self.anew.clicked.connect(directions.forget_votes)
        self.name = QLineEdit()
        self.name.setFixedHeight(TARGET)
        self.name.setPlaceholderText("Name")
        describe(self.name, "Name of the slider", "What the slider is to be called, such as “smile”")
        self.name.returnPressed.connect(self._use)
        self.use = TextButton("Use the slider", "Have a slider along the taught direction", "primary")
        self.use.clicked.connect(self._use)
        self.preview = DirectionPreview(session, WAITING)
        self.preview.chosen.connect(directions.add)
        self._lay_out()
        self.bindings.on(session.thumbnails.arrived, self._arrived)
        self.bindings.on(directions.taught_changed, self._show_taught)
        self.on_sight(session.project_changed, self._show_votes)
        self.on_sight(session.model_changed, self._show_pictures)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that are judged just now."""
        first = FIRST_SEED + self._page * ROWS * COLUMNS
        return tuple(range(first, first + ROWS * COLUMNS))

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((above, (self.told, self.more, self.anew)), (below, (self.preview, self.name, self.use))):
            row.setContentsMargins(MARGIN, 0, MARGIN, 0)
            row.setSpacing(8)
            for part in parts:
                row.addWidget(part, 1 if part in (self.told, self.preview) else 0)
        self.name.setFixedWidth(140)
        self.column.setContentsMargins(0, 10, 0, 8)
        self.column.addLayout(above)
        self.column.addWidget(self.sheet, 1)
        self.column.addLayout(below)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model asks for a latent."""
        return DirectionsPanel.fits(info)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return TEACH

    def commands(self) -> tuple[Command, ...]:
        """What can be done with the lesson from the palette."""
        group = self.title
        return (
            Command("teach.more", "Teach a slider: more pictures", self.show_more, words="random", group=group),
            Command("teach.use", "Teach a slider: use it", self._use, words="direction", group=group),
            Command("teach.anew", "Teach a slider: new lesson", self.session.directions.forget_votes, group=group),
        )

    def show_more(self) -> None:
        """Judge other pictures."""
        self._page += 1
        self._show_pictures()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Go on with the lesson."""
        super().showEvent(event)
        self.session.directions.learn()
        self._show_taught()

    def release(self) -> None:
        """Listen no longer."""
        self.preview.release()
        super().release()

    def _use(self) -> None:
        self.session.directions.use_taught(self.name.text())

    def _show_pictures(self) -> None:
        info, document = self.session.model, self.session.document
        if info is None:
            return
        wanted = [plain_document(info, document, LatentPoint.of_seed(seed)) for seed in self.seeds]
        self._documents = {each: place for place, each in enumerate(wanted)}
        self._images = {}
        for each in wanted:
            self._arrived(each)
        self._show()
        self._show_votes()

    def _arrived(self, document: Document) -> None:
        place = self._documents.get(document)
        pixels = None if place is None else self.session.thumbnails.get(document)
        if place is not None and pixels is not None:
            self._images[place] = image_of(pixels)
            self._show()

    def _show(self) -> None:
        self.sheet.show_pictures(self._images, [f"seed {seed}" for seed in self.seeds])

    def _show_votes(self) -> None:
        ballot = self.session.directions.ballot
        self.sheet.show_votes([ballot.vote(seed) for seed in self.seeds])
        ups, downs = len(ballot.liked), len(ballot.disliked)
        self.told.setText(f"{ups} up, {downs} down  ·  {BEGIN}" if ups or downs else BEGIN)
        self.anew.setEnabled(bool(ups or downs))

    def _show_taught(self) -> None:
        taught = self.session.directions.taught
        self.use.setEnabled(taught is not None)
        if self.isVisible() or taught is None:
            self.preview.show_direction(taught)
