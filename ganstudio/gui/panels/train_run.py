"""The chosen run: what it does, and the buttons that steer it."""

from pathlib import Path
from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.checkpoints.shipped import MODEL_FILE
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.run_words import STATES, pace_words, progress_words
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import RUN
from ganstudio.gui.widgets.button_grid import ButtonGrid
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.facts import Facts
from ganstudio.gui.widgets.fold import Fold
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.encoders import encoded_by
from ganstudio.studio.field_notes import in_words, text_of
from ganstudio.studio.run_reading import Glance, RunReading
from ganstudio.studio.run_watch import RunState
from ganstudio.studio.runs import ALIVE, RESUMABLE
from ganstudio.studio.session import Session

FURTHER = 2


class TrainRunPanel(Panel):
    """There while a run is chosen."""

    title: ClassVar[str] = "Run"
    icon: ClassVar[IconName] = IconName.TRAIN
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runs = session.runs
        self.reason = label("", "danger", wrap=True)
        self.pause = TextButton("Pause", "Save everything and wait (the process stays)", "", IconName.PAUSE)
        self.resume = TextButton("Resume", "Go on from where it was", "primary", IconName.PLAY)
        self.stop = TextButton("Stop", "Save everything and end the process", "", IconName.STOP)
        self.further = TextButton(
            "Train further", "Go on with the same options to twice as many images", "primary", IconName.PLAY
        )
        self.duplicate = TextButton(
            "Duplicate…", "Prepare a new run with these options, to change some of them", "", IconName.DUPLICATE
        )
        self.snapshot = TextButton("Snapshot", "Write the averaged generator now", "", IconName.SNAPSHOTS)
        self.facts, self.options = Facts(), Fold()
        self.buttons = ButtonGrid(
            (self.resume, self.further, self.pause, self.stop, self.snapshot, self.duplicate)
        )
        self.column.addWidget(self.reason)
        self.column.addWidget(self.buttons)
        self.column.addWidget(self.facts)
        self.column.addWidget(self.options)
        self._facts: tuple[tuple[str, str], ...] = ()
        self._words: tuple[str, ...] = ()
        self.pause.clicked.connect(lambda: self._command("pause"))
        self.stop.clicked.connect(lambda: self._command("stop"))
        self.snapshot.clicked.connect(lambda: self._command("snapshot"))
        self.resume.clicked.connect(self._resume)
        self.further.clicked.connect(self._further)
        self.duplicate.clicked.connect(self._duplicate)
        for signal in (self.runs.changed, self.runs.chosen_changed, self.runs.read):
            self.bindings.on(signal, self._show)
        self._show()

    def wanted(self) -> bool:
        """While a run is chosen."""
        return self.runs.chosen is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return RUN

    def commands(self) -> tuple[Command, ...]:
        """Steering the chosen run."""
        return (
            Command("train.pause", "Pause the run", lambda: self._command("pause"), group=self.title),
            Command("train.resume", "Resume the run", self._resume, words="continue", group=self.title),
            Command("train.stop", "Stop the run", lambda: self._command("stop"), group=self.title),
            Command("train.snapshot", "Write a snapshot now", lambda: self._command("snapshot"), group=self.title),
            Command("train.duplicate", "Duplicate the run with changes…", self._duplicate, group=self.title),
        )

    def _glance(self) -> Glance | None:
        return self.runs.glance(self.runs.chosen) if self.runs.chosen is not None else None

    def _command(self, command: str) -> None:
        glance = self._glance()
        if glance is not None and glance.state in ALIVE:
            self.runs.command(glance.path, command)

    def _resume(self, *_told: object) -> None:
        glance = self._glance()
        if glance is not None and glance.state in (*RESUMABLE, RunState.PAUSED):
            self.runs.resume(glance.path)

    def _further(self, *_told: object) -> None:
        glance = self._glance()
        if glance is not None and glance.state is RunState.FINISHED:
            self.runs.resume(glance.path, glance.images * FURTHER)

    def _duplicate(self, *_told: object) -> None:
        if self.runs.chosen is not None:
            self.runs.duplicate(self.runs.chosen)

    def _show(self, *_told: object) -> None:
        self.wanted_changed.emit()
        glance = self._glance()
        state = glance.state if glance is not None else RunState.NEW
        running = state in (RunState.RUNNING, RunState.STARTING)
        offered = {
            self.resume: state in (*RESUMABLE, RunState.PAUSED) and glance is not None,
            self.further: state is RunState.FINISHED,
            self.pause: running,
            self.stop: state in (RunState.RUNNING, RunState.PAUSED),
            self.snapshot: running,
            self.duplicate: self.runs.reading is not None,
        }
        self.buttons.offer([button for button, now in offered.items() if now])
        self.pause.setEnabled(state is RunState.RUNNING)
        self.reason.setVisible(glance is not None and bool(glance.reason))
        if glance is None:
            return
        self.reason.setText(glance.reason)
        self.options.setVisible(self.runs.reading is not None)
        self._show_facts(glance, self.runs.reading)

    def _show_facts(self, glance: Glance, reading: RunReading | None) -> None:
        facts = [("State", STATES[glance.state]), ("Progress", progress_words(glance))]
        facts += [("Pace", pace_words(glance))] if pace_words(glance) else []
        facts.append(("Recipe", " · ".join(part for part in (glance.architecture, glance.preset) if part)))
        facts.append(("Pictures", source_words(glance.data)))
        facts += growth_facts(reading) if reading is not None else []
        if reading is not None and reading.unreadable:
            facts.append(("Unreadable", f"{len(reading.unreadable)} pictures; the log names them"))
        facts += [("Works", glance.worker)] if glance.worker else []
        facts += use_facts(glance.path)
        facts.append(("Folder", str(glance.path)))
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self.facts.show_facts(facts)
        words = option_words(reading.options) if reading is not None else ()
        if words != self._words:
            self._words = words
            self.options.show_words("All options of this run", words)


def source_words(data: str) -> str:
    """Where pictures come from."""
    return f"drawn by {data.removeprefix('model:')}" if data.startswith("model:") else Path(data).name


def use_facts(run: Path) -> list[tuple[str, str]]:
    """Where what a run came to is used by itself: an encoder, for photos."""
    reads = encoded_by(run / MODEL_FILE)[1]
    return [("Used", f"in “Edit photo”, for photos with {Path(reads).name}")] if reads else []


def growth_facts(reading: RunReading) -> list[tuple[str, str]]:
    """How far a run has grown, and how strongly it augments."""
    facts = []
    resolution = reading.latest("growth", "read_outs/resolution")
    if resolution is not None:
        alpha = reading.latest("alpha", "growth/alpha")
        grown = f"{resolution:.0f} px" + ("" if alpha is None else f", α = {alpha:.2f}")
        facts.append(("Resolution", grown))
    p = reading.latest("augmentation", "read_outs/augment_p")
    if p is not None:
        facts.append(("Augmentation", f"p = {p:.3f}"))
    return facts


def option_words(options: object) -> tuple[str, ...]:
    """Every stored option in a line."""
    if not isinstance(options, dict):
        return ()
    lines = [f"{in_words(name)}: {text_of(value)}" for name, value in options.items() if not isinstance(value, dict)]
    recipe = options.get("recipe", {})
    return (*lines, *(f"{in_words(name)}: {text_of(value)}" for name, value in recipe.items()))
