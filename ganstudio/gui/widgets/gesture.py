"""Groups many small changes into one undo step."""

from itertools import count

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

IDLE_MS = 600
_numbers = count(1)


class Gesture(QObject):
    """One gesture lasts from press to release, or until the wheel or keys rest for a moment."""

    ended = pyqtSignal()

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._id = ""
        self._held = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.release)

    @property
    def active(self) -> bool:
        """Whether a gesture is under way."""
        return bool(self._id)

    def hold(self) -> str:
        """Begin a gesture that lasts until `release`; a gesture of the wheel before it is finished first."""
        if not self._held:
            self.release()
            self._held = True
            self._id = self._new()
        return self._id

    def touch(self) -> str:
        """Go on with the present gesture, or begin one that ends by itself."""
        if not self._id:
            self._id = self._new()
        if not self._held:
            self._idle.start()
        return self._id

    def release(self) -> None:
        """End the gesture."""
        self._idle.stop()
        self._held = False
        if self._id:
            self._id = ""
            self.ended.emit()

    def _new(self) -> str:
        return f"{self._name}-{next(_numbers)}"
