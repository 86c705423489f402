"""The Train workspace beside a run at work, and on the log of a very long one: is the event loop ever blocked?

    python benchmarks/watching.py [--seconds 30] [--steps 1000000]
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GANSTUDIO_HOME"] = tempfile.mkdtemp(prefix="ganstudio-benchmark-")

import numpy as np
from event_loop import Heartbeat, passed, wait
from PIL import Image
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QGraphicsView

from ganstudio.gui.app import Studio, application, make_studio
from ganstudio.gui.panels.train_board import TrainBoardPanel
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.settings import Settings
from ganstudio.training.events import Evaluated, Logits, Started
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder

BATCH = 8


def step_line(step: int, steps: int) -> str:
    """One line of a log."""
    wave = float(np.sin(step / 1e3))
    found = {
        "event": "Step", "images_seen": BATCH * step, "step": step,
        "losses": {"D/real": 1 + wave, "D/fake": 1 - wave, "G/main": 2 + wave},
        "observed": {"D/logits_real": wave, "D/logits_fake": -wave, "G/path": 0.5},
        "gradient_norms": {"D": 1 + wave, "G": 2 + wave}, "learning_rates": {"D": 2e-4, "G": 2e-4},
        "read_outs": {"augment_p": step / steps, "r_t": wave, "path_length": 0.5},
        "images_per_second": 90.0, "memory": 500_000_000,
    }  # fmt: skip
    return json.dumps(found) + "\n"


def long_run(path: Path, steps: int) -> RunFolder:
    """Write the folder of a run of very many steps, with histograms, metrics and samples."""
    run = RunFolder.create(path, TrainingOptions("dcgan", "pictures", images=2 * BATCH * steps, preset="tiny"))
    run.log_event(Started(0, 1, 1, "cpu"))
    draws = np.random.default_rng(0)
    for part in range(200):
        begin = part * steps // 200 + 1
        with run.log_file.open("a", encoding="utf-8") as log:
            log.writelines(step_line(step, steps) for step in range(begin, (part + 1) * steps // 200 + 1))
        at = BATCH * ((part + 1) * steps // 200)
        counts = {kind: tuple(draws.integers(0, 99, 32).tolist()) for kind in ("real", "held_out", "fake")}
        run.log_event(Logits(at, -4.0, 4.0, counts, dict.fromkeys(counts, 0.0), 0.2))
        run.log_event(Evaluated(at, "frechet-vgg16", 100.0 - part / 4, 0.5, 100, "vgg16"))
        Image.fromarray(draws.integers(0, 256, (512, 512, 3), dtype=np.uint8)).save(run.samples / f"{at:09d}.png")
    return run


def board_of(studio: Studio) -> TrainBoardPanel:
    """The middle of the Train workspace."""
    board = studio.window.panel(TrainBoardPanel)
    if board is None:
        raise SystemExit("the Train workspace has no board")
    return board


def watch_live(studio: Studio, beat: Heartbeat, folder: Path, seconds: int) -> None:
    """Start a run in a process of its own and look on."""
    runs, board = studio.session.runs, board_of(studio)
    options = TrainingOptions(
        "dcgan", "model:faces-dcgan", images=50_000_000, preset="tiny", resolution=16, sample_every=400,
        snapshot_every=4000, checkpoint_every=4000, judge_every=2000,
    )  # fmt: skip
    path = folder / "live"
    beat.during("a run starts", lambda: runs.start(options, path), lambda: path in runs.readings)
    wait(lambda: not board.samples.image.isNull())
    for _ in range(seconds):
        beat.during("watching for a second", lambda: None, passed(1.0))
    for key in ("gradients", "speed", "losses"):
        beat.during("other curves", lambda key=key: board.panes[0].choice.chosen.emit(key), passed(0.5))
    child = runs.child(path)
    if child is not None:
        child.kill()
    wait(lambda: child is None or child.is_over)


def look_closer(beat: Heartbeat, board: TrainBoardPanel) -> None:
    """Zoom with the wheel, pan, scrub through the sheets, and show everything again."""
    view = board.panes[0].curves.findChild(QGraphicsView)
    port = view.viewport() if view is not None else None
    if port is None:
        raise SystemExit("the curves are not there")
    centre, none = port.rect().center(), Qt.MouseButton.NoButton
    for _ in range(20):
        turn = QWheelEvent(
            QPointF(centre), QPointF(port.mapToGlobal(centre)), QPoint(), QPoint(0, 120), none,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        beat.during("zooming", lambda turn=turn: QApplication.sendEvent(port, turn))
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=centre)
    for i in range(30):
        beat.during("panning", lambda i=i: QTest.mouseMove(port, centre + QPoint(4 * i, i)))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=centre)
    beat.during("the curves in more detail", lambda: None, passed(1.5))
    beat.during("everything again", board.panes[0].whole.click, passed(1.5))
    for i in range(20):
        beat.during("through the samples", lambda i=i: board.track.moved.emit(10.0 * i, "time"), passed(0.1))


def watch_long(studio: Studio, beat: Heartbeat, run: RunFolder, steps: int) -> None:
    """Open the log of a long run, follow it, and look closer."""
    runs = studio.session.runs
    beat.during("a long run opens", lambda: runs.attach(run.path), lambda: run.path in runs.readings)
    board = board_of(studio)
    wait(lambda: runs.chosen == run.path and board.panes[0].curves.ready and bool(board.panes[0].readings))
    for second in range(10):
        with run.log_file.open("a", encoding="utf-8") as log:
            log.writelines(step_line(steps + 50 * second + i + 1, steps) for i in range(50))
        beat.during("following a long run", lambda: None, passed(1.0))
    look_closer(beat, board)


def main() -> None:
    """Open the window, watch a run and a long log, and print the gaps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long the run at work is watched")
    parser.add_argument("--steps", type=int, default=1_000_000, help="of the long run")
    options = parser.parse_args()
    window = MainWindow(Appearance(application(), Theme.DARK))
    studio = make_studio(Settings(), window)
    window.resize(1600, 1000)
    window.show()
    studio.begin(LaunchOptions(model="faces-dcgan", workspace="train"))
    wait(lambda: studio.session.frame is not None and studio.session.runs.draft.catalogue is not None)
    beat = Heartbeat()
    with tempfile.TemporaryDirectory(prefix="ganstudio-runs-") as folder:
        long = long_run(Path(folder) / "long", options.steps)
        beat.start()
        watch_live(studio, beat, Path(folder), options.seconds)
        watch_long(studio, beat, long, options.steps)
        window.close()
        studio.end()
    beat.report()


if __name__ == "__main__":
    main()
