"""Long work in the status bar: its name, how far it has come, and a way to stop it."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from ganstudio.core.progress import JobState, JobStatus
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.labels import label

SHOWN = 2


class JobRow(QWidget):
    """One job."""

    cancelled = pyqtSignal(int)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(96)
        self.percent = label("", "muted")
        self.cancel = IconButton(IconName.CLOSE, "Cancel the job", "Stop this work")
        self.cancel.clicked.connect(lambda: self.cancelled.emit(number))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.title, self.bar, self.percent, self.cancel):
            row.addWidget(widget)

    def show_status(self, status: JobStatus) -> None:
        """Show how far it has come."""
        known = status.progress.total > 0
        self.title.setText(status.title)
        self.bar.setRange(0, 1000 if known else 0)
        self.bar.setValue(int(status.progress.fraction * 1000))
        self.bar.setAccessibleName(f"Progress of {status.title}")
        waiting = status.state is JobState.WAITING
        self.percent.setText("waiting" if waiting else f"{status.progress.fraction:.0%}" if known else "")
        self.setToolTip(status.progress.label)


class JobsStrip(QWidget):
    """The jobs under way, the first ones in full."""

    cancelled = pyqtSignal(int)

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
        active = [job for job in jobs if job.state in (JobState.WAITING, JobState.RUNNING)]
        shown = {job.number: job for job in active[:SHOWN]}
        for number in [number for number in self.rows if number not in shown]:
            row = self.rows.pop(number)
            row.hide()
            row.deleteLater()
        for number, job in shown.items():
            if number not in self.rows:
                self.rows[number] = JobRow(number)
                self.rows[number].cancelled.connect(self.cancelled)
                self._row.insertWidget(self._row.count() - 1, self.rows[number])
            self.rows[number].show_status(job)
        self._more.setText(f"and {len(active) - SHOWN} more" if len(active) > SHOWN else "")
