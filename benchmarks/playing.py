"""Pictures a second of playing a path in the real window, alone and while the strip fills in.

    python benchmarks/playing.py [--model faces-dcgan] [--seconds 6]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

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


def play(studio: Studio, panel: TimelinePanel, seconds: float) -> str:
    """Play, and say how many pictures were painted, the longest gap between two, and what one costs the processor."""
    times: list[float] = []
    viewer = studio.window.stage.viewer
    note = lambda: times.append(time.perf_counter())  # noqa: E731
    viewer.painted.connect(note)
    panel.player.seek(0.0)
    panel.player.play()
    used = time.process_time()
    wait(lambda: False, seconds)
    used = time.process_time() - used
    panel.player.leave()
    viewer.painted.disconnect(note)
    gaps = [b - a for a, b in pairwise(times)]
    return (
        f"{len(gaps) / sum(gaps):.1f} pictures a second, longest gap {max(gaps) * 1e3:.0f} ms, "
        f"{used / len(gaps) * 1e3:.1f} ms of processor time a picture"
    )


def main() -> None:
    """Open the window, make a closed path, play it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="faces-dcgan")
    parser.add_argument("--seconds", type=float, default=6.0)
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
    print(f"{options.model}, playing alone: {play(studio, panel, options.seconds)}")
    panel._idle.start()
    wait(lambda: any(panel.speeds.segment_figure(i) is not None for i in range(4)))
    before = sum(len(panel.speeds.samples(i)[0]) for i in range(4))
    words = play(studio, panel, options.seconds)
    found = sum(len(panel.speeds.samples(i)[0]) for i in range(4)) - before
    print(f"{options.model}, while the strip fills in: {words}, {found / options.seconds:.1f} samples a second")
    window.close()
    studio.end()


if __name__ == "__main__":
    main()
