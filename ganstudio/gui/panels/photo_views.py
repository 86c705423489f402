"""Pages of “Edit photo” beside the photo: before and after, the mask, and the photo with the picture pasted back."""

from typing import ClassVar

from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.store import Array
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.compare_view import CompareMode, CompareView
from ganstudio.gui.canvas.mask_paint import MaskPaint
from ganstudio.gui.canvas.samples import SamplesView
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.photo_topics import BEFORE_AFTER, MASK, PASTE
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session

MODES = (
    Option(CompareMode.WIPE.value, "Wipe", "The photo left of a divider, the picture right of it"),
    Option(CompareMode.SIDES.value, "Side by side", "The photo beside the picture"),
    Option(CompareMode.BLINK.value, "Blink", "In turns; the arrow keys turn by hand"),
)
PAINT, ERASE = "paint", "erase"
TOOLS = (
    Option(PAINT, "Paint", "What is painted counts"),
    Option(ERASE, "Erase", "What is erased does not count; the right button does so, too"),
)
BRUSH = SliderRange(low=4, high=128, default=32, step=2, decimals=0)
SOFT = SliderRange(low=0, high=1, default=0.5, step=0.05, decimals=2)


class PhotoView(Panel):
    """A page that needs a photo: a bar above it, and words in its place without one."""

    without: ClassVar[str] = "Open a photo first: drop one anywhere on the window."

    def lay_out(self, bar: QWidget, view: QWidget) -> None:
        """Put the bar over the view, and the words where there is nothing to see."""
        self.column.setSpacing(0)
        empty = Surface("notice")
        inside = QVBoxLayout(empty)
        inside.addStretch(1)
        line = QHBoxLayout()
        line.addStretch(1)
        self.words = label(self.without, "backdrop", wrap=True)
        line.addWidget(self.words, 2)
        line.addStretch(1)
        inside.addLayout(line)
        inside.addStretch(1)
        middle = QWidget()
        self.stack = QStackedLayout(middle)
        self.stack.addWidget(empty)
        self.stack.addWidget(view)
        self.column.addWidget(bar)
        self.column.addWidget(middle, 1)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether there is a model to draw with."""
        return info is not None


def tool_bar(*parts: QWidget, spring: bool = True) -> Surface:
    """A bar with controls in a row."""
    bar = Surface("viewbar")
    row = QHBoxLayout(bar)
    row.setContentsMargins(12, 6, 12, 6)
    row.setSpacing(12)
    for part in parts:
        row.addWidget(part)
    if spring:
        row.addStretch(1)
    return bar


class BeforeAfterPage(PhotoView):
    """The aligned photo against the picture in sight, or against the best of a search under way."""

    title: ClassVar[str] = "Before and after"
    icon: ClassVar[IconName] = IconName.COMPARE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = CompareView()
        self.view.smooth = True
        self.modes = ChoiceRow("How to compare", MODES)
        self.modes.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.modes.show_choice(CompareMode.WIPE.value)
        self.modes.chosen.connect(lambda key: self.view.show_mode(CompareMode(key)))
        self.numbers = ElidedLabel("", "muted")
        bar = tool_bar(self.modes, self.numbers, spring=False)
        row = bar.layout()
        assert isinstance(row, QHBoxLayout)
        row.setStretch(1, 1)
        self.lay_out(bar, self.view)
        photo = session.photo
        for signal in (
            photo.changed, photo.aligned_changed, photo.search.sight_arrived, photo.search.changed,
            session.frame_arrived,
        ):  # fmt: skip
            self.on_sight(signal, self._show)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return BEFORE_AFTER

    def _show(self) -> None:
        photo, search = self.session.photo, self.session.photo.search
        picture = search.picture if search.busy else drawn(self.session)
        ready = photo.aligned is not None and picture is not None
        self.stack.setCurrentIndex(int(ready))
        self.numbers.setText(search.words)
        if photo.aligned is None or picture is None:
            return
        if photo.aligned.shape == picture.shape:
            searching = "best so far" if search.busy else "picture"
            self.view.show_names("photo", searching)
            self.view.show_pair(photo.aligned, picture, picture)


def drawn(session: Session) -> Array | None:
    """The picture of the document in sight, where it was drawn in full."""
    frame = session.frame
    if frame is None or frame.preview:
        return None
    return next(iter(frame.pictures.values()))


class MaskPage(PhotoView):
    """Paint what the search is to match."""

    title: ClassVar[str] = "Mask"
    icon: ClassVar[IconName] = IconName.MASK

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        photo = session.photo
        self.canvas = MaskPaint()
        self.canvas.painted.connect(photo.paint_mask)
        self.tools = ChoiceRow("Brush", TOOLS)
        self.tools.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tools.show_choice(PAINT)
        self.tools.chosen.connect(self._choose_tool)
        self.size_slider = ValueSlider("Size", "How wide the brush is, of 256 across the picture", BRUSH)
        self.soft_slider = ValueSlider("Softness", "How much of the brush fades towards its edge", SOFT)
        self.size_slider.changed.connect(self._resize_brush)
        self.soft_slider.changed.connect(self._soften)
        for slider in (self.size_slider, self.soft_slider):
            slider.setMaximumWidth(220)
        self.clear_button = TextButton("Clear", "Let everything count again")
        self.clear_button.clicked.connect(self.clear)
        self.lay_out(tool_bar(self.tools, self.size_slider, self.soft_slider, self.clear_button), self.canvas)
        self.on_sight(photo.changed, self._show)
        self.on_sight(photo.aligned_changed, self._show)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return MASK

    def commands(self) -> tuple[Command, ...]:
        """Clearing."""
        return (Command("photo.mask.clear", "Clear the photo's mask", self.clear, group="Your photo"),)

    def clear(self) -> None:
        """Let everything count."""
        self.session.photo.paint_mask(None)

    def _choose_tool(self, key: str) -> None:
        self.canvas.erases = key == ERASE

    def _resize_brush(self, value: float, _gesture: str) -> None:
        self.canvas.brush = value
        self.canvas.update()

    def _soften(self, value: float, _gesture: str) -> None:
        self.canvas.softness = value

    def _show(self) -> None:
        photo = self.session.photo
        hand = photo.hand
        self.stack.setCurrentIndex(int(hand is not None and photo.aligned is not None))
        if hand is not None and photo.aligned is not None:
            self.canvas.show_picture(photo.aligned)
            self.canvas.show_mask(None if hand.mask is None else self.session.store.get(hand.mask))
            self.clear_button.setEnabled(hand.mask is not None)


class PastedPage(PhotoView):
    """The whole photo, with the picture in sight in its place."""

    title: ClassVar[str] = "Pasted back"
    icon: ClassVar[IconName] = IconName.PASTE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = SamplesView("Pasted back", "Turn the wheel to look closer, drag to move, double-click to fit")
        self.told = ElidedLabel("", "muted")
        bar = tool_bar(self.told, spring=False)
        self.lay_out(bar, self.view)
        self.on_sight(session.photo.changed, self._show)
        self.on_sight(session.photo.back.changed, self._show)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PASTE

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin to draw."""
        super().showEvent(event)
        self.session.photo.back.watch(watched=True)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Stop drawing."""
        super().hideEvent(event)
        self.session.photo.back.watch(watched=False)

    def _show(self) -> None:
        photo, back = self.session.photo, self.session.photo.back
        shown = photo.hand is not None and back.pasted is not None
        self.stack.setCurrentIndex(int(shown))
        name = photo.hand.name if photo.hand is not None else ""
        self.told.setText(back.refusal or f"The picture in sight in its place in {name}.")
        if shown:
            self.view.show_pixels(back.pasted)
