"""A file is written whole or not at all, whichever system call fails."""

import errno
import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganstudio.core.errors import SaveError
from ganstudio.core.files import DiskFullError, ReadOnlyError, with_ending, write_file

OLD, NEW = b"old content", b"new content " * 1000
FAULTS = {errno.ENOSPC: DiskFullError, errno.EIO: SaveError, errno.EACCES: ReadOnlyError, errno.EROFS: ReadOnlyError,
          errno.EDQUOT: DiskFullError}  # fmt: skip
CALLS = {"open": 2, "write": 3, "fsync": 2, "replace": 1, "close": 2}


def chunks() -> Iterator[bytes]:
    """The new content in three pieces."""
    third = len(NEW) // 3
    yield from (NEW[:third], NEW[third : 2 * third], NEW[2 * third :])


def failing(monkeypatch: pytest.MonkeyPatch, name: str, number: int, code: int) -> list[int]:
    """Make call `number` of `os.<name>` fail; the list holds one entry once it did."""
    real, counted, failed = getattr(os, name), [0], list[int]()

    def call(*arguments: object, **options: object) -> object:
        counted[0] += 1
        if counted[0] == number:
            failed.append(number)
            if name == "close":
                real(*arguments)
            raise OSError(code, os.strerror(code))
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, call)
    return failed


@pytest.mark.parametrize("code", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize(("name", "number"), [(name, i + 1) for name, count in CALLS.items() for i in range(count)])
def test_each_call_failing_once(
    name: str, number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(OLD)
    with monkeypatch.context() as patch:
        failed = failing(patch, name, number, code)
        with pytest.raises(FAULTS[code], match=r"model\.safetensors") as caught:
            write_file(path, chunks(), len(NEW))
    assert failed == [number]
    assert path.read_bytes() in (OLD, NEW)
    if (name, number) not in (("fsync", 2), ("open", 2), ("close", 2)):  # the folder's turn comes after the rename
        assert path.read_bytes() == OLD
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]
    assert any(word in str(caught.value) for word in ("Free some space", "Choose another folder", "Check the disk"))


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:7]))
        write_file(tmp_path / "a", chunks(), len(NEW))
    assert (tmp_path / "a").read_bytes() == NEW


def test_a_failing_producer_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise KeyError("weights")

    (tmp_path / "a").write_bytes(OLD)
    with pytest.raises(KeyError):
        write_file(tmp_path / "a", broken(), 100)
    assert (tmp_path / "a").read_bytes() == OLD
    assert len(list(tmp_path.iterdir())) == 1


def test_space_is_checked_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 5000))
    with pytest.raises(DiskFullError, match="Free some space"):
        write_file(tmp_path / "a", chunks(), len(NEW))
    assert not list(tmp_path.iterdir())


def test_folders_and_missing_folders(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="does not exist"):
        write_file(tmp_path / "none" / "a", chunks(), len(NEW))
    with pytest.raises(SaveError, match="is a folder"):
        write_file(tmp_path, chunks(), len(NEW))


def test_links_stay_links(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(OLD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_file(tmp_path / "link", chunks(), len(NEW))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == NEW


def test_an_ending_is_added_without_writing_over_what_is_there(tmp_path: Path) -> None:
    endings = (".png", ".jpg")
    for name in ("a.png", "a.JPG", "walk 1.5.png"):
        assert with_ending(tmp_path / name, endings) == tmp_path / name
    assert with_ending(tmp_path / "walk 1.5", endings) == tmp_path / "walk 1.5.png"
    assert with_ending(tmp_path / "walk.mp4", endings) == tmp_path / "walk.mp4.png"
    for taken in ("mine.png", "mine (2).png"):
        (tmp_path / taken).touch()
    assert with_ending(tmp_path / "mine", endings) == tmp_path / "mine (3).png"
    assert with_ending(tmp_path / "mine.png", endings) == tmp_path / "mine.png"  # that was asked
