"""The style of a painted picture: of a picture, and between two."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Latent
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.still import Still
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.drop import dropped_files
from ganstudio.gui.paint_topics import STYLE
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.painting.styles import A, B, Style
from ganstudio.studio.photo_reading import is_photo
from ganstudio.studio.session import Session

BETWEEN = SliderRange(low=0.0, high=1.0, default=0.0, step=0.05, decimals=2)
FILES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.heic *.avif);;All files (*)"


class StyleWell(Surface):
    """One of two styles: a picture of it, its name; a picture can be dropped here."""

    dropped = pyqtSignal(object)

    def __init__(self, slot: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.takes = False
        self.picture = Still(f"Style {slot}", f"What style {slot} looks like; drop a picture to lend its style")
        self.picture.setFixedHeight(72)
        self.name = ElidedLabel("", "small")
        self.take = TextButton("Hold", f"Hold the present style as {slot}")
        self.use = TextButton("Use", f"Go back to style {slot}")
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.take, self.use):
            row.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addWidget(label(slot, "strong"))
        column.addWidget(self.picture)
        column.addWidget(self.name)
        column.addLayout(row)
        self.setAcceptDrops(True)
        self.setAccessibleName(f"Style {slot}")

    def show_style(self, style: Style | None) -> None:
        """Show another style, or none."""
        picture = None if style is None else style.picture
        self.picture.show_image(QImage() if picture is None else image_of(picture))
        self.name.setText("nothing yet" if style is None else style.name)
        self.use.setEnabled(style is not None)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Invite pictures."""
        files = dropped_files(event.mimeData()) if event is not None else ()
        if event is not None and self.takes and files and is_photo(files[0]):
            event.acceptProposedAction()
        elif event is not None:
            event.ignore()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Take a picture's style."""
        files = dropped_files(event.mimeData()) if event is not None else ()
        if event is not None and files:
            event.acceptProposedAction()
            self.dropped.emit(files[0])


class PaintStylePanel(Panel):
    """A style from a picture, and the way between two styles."""

    title: ClassVar[str] = "Style"
    icon: ClassVar[IconName] = IconName.STYLE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        styles = self.styles = session.painting.styles
        self.open_button = TextButton(
            "Style of a picture…", "Let a picture lend its light and colours", "", IconName.PICTURES
        )
        self.open_button.clicked.connect(self.browse)
        self.words = label("", "muted", wrap=True)
        self.wells = {slot: StyleWell(slot) for slot in (A, B)}
        row = QHBoxLayout()
        row.setSpacing(8)
        for slot, well in self.wells.items():
            well.take.clicked.connect(partial(styles.take, slot))
            well.use.clicked.connect(partial(styles.use, slot))
            well.dropped.connect(partial(self._dropped, slot))
            row.addWidget(well, 1)
        self.between = ValueSlider("From A to B", "How far the style has gone from A to B", BETWEEN)
        self.between.changed.connect(styles.mix)
        self.between.settled.connect(session.end_gesture)
        self.column.addWidget(self.open_button)
        self.column.addWidget(self.words)
        self.column.addLayout(row)
        self.column.addWidget(self.between)
        self.on_sight(styles.changed, self._show)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model paints maps in styles."""
        return map_input(info) is not None and info is not None and any(isinstance(i, Latent) for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return STYLE

    def commands(self) -> tuple[Command, ...]:
        """A picture's style, and both held ones."""
        group, styles = "Paint", self.styles
        held = (
            Command(f"paint.hold-{s}", f"Hold the style as {s}", partial(styles.take, s), group=group) for s in (A, B)
        )
        return (Command("paint.style", "Style of a picture…", self.browse, words="encoder", group=group), *held)

    def browse(self) -> None:
        """Let a person choose a picture that lends its style."""
        folder = str(self.session.settings.exports_folder)
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Choose a picture that lends its style", folder, FILES)
        if chosen:
            self.styles.open(Path(chosen))

    def _dropped(self, slot: str, path: Path) -> None:
        self.styles.open(path, slot)

    def _show(self) -> None:
        styles = self.styles
        self.open_button.setVisible(styles.can_encode)
        self.words.setText(styles.words)
        self.words.setVisible(bool(styles.words))
        for slot, well in self.wells.items():
            well.takes = styles.can_encode
            well.show_style(styles.held.get(slot))
        self.between.setVisible(len(styles.held) == len(self.wells))
        if styles.share is not None:
            self.between.show_value(styles.share)
