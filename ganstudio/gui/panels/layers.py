"""Inside the model: the channels of a stage, one view of them large, and numbers about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.inspection import Cells, Look, Order, Seen, Statistics, View
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.channel_sheet import STEP_PX, ChannelSheet
from ganstudio.gui.canvas.layer_picture import LayerPicture
from ganstudio.gui.canvas.plot import Axis, Plot, number_in_words
from ganstudio.gui.inside_topics import LAYERS
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.choice import Option, one_of
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.gui.widgets.roomy_choice import RoomyChoice
from ganstudio.studio.session import Session

VIEWS = (
    Option(View.CHANNEL.value, "Channel", "One channel, from its least value in black to its greatest in white"),
    Option(View.COLOURS.value, "RGB", "Three channels as red, green and blue, each over its own range"),
    Option(View.COMPONENTS.value, "Components", "The three principal components of all channels as colours"),
    Option(View.PICTURE.value, "Picture", "The picture so far at this stage, or the finished one where there is none"),
)
ORDERS = (
    Option(Order.INDEX.value, "Number", "Sort channels by their number"),
    Option(Order.MEAN.value, "Mean", "Sort channels by their mean in this picture, greatest first"),
    Option(Order.STD.value, "Spread", "Sort channels by their standard deviation in this picture, greatest first"),
)
VALUES, FREQUENCIES = "values", "frequencies"
PLANES = (
    Option(VALUES, "Values", "Show the values themselves"),
    Option(FREQUENCIES, "Frequencies", "Show the power of every frequency (FFT), 60 dB from black to white"),
)
AT_FIRST = MappingProxyType({"view": View.COMPONENTS.value, "order": Order.INDEX.value, "plane": VALUES})
WIDE_COLUMNS, NARROW_COLUMNS = 5, 3  # of the sheet
LEAST_RIGHT_PX = 360  # beside the sheet, below which there is little room


class LayersPanel(Panel):
    """Takes the picture's place; looks only while it is in sight."""

    title: ClassVar[str] = "Layers"
    icon: ClassVar[IconName] = IconName.LAYERS
    at_first: ClassVar[Mapping[str, Any]] = AT_FIRST

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setContentsMargins(12, 10, 12, 4)
        self.stages = RoomyChoice("Stage", "Which stage is looked into")
        self.stages.chosen.connect(session.layers.show_stage)
        self.views = RoomyChoice("View", "What is shown of the stage", VIEWS)
        self.views.chosen.connect(lambda key: session.layers.show_view(View(key)))
        self.planes = RoomyChoice("Shown as", "Values, or their frequencies", PLANES)
        self.planes.chosen.connect(lambda _key: self._show_plane())
        self.planes.show_choice(VALUES)
        self.orders = RoomyChoice("Sorted by", "How the channels are sorted", ORDERS)
        self.orders.chosen.connect(lambda key: session.layers.sort_by(Order(key)))
        self.sheet = ChannelSheet()
        self.sheet.chosen.connect(session.layers.show_channels)
        self.picture = LayerPicture("Layer", "What the view shows of the stage")
        self.what = ElidedLabel("", "strong")
        self.numbers = ElidedLabel("", "muted")
        self.histogram = Plot("Histogram", "How many values there are of which size")
        self.spectrum = Plot("Spectrum", "Power averaged over all directions")
        self._lay_out()
        layers = session.layers
        self.bindings.on(layers.look_changed, self._show_look)
        self.bindings.on(layers.seen_arrived, self._take_seen)
        self.bindings.on(layers.cells_arrived, self._take_cells)
        self.bindings.on(layers.refused, self._show_refusal)
        self.bindings.on(session.model_changed, self._model_changed)
        self._model_changed(session.model)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model has stages with units."""
        return info is not None and bool(info.stages)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return LAYERS

    def own_settings(self) -> dict[str, Any]:
        """The stage, and how it is looked at."""
        look = self.session.layers.look
        shown = {"view": look.view.value, "order": look.order.value, "plane": self.planes.key}
        return {"stage": look.stage, "channels": list(look.channels), **shown}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Look as a preset says; what this model has no stage or channels for stays as it is."""
        layers = self.session.layers
        layers.show_stage(str(settings.get("stage", layers.look.stage)))
        known = {**AT_FIRST, **settings}
        units = layers.stage.units if layers.stage is not None else 0
        given = settings.get("channels")
        listed = given if isinstance(given, list) else ()
        channels = tuple(n for n in listed if type(n) is int and 0 <= n < units)
        if len(channels) in (1, 3):
            layers.show_channels(channels)
        layers.show_view(View(one_of(VIEWS, known["view"])))
        layers.sort_by(Order(one_of(ORDERS, known["order"])))
        self.planes.show_choice(one_of(PLANES, known["plane"]))
        self._show_plane()

    def commands(self) -> tuple[Command, ...]:
        """The neighbouring stages and channels, and the views."""
        layers = self.session.layers
        views = tuple(
            Command(
                f"layers.{option.key}",
                f"Layers: {option.word}",
                lambda key=option.key: layers.show_view(View(key)),  # type: ignore[misc]
                tip=option.tip,
                group=self.title,
            )
            for option in VIEWS
        )
        return (
            Command("layers.later", "Layers: next stage", lambda: self._step_stage(1), "Ctrl+]", group=self.title),
            Command("layers.earlier", "Layers: stage before", lambda: self._step_stage(-1), "Ctrl+[", group=self.title),
            *views,
        )

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin to look."""
        super().showEvent(event)
        self.session.layers.watch(watched=True)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Menus and a narrow sheet where there is little room."""
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self.session.layers.watch(watched=False)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.sheet)
        self._scroll = scroll
        plots = QHBoxLayout()
        plots.setSpacing(8)
        plots.addWidget(self.histogram)
        plots.addWidget(self.spectrum)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.what)
        right.addWidget(self.picture, 3)
        right.addWidget(self.numbers)
        right.addLayout(plots, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(scroll)
        body.addLayout(right, 1)
        self.column.addLayout(Flow((self.stages, self.views, self.orders, self.planes)))
        self.column.addLayout(body, 1)

    def _fit(self) -> None:
        first, second = (self.stages, self.views), (self.orders, self.planes)
        words = max(sum(choice.room_px for choice in row) for row in (first, second))
        room = self.width() - 24
        narrow = room < max(words + 8, WIDE_COLUMNS * STEP_PX + LEAST_RIGHT_PX)
        for choice in (*first, *second):
            choice.fold(narrow)
        self._scroll.setFixedWidth((NARROW_COLUMNS if narrow else WIDE_COLUMNS) * STEP_PX + 10)

    def _model_changed(self, info: ModelInfo | None) -> None:
        stages = info.stages if info is not None else ()
        self.stages.show_options(
            [Option(s.name, s.name, f"{s.units} channels of {s.side} × {s.side} pixels") for s in stages]
        )
        self._fit()
        self.sheet.clear()
        self.picture.show_picture(None)
        self._show_look(self.session.layers.look)

    def _show_look(self, look: Look) -> None:
        self.stages.show_choice(look.stage)
        self.views.show_choice(look.view.value)
        self.orders.show_choice(look.order.value)
        self.sheet.show_chosen(look.looked_at)
        self.what.setText(look_in_words(look))

    def _take_seen(self, seen: Seen) -> None:
        if seen.look.stage != self.session.layers.look.stage:
            return
        self._show_plane()
        self.what.setText(look_in_words(seen.look, seen.explained, seen.codes))
        self.numbers.setText(statistics_in_words(seen.statistics))
        histogram = seen.histogram
        counted = "count" if histogram.every == 1 else f"count, of each {histogram.every}th value"
        self.histogram.show_bars(histogram.counts.tolist(), Axis(histogram.low, histogram.high, "value"), counted)
        spectrum = seen.spectrum
        if spectrum is None:
            self.spectrum.show_nothing("Too few pixels for a spectrum.")
        else:
            axis = Axis(0.0, 0.5, "cycles per pixel")
            self.spectrum.show_curve(spectrum.frequency.tolist(), spectrum.power.tolist(), axis, "power, dB")

    def _take_cells(self, part: Cells) -> None:
        if part.look.stage == self.session.layers.look.stage:
            self.sheet.show_cells(part)

    def _show_plane(self) -> None:
        seen = self.session.layers.seen
        if seen is None or seen.look.stage != self.session.layers.look.stage:
            return
        if self.planes.key == FREQUENCIES:
            self.picture.show_picture(seen.spectrum.plane if seen.spectrum is not None else None)
        else:
            self.picture.show_picture(seen.picture)

    def _show_refusal(self, sentence: str) -> None:
        self.numbers.setText(sentence)

    def _step_stage(self, step: int) -> None:
        layers = self.session.layers
        names = [stage.name for stage in layers.stages]
        if layers.look.stage in names:
            layers.show_stage(names[min(max(names.index(layers.look.stage) + step, 0), len(names) - 1)])


def statistics_in_words(numbers: Statistics) -> str:
    """The numbers in one line, with three digits that count."""
    named = (("mean", numbers.mean), ("std", numbers.std), ("min", numbers.least), ("max", numbers.most))
    words = [f"{name} {number_in_words(float(f'{value:.3g}'))}" for name, value in named]
    return "  ".join([*words, f"zeros {numbers.zeros:.0%}"])


def look_in_words(look: Look, explained: tuple[float, ...] = (), codes: int = 1) -> str:
    """Say what is looked at; `explained` are the shares of the variance that components carry.

    Of several `codes` that have not met yet, the first is shown.
    """
    channels = ", ".join(map(str, look.looked_at))
    shares = " + ".join(f"{share * 100:.0f}" for share in explained) + " %" if explained else ""
    what = {
        View.CHANNEL: f"channel {channels}",
        View.COLOURS: f"channels {channels}",
        View.COMPONENTS: f"components{', ' + shares + ' of the variance' if shares else ''}",
        View.PICTURE: "the picture",
    }[look.view]
    return f"{look.stage} · {what}{f', of the first of {codes} codes' if codes > 1 else ''}"
