"""The brush in the real window: from a move of the mouse to label pixels, and to the picture that follows.

    python benchmarks/painting.py [--model face-painter] [--strokes 8] [--moves 25] [--fast]

`busy` counts the window's own thread alone, which leaves out what other programs take from the processor.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

import numpy as np
from event_loop import wait
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from ganstudio.core.device import Precision
from ganstudio.gui.app import Studio, application, make_studio
from ganstudio.gui.panels.paint_page import PaintPage
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.settings import Settings


def opened(model: str, fast: bool) -> tuple[Studio, PaintPage]:
    """Open the Paint workspace on a model."""
    window = MainWindow(Appearance(application(), Theme.DARK))
    window.resize(1600, 1000)
    studio = make_studio(Settings(), window)
    window.show()
    path = Path(model)
    studio.begin(LaunchOptions(open=path if path.exists() else None, model=model, workspace="paint"))
    session = studio.session
    wait(lambda: session.frame is not None and not session.frame.preview)
    if fast:
        session.set_device(precision=Precision.FAST)
        wait(lambda: session.device is not None and session.device.precision is Precision.FAST)
    page = window.panel(PaintPage)
    assert page is not None
    assert session.painting.labels is not None, "this model draws from no map"
    return studio, page


def measured(studio: Studio, page: PaintPage, strokes: int, moves: int) -> dict[str, list[float]]:
    """Paint strokes, and return milliseconds for each move of the mouse."""
    session, canvas, output = studio.session, page.map_canvas, page.output_canvas
    times: dict[str, list[float]] = {
        "to label pixels": [],
        "to label pixels, busy": [],
        "to the picture": [],
        "drawing": [],
    }
    height, width = session.painting.labels.shape  # type: ignore[union-attr]
    chance = np.random.default_rng(0)

    def at(place: np.ndarray) -> QPoint:
        return canvas.on_screen((float(place[0]) * width, float(place[1]) * height)).toPoint()

    def drawn() -> bool:
        frame = session.frame
        return frame is not None and frame.document == session.document

    for number in range(strokes):
        session.painting.choose(number % len(session.painting.asked.classes))  # type: ignore[union-attr]
        start, end = chance.uniform(0.1, 0.9, (2, 2))
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(start))
        wait(drawn)
        for share in np.linspace(0, 1, moves):
            before, began, busy = session.document, time.perf_counter(), time.thread_time()
            QTest.mouseMove(canvas, at(start + (end - start) * share))
            canvas.repaint()
            times["to label pixels"].append((time.perf_counter() - began) * 1e3)
            times["to label pixels, busy"].append((time.thread_time() - busy) * 1e3)
            if session.document != before:  # else the brush is where it has been
                wait(drawn)
                output.repaint()
                times["to the picture"].append((time.perf_counter() - began) * 1e3)
                times["drawing"].append(session.frame.milliseconds)  # type: ignore[union-attr]
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(end))
        wait(drawn)
    return times


def main() -> None:
    """Open, paint, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="face-painter")
    parser.add_argument("--strokes", type=int, default=8)
    parser.add_argument("--moves", type=int, default=25)
    parser.add_argument("--fast", action="store_true", help="the fast precision instead of the exact one")
    options = parser.parse_args()
    studio, page = opened(options.model, options.fast)
    info = studio.session.model
    assert info is not None
    print(f"{info.name}, {info.resolution} px, {'fast' if options.fast else 'exact'}, {os.cpu_count()} cores")
    for name, values in measured(studio, page, options.strokes, options.moves).items():
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{name:<24} median {statistics.median(values):7.1f} ms   p95 {p95:7.1f} ms   n = {len(values)}")
    studio.window.close()
    studio.end()


if __name__ == "__main__":
    main()
