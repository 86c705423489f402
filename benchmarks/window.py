"""The real window under real mouse events: input to painted picture, and how long the event loop is ever blocked.

    python benchmarks/window.py [--model faces-dcgan] [--other FILE ...] [--moves 300] [--times 10] [--fast]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtTest import QTest

from ganstudio.core.device import Precision
from ganstudio.core.document import LatentPoint
from ganstudio.core.frame import Frame
from ganstudio.gui.app import Studio, application, make_studio
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.settings import Settings

PATIENCE_S = 120.0


class Heartbeat:
    """A timer that should fire every millisecond; the gaps tell how long the event loop was busy."""

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []
        self._last: float | None = None
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count."""
        self._timer.start(1)

    def during(self, act: Callable[[], None], done: Callable[[], bool]) -> float:
        """The longest gap in milliseconds from an act until its end and thirty beats more."""
        first = len(self.gaps_ms)
        QTimer.singleShot(0, act)
        beats = len(self.gaps_ms) + 3  # the act itself lies between two of these
        wait(lambda: len(self.gaps_ms) > beats and done())
        last = len(self.gaps_ms) + 30
        wait(lambda: len(self.gaps_ms) > last)
        return max(self.gaps_ms[first:])

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.gaps_ms.append((now - self._last) * 1e3)
        self._last = now


class Watch:
    """Notes when the picture of the newest document was painted."""

    def __init__(self, studio: Studio) -> None:
        self.session = studio.session
        self.arrived: Frame | None = None
        self.painted_at = 0.0
        self.shown: Frame | None = None
        studio.session.frame_arrived.connect(self._arrive)
        studio.window.stage.viewer.painted.connect(self._paint)

    def _arrive(self, frame: Frame) -> None:
        self.arrived = frame

    def _paint(self) -> None:
        self.shown, self.painted_at = self.arrived, time.perf_counter()

    @property
    def settled(self) -> bool:
        """Whether the newest document is on the screen."""
        return self.shown is not None and self.shown.document == self.session.document


def wait(done: Callable[[], bool]) -> None:
    """Let the event loop run until `done`."""
    app = application()
    end = time.perf_counter() + PATIENCE_S
    while not done():
        app.processEvents()
        time.sleep(0.0002)
        if time.perf_counter() > end:
            raise SystemExit("the picture did not come")


def latencies(studio: Studio, watch: Watch, moves: int) -> tuple[list[float], list[float]]:
    """Drag over the picture and return milliseconds from each mouse event to its picture, and of synthesis alone."""
    viewer = studio.window.stage.viewer
    centre = viewer.rect().center()
    QTest.mousePress(viewer, Qt.MouseButton.LeftButton, pos=centre)
    totals, synthesis = [], []
    for i in range(moves):
        before = watch.session.document
        moved = time.perf_counter()
        QTest.mouseMove(viewer, centre + QPoint(8 + 3 * (i % 40), 5 + 2 * (i % 25)))
        wait(lambda before=before: watch.session.document != before and watch.settled)  # type: ignore[misc]
        totals.append((watch.painted_at - moved) * 1e3)
        if watch.shown is not None:
            synthesis.append(watch.shown.milliseconds)
    QTest.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=centre)
    return totals, synthesis


def storm(studio: Studio, watch: Watch, seconds: float) -> int:
    """Change the document every millisecond, as no hand can, and return how many pictures were shown."""
    shown = 0

    def count() -> None:
        nonlocal shown
        shown += 1

    studio.window.stage.viewer.painted.connect(count)
    end = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < end:
        step += 1
        studio.session.change("Storm", "inputs.z", LatentPoint(step * 0.01), gesture="storm")
        application().processEvents()
        time.sleep(0.001)
    wait(lambda: watch.settled)
    return shown


def acts(studio: Studio, watch: Watch, beat: Heartbeat, times: int, others: list[str]) -> dict[str, list[float]]:
    """Do what people do beside dragging, and return the longest gap in the event loop that each time left."""
    window, session = studio.window, studio.session
    first_model = session.document.model.name
    longest: dict[str, list[float]] = {}

    def try_out(title: str, act: Callable[[], None], done: Callable[[], bool] = lambda: True) -> None:
        longest.setdefault(title, []).append(beat.during(act, done))

    def opened(name: str) -> bool:
        return session.document.model.name == name and watch.settled

    for i in range(times):
        theme = Theme.LIGHT if i % 2 == 0 else Theme.DARK
        try_out("theme", lambda theme=theme: window.appearance.choose(theme), lambda: window.appearance.settled)  # type: ignore[misc]
        try_out("palette opens", window.palette_card.open)
        try_out("palette: letters", lambda: QTest.keyClicks(window.palette_card.field, "seed"))
        try_out("palette closes", window.palette_card.dismiss)
        size = (1920, 1080) if i % 2 == 0 else (1280, 800)
        try_out("resize", lambda size=size: window.resize(*size))  # type: ignore[misc]
        try_out("undo", session.undo, lambda: watch.settled)
        try_out("redo", session.redo, lambda: watch.settled)
        try_out("side panels", lambda: window.book.action("left").trigger())
        for name in (*others, first_model) if others else ():
            label = "model switch" if i else "model switch, first"
            try_out(label, lambda name=name: session.open_model(name), lambda name=name: opened(name))  # type: ignore[misc]
    return longest


def report(title: str, values: list[float]) -> None:
    """Print the distribution of some milliseconds."""
    ordered = sorted(values)
    p95, p99 = ordered[int(0.95 * (len(ordered) - 1))], ordered[int(0.99 * (len(ordered) - 1))]
    spread = f"median {statistics.median(ordered):7.2f}  p95 {p95:7.2f}  p99 {p99:7.2f}  max {ordered[-1]:7.2f} ms"
    print(f"{title:<34}n={len(values):<6} {spread}")


def main() -> None:
    """Open the window, drag, storm, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="faces-dcgan")
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--other", nargs="*", default=[], help="further model files, for switching between all")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--fast", action="store_true")
    options = parser.parse_args()
    app = application()
    settings = Settings(precision=Precision.FAST if options.fast else Precision.EXACT)
    window = MainWindow(Appearance(app, Theme.DARK))
    studio = make_studio(settings, window)
    watch = Watch(studio)
    window.resize(1280, 800)
    window.show()
    studio.begin(LaunchOptions(model=options.model))
    wait(lambda: watch.settled and studio.session.model is not None)
    beat = Heartbeat()
    beat.start()
    wait(lambda: len(beat.gaps_ms) > 200)
    totals, synthesis = latencies(studio, watch, options.moves)
    shown = storm(studio, watch, 5.0)
    while_moving = list(beat.gaps_ms)
    for title, gaps in acts(studio, watch, beat, options.times, options.other).items():
        report(f"longest gap: {title}", gaps)
    report("mouse to painted picture", totals)
    report("synthesis alone", synthesis)
    report("overhead", [total - ms for total, ms in zip(totals, synthesis, strict=True)])
    report("event loop, gap between beats", while_moving)
    print(f"pictures shown in 5 s of a change every millisecond: {shown}")
    window.close()
    studio.end()


if __name__ == "__main__":
    main()
