"""Starts the window: painted first, alive a moment later."""

import logging
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from PyQt6.QtWidgets import QApplication

from ganstudio.core.frame import ModelInfo
from ganstudio.core.paths import user_folder
from ganstudio.engine.compute import Compute
from ganstudio.gui.bridge import Bridge
from ganstudio.gui.capture import Capture, Timings
from ganstudio.gui.faults import Faults
from ganstudio.gui.keep import Keeper
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.gui.workspaces import WORKSPACES, Workspace
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.library import Library
from ganstudio.studio.opening import MODEL, open_file, opener_of, wants_model
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings

FULL_SIZE = (1600, 1000)


@dataclass
class Studio:
    """The parts of the running program, joined."""

    session: Session
    bridge: Bridge
    window: MainWindow
    keeper: Keeper
    workspaces: tuple[Workspace, ...] = WORKSPACES
    ended: bool = False
    quiet: bool = True  # whether, after the end, no thread computes any more

    def begin(self, options: LaunchOptions) -> None:
        """Bring the painted window to life."""
        self.window.attach(self.session, options.workspace, self.keeper, self.workspaces)
        file = Path(options.open).expanduser().resolve() if options.open is not None else None
        if file is None or opener_of(file) is MODEL:
            self.session.start(first_model(options, self.session.library))
        elif wants_model(file):
            self._open_on_model(file, replace(options, open=None))
        else:
            self.session.start()
            open_file(self.session, file)
        if options.screenshot is None and options.first_look is None:
            self.session.recovery.begin()

    def _open_on_model(self, file: Path, options: LaunchOptions) -> None:
        """Open the first model, and once it is there a file that belongs on one."""

        def opened(info: ModelInfo | None) -> None:
            if info is not None:
                self.session.model_changed.disconnect(opened)
                open_file(self.session, file)

        self.session.model_changed.connect(opened)
        self.session.start(first_model(options, self.session.library))

    def end(self) -> None:
        """Stop the computing and keep the settings; nothing arrives any more."""
        if not self.ended:
            self.ended = True
            self.bridge.close()
            self.session.recovery.end()
            self.quiet = self.session.stop()


def run(options: LaunchOptions) -> int:
    """Show the window until it is closed, or until its picture is taken; return the exit code."""
    captured = options.screenshot is not None or options.first_look is not None
    if captured:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = application()
    settings = Settings.load()
    appearance = Appearance(app, options.theme if options.theme is not Theme.SYSTEM else settings.theme)
    window = MainWindow(appearance)
    studio = make_studio(settings, window)
    faults = Faults(user_folder() / "faults.log", studio.bridge.fault_told.emit)
    faults.install()
    code = run_window(app, studio, options, captured)
    studio.end()
    faults.uninstall()
    if not studio.quiet or code != 0:  # what failed may be half made, and is not taken apart
        leave_at_once(code)
    return code


def run_window(app: QApplication, studio: Studio, options: LaunchOptions, captured: bool) -> int:
    """Show the window, and run the event loop until it ends; return the exit code."""
    window = studio.window
    timings = Timings(options.started_at)
    window.painted.connect(lambda: timings.mark_window(time.time()))
    window.painted.connect(lambda: studio.begin(options))
    if captured:
        capture = Capture(studio.session, window, timings, options, app.exit)
        capture.begin()
        studio.bridge.fault_told.connect(capture.give_up)
    show(window, studio.keeper, options, captured)
    return app.exec()


def leave_at_once(code: int) -> NoReturn:
    """End the process as it stands: a thread deep in a computation, or a half-made window, could crash its end."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def application() -> QApplication:
    """The one application of this process."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("ganstudio")
    app.setApplicationDisplayName("GAN Studio")
    return app


def make_studio(settings: Settings, window: MainWindow) -> Studio:
    """Join session, bridge and window."""
    bridge = Bridge()
    session = Session(Compute(bridge.deliver), settings, Library(settings))
    bridge.carry_to(session.receive)
    bridge.fault_told.connect(window.tell_problem)
    studio = Studio(session, bridge, window, Keeper(settings))
    window.aside_wanted.connect(bridge.aside)
    window.closing.connect(studio.end)
    return studio


def show(window: MainWindow, keeper: Keeper, options: LaunchOptions, captured: bool) -> None:
    """Show the window at the wanted size, else where it was, else large."""
    if options.size is not None:
        window.setMinimumSize(1, 1)
        window.resize(*options.size)
    elif captured or not keeper.restore_geometry(window):
        window.resize(*FULL_SIZE)
        screen = window.screen()
        if screen is not None and not captured:
            window.resize(window.size().boundedTo(screen.availableSize() * 0.9))
    window.show()


def first_model(options: LaunchOptions, library: Library) -> str | None:
    """What opens first: a file, a named model, else the first that ships."""
    if options.open is not None:
        return str(Path(options.open).expanduser().resolve())
    if options.model is not None:
        return options.model
    return library.shipped[0].name if library.shipped else None
