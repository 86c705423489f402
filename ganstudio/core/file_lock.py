"""A file that one process at a time holds; the system lets it go when that process ends, however it ends."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Self


class FileLock:
    """Held from `taken` to `release`; the file says which process holds it."""

    def __init__(self, descriptor: int) -> None:
        """Take over an open and locked descriptor."""
        self._descriptor = descriptor

    @classmethod
    def taken(cls, path: Path) -> Self | None:
        """Take the lock; None where another process, or another part of this one, holds it."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            _lock(descriptor)
        except OSError:
            os.close(descriptor)
            return None
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        return cls(descriptor)

    def release(self) -> None:
        """Let it go."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond the text, which others may read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
