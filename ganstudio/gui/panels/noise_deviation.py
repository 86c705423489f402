"""What noise does to the present picture: each pixel's standard deviation over many noises."""

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from ganstudio.core.document import Document
from ganstudio.core.files import with_ending
from ganstudio.core.progress import JobState, JobStatus
from ganstudio.gui.canvas.still import Still
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.drawer import Drawer
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.noise import NoiseDeviation, measuring_deviation, saving_picture
from ganstudio.studio.session import Session

COUNT = SliderRange(low=2, high=400, default=100, step=1, decimals=0)
TIP = "Draws the picture with many noises and shows where they differ: white is where the most"


class DeviationDrawer(Drawer):
    """How many noises, the measurement, and its picture."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Standard deviation over noises", TIP, parent)
        self._session = session
        self._job: int | None = None
        self._measured: Document | None = None
        self.result: NoiseDeviation | None = None
        self._wanted = int(COUNT.default)
        self.count = ValueSlider("Noises", "How many noises to draw; the paper took 100", COUNT)
        self.count.changed.connect(self._count_chosen)
        self.measure = TextButton("Measure", TIP, "", IconName.PLAY)
        self.measure.clicked.connect(self.begin)
        self.save = TextButton("Save…", "Save the picture of standard deviations as PNG", "", IconName.SAVE)
        self.save.clicked.connect(self._save)
        self.still = Still("Standard deviation over noises", "White is where noise changes the picture most")
        self.words = label("", "small", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.measure, 1)
        row.addWidget(self.save, 1)
        self.content.addWidget(self.count)
        self.content.addLayout(row)
        self.content.addWidget(self.still)
        self.content.addWidget(self.words)
        self.forget()

    def begin(self) -> None:
        """Measure, or leave off."""
        if self._job is not None:
            self._session.cancel_job(self._job)
            return
        self._measured = self._session.document
        factory = measuring_deviation(self._measured, self._wanted, self._session.store)
        self._job = self._session.add_job("Standard deviation over noises", factory, self._take)
        self._show()

    def show_document(self, document: Document) -> None:
        """Say where the result is of another state."""
        if self._measured is not None and self._job is None and self.result is not None:
            self._show(old=document != self._measured)

    def forget(self) -> None:
        """Show no result."""
        if self._job is not None:
            self._session.cancel_job(self._job)
        self._job, self.result, self._measured = None, None, None
        self._show()

    def _count_chosen(self, value: float, _gesture: str) -> None:
        self._wanted = int(value)

    def _take(self, status: JobStatus) -> None:
        if status.number != self._job:
            return
        if isinstance(status.progress.result, NoiseDeviation):
            self.result = status.progress.result
            self.still.show_image(image_of(self.result.picture))
        if status.is_over:
            self._job = None
            if status.state is not JobState.DONE and self.result is None:
                self._measured = None
        self._show()

    def _show(self, old: bool = False) -> None:
        self.measure.setText(" Stop" if self._job is not None else " Measure")
        self.measure.draw(IconName.PAUSE if self._job is not None else IconName.PLAY)
        for part in (self.still, self.words):
            part.setVisible(self.result is not None)
        self.save.setVisible(self.result is not None)
        if self.result is not None:
            found = self.result
            words = f"{found.count} noises: at most {found.largest:.3f}, on average {found.mean:.4f}, of a range of 2."
            self.words.setText(f"{words} Of an earlier state." if old else words)

    def _save(self) -> None:
        start = str(Path.home() / "noise-deviation.png")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the standard deviation", start, "PNG pictures (*.png)")
        if chosen and self.result is not None and self._measured is not None:
            path = with_ending(Path(chosen), (".png",))
            saving = saving_picture(path, self.result.picture, self._measured, self._session.store)
            self._session.add_job(f"Saving {path.name}", saving)
