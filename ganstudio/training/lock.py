"""Who works in a run's folder: a small file with host, process and the time of the last sign of life."""

import contextlib
import json
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from ganstudio.core.errors import SaveError
from ganstudio.core.files import write_file

HEARTBEAT_S = 5.0
SILENT_AFTER_S = 60.0
NUMBER_REUSED_AFTER_S = 3600.0


@dataclass(frozen=True)
class Lock:
    """Who works in a run's folder, and when that process was last heard of (Unix time)."""

    host: str
    pid: int
    heartbeat: float

    @property
    def is_ours(self) -> bool:
        """Whether this process wrote it."""
        return (self.host, self.pid) == (socket.gethostname(), os.getpid())

    def holds(self, now: float) -> bool:
        """Whether the process that wrote this is still at work."""
        if self.host == socket.gethostname() and os.name == "posix":
            return is_alive(self.pid) and now - self.heartbeat < NUMBER_REUSED_AFTER_S
        return now - self.heartbeat < SILENT_AFTER_S


def read_lock(file: Path) -> Lock | None:
    """Return who claimed the folder last, None where nobody did or the file is unreadable."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Lock(str(found["host"]), int(found["pid"]), float(found["heartbeat"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_lock(file: Path) -> None:
    """Claim the folder for this process, or say again that it is at work; raises SaveError."""
    text = json.dumps(asdict(Lock(socket.gethostname(), os.getpid(), time.time()))).encode()
    write_file(file, [text], len(text))


class Heart:
    """Says every few seconds that this process is at work, however long a step or a metric takes."""

    def __init__(self, file: Path) -> None:
        """Name the lock file."""
        self._file = file
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End before the file goes."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_S):
            with contextlib.suppress(SaveError):  # a full disk is met, and told, by whoever saves the state
                write_lock(self._file)


def is_alive(pid: int) -> bool:
    """Tell whether a process of this machine runs; one that ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in ("Z", "X")
