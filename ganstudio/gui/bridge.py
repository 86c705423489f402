"""The one file where something crosses threads: frozen data goes in on any thread and comes out on the window's."""

import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, pyqtSignal


class Bridge(QObject):
    """Calls what it is given on the window's thread, in order, from the event loop."""

    _crossing = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._crossing.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._open = True

    def post(self, call: Callable[[], None]) -> None:
        """Take a call that carries nothing but frozen data; may be used from any thread."""
        if self._open:
            self._crossing.emit(call)

    def aside(self, work: Callable[[], Callable[[], None]], name: str) -> threading.Thread:
        """Run `work` beside the window; what it returns is called on the window's thread."""
        thread = threading.Thread(target=lambda: self.post(work()), name=name, daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Drop what comes from now on."""
        self._open = False

    def _arrive(self, call: Callable[[], None]) -> None:
        if self._open:
            call()
