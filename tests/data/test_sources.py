"""Folders and archives: one order, nothing outside of them, every odd file named."""

import contextlib
import pickle
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ganstudio.data.images import open_pictures
from ganstudio.data.sources import DamagedEntryError, PictureGoneError, SourceError, ZipFiles, open_source
from tests.data.made_sets import archive_of, folder_of, numbered, plain

FILES = {"b/2.png": plain(2), "a/1.png": plain(1), "3.JPG": plain(3), "note.txt": b"x", ".hidden.png": b"",
         "__MACOSX/1.png": b""}  # fmt: skip


def test_folder_and_archive_give_the_same_pictures(tmp_path: Path) -> None:
    folder, archive = folder_of(tmp_path / "set", FILES), archive_of(tmp_path / "set.zip", FILES)
    assert list(open_source(folder).entries) == ["3.JPG", "a/1.png", "b/2.png"]
    both = [open_pictures(place) for place in (folder, archive)]
    assert [p.facts for p in both] == [both[0].facts] * 2
    first, second = (p.reader().read(range(3)) for p in both)
    assert np.array_equal(first.pixels, second.pixels)
    assert first.pixels[:, 0, 0, 0].tolist() == [3, 1, 2]


def test_links_in_folders_are_followed_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", {"in/1.png": plain(1)})
    (folder / "in" / "again").symlink_to(folder)
    (folder / "in" / "lost.png").symlink_to(tmp_path / "nowhere.png")
    files = open_source(folder)
    assert list(files.entries) == ["in/1.png"]
    assert list(files.refused) == ["in/lost.png"]


def hostile(path: Path) -> Path:
    """An archive with entries that lead elsewhere, links, twins, codes and bombs beside one picture."""
    names = ["../out.png", "/etc/out.png", "a/../../out.png", "..\\out.png", "\\\\host\\out.png", "C:\\out.png"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*names, "a\nb.png", "good.png", "twin.png"]:
            archive.writestr(zipfile.ZipInfo(name), plain(7))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("twin.png", plain(7))
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("packed.png", plain(1), compress_type=zipfile.ZIP_LZMA)
        archive.writestr("bomb.png", b"\0" * 40_000_000, compress_type=zipfile.ZIP_DEFLATED)
        large = zipfile.ZipInfo("huge.png")
        archive.writestr(large, plain(1))
        large.file_size = 1 << 31
    return path


def test_hostile_archives_give_their_good_pictures_and_touch_nothing(tmp_path: Path) -> None:
    place = tmp_path / "inside"
    place.mkdir()
    files = open_source(hostile(place / "set.zip"))
    assert list(files.entries) == ["bomb.png", "good.png", "twin.png"]
    assert len(files.refused) == 11
    reading = open_pictures(place / "set.zip").reader().read([0, 1, 2])
    assert (reading.pixels == 7).all()
    assert [name for name, _ in reading.broken] == ["bomb.png"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "set.zip"]


def test_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    data = bytearray(archive_of(tmp_path / "set.zip", {"1.png": b"\0" * 100_000, "2.png": plain(2)}).read_bytes())
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    data[place + 24 : place + 28] = struct.pack("<I", 50)
    (tmp_path / "lying.zip").write_bytes(data)
    files = open_source(tmp_path / "lying.zip")
    with pytest.raises(DamagedEntryError, match=r"1\.png"):
        files.read("1.png")
    assert files.read("2.png") == plain(2)


@pytest.mark.parametrize("seed", range(40))
def test_changed_archives_are_read_or_refused(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(archive_of(tmp_path / "set.zip", numbered(12)).read_bytes())
    for place in random.integers(len(data), size=4 + seed):
        data[place] = random.integers(256)
    if seed % 4 == 0:
        del data[int(random.integers(len(data))) :]
    (tmp_path / "changed.zip").write_bytes(data)
    with contextlib.suppress(SourceError, PictureGoneError):
        reading = open_pictures(tmp_path / "changed.zip").reader().read([0, 1, 2])
        assert reading.pixels.shape == (3, 3, 8, 8)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.zip", "set.zip"]


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no folder and no archive .*nowhere"):
        open_source(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="no pictures"):
        open_source(folder_of(tmp_path / "texts", {"a.txt": b"x"}))
    (tmp_path / "text.zip").write_text("this is no archive")
    with pytest.raises(SourceError, match="no whole zip archive"):
        open_source(tmp_path / "text.zip")


def test_a_picture_that_disappears_stops_the_reading(tmp_path: Path) -> None:
    pictures = open_pictures(folder_of(tmp_path / "set", numbered(3)))
    (tmp_path / "set" / "a" / "001.png").unlink()
    with pytest.raises(PictureGoneError, match=r"a/001\.png"):
        pictures.reader().read([1])


def test_an_archive_can_be_sent_to_another_process(tmp_path: Path) -> None:
    files = open_source(archive_of(tmp_path / "set.zip", numbered(2)))
    assert isinstance(files, ZipFiles)
    files.read("a/001.png")
    sent = pickle.loads(pickle.dumps(files))
    assert sent.read("a/001.png") == plain(1)
    sent.close()
    files.close()
