"""Live curves over images seen: wheel zooms, dragging pans, a double click shows everything again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPalette
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.canvas.curve_colours import curve_colour
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.tokens import SMALL_PX
from ganstudio.gui.widgets.buttons import NEW_COLOURS, describe
from ganstudio.studio.run_curves import Trace, words_of

KILO = 1000.0
REST_MS = 200
FEW = 60
FINITE, PAIRS = "finite", "pairs"
STYLES = (
    Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine,
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One curve on the plot: of which run (0 is the chosen one), its words and numbers; `mark` is where its best is."""

    run: int
    words: str
    trace: Trace
    colour: int
    mark: float | None = None


def shown_of(runs: Sequence[tuple[str, Sequence[Trace]]], marks: dict[str, float]) -> list[Shown]:
    """Give curves of the same name the same colour in every run."""
    names = sorted({trace.name for _, traces in runs for trace in traces})
    colours = {name: number for number, name in enumerate(names)}
    found = []
    for run, (title, traces) in enumerate(runs):
        for trace in traces:
            words = words_of(trace.name) if len(runs) == 1 else f"{words_of(trace.name)} · {title}"
            found.append(Shown(run, words, trace, colours[trace.name], marks.get(trace.name) if run == 0 else None))
    return found


class CurvesView(QWidget):
    """Loads its plotting with `begin`; `span_wanted` tells which part is looked at, None for all of it."""

    span_wanted = pyqtSignal(object)
    told = pyqtSignal(str)

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: list[Shown] = []
        self._plot: Any = None
        self._lines: list[Any] = []
        self._labelled: tuple[str, bool, str] | None = None
        self._pg: Any = None
        self._log = False
        self._axis = ""
        self._zoomed = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._tell_span)
        self.setMinimumSize(160, 120)
        describe(self, name, tip)

    @property
    def ready(self) -> bool:
        """Whether it can draw."""
        return self._plot is not None

    def begin(self) -> None:
        """Load what draws; quick where it was loaded before."""
        if self._plot is not None:
            return
        import pyqtgraph

        self._pg = pyqtgraph
        self._plot = pyqtgraph.PlotWidget(enableMenu=False)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.hideButtons()
        self._plot.setAccessibleName(self.accessibleName())
        self._plot.setAntialiasing(True)
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._plot.addItem(self._cursor, ignoreBounds=True)
        self._spots = pyqtgraph.ScatterPlotItem()
        self._spots.setZValue(1)
        self._plot.addItem(self._spots)
        self._column.addWidget(self._plot)
        box = self._plot.getViewBox()
        box.sigRangeChangedManually.connect(self._range_changed)
        self._plot.scene().sigMouseMoved.connect(self._pointed)
        self._plot.viewport().installEventFilter(self)
        self._dress()

    def show_curves(self, shown: Sequence[Shown], axis: str, *, log: bool) -> None:
        """Draw these curves; what is zoomed in stays so while the same things are shown."""
        other = [s.trace.name for s in shown] != [s.trace.name for s in self.shown] or log != self._log
        self.shown, self._axis, self._log = list(shown), axis, log
        if other:
            self._zoomed = False
        if self._plot is not None:
            self._draw()

    def show_all(self) -> None:
        """Show everything from the first image to the last."""
        self._zoomed = False
        if self._plot is not None:
            self._plot.enableAutoRange()
        self.span_wanted.emit(None)

    def at(self, images_seen: float) -> str:
        """What all curves are at a place, in words."""
        parts = []
        for shown in self.shown:
            x, y = shown.trace.x, shown.trace.mean
            if len(x):
                place = int(np.clip(np.searchsorted(x, images_seen), 0, len(x) - 1))
                parts.append(f"{shown.words} {y[place]:.4g}".replace("-", "−"))
        return f"{images_seen / KILO:.4g} kimg:  " + "   ".join(parts)

    def save_csv(self, path: Path) -> None:
        """Write the shown curves as a table: curve, images seen, mean, lowest, highest."""
        lines = ["curve,images_seen,mean,lowest,highest"]
        for s in self.shown:
            t = s.trace
            name = s.words.replace(",", " ")
            rows = zip(t.x.tolist(), t.mean.tolist(), t.low.tolist(), t.high.tolist(), strict=True)
            lines += [f"{name},{int(x)},{m:.9g},{low:.9g},{high:.9g}" for x, m, low, high in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def save_png(self, path: Path) -> bool:
        """Save the plot as it is seen; tell whether that worked."""
        return bool(self.grab().save(str(path)))

    def changeEvent(self, event: QEvent | None) -> None:
        """Draw again in the new theme's colours."""
        super().changeEvent(event)
        if event is not None and event.type() in NEW_COLOURS and self._plot is not None:
            self._dress()
            self._draw()

    def eventFilter(self, watched: Any, event: QEvent | None) -> bool:
        """A double click shows everything; leaving takes the cursor away."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            self.show_all()
        elif event is not None and event.type() == QEvent.Type.Leave:
            self._cursor.hide()
            self.told.emit("")
        return False

    def _dress(self) -> None:
        role = QPalette.ColorRole
        self._plot.setBackground(ink(role.AlternateBase))
        faint = ink(role.Midlight)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(faint)
            axis.setTextPen(ink(role.PlaceholderText))
            font = self.font()
            font.setPixelSize(SMALL_PX)
            axis.setStyle(tickFont=font)
        self._plot.showGrid(x=True, y=True, alpha=0.12)
        self._cursor.setPen(ink(role.Mid))

    def _draw(self) -> None:
        """Give the lines that are there other numbers; making lines takes longer than drawing them."""
        strokes = [stroke for shown in self.shown for stroke in self._strokes(shown)]
        while len(self._lines) > len(strokes):
            self._plot.removeItem(self._lines.pop())
        while len(self._lines) < len(strokes):
            self._lines.append(self._pg.PlotCurveItem())
            self._plot.addItem(self._lines[-1])
        for line, (x, y, pen, connect) in zip(self._lines, strokes, strict=True):
            line.setData(x=x, y=y, pen=pen, connect=connect, antialias=connect == FINITE)
        self._spots.setData([spot for shown in self.shown for spot in self._marks(shown)])
        self._show_axes()
        if not self._zoomed:
            self._plot.enableAutoRange()

    def _show_axes(self) -> None:
        muted = ink(QPalette.ColorRole.PlaceholderText).name()
        if self._labelled == (self._axis, self._log, muted):
            return
        self._labelled = (self._axis, self._log, muted)
        self._plot.setLabel("bottom", "images seen, kimg", color=muted)
        self._plot.setLabel("left", self._axis, color=muted)
        self._plot.getAxis("left").setLogMode(False, self._log)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).enableAutoSIPrefix(False)

    def _strokes(self, shown: Shown) -> Iterator[tuple[Array, Array, Any, str]]:
        trace, colour = shown.trace, curve_colour(shown.colour)
        if not len(trace.x):
            return
        x = trace.x / KILO
        if trace.low is not trace.mean:
            faint = QColor(colour)
            faint.setAlphaF(0.25)
            ends = self._scaled(np.stack([trace.low, trace.high], axis=1).reshape(-1))
            yield np.repeat(x, 2), ends, self._pg.mkPen(faint, width=1), PAIRS
        width = 1.6 if len(x) <= FEW else 1.0  # wide lines of many points take far longer to draw
        pen = self._pg.mkPen(colour, width=width, style=STYLES[shown.run % len(STYLES)])
        yield x, self._scaled(trace.mean), pen, FINITE

    def _marks(self, shown: Shown) -> Iterator[dict[str, Any]]:
        """A point that is alone, and a star on the best one."""
        trace, brush = shown.trace, curve_colour(shown.colour)
        marks = [(0, "o", 5)] if len(trace.x) == 1 else []
        if shown.mark is not None and len(trace.x):
            marks.append((int(np.argmin(np.abs(trace.x - shown.mark))), "star", 14))
        for place, symbol, size in marks:
            x, y = trace.x[place] / KILO, float(self._scaled(trace.mean[place : place + 1])[0])
            if np.isfinite(y):
                pen = self._pg.mkPen(ink(QPalette.ColorRole.Base))
                yield {"pos": (x, y), "symbol": symbol, "size": size, "brush": brush, "pen": pen}

    def _scaled(self, values: Array) -> Array:
        if not self._log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(np.maximum(values, 1e-300)), np.nan)

    def _range_changed(self, *_told: object) -> None:
        self._zoomed = True
        self._rest.start()

    def _tell_span(self) -> None:
        (low, high), _ = self._plot.viewRange()
        room = (high - low) / 4  # so that a little panning finds something there
        self.span_wanted.emit(((low - room) * KILO, (high + room) * KILO))

    def _pointed(self, place: Any) -> None:
        box = self._plot.getViewBox()
        if not self.shown or not QRectF(box.sceneBoundingRect()).contains(place):
            return
        x = box.mapSceneToView(place).x()
        self._cursor.setPos(x)
        self._cursor.show()
        self.told.emit(self.at(x * KILO))
