"""Work in pieces, one in each turn of the event loop, so that hands and pictures come in between."""

from collections import deque
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer

Piece = Callable[[], None]


class Turns(QObject):
    """Does its pieces in the order in which they came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Piece] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._take)

    @property
    def idle(self) -> bool:
        """Whether everything is done."""
        return not self._waiting

    def add(self, *pieces: Piece) -> None:
        """Do these pieces after all that wait; one that waits already keeps its place."""
        self._waiting.extend(piece for piece in pieces if piece not in self._waiting)
        self._go_on()

    def finish(self) -> None:
        """Do at once what waits."""
        while self._waiting:
            self._waiting.popleft()()

    def forget(self) -> None:
        """Do nothing of what waits."""
        self._waiting.clear()

    def _take(self) -> None:
        try:
            if self._waiting:
                self._waiting.popleft()()
        finally:
            self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._timer.start(0)
