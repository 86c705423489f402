"""The time machine: snapshots of the chosen run, scrubbed with everything else held."""

from pathlib import Path
from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.run_words import kimg
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import SNAPSHOTS
from ganstudio.gui.widgets.button_grid import ButtonGrid
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.slider import SliderRange, Track, ValueSlider
from ganstudio.studio.compare import A, B
from ganstudio.studio.run_reading import Best, RunReading
from ganstudio.studio.session import Session
from ganstudio.studio.train_models import nearest


class TrainSnapshotsPanel(Panel):
    """There while the chosen run has snapshots."""

    title: ClassVar[str] = "Time machine"
    icon: ClassVar[IconName] = IconName.SNAPSHOTS
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runs, self.machine = session.runs, session.runs.machine
        self.snapshots: tuple[Path, ...] = ()
        self.place = 0
        self.sides: dict[str, Path] = {}
        self.words = ElidedLabel("")
        self.track = Track("Snapshot", "Go back and forth through the run; the picture keeps its state", _ends(1))
        self.explore = TextButton("Explore", "Open this snapshot in the explorer", "primary", IconName.EXPLORE)
        self.newest = TextButton("Newest", "Open the newest snapshot in the explorer", "", IconName.PLAY)
        self.best = TextButton("Best", "Go to the snapshot nearest to the best measurement", "", IconName.STAR)
        self.keep = TextButton("Keep", "Copy this snapshot to your models, so that it stays", "", IconName.SAVE)
        tips = {A: "Put this snapshot on side A of the comparison", B: "Put this snapshot on side B of the comparison"}
        self.pins = {side: TextButton(f"Set {side.upper()}", tips[side], "", IconName.PIN) for side in (A, B)}
        self.blend = ValueSlider(
            "Blend A → B", "Weights between both snapshots: 0 is A, 1 is B", SliderRange(0.0, 1.0, 0.0, 0.05, 2)
        )
        self.compared = label("", "muted", wrap=True)
        self._lay_out()
        self.track.moved.connect(self._moved)
        self.track.settled.connect(session.end_gesture)
        self.blend.changed.connect(self._blend)
        self.blend.settled.connect(session.end_gesture)
        self.explore.clicked.connect(self._explore)
        self.newest.clicked.connect(self._newest)
        self.best.clicked.connect(self._best)
        self.keep.clicked.connect(self._keep)
        for side, button in self.pins.items():
            button.clicked.connect(lambda _checked, side=side: self._pin(side))
        self.bindings.on(self.runs.read, self._show)
        self.bindings.on(self.runs.chosen_changed, self._other_run)
        self._show()

    def wanted(self) -> bool:
        """While the chosen run has snapshots."""
        return bool(self.snapshots) and self.runs.chosen is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return SNAPSHOTS

    def commands(self) -> tuple[Command, ...]:
        """Moving through time."""
        group = self.title
        return (
            Command("train.explore", "Open the snapshot in the explorer", self._explore, group=group),
            Command("train.newest", "Open the newest snapshot in the explorer", self._newest, group=group),
            Command("train.best", "Go to the best snapshot", self._best, group=group),
            Command("train.earlier", "Earlier snapshot", lambda: self.track.step(-1), "Alt+Left", group=group),
            Command("train.later", "Later snapshot", lambda: self.track.step(1), "Alt+Right", group=group),
        )

    def _lay_out(self) -> None:
        self.buttons = ButtonGrid((self.explore, self.newest, *self.pins.values(), self.keep, self.best))
        self.column.addWidget(self.words)
        self.column.addWidget(self.track)
        self.column.addWidget(self.buttons)
        self.column.addWidget(self.compared)
        self.column.addWidget(self.blend)

    @property
    def current(self) -> Path | None:
        """The snapshot under the knob."""
        return self.snapshots[self.place] if self.snapshots else None

    def _other_run(self, *_told: object) -> None:
        self.snapshots, self.sides, self.place = (), {}, 0
        self._show()

    def _show(self, *_told: object) -> None:
        reading = self.runs.reading
        found = reading.snapshots if reading is not None else ()
        if found != self.snapshots:
            at_end = self.place >= len(self.snapshots) - 1
            held = self.current
            self.snapshots = found
            self.track.show_range(_ends(len(found)))
            if not at_end and held in found:
                self.place = found.index(held)
            else:
                self.place = max(len(found) - 1, 0)
            self.track.show_value(self.place)
        self.sides = {side: path for side, path in self.sides.items() if path in found}
        measured = reading is not None and bool(reading.best)
        usual = (self.explore, self.newest, *self.pins.values(), self.keep)
        self.buttons.offer((*usual, self.best) if measured else usual)
        both = len(self.sides) == len(self.pins)
        self.blend.setVisible(both)
        self.compared.setVisible(bool(self.sides))
        self.compared.setText("\n".join(self._side_words(side) for side in sorted(self.sides)))
        current = self.current
        if current is not None:
            self.words.setText(f"{kimg(int(current.stem))} kimg · {self.place + 1} of {len(found)}")
        self.wanted_changed.emit()

    def _side_words(self, side: str) -> str:
        at = int(self.sides[side].stem)
        return f"{side.upper()}: {kimg(at)} kimg{measured_at(self.runs.reading, at)}"

    def _moved(self, value: float, gesture: str) -> None:
        self.place = round(value)
        current = self.current
        if current is not None:
            self.machine.show(current, gesture)
        self._show()

    def _explore(self, *_told: object) -> None:
        if self.current is not None:
            self.runs.explore(self.current)

    def _newest(self, *_told: object) -> None:
        if self.snapshots:
            self.runs.explore(self.snapshots[-1])

    def _best(self, *_told: object) -> None:
        reading = self.runs.reading
        best = reading.best[0] if reading is not None and reading.best else None
        found = nearest(self.snapshots, best.images_seen) if best is not None else None
        if found is not None:
            self.place = self.snapshots.index(found)
            self.track.show_value(self.place)
            self.machine.show(found)
            self._show()

    def _keep(self, *_told: object) -> None:
        if self.current is not None and self.runs.chosen is not None:
            self.machine.keep(self.current, f"{self.runs.chosen.name}-{self.current.stem}")

    def _pin(self, side: str) -> None:
        if self.current is not None:
            self.sides[side] = self.current
            self.machine.pin(side, self.current, f"{kimg(int(self.current.stem))} kimg")
            self._show()

    def _blend(self, share: float, gesture: str) -> None:
        if len(self.sides) == len(self.pins):
            self.machine.blend(self.sides[A], self.sides[B], share, gesture)


def _ends(count: int) -> SliderRange:
    last = max(count - 1, 1)
    return SliderRange(0.0, float(last), float(last), 1.0, 0)


def measured_at(reading: RunReading | None, images_seen: int) -> str:
    """What was measured nearest to a place, in words; nothing where nothing was."""
    if reading is None:
        return ""
    parts = []
    for trace in reading.groups.get("metrics", ()):
        if len(trace.x):
            place = int(abs(trace.x - images_seen).argmin())
            parts.append(f"{trace.name.removeprefix('metrics/')} {trace.mean[place]:.4g}")
    return f" · {', '.join(parts)}" if parts else ""


def best_words(best: Best) -> str:
    """A best measurement in words."""
    return f"best {best.metric} {best.value:.4g} ± {best.error:.2g} at {kimg(best.images_seen)} kimg"
