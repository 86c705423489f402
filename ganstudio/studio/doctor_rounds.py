"""The doctor's rounds: examines the run in sight whenever it was read, and hands over what should be changed."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.studio.doctor_findings import Change, Examination, Finding, PictureReport
from ganstudio.studio.run_reading import RunReading
from ganstudio.studio.run_watch import RunState, RunWatch

if TYPE_CHECKING:
    from ganstudio.engine.compute import Backend
    from ganstudio.studio.session import Session

STOPPABLE = (RunState.RUNNING, RunState.PAUSED)
CONTINUABLE = (RunState.STOPPED, RunState.FAILED, RunState.CRASHED)


class DoctorRounds:
    """Lives on the main thread; reads beside it, looks at pictures on the compute thread."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Follow the run in sight."""
        self._session, self._runs = session, session.runs
        self._watch: RunWatch | None = None  # touched by one thread at a time: while `_reading` is None, by nobody
        self._reading: int | None = None
        self._again = False
        self._looking: int | None = None
        self._wanted: tuple[Path, Change] | None = None  # to be applied once the run has stopped
        self.path: Path | None = None
        self.examination: Examination | None = None
        self.report: PictureReport | None = None
        self._runs.read.connect(self._was_read)
        self._runs.chosen_changed.connect(self._chosen)
        self._runs.changed.connect(self._go_on)
        self._chosen()

    def release(self) -> None:
        """Follow no longer."""
        self._runs.read.disconnect(self._was_read, missing_ok=True)
        self._runs.chosen_changed.disconnect(self._chosen, missing_ok=True)
        self._runs.changed.disconnect(self._go_on, missing_ok=True)
        if self._looking is not None:
            self._session.cancel_job(self._looking)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong with the run in sight, the gravest first."""
        numbers = () if self.examination is None else self.examination.findings
        pictures = () if self.report is None else self.report.findings
        return tuple(sorted((*pictures, *numbers), key=lambda finding: -finding.severity))

    @property
    def looking(self) -> bool:
        """Whether pictures are being looked at."""
        return self._looking is not None

    @property
    def pending(self) -> bool:
        """Whether a change waits for the run to stop."""
        return self._wanted is not None

    def can_apply(self) -> bool:
        """Whether the run in sight can go on with changed options."""
        glance = self._runs.glance(self.path) if self.path is not None else None
        return glance is not None and glance.state in (*STOPPABLE, *CONTINUABLE)

    def look_at_pictures(self) -> None:
        """Compare the newest samples with the data."""
        path = self.path
        if path is None or self._looking is not None:
            return

        def steps(_: "Backend") -> Iterator[Progress]:
            from ganstudio.studio.doctor_pictures import looking

            return looking(path)

        self._looking = self._session.add_job("Looking at pictures", steps, self._take_report)
        self.changed.emit()

    def apply(self, change: Change) -> None:
        """Let the run in sight go on with other options; one that runs is stopped first, and keeps everything."""
        glance = self._runs.glance(self.path) if self.path is not None else None
        if self.path is None or glance is None:
            return
        self._wanted = (self.path, change)
        if glance.state in STOPPABLE:
            self._runs.command(self.path, "stop")
        self.changed.emit()
        self._go_on()

    def duplicate(self, change: Change) -> None:
        """Prepare another run with the options of the run in sight and a change."""
        reading = self._runs.reading
        if reading is not None:
            options = dict(reading.options)
            options |= {**change.run, "recipe": {**options.get("recipe", {}), **change.recipe}}
            self._runs.draft.take(options)
            self._runs.choose(None)

    def _chosen(self) -> None:
        if self._runs.chosen != self.path:
            self.path, self.examination, self.report, self._wanted = self._runs.chosen, None, None, None
            self._begin()
        self.changed.emit()

    def _was_read(self, reading: RunReading) -> None:
        if reading.glance.path == self.path:
            self._begin()

    def _begin(self) -> None:
        path = self.path
        if path is None:
            return
        if self._reading is not None:
            self._again = True
            return

        def steps() -> Iterator[Progress]:
            from ganstudio.studio.doctor import examination

            if self._watch is None or self._watch.run.path != path:
                self._watch = RunWatch(path)
            yield Progress(1, 1, result=(path, examination(self._watch)))

        self._reading = self._session.add_beside("Examining a run", steps, self._take, Urgency.QUICK)

    def _take(self, status: JobStatus) -> None:
        found = status.progress.result
        if isinstance(found, tuple) and found[0] == self.path:
            self.examination = found[1]
            self.changed.emit()
        if status.is_over and self._reading is not None:
            self._reading = None
            if self._again:
                self._again = False
                self._begin()

    def _take_report(self, status: JobStatus) -> None:
        if isinstance(status.progress.result, PictureReport):
            self.report = status.progress.result
        if status.is_over:
            self._looking = None
        self.changed.emit()

    def _go_on(self) -> None:
        """Apply the change that waits, once the run stands still."""
        if self._wanted is None:
            return
        path, change = self._wanted
        glance = self._runs.glance(path)
        if glance is None or glance.state not in CONTINUABLE:
            return
        self._wanted = None

        def steps() -> Iterator[Progress]:
            from ganstudio.studio.doctor_changes import changed
            from ganstudio.training.run import RunFolder

            run = RunFolder.open(path)
            run.refuse_if_in_use()
            run.replace_options(changed(run.options, change))
            yield Progress(1, 1, result=path)

        def told(status: JobStatus) -> None:
            if status.progress.result == path and not status.is_over:
                self._runs.resume(path)
            self.changed.emit()

        self._session.add_beside("Changing the options", steps, told)


def change_in_words(change: Change) -> str:
    """The options of a change, by their names."""
    values = {**asdict(change)["recipe"], **asdict(change)["run"]}
    return ", ".join(f"{name} = {value}" for name, value in values.items())
