"""The bytes of a file, looked at through a memory map and copied out piece by piece."""

import contextlib
import errno
import mmap
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from ganstudio.checkpoints.refusals import (
    BrokenStreamError,
    CheckpointError,
    EmptyFileError,
    MissingFileError,
    short_of_memory,
)


class FileSource:
    """An open file; closing it releases the file, also on Windows, whatever still refers to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and not path.is_file() and not path.is_dir():
            raise MissingFileError(f"{path} is a device or a pipe. Choose a regular file.")
        try:
            self._file: BinaryIO = path.open("rb")
        except FileNotFoundError as error:
            raise MissingFileError(f"{path} does not exist. Check the name, or choose the file again.") from error
        except IsADirectoryError as error:
            raise MissingFileError(f"{path} is a folder. Choose a model file inside it.") from error
        except OSError as error:
            raise _unopened(path, error, "Check its permissions.") from error
        try:
            self.data: mmap.mmap | bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            self._file.close()
            raise EmptyFileError(f"{path.name} is empty (0 bytes). Download or copy the file again.") from error
        except OSError as error:
            self._file.close()
            raise _unopened(path, error, "Choose a regular file.") from error
        self.length = len(self.data)

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target` from byte `start` on, past the map, so that memory stays small."""
        self._file.seek(start)
        while len(target):
            got = self._file.readinto(target)  # type: ignore[attr-defined]
            if not got:
                raise BrokenStreamError("the file became shorter while it was read")
            target = target[got:]

    def forget(self) -> None:
        """Give back the pages that looking around has brought into memory, where the system offers that."""
        advice = getattr(mmap, "MADV_DONTNEED", None)
        if isinstance(self.data, mmap.mmap) and advice is not None:
            self.data.madvise(advice)

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self.data, mmap.mmap):
            self.data.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unopened(path: Path, error: OSError, remedy: str) -> CheckpointError:
    if error.errno == errno.ENOMEM:
        return short_of_memory(path)
    return MissingFileError(f"{path} cannot be read: {error.strerror}. {remedy}")


class MemorySource:
    """Bytes that had to be decoded first."""

    def __init__(self, data: bytes) -> None:
        self.data: mmap.mmap | bytes = data
        self.length = len(data)

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target` from byte `start` on."""
        piece = self.data[start : start + len(target)]
        if len(piece) != len(target):
            raise BrokenStreamError("a piece of data is shorter than announced")
        target[:] = piece


class TextSource:
    """Bytes that a file holds as text (Latin-1 written as UTF-8); decoded when asked for, and not kept."""

    def __init__(self, source: "Source", start: int, length: int) -> None:
        self._source, self._start, self._length = source, start, length
        self._held: bytes | None = None
        raw = np.frombuffer(source.data[start : start + length], dtype=np.uint8)
        self.length = int(np.count_nonzero((raw & 0xC0) != 0x80))  # UTF-8 marks all but a letter's first byte so

    @property
    def data(self) -> mmap.mmap | bytes:
        """The bytes."""
        if self._held is not None:
            return self._held
        try:
            raw = self._source.data[self._start : self._start + self._length]
            return raw.decode("utf-8").encode("latin-1")
        except UnicodeError as error:
            raise BrokenStreamError("bytes written as text are unreadable") from error

    @contextlib.contextmanager
    def decoded(self) -> Iterator[mmap.mmap | bytes]:
        """Keep the bytes for as long as the context lasts."""
        self._held = bytes(self.data)
        try:
            yield self._held
        finally:
            self._held = None
            if isinstance(self._source, FileSource):
                self._source.forget()

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target` from byte `start` on."""
        MemorySource(bytes(self.data)).read_into(start, target)


Source = FileSource | MemorySource | TextSource
