"""How long the event loop of the window is ever busy: by the clock, and in processor time of its own thread.

On a machine that does other work as well, the clock also counts what the others did in between.
"""

import statistics
import time
from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer

from ganstudio.gui.app import application

PATIENCE_S = 120.0
BEATS_AFTER = 30


def wait(done: Callable[[], bool]) -> None:
    """Let the event loop run until `done`."""
    app = application()
    end = time.perf_counter() + PATIENCE_S
    while not done():
        app.processEvents()
        time.sleep(0.0002)
        if time.perf_counter() > end:
            raise SystemExit("what was waited for did not come")


def passed(seconds: float) -> Callable[[], bool]:
    """Tell from now on whether so much time has passed."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


class Heartbeat:
    """A timer that should fire every millisecond; the gaps tell how long the event loop was busy."""

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []
        self.work_ms: list[float] = []  # processor time of this thread in each gap
        self.longest: dict[str, list[tuple[float, float]]] = {}
        self._last: tuple[float, float] | None = None
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count."""
        self._timer.start(1)
        wait(lambda: len(self.gaps_ms) > 200)

    def during(self, title: str, act: Callable[[], object], done: Callable[[], bool] = lambda: True) -> None:
        """Keep the longest gap from an act until its end and thirty beats more, under a title."""
        first = len(self.gaps_ms)
        QTimer.singleShot(0, act)
        beats = len(self.gaps_ms) + 3  # the act itself lies between two of these
        wait(lambda: len(self.gaps_ms) > beats and done())
        last = len(self.gaps_ms) + BEATS_AFTER
        wait(lambda: len(self.gaps_ms) > last)
        self.longest.setdefault(title, []).append((max(self.gaps_ms[first:]), max(self.work_ms[first:])))

    def report(self) -> None:
        """Print the longest gaps of every title."""
        for title, found in self.longest.items():
            report(f"{title}: gap", [gap for gap, _ in found])
            report(f"{title}: own work", [work for _, work in found])

    def _beat(self) -> None:
        now = time.perf_counter(), time.thread_time()
        if self._last is not None:
            self.gaps_ms.append((now[0] - self._last[0]) * 1e3)
            self.work_ms.append((now[1] - self._last[1]) * 1e3)
        self._last = now


def report(title: str, values: list[float]) -> None:
    """Print the distribution of some milliseconds."""
    ordered = sorted(values)
    p95, p99 = ordered[int(0.95 * (len(ordered) - 1))], ordered[int(0.99 * (len(ordered) - 1))]
    spread = f"median {statistics.median(ordered):7.2f}  p95 {p95:7.2f}  p99 {p99:7.2f}  max {ordered[-1]:7.2f} ms"
    print(f"{title:<40}n={len(values):<6} {spread}")
