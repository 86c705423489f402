"""Where in the latent space the picture lies."""

from typing import ClassVar

from PyQt6.QtCore import QElapsedTimer, Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.core.document import SEED_COUNT, InputValue, LatentBlend, LatentPoint
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Latent
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.pad import LatentPad
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import LATENT, Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.gui.widgets.seed_box import SeedBox
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session

SPEED = SliderRange(low=0.1, high=5.0, default=1.0, step=0.1, decimals=1)
TICK_MS = 16
DRAG_PX = 160.0
GRID = 5


class LatentPanel(Panel):
    """Seed, pad, and the walk from seed to seed."""

    title: ClassVar[str] = "Latent"
    icon: ClassVar[IconName] = IconName.LATENT
    owns: ClassVar[tuple[str, ...]] = ("inputs.z",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._speed = SPEED.default
        self._walked_to = LatentPoint()
        self._clock = QElapsedTimer()
        self._walk = Gesture("walk", self)
        self._walk.ended.connect(session.end_gesture)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)
        self.seed = SeedBox(
            "Seed", "The number the picture grows from; the same seed gives the same picture", SEED_COUNT
        )
        self.seed.chosen.connect(self._seed_chosen)
        self.seed.settled.connect(session.end_gesture)
        self.pad = LatentPad()
        self.pad.moved.connect(self._pad_moved)
        self.pad.settled.connect(session.end_gesture)
        self.place = ElidedLabel("", "small")
        self.play = TextButton("Walk", "Walk from seed to seed by itself (P)", "", IconName.PLAY)
        self.play.clicked.connect(self.toggle_walk)
        self.speed = ValueSlider("Seeds per second", "How fast the walk goes, in seeds per second", SPEED)
        self.speed.changed.connect(self._speed_chosen)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.play)
        for widget in (self.seed, self.pad):
            self.column.addWidget(widget)
        self.column.addLayout(row)
        self.column.addWidget(self.speed)
        self.bindings.on(session.project_changed, self._project_changed)
        self._show(session.project)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model asks for a latent."""
        return info is not None and any(isinstance(i, Latent) for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return LATENT

    def commands(self) -> tuple[Command, ...]:
        """Moves through the latent space."""
        seed, group = self.seed, "Latent"
        return (
            Command("random", "Random seed", seed.roll, "R", words="dice chance", group=group),
            Command("next", "Next seed", lambda: seed.step(1), "N or ]", group=group),
            Command("previous", "Previous seed", lambda: seed.step(-1), "B or [", group=group),
            Command("walk", "Walk, or stand still", self.toggle_walk, "P", words="animate play", group=group),
        )

    @property
    def walking(self) -> bool:
        """Whether it walks by itself."""
        return self._timer.isActive()

    def toggle_walk(self) -> None:
        """Walk, or stand still."""
        if self.walking:
            self.stop()
        elif self._point() is not None:
            self._walked_to = self._point() or LatentPoint()
            self._walk.hold()
            self._clock.start()
            self._timer.start()
            self._show_walk()

    def stop(self) -> None:
        """Stand still; the whole walk is one undo step."""
        if self.walking:
            self._timer.stop()
            self._walk.release()
            self._show_walk()

    def drag(self, dx: float, dy: float, gesture: str) -> None:
        """Move by screen pixels, as a drag on the picture does."""
        point = self._point()
        if point is not None:
            self._go(point.x + dx / DRAG_PX, point.y + dy / DRAG_PX, "Drag the picture", gesture)

    def release(self) -> None:
        """Stand still and listen no longer."""
        self.stop()
        super().release()

    def _step(self) -> None:
        point = self._point()
        if point is None or point != self._walked_to:
            self.stop()
            return
        seconds = min(self._clock.restart() / 1000, 0.25)
        self._walked_to = LatentPoint(round(point.x + self._speed * seconds, GRID), point.y)
        self._change("Walk", self._walked_to, self._walk.hold())

    def _seed_chosen(self, seed: int, gesture: str) -> None:
        self._change("Seed", LatentPoint.of_seed(seed), gesture)

    def _pad_moved(self, x: float, y: float, gesture: str) -> None:
        self._go(x, y, "Move on the pad", gesture)

    def _speed_chosen(self, value: float, _gesture: str) -> None:
        self._speed = value

    def _go(self, x: float, y: float, words: str, gesture: str) -> None:
        self._change(words, LatentPoint(round(x, GRID), round(y, GRID)), gesture)

    def _change(self, words: str, point: LatentPoint, gesture: str) -> None:
        name = self._input()
        if name is not None and point != self._point():
            self.session.change(words, f"inputs.{name}", point, gesture)

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)

    def _show(self, _project: Project) -> None:
        point = self._point()
        if point is None:
            value = self.session.project.document.inputs.get(self._input() or "")
            self.place.setText("" if value is None else f"{what_else(value)}, not a seed of the pad")
            return
        self.seed.show_seed(point.seed)
        self.pad.show_point(point)
        self.place.setText(place_in_words(point))

    def _show_walk(self) -> None:
        self.play.setText(" Stop" if self.walking else " Walk")
        self.play.draw(IconName.PAUSE if self.walking else IconName.PLAY)

    def _input(self) -> str | None:
        info = self.session.model
        return next((i.name for i in info.inputs if isinstance(i, Latent)), None) if info else None

    def _point(self) -> LatentPoint | None:
        value = self.session.project.document.inputs.get(self._input() or "")
        return value if isinstance(value, LatentPoint) else None


def what_else(value: InputValue) -> str:
    """What a latent is that has no place on the pad."""
    return "a blend of latents" if isinstance(value, LatentBlend) else "a latent of its own"


def place_in_words(point: LatentPoint) -> str:
    """The place on the pad: a seed, or the two numbers of a place between seeds."""
    if point.x == round(point.x) and point.y == round(point.y):
        return f"on seed {point.seed}"
    return f"x {point.x:.2f}  y {point.y:.2f}, between seeds"
