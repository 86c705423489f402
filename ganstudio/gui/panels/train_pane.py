"""One plot of the training board: what it shows is chosen above it."""

from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.files import with_ending
from ganstudio.gui.canvas.curve_colours import curve_colour
from ganstudio.gui.canvas.curves import CurvesView, Shown, shown_of
from ganstudio.gui.canvas.heat_strip import HeatStrips
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.run_curves import GROUPS, LOGITS
from ganstudio.studio.run_reading import RunReading

STROKES = ("━", "--", "··", "-·")  # as the lines of the first run and of those beside it are drawn
SAVED_AS = "Table (*.csv);;Picture (*.png)"


class CurvePane(Surface):
    """A choice of curves, their plot, and what the pointer is at."""

    span_wanted = pyqtSignal(object)

    def __init__(self, name: str, first: str, parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", parent)
        self.readings: list[RunReading] = []  # what is shown
        self._offered: list[RunReading] = []
        self.choice = MenuChoice(name, "Which curves are shown", [Option(g.key, g.title, g.tip) for g in GROUPS])
        self.choice.show_choice(first)
        self.choice.setMinimumWidth(132)
        self.choice.setMaximumWidth(180)
        self.log = IconButton(IconName.ARITHMETIC, "Logarithmic", "Show the values on a logarithmic axis")
        self.log.setCheckable(True)
        self.whole = IconButton(IconName.FIT, "Show all", "Show everything from the first image to the last")
        self.save = IconButton(IconName.SAVE, "Export the curves", "Save what is shown as a CSV table or a PNG picture")
        self.at = ElidedLabel("", "small")
        self.key = label("", "small", wrap=True)
        self.curves = CurvesView(name, "Curves over images seen; wheel zooms, dragging pans, double click shows all")
        self.strips = HeatStrips("Logits", "Histograms of what D says of real, held-out and generated pictures")
        self.nothing = label("", "muted", wrap=True)
        self.nothing.setContentsMargins(24, 24, 24, 24)
        self._lay_out()
        self.choice.chosen.connect(lambda _key: self.draw())
        self.log.toggled.connect(lambda _on: self.draw())
        self.whole.clicked.connect(self.curves.show_all)
        self.save.clicked.connect(self._ask)
        self.curves.span_wanted.connect(self.span_wanted)
        for view in (self.curves, self.strips):
            view.told.connect(self._tell)

    @property
    def group(self) -> str:
        """The key of what is shown."""
        return self.choice.key

    def begin(self) -> None:
        """Load the plotting, then show what there is."""
        self.curves.begin()
        self.draw()

    def show_readings(self, readings: list[RunReading]) -> None:
        """Show the chosen curves of these runs, the chosen run first."""
        self.offer(readings)
        self.draw()

    def offer(self, readings: list[RunReading]) -> None:
        """Have these runs ready for the next `draw`."""
        self._offered = readings

    def draw(self) -> None:
        """Show what was offered last."""
        readings = self.readings = self._offered
        group = next(g for g in GROUPS if g.key == self.group)
        marks = {f"metrics/{best.metric}": float(best.images_seen) for best in readings[0].best} if readings else {}
        runs = [(reading.glance.path.name, reading.groups.get(group.key, ())) for reading in readings]
        shown = shown_of(runs, marks)
        strips = readings[0].strips if readings and group.key == LOGITS and len(readings) == 1 else ()
        if strips:
            self.strips.show_strips(strips)
            self._stack.setCurrentWidget(self.strips)
        elif any(len(s.trace.x) for s in shown):
            self.curves.show_curves(shown, group.axis or "value", log=self.log.isChecked())
            self._stack.setCurrentWidget(self.curves)
        else:
            self.nothing.setText(f"{group.tip}. This run has written nothing of it so far.")
            self._stack.setCurrentWidget(self.nothing)
        self.log.setEnabled(not strips)
        self._show_legend(shown if not strips else [], group.tip)

    def export(self, path: Path) -> None:
        """Save what is shown: a table where the name ends in .csv, else a picture."""
        if path.suffix.lower() == ".csv":
            self.curves.save_csv(path)
        elif self._stack.currentWidget() is self.strips:
            self.strips.grab().save(str(path))
        else:
            self.curves.save_png(path)

    def _show_legend(self, shown: list[Shown], tip: str) -> None:
        self.key.setText("&nbsp;&nbsp; ".join(_entry(curve) for curve in shown))
        self.key.setVisible(bool(shown))
        self.key.setAccessibleName("Legend: " + ", ".join(s.words for s in shown))
        self.choice.setToolTip(tip)

    def _tell(self, words: str) -> None:
        self.at.setText(words)

    def _ask(self) -> None:
        chosen, kind = QFileDialog.getSaveFileName(self.window(), "Export the curves", f"{self.group}.csv", SAVED_AS)
        if chosen:
            endings = (".png", ".csv") if "png" in kind else (".csv", ".png")
            self.export(with_ending(Path(chosen), endings))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 0)
        top.setSpacing(4)
        top.addWidget(self.choice)
        top.addWidget(self.at, 1)
        for button in (self.log, self.whole, self.save):
            top.addWidget(button)
        self.key.setTextFormat(Qt.TextFormat.RichText)
        self.key.setContentsMargins(12, 0, 12, 4)
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        for part in (self.curves, self.strips, self.nothing):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(middle, 1)
        column.addWidget(self.key)


def _entry(curve: Shown) -> str:
    """Return a line of the legend that no line break parts: the stroke as it is drawn, and the words."""
    stroke = STROKES[curve.run % len(STROKES)]
    words = curve.words.replace("&", "&amp;").replace("<", "&lt;").replace(" ", "&nbsp;")
    return f'<span style="color:{curve_colour(curve.colour).name()}"><b>{stroke}</b></span>&nbsp;{words}'
