"""Will it fit, and the button that starts."""

from typing import ClassVar

from PyQt6.QtWidgets import QLineEdit, QWidget

from ganstudio.core.progress import JobStatus, Urgency
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.preparing import PreparingPanel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import FIT
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.runs import new_folder
from ganstudio.studio.session import Session
from ganstudio.studio.train_draft import reason_of
from ganstudio.studio.train_probe import Fit, probe


class TrainFitPanel(PreparingPanel):
    """There while a run is prepared."""

    title: ClassVar[str] = "Start"
    icon: ClassVar[IconName] = IconName.GAUGE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.fit: Fit | None = None
        self._probing: int | None = None
        self.words = label("", "muted", wrap=True)
        self.probe = TextButton(
            "Will it fit?", "Measure memory and time with a few real steps on this machine", "", IconName.GAUGE
        )
        self.take = TextButton("", "Use the largest batch that fits", "")
        self.name = QLineEdit()
        self.name.setMinimumHeight(28)
        describe(self.name, "Name of the run", "The name of the run's folder")
        self.start = TextButton(
            "Start training", "Begin in a process of its own; this window may close", "primary", IconName.PLAY
        )
        self.problem = label("", "muted", wrap=True)
        for part in (self.probe, self.words, self.take, label("Name of the run", "small"), self.name, self.start,
                     self.problem):  # fmt: skip
            self.column.addWidget(part)
        self.probe.clicked.connect(self._probe)
        self.take.clicked.connect(self._take_batch)
        self.name.textEdited.connect(self.draft.rename)
        self.start.clicked.connect(self.begin)
        self.bindings.on(self.draft.changed, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return FIT

    def commands(self) -> tuple[Command, ...]:
        """Measuring and starting."""
        return (
            Command("train.fit", "Will this training run fit?", self._probe, words="memory batch hours", group="Runs"),
            Command("train.start", "Start training", self.begin, words="begin learn", group="Runs"),
        )

    def begin(self, *_told: object) -> None:
        """Start the prepared run."""
        if self.draft.catalogue is None or reason_of(self.draft):
            return
        runs = self.session.runs
        runs.start(self.draft.build(), new_folder(runs.folder, self.draft.folder_name))
        self.draft.rename("")

    def _probe(self, *_told: object) -> None:
        if self._probing is not None:
            self.session.cancel_job(self._probing)
            return
        if self.draft.catalogue is None or reason_of(self.draft):
            return
        options = self.draft.build()
        told = self.bindings.meanwhile(self._probed)
        self._probing = self.session.add_beside("Will it fit?", lambda: probe(options), told, Urgency.WORK)
        self.probe.setText(" Stop measuring")

    def _probed(self, status: JobStatus) -> None:
        found = status.progress.result
        if isinstance(found, Fit):
            self.fit = found
        elif not status.is_over:
            self.words.setText(f"{status.progress.label}…")
        if status.is_over:
            self._probing = None
            self.probe.setText(" Will it fit?")
            self._show()

    def _sentences(self, ready: bool) -> tuple[str, ...]:
        if self.fit is None:
            return ()
        changed = ready and self.draft.build() != self.fit.options
        return (*(("Before your last change:",) if changed else ()), *self.fit.sentences())

    def _take_batch(self, *_told: object) -> None:
        if self.fit is not None:
            self.draft.set_recipe("batch", self.fit.largest_batch)

    def _show(self, *_told: object) -> None:
        reason = "" if self.draft.catalogue is None else reason_of(self.draft)
        ready = self.draft.catalogue is not None and not reason
        self.start.setEnabled(ready)
        self.probe.setEnabled(ready or self._probing is not None)
        self.problem.setText(reason)
        self.problem.setVisible(bool(reason))
        if not self.name.hasFocus():
            self.name.setText(self.draft.name)
        self.name.setPlaceholderText(self.draft.folder_name)
        if self._probing is None:
            self.words.setText("\n".join(self._sentences(ready)))
        self.words.setVisible(bool(self.words.text()))
        options = self.draft.recipe_options
        larger = self.fit is not None and options is not None and self.fit.largest_batch not in (0, options.batch)
        self.take.setVisible(larger)
        if larger and self.fit is not None:
            self.take.setText(f"Use a batch of {self.fit.largest_batch}")
