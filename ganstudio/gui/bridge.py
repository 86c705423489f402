"""The one file where something crosses threads: frozen data goes in on any thread and comes out on the window's."""

import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, pyqtSignal

from ganstudio.core.frame import Problem
from ganstudio.engine.compute import Event, problem_of


class Bridge(QObject):
    """Hands over events in order, from the event loop of the window's thread."""

    fault_told = pyqtSignal(str, str)
    _crossing = pyqtSignal(object)
    _finished = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._receive: Callable[[Event], None] | None = None
        self._closed = False
        self._told: dict[int, Callable[[Problem | None], None]] = {}
        self._beside: dict[int, threading.Thread] = {}
        queued = Qt.ConnectionType.QueuedConnection
        self._crossing.connect(self._arrive, queued)  # type: ignore[call-arg]
        self._finished.connect(self._finish, queued)  # type: ignore[call-arg]

    def carry_to(self, receive: Callable[[Event], None]) -> None:
        """Say who takes the events in."""
        self._receive = receive

    def deliver(self, event: Event) -> None:
        """Take an event; may be called on any thread, also by one that outlives the window."""
        if not self._closed:
            self._crossing.emit(event)

    def aside(self, work: Callable[[], None], told: Callable[[Problem | None], None]) -> None:
        """Run `work` beside the window, such as writing a file, and tell on the window's thread how it went."""
        number = max(self._told, default=0) + 1
        self._told[number] = told
        thread = threading.Thread(target=self._run, args=(number, work), name="beside the window")
        self._beside[number] = thread
        thread.start()

    def close(self) -> None:
        """Drop what comes from now on, and let what is being written be finished."""
        self._receive, self._closed = None, True
        self._told.clear()
        for thread in self._beside.values():
            thread.join()
        self._beside.clear()

    def _run(self, number: int, work: Callable[[], None]) -> None:
        problem = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told on the window's thread, like every problem
            problem = problem_of(error)
        self._finished.emit((number, problem))

    def _finish(self, result: tuple[int, Problem | None]) -> None:
        number, problem = result
        self._beside.pop(number, None)
        told = self._told.pop(number, None)
        if told is not None:
            told(problem)

    def _arrive(self, event: Event) -> None:
        if self._receive is not None:
            self._receive(event)
