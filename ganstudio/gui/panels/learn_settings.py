"""What can be changed of a lesson while it goes on."""

from dataclasses import replace
from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.gui.learn_topics import SETTINGS
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session
from ganstudio.studio.teaching_lesson import Lesson

UNIT = 0.001  # learning rates are told in thousandths
RATE = SliderRange(low=0.0, high=20.0, default=5.0, step=0.1, decimals=2)
STEPS = SliderRange(low=1, high=10, default=1, step=1, decimals=0)
LATENT = SliderRange(low=1, high=32, default=4, step=1, decimals=0)
RAISING, MINIMAX = "raising", "minimax"
GAMES = (
    Option(RAISING, "Non-saturating", "G raises D's belief that its examples are real; steep where D is certain"),
    Option(MINIMAX, "Minimax", "G lowers D's belief that its examples are generated; flat where D is certain"),
)


class LearnSettingsPanel(Panel):
    """Sliders that act at once; another latent size begins again."""

    title: ClassVar[str] = "Lesson"
    icon: ClassVar[IconName] = IconName.MIXING
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.lecture = session.lecture
        self.generator_rate = ValueSlider("G's learning rate, thousandths", "How large G's steps are", RATE)
        self.judge_rate = ValueSlider("D's learning rate, thousandths", "How large D's steps are", RATE)
        self.judge_steps = ValueSlider("Turns of D for each of G", "How often D learns before G does", STEPS)
        self.latent = ValueSlider("Latent size", "How many random numbers G gets; begins again", LATENT)
        self.game = ChoiceRow("G's loss", GAMES)
        parts = (self.generator_rate, self.judge_rate, self.judge_steps, label("G's loss"), self.game, self.latent)
        for part in parts:
            self.column.addWidget(part)
        self.generator_rate.changed.connect(lambda value, _: self._set(replace(self._now, generator_lr=value * UNIT)))
        self.judge_rate.changed.connect(lambda value, _: self._set(replace(self._now, discriminator_lr=value * UNIT)))
        self.judge_steps.changed.connect(lambda value, _: self._set(replace(self._now, discriminator_steps=int(value))))
        self.latent.changed.connect(lambda value, _: self._set(replace(self._now, z_dim=int(value))))
        self.game.chosen.connect(lambda key: self._set(replace(self._now, minimax=key == MINIMAX)))
        self.bindings.on(self.lecture.changed, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return SETTINGS

    @property
    def _now(self) -> Lesson:
        return self.lecture.lesson

    def _set(self, lesson: Lesson) -> None:
        self.lecture.set(lesson)

    def _show(self) -> None:
        lesson = self._now
        self.generator_rate.show_value(lesson.generator_lr / UNIT)
        self.judge_rate.show_value(lesson.discriminator_lr / UNIT)
        self.judge_steps.show_value(lesson.discriminator_steps)
        self.latent.show_value(lesson.z_dim)
        self.game.show_choice(MINIMAX if lesson.minimax else RAISING)
