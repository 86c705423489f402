"""The grain the model adds to its layers."""

import dataclasses
from typing import ClassVar

from PyQt6.QtCore import QElapsedTimer, Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.core.document import SEED_COUNT, LayerNoise, NoiseMode, NoiseSetting
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.noise_deviation import DeviationDrawer
from ganstudio.gui.panels.noise_layers import LayersDrawer
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import NOISE, Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.seed_box import SeedBox
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio import mixing, noise
from ganstudio.studio.session import Session

STRENGTH = SliderRange(low=0.0, high=2.0, default=1.0, step=0.01, decimals=2)
TURN = SliderRange(low=0.0, high=1.0, default=0.0, step=0.01, decimals=2)
SPEED = SliderRange(low=0.02, high=1.0, default=0.1, step=0.01, decimals=2)
TICK_MS, GRID = 16, 4
ALL, NOWHERE = "all", "none"
MODES = (
    Option(NoiseMode.NONE.value, "None", "No grain: everything is smooth"),
    Option(NoiseMode.FIXED.value, "Fixed", "The grain the model was saved with; pictures stay still"),
    Option(NoiseMode.RANDOM.value, "Random", "Grain drawn from a seed of its own"),
)


class NoisePanel(Panel):
    """Mode, seed, strength, the circle that noise turns on, and each layer's own."""

    title: ClassVar[str] = "Noise"
    icon: ClassVar[IconName] = IconName.NOISE
    owns: ClassVar[tuple[str, ...]] = ("noise",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._speed = SPEED.default
        self._turned_to = 0.0
        self._clock = QElapsedTimer()
        self._animation = Gesture("animate noise", self)
        self._animation.ended.connect(session.end_gesture)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)
        self._presets: dict[str, tuple[int, ...]] = {}
        self.mode = ChoiceRow("Noise", MODES)
        self.mode.chosen.connect(self._mode_chosen)
        self.seed = SeedBox("Noise seed", "The number the grain is drawn from", SEED_COUNT)
        self.seed.chosen.connect(self._seed_chosen)
        self.seed.settled.connect(session.end_gesture)
        self.strength = self._slider("Strength", "How much grain: 1 is what the model learned", STRENGTH)
        self.strength.changed.connect(self._strength_chosen)
        self.turn = self._slider("Turn", "Where the grain is on its circle; 0 and 1 are the same", TURN)
        self.turn.changed.connect(self._turn_chosen)
        self.play = TextButton("Animate", "Let the grain move along its circle (Shift+P)", "", IconName.PLAY)
        self.play.clicked.connect(self.toggle_animation)
        self.speed = ValueSlider("Speed", "How fast the grain moves, in turns per second", SPEED)
        self.speed.changed.connect(self._speed_chosen)
        self.where = ChoiceRow("Layers with noise", ())
        self.where.chosen.connect(self._preset_chosen)
        self.layers = LayersDrawer()
        self.layers.changed.connect(self._layer_changed)
        self.layers.settled.connect(session.end_gesture)
        self.deviation = DeviationDrawer(session)
        self._build()
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self._model_changed()

    def _slider(self, name: str, tip: str, spread: SliderRange) -> ValueSlider:
        slider = ValueSlider(name, tip, spread)
        slider.settled.connect(self.session.end_gesture)
        return slider

    def _build(self) -> None:
        self.moving = QWidget()
        row = QHBoxLayout(self.moving)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.speed, 1)
        row.addWidget(self.play, 0, Qt.AlignmentFlag.AlignBottom)
        self.heading = label("Layers with noise", "muted")
        parts = (
            self.mode, self.seed, self.strength, self.turn, self.moving, self.heading, self.where, self.layers,
            self.deviation,
        )  # fmt: skip
        for widget in parts:
            self.column.addWidget(widget)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model has noise in its layers."""
        return info is not None and Ability.NOISE in info.abilities

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return NOISE

    def commands(self) -> tuple[Command, ...]:
        """Moves of the noise, and where it is."""
        group = self.title
        presets = [
            Command(f"noise.{key}", f"Noise in {words}", lambda key=key: self._preset_chosen(key), group=group)  # type: ignore[misc]
            for key, words in (
                (ALL, "all layers"), ("coarse", "coarse layers only"), ("middle", "middle layers only"),
                ("fine", "fine layers only"), (NOWHERE, "no layer"),
            )
        ]  # fmt: skip
        return (
            Command("noise.animate", "Animate the noise, or rest", self.toggle_animation, "Shift+P", group=group),
            Command("noise.seed", "Random noise seed", self.roll, "Shift+R", words="dice grain", group=group),
            Command("noise.deviation", "Standard deviation over noises", self._measure, group=group),
            *presets,
        )

    @property
    def noise(self) -> NoiseSetting:
        """The noise of the document."""
        return self.session.document.noise

    @property
    def animating(self) -> bool:
        """Whether the noise moves by itself."""
        return self._timer.isActive()

    def toggle_animation(self) -> None:
        """Let the noise move, or rest; the whole animation is one undo step."""
        if self.animating:
            self.rest()
            return
        gesture = self._animation.hold()
        if self.noise.mode is not NoiseMode.RANDOM:
            self.session.change("Animate the noise", "noise.mode", NoiseMode.RANDOM, gesture)
        self._turned_to = self.noise.turn
        self._clock.start()
        self._timer.start()
        self._show_animation()

    def rest(self) -> None:
        """Let the noise rest."""
        if self.animating:
            self._timer.stop()
            self._animation.release()
            self._show_animation()

    def roll(self) -> None:
        """Draw the noise from another seed."""
        if self.noise.mode is not NoiseMode.RANDOM:
            self._mode_chosen(NoiseMode.RANDOM.value)
        self.seed.roll()

    def release(self) -> None:
        """Let the noise rest, and listen no longer."""
        self.rest()
        self.deviation.forget()
        super().release()

    def _step(self) -> None:
        if self.noise.turn != self._turned_to or self.noise.mode is not NoiseMode.RANDOM:
            self.rest()
            return
        seconds = min(self._clock.restart() / 1000, 0.25)
        self._turned_to = round((self._turned_to + self._speed * seconds) % 1.0, GRID)
        self.session.change("Animate the noise", "noise.turn", self._turned_to, self._animation.hold())

    def _measure(self) -> None:
        if not self.deviation.is_open:
            self.deviation.turn()
        self.deviation.begin()

    def _mode_chosen(self, key: str) -> None:
        self.session.change("Noise mode", "noise.mode", NoiseMode(key))

    def _seed_chosen(self, seed: int, gesture: str) -> None:
        self.session.change("Noise seed", "noise.seed", seed, gesture)

    def _strength_chosen(self, value: float, gesture: str) -> None:
        self.session.change("Noise strength", "noise.strength", value, gesture)

    def _turn_chosen(self, value: float, gesture: str) -> None:
        self.session.change("Turn the noise", "noise.turn", value, gesture)

    def _speed_chosen(self, value: float, _gesture: str) -> None:
        self._speed = value

    def _preset_chosen(self, key: str) -> None:
        if key in self._presets:
            chosen = noise.only_in(self.noise, self._presets[key], self._count)
            if chosen.mode is NoiseMode.NONE:
                chosen = dataclasses.replace(chosen, mode=NoiseMode.FIXED)
            self.session.change("Layers with noise", "noise", chosen)

    def _layer_changed(self, layer: LayerNoise, gesture: str) -> None:
        self.session.change("Noise of a layer", "noise", noise.with_layer(self.noise, layer), gesture)

    @property
    def _count(self) -> int:
        info = self.session.model
        return len(info.noise_resolutions) if info is not None else 0

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model
        sides = info.noise_resolutions if info is not None else ()
        groups = mixing.layer_groups(sides)
        self._presets = {ALL: tuple(range(len(sides))), **{g.group.value: g.rows for g in groups}, NOWHERE: ()}
        options = [Option(ALL, "All", "Noise in every layer")]
        options += [
            Option(g.group.value, g.group.value.capitalize(), f"Noise in the {g.title} px layers only") for g in groups
        ]
        self.where.show_options([*options, Option(NOWHERE, "None", "Noise in no layer")])
        self.layers.show_layers(sides)
        self.deviation.forget()
        self._show(self.session.project)

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.document.noise != before.document.noise:
            self._show(after)
        self.deviation.show_document(after.document)

    def _show(self, project: Project) -> None:
        now = project.document.noise
        random, some = now.mode is NoiseMode.RANDOM, now.mode is not NoiseMode.NONE
        self.mode.show_choice(now.mode.value)
        self.seed.show_seed(now.seed)
        self.strength.show_value(now.strength)
        self.turn.show_value(now.turn)
        for part in (self.seed, self.turn, self.moving):
            part.setVisible(random)
        for part in (self.strength, self.heading, self.where, self.layers):
            part.setVisible(some)
        on = noise.layers_on(now, self._count)
        self.where.show_none()
        self.where.show_choice(next((key for key, layers in self._presets.items() if layers == on), ""))
        self.layers.show_noise(now)

    def _show_animation(self) -> None:
        self.play.setText(" Stop" if self.animating else " Animate")
        self.play.draw(IconName.PAUSE if self.animating else IconName.PLAY)
