"""The numbers in the status bar, from the frames that arrive."""

from collections import deque

from ganstudio.core.frame import Frame

WINDOW_S = 1.0
GIB = 1024**3


class ReadOut:
    """Milliseconds of the last picture, pictures a second while they flow, and preview and full size."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=240)
        self._milliseconds = 0.0
        self._preview = 0
        self._full = 0

    def take(self, frame: Frame, now: float) -> None:
        """Count a frame that arrived at `now` seconds."""
        self._times.append(now)
        self._milliseconds = frame.milliseconds
        size = max((int(p.shape[0]) for p in frame.pictures.values()), default=0)
        if frame.preview:
            self._preview = size
        else:
            self._full = size

    def fps(self, now: float) -> float:
        """Pictures a second over the last second; 0 while they do not flow."""
        recent = [t for t in self._times if now - t <= WINDOW_S]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 2 and recent[-1] > recent[0] else 0.0

    def words(self, now: float) -> str:
        """The read-out as the status bar shows it."""
        if not self._times:
            return ""
        fps = self.fps(now)
        parts = [f"{self._milliseconds:.1f} ms"]
        if fps:
            parts.append(f"{fps:.0f} fps")
        if self._full:
            parts.append(f"preview {self._preview} → full {self._full} px" if self._preview else f"{self._full} px")
        return "  ·  ".join(parts)


def memory_in_words(used: int, total: int) -> str:
    """Memory as 1.2 of 24 GB; nothing where it is not known."""
    return f"{used / GIB:.1f} of {total / GIB:.0f} GB" if used > 0 and total > 0 else ""
