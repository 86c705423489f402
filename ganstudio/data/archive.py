"""Writing a zip archive so that it appears whole or not at all, with the same bytes for the same content."""

import contextlib
import errno
import os
import secrets
import shutil
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Self

from ganstudio.core.errors import SaveError
from ganstudio.core.files import SPARE, DiskFullError

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
PERMISSIONS = 0o644 << 16


class ArchiveWriter:
    """Collects files beside `path`; they appear there when the `with` block ends without an error."""

    def __init__(self, path: Path) -> None:
        """Name the archive."""
        self.path = path.expanduser().absolute()
        self._draft = self.path.parent / f".{secrets.token_hex(8)}.part"

    def __enter__(self) -> Self:
        """Begin; raises SaveError where nothing can be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._draft.open("xb")
        except OSError as problem:
            raise failed(self.path, problem) from problem
        self._archive = zipfile.ZipFile(self._file, "w")
        return self

    def add(self, name: str, data: bytes, compress: bool = False) -> None:
        """Add a file; raises DiskFullError or another SaveError."""
        info = zipfile.ZipInfo(name, FIRST_DAY)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = PERMISSIONS
        info.create_system = 3
        try:
            if shutil.disk_usage(self.path.parent).free < len(data) + SPARE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._archive.writestr(info, data)
        except OSError as problem:
            raise failed(self.path, problem) from problem

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the archive in its place, or remove what there is of it after an error."""
        try:
            if kind is None:
                self._archive.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._draft.replace(self.path)
        except OSError as problem:
            raise failed(self.path, problem) from problem
        finally:
            with contextlib.suppress(OSError, ValueError):
                self._archive.close()
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                self._draft.unlink(missing_ok=True)


def failed(path: Path, problem: OSError) -> SaveError:
    """Compose the error for a file that could not be written."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(f"{path} was not finished: the disk is full. Free some space and start again.")
    return SaveError(f"{path} was not written ({problem.strerror or problem}); choose another place.")
