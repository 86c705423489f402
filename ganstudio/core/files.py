"""Writing a file so that at every moment either the old or the new one is there, whole."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from ganstudio.core.errors import SaveError

SPARE = 1 << 20
"""Bytes that must stay free on the disk beyond the file itself."""


class DiskFullError(SaveError):
    """The disk has no room for the file."""


class ReadOnlyError(SaveError):
    """The folder or the file may not be written."""


def write_file(path: Path, chunks: Iterable[bytes | memoryview], size: int) -> None:
    """Write `size` bytes given in pieces: temporary file beside `path`, flush, rename, then flush the folder.

    Raises `SaveError` or a subclass; whatever was at `path` before is then still there, unchanged.
    """
    target = path.resolve()
    temporary = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        _check(target, size)
        _write_all(temporary, chunks)
        os.replace(temporary, target)  # noqa: PTH105 (one system call, named for the tests that make it fail)
        sync_folder(target.parent)
    except OSError as error:
        _remove(temporary)
        raise _explained(target, error, size) from error
    except BaseException:
        _remove(temporary)
        raise


def with_ending(path: Path, endings: Sequence[str]) -> Path:
    """Return a path whose name ends in one of `endings`, in small letters; the first is added where it does not.

    Nobody was asked whether the longer name may be written over, so it is one that no file has yet.
    """
    if path.name.casefold().endswith(tuple(endings)):
        return path
    found, number = path.with_name(path.name + endings[0]), 2
    while found.exists():
        found, number = path.with_name(f"{path.name} ({number}){endings[0]}"), number + 1
    return found


def _check(target: Path, size: int) -> None:
    if not target.parent.is_dir():
        raise SaveError(
            f"{target.name} was not saved: the folder {target.parent} does not exist. "
            "Create it or choose another folder."
        )
    if target.is_dir():
        raise SaveError(
            f"{target} is a folder, so no file can be saved under that name. Choose another name."
        )
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not has_room(target.parent, size):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write_all(temporary: Path, chunks: Iterable[bytes | memoryview]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o644)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(descriptor, rest[: 1 << 24]) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def has_room(folder: Path, size: int) -> bool:
    """Whether the folder's disk takes `size` more bytes and keeps a little free."""
    return shutil.disk_usage(folder).free >= size + SPARE


def sync_folder(folder: Path) -> None:
    """Make the new name itself durable; some systems cannot, and need not."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _explained(target: Path, error: OSError, size: int) -> SaveError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"{target.name} was not saved: {target.parent} has no room for its {max(size / 1e6, 0.1):.1f} MB, with "
            f"{SPARE / 1e6:.0f} MB left free beside it. Free some space or choose another disk."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnlyError(
            f"{target.name} was not saved: {target.parent} may not be written. "
            "Choose another folder or change its permissions."
        )
    return SaveError(
        f"{target.name} was not saved: {error.strerror or error}. Check the disk, or choose another folder."
    )
