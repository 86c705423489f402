"""Long work in the status bar: its name, how far it has come, and a way to stop it."""

from collections.abc import Sequence
from time import perf_counter

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from ganstudio.core.progress import JobState, JobStatus
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.labels import label

SHOWN = 2
SURE_AFTER_S = 1.0


class JobRow(QWidget):
    """One job."""

    cancelled = pyqtSignal(int)
    paused = pyqtSignal(int, bool)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate = Estimate()
        self._held = False
        self.title = label("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(96)
        self.percent = label("", "muted")
        self.hold = IconButton(IconName.PAUSE, "Pause the job", "Hold this work, or let it go on")
        self.hold.clicked.connect(lambda: self.paused.emit(number, not self._held))
        self.cancel = IconButton(IconName.CLOSE, "Cancel the job", "Stop this work")
        self.cancel.clicked.connect(lambda: self.cancelled.emit(number))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.title, self.bar, self.percent, self.hold, self.cancel):
            row.addWidget(widget)

    def show_status(self, status: JobStatus) -> None:
        """Show how far it has come."""
        known = status.progress.total > 0
        self.title.setText(status.title)
        self.bar.setRange(0, 1000 if known else 0)
        self.bar.setValue(int(status.progress.fraction * 1000))
        self.bar.setAccessibleName(f"Progress of {status.title}")
        self._held = status.state is JobState.PAUSED
        self.hold.draw(IconName.PLAY if self._held else IconName.PAUSE)
        left = self._rate.left(status, perf_counter())
        share = f"{status.progress.fraction:.0%}{left}" if known else ""
        self.percent.setText({JobState.WAITING: "waiting", JobState.PAUSED: "paused"}.get(status.state, share))
        self.setToolTip(status.progress.label)


class Estimate:
    """How long a job will still take, from how long its part since the last pause took."""

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None

    def left(self, status: JobStatus, now: float) -> str:
        """Return words such as `, 12 s left`; none while too little is known."""
        done = status.progress.fraction
        if status.state is not JobState.RUNNING:
            self._began = None
            return ""
        if self._began is None:
            self._began = (now, done)
        passed, gained = now - self._began[0], done - self._began[1]
        if passed < SURE_AFTER_S or gained <= 0.0:
            return ""
        return f", {seconds_in_words(passed * (1.0 - done) / gained)} left"


def seconds_in_words(seconds: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"


class JobsStrip(QWidget):
    """The jobs under way, the first ones in full."""

    cancelled = pyqtSignal(int)
    paused = pyqtSignal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[int, JobRow] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(16)
        self._more = label("", "muted")
        self._row.addWidget(self._more)

    def show_jobs(self, jobs: Sequence[JobStatus]) -> None:
        """Show these jobs, those that ended no longer."""
        active = [job for job in jobs if not job.is_over]
        shown = {job.number: job for job in active[:SHOWN]}
        for number in [number for number in self.rows if number not in shown]:
            row = self.rows.pop(number)
            row.hide()
            row.deleteLater()
        for number, job in shown.items():
            if number not in self.rows:
                self.rows[number] = JobRow(number)
                self.rows[number].cancelled.connect(self.cancelled)
                self.rows[number].paused.connect(self.paused)
                self._row.insertWidget(self._row.count() - 1, self.rows[number])
            self.rows[number].show_status(job)
        self._more.setText(f"and {len(active) - SHOWN} more" if len(active) > SHOWN else "")
