"""The search for a photo's latent: method, space, steps; start, hold, stop, go on; and its curves."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.core.document import Space
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inverting import Method
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.small_chart import Series, SmallChart
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.photo_codes import CodesSettings, JoinedSwitch, tick
from ganstudio.gui.photo_topics import SEARCH
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.photo_run import ENCODING, begins_afresh, meetings_of, spaces_of
from ganstudio.studio.session import Session

STEPS = SliderRange(low=1, high=1000, default=200, step=10, decimals=0)
STARTS = SliderRange(low=1, high=16, default=1, step=1, decimals=0)
METHODS = {
    Method.ENCODER: ("Encoder", "A network that learned to read pictures answers at once"),
    Method.OPTIMISE: ("Optimise", "Begins at the average picture and comes nearer step by step"),
    Method.HYBRID: ("Both", "Hybrid: the encoder's answer, improved step by step"),
    Method.PIVOTAL: ("Tune", "Half the steps search, half tune the model around what was found, in a copy of its own"),
    Method.CODES: ("Several", "Several codes draw the picture together, each with its own share of every channel"),
}
SPACES = {
    Space.W_PLUS: ("W+", "A style for every layer: near to the photo, and easy to edit"),
    Space.W: ("W", "One style for all layers: less like the photo, the easiest to edit"),
    Space.Z: ("Z", "What the model was taught to draw from"),
    Space.STYLE: ("Styles", "Every style channel: the most like the photo, harder to edit"),
}
NO_MEETING = "Several codes need layers whose features have places; this model has none."
NOT_IN_Z = "What the encoder answers lies outside of Z; “Optimise” searches there."
NO_ENCODER = "This model has no encoder; optimising finds its latents, too."
MOST_SHOWN = 400


class PhotoSearchPanel(Panel):
    """What the search is asked, and how it goes."""

    title: ClassVar[str] = "The photo's latent"
    icon: ClassVar[IconName] = IconName.SEARCH

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        search = self._search = session.photo.search
        self.methods = ChoiceRow("Method", [Option(key.value, *words) for key, words in METHODS.items()], in_a_row=3)
        self.methods.chosen.connect(lambda key: search.choose(replace(search.plan, method=Method(key))))
        self.reason = label(NO_ENCODER, "small", wrap=True)
        self.train = TextButton(
            "Train an encoder for it…", "Prepare a run that trains an encoder for this model", "link"
        )
        self.train.clicked.connect(session.photo.train_encoder)
        self.spaces = ChoiceRow("Space", ())
        self.spaces.chosen.connect(lambda key: search.choose(replace(search.plan, space=Space(key))))
        self.steps = ValueSlider("Steps", "More steps come nearer to the photo and take longer", STEPS)
        self.steps.changed.connect(lambda value, _gesture: search.choose(replace(search.plan, steps=int(value))))
        self.in_domain = tick(
            "Stay in the domain",
            "The encoder keeps the search among what the model draws by itself: a little less like the photo, and it "
            "edits more gracefully",
        )
        self.in_domain.clicked.connect(lambda on: search.choose(replace(search.plan, in_domain=on)))
        self.codes, self.joined = CodesSettings(search), JoinedSwitch(search)
        self.starts = ValueSlider("Starts", "Places to begin at: the average and random ones; the best goes on", STARTS)
        self.starts.changed.connect(lambda value, _gesture: search.choose(replace(search.plan, starts=int(value))))
        self.begin = TextButton("Start", "Search for the latent of the framed part", "primary", IconName.PLAY)
        self.begin.clicked.connect(self.start)
        self.onward = TextButton("Go on", "Go on from what was found")
        self.onward.clicked.connect(self.go_on)
        self.hold = TextButton("Pause", "Hold the search, and let it go on later", "", IconName.PAUSE)
        self.hold.clicked.connect(self.hold_or_go_on)
        self.end = TextButton("Stop", "End the search and keep the best so far", "", IconName.STOP)
        self.end.clicked.connect(search.stop)
        self.words = label("", "muted", wrap=True)
        self.likeness = SmallChart("LPIPS", "How different the picture is from the photo to the eye", 112)
        self.pixels = SmallChart("Pixels", "The mean squared difference of the colours, times its weight", 96)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.begin, self.onward, self.hold, self.end):
            row.addWidget(button, 1)
        asked = self.methods, self.reason, self.train, self.spaces, self.in_domain, self.codes, self.starts, self.steps
        for widget in asked:
            self.column.addWidget(widget)
        self.column.addLayout(row)
        self.column.addWidget(self.words)
        self.column.addWidget(self.joined)
        for chart in (self.likeness, self.pixels):
            self.column.addWidget(chart)
        self._spaces: tuple[Space, ...] = ()
        for signal in (search.changed, session.photo.changed, session.photo.encoders.changed, session.model_changed):
            self.on_sight(signal, self._show)
        self.on_sight(search.sight_arrived, self._show_progress)
        self.on_sight(session.project_changed, self.joined.show_codes)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model draws from latents alone."""
        return info is not None and info.searchable

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return SEARCH

    def commands(self) -> tuple[Command, ...]:
        """Start, hold, stop, go on."""
        group = "Your photo"
        return (
            Command("photo.start", "Search the photo's latent", self.start, words="invert project", group=group),
            Command("photo.hold", "Pause or go on with the search", self.hold_or_go_on, group=group),
            Command("photo.stop", "Stop the search, keep the best", self._search.stop, group=group),
            Command("photo.onward", "Go on from the latent found", self.go_on, group=group),
            Command("photo.codes", "Draw by several codes, or by their mean", self.turn_codes, group=group),
        )

    def start(self) -> None:
        """Search from the beginning, in sight."""
        self._search.start()
        self._reveal()

    def go_on(self) -> None:
        """Search from what was found, in sight."""
        self._search.go_on()
        self._reveal()

    def hold_or_go_on(self) -> None:
        """Hold the search, or let it go on."""
        self._search.hold(paused=not self._search.held)

    def turn_codes(self) -> None:
        """Draw by all codes of the picture in sight, or by their mean."""
        join = self._search.parted
        if join is not None:
            self._search.join(on=not join.on)

    def _reveal(self) -> None:
        if self._search.busy:
            self.session.photo.page_wanted.emit("Before and after")

    def _show(self) -> None:
        info, search = self.session.model, self._search
        if info is None:
            return
        encoder, plan = self.session.photo.encoders.serve(info), search.plan
        missing = dict.fromkeys(ENCODING, "" if encoder else NO_ENCODER)
        missing[Method.CODES] = "" if meetings_of(info) else NO_MEETING
        for method, (_, tip) in METHODS.items():
            button = self.methods.button(method.value)
            button.setEnabled(not missing.get(method) and not search.busy)
            button.setToolTip(missing.get(method) or tip)
        self.reason.setVisible(not encoder)
        self.train.setVisible(not encoder and len(spaces_of(info)) > 1)
        self.methods.show_choice(plan.method.value if plan.method is not None else "")
        spaces = spaces_of(info)
        if spaces != self._spaces:
            self._spaces = spaces
            self.spaces.show_options([Option(space.value, *SPACES[space]) for space in spaces])
        self.spaces.show_choice(plan.space.value)
        several = plan.method is Method.CODES
        self.spaces.setVisible(len(spaces) > 1 and plan.method is not Method.ENCODER and not several)
        if Space.Z in spaces:
            closed = plan.method is Method.HYBRID
            self.spaces.button(Space.Z.value).setEnabled(not closed)
            self.spaces.button(Space.Z.value).setToolTip(NOT_IN_Z if closed else SPACES[Space.Z][1])
        self.in_domain.setVisible(plan.method is Method.HYBRID)
        self.in_domain.setChecked(plan.in_domain)
        self.in_domain.setEnabled(not search.busy)
        self.starts.setVisible(begins_afresh(plan))
        self.starts.show_value(plan.starts)
        self.starts.setEnabled(not search.busy)
        self.codes.setVisible(several)
        self.codes.show_plan(info)
        self.joined.show_codes()
        self.spaces.setEnabled(not search.busy)
        self.steps.show_value(plan.steps)
        self.steps.setVisible(plan.method is not Method.ENCODER)
        self.steps.setEnabled(not search.busy)
        self.begin.setVisible(not search.busy)
        self.begin.setEnabled(self.session.photo.hand is not None)
        self.onward.setVisible(search.can_go_on)
        self.hold.setVisible(search.busy)
        self.hold.setText(" Go on" if search.held else " Pause")
        self.hold.draw(IconName.PLAY if search.held else IconName.PAUSE)
        self.end.setVisible(search.busy)
        self._show_progress()

    def _show_progress(self) -> None:
        search = self._search
        waiting = "" if self.session.photo.hand is not None else "Open a photo first."
        best = f"  best {search.best.near}" if search.best is not None and search.busy else ""
        self.words.setText(f"{search.words}{best}" or waiting)
        self.words.setVisible(bool(self.words.text()))
        for chart, name, colour in ((self.likeness, "perceptual", 0), (self.pixels, "pixel", 1)):
            y = np.asarray(search.curves[name])
            x = np.arange(1, len(y) + 1, dtype=np.float64)
            step = max(len(y) // MOST_SHOWN, 1)
            title = "LPIPS" if chart is self.likeness else "pixels"
            chart.show_series([Series(title, x[::step], y[::step], colour)] if len(y) > 1 else [], "steps")
            chart.setVisible(len(y) > 1 and bool(y.any()))
