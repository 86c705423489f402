"""The real window under real mouse events: input to painted picture, and how long the event loop is ever blocked.

    python benchmarks/window.py [--model faces-dcgan] [--other FILE ...] [--moves 300] [--times 10] [--fast]
"""

import argparse
import os
import tempfile
import time
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

from event_loop import Heartbeat, report, wait
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from ganstudio.core.device import Precision
from ganstudio.core.document import LatentPoint
from ganstudio.core.frame import Frame
from ganstudio.gui.app import Studio, application, make_studio
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.settings import Settings


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


def acts(studio: Studio, watch: Watch, beat: Heartbeat, times: int, others: list[str]) -> None:
    """Do what people do beside dragging, and keep the longest gap in the event loop that each time left."""
    window, session = studio.window, studio.session
    first_model = session.document.model.name

    def opened(name: str) -> bool:
        return session.document.model.name == name and watch.settled

    for i in range(times):
        first = "" if i else ", first"
        theme = Theme.LIGHT if i % 2 == 0 else Theme.DARK
        beat.during("theme", lambda theme=theme: window.appearance.choose(theme), lambda: window.appearance.settled)  # type: ignore[misc]
        beat.during(f"palette opens{first}", window.palette_card.open)
        beat.during("palette: letters", lambda: QTest.keyClicks(window.palette_card.field, "seed"))
        beat.during("palette closes", window.palette_card.dismiss)
        size = (1920, 1080) if i % 2 == 0 else (1280, 800)
        beat.during("resize", lambda size=size: window.resize(*size))  # type: ignore[misc]
        beat.during("undo", session.undo, lambda: watch.settled)
        beat.during("redo", session.redo, lambda: watch.settled)
        beat.during("side panels", lambda: window.book.action("left").trigger())
        for name in ("train", "learn", "explore"):
            show = partial(window.show_workspace, name)
            beat.during(f"workspace {name}{first}", show, lambda: window.body.turns.idle)
        for name in (*others, first_model) if others else ():
            beat.during(f"model switch{first}", partial(session.open_model, name), partial(opened, name))


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
    totals, synthesis = latencies(studio, watch, options.moves)
    shown = storm(studio, watch, 5.0)
    while_moving = list(beat.gaps_ms)
    own_work = list(beat.work_ms)
    acts(studio, watch, beat, options.times, options.other)
    beat.report()
    report("mouse to painted picture", totals)
    report("synthesis alone", synthesis)
    report("overhead", [total - ms for total, ms in zip(totals, synthesis, strict=True)])
    report("event loop, gap between beats", while_moving)
    report("event loop, own work between beats", own_work)
    print(f"pictures shown in 5 s of a change every millisecond: {shown}")
    window.close()
    studio.end()


if __name__ == "__main__":
    main()
