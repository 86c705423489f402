"""Takes the window's picture once it shows a full frame, for screenshots and for machines without a display."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QObject, QTimer

from ganstudio.core.document import LatentPoint
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import Frame, Problem
from ganstudio.core.inputs import Latent
from ganstudio.gui.binding import Bindings
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import LaunchOptions
from ganstudio.studio.pictures import save_png, sheet
from ganstudio.studio.session import Session

SETTLE_MS = 60
PATIENCE_MS = 180_000
SHEET_SEEDS = 16


@dataclass
class Timings:
    """Seconds from the start of the process to what a person sees."""

    started_at: float
    seconds: dict[str, float] = field(default_factory=dict)

    def mark_window(self, now: float) -> None:
        """The window is painted."""
        self.seconds.setdefault("start_to_window_s", round(now - self.started_at, 3))

    def mark_picture(self, now: float) -> None:
        """The first full picture is painted."""
        self.seconds.setdefault("start_to_first_picture_s", round(now - self.started_at, 3))


class Capture(QObject):
    """Waits for the first full picture, saves the window, and for a first look a sheet of seeds as well."""

    def __init__(
        self,
        session: Session,
        window: MainWindow,
        timings: Timings,
        options: LaunchOptions,
        leave: Callable[[int], None],
    ) -> None:
        super().__init__(window)
        self._session, self._window, self._timings = session, window, timings
        self._options, self._leave = options, leave
        self._bindings = Bindings()
        self._shown = False
        self._grabbed = False
        self._pictures: list[np.ndarray] = []

    def begin(self) -> None:
        """Listen."""
        self._bindings.on(self._session.frame_arrived, self._frame_arrived)
        self._bindings.on(self._session.failed, self._failed)
        self._window.stage.viewer.painted.connect(self._painted)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._lose_patience)
        self._patience.start(PATIENCE_MS)

    def _frame_arrived(self, frame: Frame) -> None:
        if frame.preview:
            return
        self._shown = True
        if self._grabbed:
            self._collect(frame)
        elif not self._window.stage.viewer.isVisible():  # another page stands in the picture's place
            QTimer.singleShot(SETTLE_MS, self._painted)

    def _painted(self) -> None:
        if self._shown and not self._grabbed:
            self._timings.mark_picture(time.time())
            self._grabbed = True
            QTimer.singleShot(SETTLE_MS, self._grab)

    def _failed(self, problem: Problem) -> None:
        sys.stderr.write(problem.sentence + "\n")
        if not self._shown and not problem.harmless:
            self._grabbed = True
            QTimer.singleShot(SETTLE_MS, lambda: self._finish(1))

    def _lose_patience(self) -> None:
        sys.stderr.write("No picture came within three minutes.\n")
        self._grabbed = True
        self._finish(1)

    def give_up(self, sentence: str, _details: str) -> None:
        """End with exit code 1: something failed inside the program, so that no picture may ever come."""
        self._bindings.release()
        sys.stderr.write(sentence + "\n")
        self._leave(1)

    def _grab(self) -> None:
        if self._options.first_look is not None:
            self._next_seed()
        else:
            self._finish(0)

    def _finish(self, code: int) -> None:
        self._bindings.release()
        target = self._options.screenshot
        if self._options.first_look is not None:
            target = self._options.first_look / "window.png"
        try:
            if target is not None:
                save_png(target, pixels_of(self._window))
        except StudioError as problem:
            sys.stderr.write(f"{problem}\n")
            code = 1
        if self._options.screenshot is not None:
            print_line(self._timings.seconds)
        self._leave(code)

    def _next_seed(self) -> None:
        info = self._session.model
        latent = next((i for i in info.inputs if isinstance(i, Latent)), None) if info is not None else None
        if latent is None:
            self._finish(0)
            return
        point = LatentPoint.of_seed(len(self._pictures))
        if self._session.document.inputs.get(latent.name) == point and self._session.frame is not None:
            self._collect(self._session.frame)
        else:
            self._session.change("Sheet", f"inputs.{latent.name}", point)

    def _collect(self, frame: Frame) -> None:
        self._pictures.append(next(iter(frame.pictures.values())))
        if len(self._pictures) < SHEET_SEEDS:
            self._next_seed()
            return
        folder = self._options.first_look or Path()
        try:
            save_png(folder / "sheet.png", sheet(np.stack(self._pictures)))
        except StudioError as problem:
            sys.stderr.write(f"{problem}\n")
        self._finish(0)


def pixels_of(window: MainWindow) -> np.ndarray:
    """The window as uint8 `[H, W, 3]`."""
    from PyQt6.QtGui import QImage

    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    view = image.constBits()
    if view is None:
        raise ValueError("the window has no picture")
    flat = np.frombuffer(view.asstring(image.sizeInBytes()), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine())[:, : 3 * image.width()].reshape(image.height(), -1, 3)


def print_line(values: Mapping[str, float]) -> None:
    """One JSON line on the standard output."""
    sys.stdout.write(json.dumps(dict(values)) + "\n")
    sys.stdout.flush()
