"""The bytes of a file, looked at through a memory map and copied out piece by piece."""

import mmap
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ganstudio.checkpoints.refusals import BrokenStreamError, EmptyFileError, MissingFileError


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
            raise MissingFileError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
        try:
            self.data: mmap.mmap | bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            self._file.close()
            raise EmptyFileError(f"{path.name} is empty (0 bytes). Download or copy the file again.") from error
        except OSError as error:
            self._file.close()
            raise MissingFileError(f"{path} cannot be read: {error.strerror}. Choose a regular file.") from error
        self.length = len(self.data)

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill `target` from byte `start` on, past the map, so that memory stays small."""
        self._file.seek(start)
        while len(target):
            got = self._file.readinto(target)  # type: ignore[attr-defined]
            if not got:
                raise BrokenStreamError("the file became shorter while it was read")
            target = target[got:]

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


Source = FileSource | MemorySource
