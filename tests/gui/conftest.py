"""Real windows on a real session and small real models; nothing may be left behind."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.core.frame import Frame
from ganstudio.gui.app import Studio, make_studio
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.window import MainWindow
from ganstudio.gui.workspaces import WORKSPACES, Workspace
from ganstudio.studio.launch import LaunchOptions, Theme
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings

PATIENCE_MS = 30_000


@dataclass
class Running:
    """A window at work, and its session."""

    qtbot: QtBot
    studio: Studio

    @property
    def window(self) -> MainWindow:
        return self.studio.window

    @property
    def session(self) -> Session:
        return self.studio.session

    def settle(self) -> Frame:
        """Wait for the full picture of the present document."""
        self.qtbot.waitUntil(self._drawn, timeout=PATIENCE_MS)
        assert self.session.frame is not None
        return self.session.frame

    def _drawn(self) -> bool:
        frame = self.session.frame
        return frame is not None and not frame.preview and frame.document == self.session.document


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Opens windows, closes them, and fails on windows and threads left behind."""
    running: list[Running] = []
    before = set(threading.enumerate())

    def begin(
        model: str | Path | None = "faces-dcgan",
        settings: Settings | None = None,
        workspaces: tuple[Workspace, ...] = WORKSPACES,
        file: Path | None = None,
    ) -> Running:
        window = MainWindow(Appearance(qapp, Theme.DARK))
        window.resize(1280, 800)
        studio = make_studio(settings or Settings(folder=tmp_path / "home"), window)
        studio.workspaces = workspaces
        opened = Running(qtbot, studio)
        running.append(opened)
        with qtbot.waitSignal(window.painted, timeout=PATIENCE_MS):
            window.show()
        studio.begin(LaunchOptions(open=file or (model if isinstance(model, Path) else None), model=str(model)))
        if model is not None:
            opened.settle()
        qtbot.waitUntil(lambda: activated(window), timeout=PATIENCE_MS)
        return opened

    yield begin
    for opened in running:
        opened.window.close()
        opened.studio.end()
        opened.window.deleteLater()
    flush()
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == []
    left = {t for t in threading.enumerate() if t.is_alive()} - before
    for thread in left:
        thread.join(PATIENCE_MS / 1000)
    assert not any(thread.is_alive() for thread in left)


def activated(window: MainWindow) -> bool:
    """Ask for the keyboard, once more where that was not heard, and tell whether it is there."""
    window.activateWindow()
    return window.isActiveWindow()


def flush() -> None:
    """Let everything that is to be deleted go."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
