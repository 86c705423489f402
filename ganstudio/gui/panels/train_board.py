"""The middle of the Train workspace: samples through time over live curves."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.progress import JobStatus, Progress
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.samples import SamplesView
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.train_pane import CurvePane
from ganstudio.gui.panels.train_snapshots import best_words
from ganstudio.gui.run_words import kimg, line_of
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import BOARD
from ganstudio.gui.turns import Turns
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.slider import SliderRange, Track
from ganstudio.gui.widgets.split import Split
from ganstudio.studio.session import Session
from ganstudio.studio.train_data import shipped_sources
from ganstudio.studio.train_sheets import Sheet

SAMPLES, JUDGED = "samples", "judged"
WIDE_PX = 900
PLAY_MS = 250


class TrainBoardPanel(Panel):
    """Shows the chosen run; while none is chosen, what to do next."""

    title: ClassVar[str] = "Training"
    icon: ClassVar[IconName] = IconName.CURVES
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setSpacing(0)
        self.runs = session.runs
        self.place, self._following = 0, True
        self.name, self.line = ElidedLabel("", "strong"), ElidedLabel("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(120)
        self.bar.setAccessibleName("Progress of the run")
        self.kinds = ChoiceRow(
            "Pictures",
            (
                Option(SAMPLES, "Samples", "Always the same latents, drawn by the averaged generator"),
                Option(JUDGED, "As D sees them", "Real pictures, then generated ones, augmented for D"),
            ),
        )
        self.kinds.show_choice(SAMPLES)
        self._kind = SAMPLES
        self.samples = SamplesView("Samples", "Samples of the run; wheel looks closer, double click shows all")
        self.play = IconButton(IconName.PLAY, "Play", "Show all sheets of samples one after the other")
        self.play.setCheckable(True)
        self.track = Track("Time", "Go through the run's samples; at the right end it follows the run", _ends(1))
        self.when = label("", "muted")
        self.panes = (CurvePane("Curves on the left", "losses"), CurvePane("Curves on the right", "logits"))
        self.turns = Turns(self)
        self._timer = QTimer(self)
        self._timer.setInterval(PLAY_MS)
        self._timer.timeout.connect(self._next)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._welcome())
        self._stack.addWidget(self._board())
        self.column.addLayout(self._stack, 1)
        self._wire()
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return BOARD

    def commands(self) -> tuple[Command, ...]:
        """Looking back and at all."""
        return (
            Command("train.play", "Play the samples of the run", self.play.click, group=self.title),
            Command("train.whole", "Show whole curves", self._whole, words="zoom reset", group=self.title),
        )

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Two plots where there is room for them."""
        super().resizeEvent(event)
        self.panes[1].setVisible(self.width() >= WIDE_PX)

    def release(self) -> None:
        """Play no longer."""
        self._timer.stop()
        self.turns.forget()
        super().release()

    def _wire(self) -> None:
        self.kinds.chosen.connect(self._kind_chosen)
        self.track.moved.connect(lambda value, _gesture: self._go(round(value)))
        self.play.toggled.connect(self._play)
        for pane in self.panes:
            pane.span_wanted.connect(self.runs.show_span)
        self.bindings.on(self.runs.changed, self._show_head)
        self.bindings.on(self.runs.chosen_changed, self._other_run)
        self.bindings.on(self.runs.read, self._show)
        self.bindings.on(self.runs.sheets.arrived, self._sheet_arrived)
        self.session.add_beside("Loading the plots", load_plots, self.bindings.meanwhile(self._loaded))

    def _loaded(self, status: JobStatus) -> None:
        if status.progress.result == "loaded":
            self.turns.add(*(pane.begin for pane in self.panes))

    def _welcome(self) -> QWidget:
        page = Surface("notice")
        begin = TextButton("Choose pictures…", "Learn from a folder of pictures", "primary", IconName.FOLDER)
        begin.clicked.connect(lambda: self._run_command("train.folder"))
        shipped = next(iter(shipped_sources(self.session)), None)
        buttons = [begin]
        if shipped is not None:
            data, title = shipped
            learn = TextButton("Use shipped pictures", f"Endless pictures by {title}", "", IconName.PICTURES)
            learn.clicked.connect(lambda: self.runs.draft.choose_data(data))
            buttons.append(learn)
        attach = TextButton("Open a run…", "Watch a run by its folder", "", IconName.CURVES)
        attach.clicked.connect(lambda: self._run_command("train.open"))
        words = label(
            "Choose pictures and a recipe at the right, ask whether it fits, and press Start. Samples and curves "
            "appear here while it learns; this window may close meanwhile.",
            "backdrop",
            wrap=True,
        )
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(page)
        column.setContentsMargins(48, 32, 48, 32)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(label("Train a model of your own", "backdrop-title"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(words)
        column.addLayout(Flow((*buttons, attach), centred=True))
        column.addStretch(1)
        return page

    def _board(self) -> QWidget:
        head, times, plots = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 6)
        head.setSpacing(12)
        for part, room in ((self.name, 1), (self.line, 2)):
            head.addWidget(part, room)
        head.addWidget(self.bar)
        times.setContentsMargins(12, 2, 12, 4)
        times.setSpacing(8)
        times.addWidget(self.kinds)
        times.addWidget(self.play)
        times.addWidget(self.track, 1)
        times.addWidget(self.when)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(1)
        for pane in self.panes:
            plots.addWidget(pane, 1)
        above, below, page = Surface("surface-base"), QWidget(), Surface("surface-base")
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.samples, 1)
        column.addLayout(times)
        below.setLayout(plots)
        split = Split(Qt.Orientation.Vertical)
        for widget in (above, below):
            split.addWidget(widget)
        split.setSizes([360, 300])
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(split, 1)
        return page

    @property
    def sheets(self) -> tuple[Path, ...]:
        """The sheets of the chosen kind, oldest first."""
        reading = self.runs.reading
        if reading is None:
            return ()
        return reading.augmented if self._kind == JUDGED else reading.sheets

    def _show(self, *_told: object) -> None:
        self._stack.setCurrentIndex(int(self.runs.chosen is not None))
        self._show_head()
        reading = self.runs.reading
        if reading is None:
            self.samples.show_pixels(None, "Reading the run…")
            return
        others = [self.runs.readings[path] for path in self.runs.compared if path in self.runs.readings]
        for pane in self.panes:
            pane.offer([reading, *others])
        self.turns.add(*(pane.draw for pane in self.panes if not pane.isHidden()), self._show_sheets)
        self.kinds.setVisible(bool(reading.augmented))

    def _show_head(self, *_told: object) -> None:
        chosen = self.runs.chosen
        glance = self.runs.glance(chosen) if chosen is not None else None
        if chosen is None or glance is None:
            return
        reading = self.runs.reading
        best = "  ·  ".join(best_words(found) for found in reading.best[:1]) if reading is not None else ""
        self.name.setText(chosen.name)
        self.line.setText("  ·  ".join(part for part in (line_of(glance), best) if part))
        self.bar.setValue(int(1000 * min(glance.images_seen / max(glance.images, 1), 1.0)))

    def _show_sheets(self) -> None:
        count = len(self.sheets)
        self.track.show_range(_ends(count))
        self.track.setEnabled(count > 1)
        if self._following:
            self.place = max(count - 1, 0)
        self.place = min(self.place, max(count - 1, 0))
        self.track.show_value(self.place)
        if not count:
            self.samples.show_pixels(None, "The first samples appear here as soon as the run has drawn them.")
            self.when.setText("")
            return
        path = self.sheets[self.place]
        self.when.setText(f"{kimg(int(path.stem))} kimg · {self.place + 1} of {count}")
        sheet = self.runs.sheets.get(path)
        if sheet is not None:
            self._sheet_arrived(sheet)

    def _sheet_arrived(self, sheet: Sheet) -> None:
        if self.place < len(self.sheets) and sheet.path == self.sheets[self.place]:
            self.samples.show_pixels(sheet.pixels, "This sheet cannot be read.")

    def _go(self, place: int) -> None:
        self.place = place
        self._following = place >= len(self.sheets) - 1
        self._show_sheets()

    def _play(self, on: bool) -> None:
        if on and self.place >= len(self.sheets) - 1:
            self._go(0)
        (self._timer.start if on else self._timer.stop)()
        self.play.draw(IconName.PAUSE if on else IconName.PLAY)

    def _next(self) -> None:
        if self.place >= len(self.sheets) - 1:
            self.play.setChecked(False)
        else:
            self._go(self.place + 1)

    def _kind_chosen(self, key: str) -> None:
        self._kind = key
        self._following = True
        self._show_sheets()

    def _other_run(self, *_told: object) -> None:
        self._following, self._kind = True, SAMPLES
        self.kinds.show_choice(SAMPLES)
        self.play.setChecked(False)
        self._show()

    def _whole(self) -> None:
        for pane in self.panes:
            pane.curves.show_all()

    def _run_command(self, command: str) -> None:
        perform = getattr(self.window(), "perform", None)
        if perform is not None:
            perform(command)


def _ends(count: int) -> SliderRange:
    last = max(count - 1, 1)
    return SliderRange(0.0, float(last), float(last), 1.0, 0)


def load_plots() -> Iterator[Progress]:
    """Load the plotting beside the window, which takes a moment the first time."""
    import pyqtgraph  # noqa: F401 - only loaded

    yield Progress(1, 1, result="loaded")


