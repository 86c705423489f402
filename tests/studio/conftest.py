"""A session at work without a window: the real computing, its events taken in on the test's thread."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ganstudio.core.frame import Frame
from ganstudio.engine.compute import Compute, Event
from ganstudio.studio.library import Library
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings

PATIENCE_S = 30.0


class Running:
    """A session whose events come out of a queue."""

    def __init__(self, settings: Settings) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self.session = Session(Compute(self._events.put), settings, Library(settings))

    def until(self, reached: Callable[[], bool]) -> None:
        """Take events in until `reached`; fail where none comes for long."""
        while not reached():
            self.session.receive(self._events.get(timeout=PATIENCE_S))

    def settle(self) -> Frame:
        """Wait for the full picture of the present document."""
        self.until(self._drawn)
        assert self.session.frame is not None
        return self.session.frame

    def _drawn(self) -> bool:
        frame = self.session.frame
        return frame is not None and not frame.preview and frame.document == self.session.document


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[str | Path], Running]]:
    """Opens a model in a session of its own; ends every session after the test."""
    begun: list[Running] = []

    def begin(model: str | Path) -> Running:
        running = Running(Settings(folder=tmp_path / "home"))
        begun.append(running)
        running.session.start(str(model))
        running.settle()
        return running

    yield begin
    for running in begun:
        assert running.session.compute.stop(PATIENCE_S)


@pytest.fixture
def running(run: Callable[[str | Path], Running]) -> Running:
    """A session on the shipped faces."""
    return run("faces-dcgan")
