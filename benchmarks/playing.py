"""Pictures a second of playing a path in the real window, alone and while the strip fills in.

python benchmarks/playing.py [--model faces-dcgan] [--seconds 3] [--rounds 5]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

from PyQt6.QtCore import QEventLoop, QTimer

from ganstudio.core.document import LatentPoint
from ganstudio.gui.app import Studio, application, make_studio
from ganstudio.gui.panels.timeline import TimelinePanel
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.settings import Settings

PATIENCE_S = 120.0
SEEDS = (0, 7, 12, 23)


def wait(done: Callable[[], bool], patience: float = PATIENCE_S) -> None:
    """Let the event loop run until `done`, or for as long as the patience lasts."""
    app, end = application(), time.perf_counter() + patience
    while not done() and time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.0002)


def play(studio: Studio, panel: TimelinePanel, seconds: float) -> tuple[float, float]:
    """Play, and return how many pictures were painted a second, and the longest gap between two in seconds."""
    times: list[float] = []
    viewer = studio.window.stage.viewer
    note = lambda: times.append(time.perf_counter())  # noqa: E731
    viewer.painted.connect(note)
    panel.player.seek(0.0)
    panel.player.play()
    loop = QEventLoop()  # one that polls takes the interpreter from drawing
    QTimer.singleShot(round(seconds * 1e3), loop.quit)
    loop.exec()
    panel.player.leave()
    viewer.painted.disconnect(note)
    gaps = [b - a for a, b in pairwise(times)]
    return len(gaps) / sum(gaps), max(gaps)


def measured(panel: TimelinePanel) -> int:
    """How many samples of the path there are."""
    return sum(len(panel.speeds.samples(i)[0]) for i in range(len(SEEDS)))


def main() -> None:
    """Open the window, make a closed path, play it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="faces-dcgan")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    window = MainWindow(Appearance(application(), Theme.DARK))
    studio = make_studio(Settings(), window)
    window.resize(1280, 800)
    window.show()
    file = Path(options.model)
    studio.begin(LaunchOptions(open=file if file.is_file() else None, model=options.model))
    session = studio.session
    wait(lambda: session.frame is not None and session.model is not None)
    panel = window.panel(TimelinePanel)
    assert panel is not None
    panel._idle.stop()  # nothing is measured beside the first run
    for seed in SEEDS:
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        panel.add_keyframe()
    panel.editor.close(True)
    panel.model.release()
    wait(lambda: session.thumbnails.idle)
    rates: dict[bool, list[float]] = {False: [], True: []}
    gaps: dict[bool, list[float]] = {False: [], True: []}
    before = measured(panel)
    for measuring in [False, True] * options.rounds:
        if measuring:
            panel._idle.start()
            known = measured(panel)
            wait(lambda known=known: measured(panel) > known)  # type: ignore[misc]
        before = measured(panel) if measuring and not rates[True] else before
        rate, gap = play(studio, panel, options.seconds)
        rates[measuring].append(rate)
        gaps[measuring].append(gap)
        panel._idle.stop()
        panel.speeds.stop()
    for measuring, words in ((False, "alone"), (True, "while the strip fills in")):
        print(
            f"{options.model}, playing {words}: {statistics.median(rates[measuring]):.1f} pictures a second, "
            f"longest gap {statistics.median(gaps[measuring]) * 1e3:.0f} ms (medians of {options.rounds} rounds)"
        )
    print(f"{(measured(panel) - before) / (options.seconds * options.rounds):.2f} samples a second meanwhile, at most")
    window.close()
    studio.end()


if __name__ == "__main__":
    main()
