"""The grain the model adds to its layers."""

from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.core.document import SEED_COUNT, NoiseMode
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import NOISE, Topic
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.seed_box import SeedBox
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session

STRENGTH = SliderRange(low=0.0, high=2.0, default=1.0, step=0.01, decimals=2)
MODES = (
    Option(NoiseMode.NONE.value, "None", "No grain: everything is smooth"),
    Option(NoiseMode.FIXED.value, "Fixed", "The grain the model was saved with; pictures stay still"),
    Option(NoiseMode.RANDOM.value, "Random", "Grain drawn from a seed of its own"),
)


class NoisePanel(Panel):
    """Mode, seed and strength."""

    title: ClassVar[str] = "Noise"
    icon: ClassVar[IconName] = IconName.NOISE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.mode = ChoiceRow("Noise", MODES)
        self.mode.chosen.connect(self._mode_chosen)
        self.seed = SeedBox("Noise seed", "The number the grain is drawn from", SEED_COUNT)
        self.seed.chosen.connect(self._seed_chosen)
        self.seed.settled.connect(session.end_gesture)
        self.strength = ValueSlider("Strength", "How much grain: 1 is what the model learned", STRENGTH)
        self.strength.changed.connect(self._strength_chosen)
        self.strength.settled.connect(session.end_gesture)
        for widget in (self.mode, self.seed, self.strength):
            self.column.addWidget(widget)
        self.bindings.on(session.project_changed, self._project_changed)
        self._show(session.project)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model has noise in its layers."""
        return info is not None and Ability.NOISE in info.abilities

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return NOISE

    def _mode_chosen(self, key: str) -> None:
        self.session.change("Noise mode", "noise.mode", NoiseMode(key))

    def _seed_chosen(self, seed: int, gesture: str) -> None:
        self.session.change("Noise seed", "noise.seed", seed, gesture)

    def _strength_chosen(self, value: float, gesture: str) -> None:
        self.session.change("Noise strength", "noise.strength", value, gesture)

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)

    def _show(self, project: Project) -> None:
        noise = project.document.noise
        self.mode.show_choice(noise.mode.value)
        self.seed.show_seed(noise.seed)
        self.seed.setVisible(noise.mode is NoiseMode.RANDOM)
        self.strength.show_value(noise.strength)
        self.strength.setVisible(noise.mode is not NoiseMode.NONE)
