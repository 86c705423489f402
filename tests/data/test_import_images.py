"""Preparing pictures: numbered files below the target alone, resumed exactly, with a report."""

import errno
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import SaveError, WrongInputError
from ganstudio.core.files import DiskFullError
from ganstudio.core.progress import Progress
from ganstudio.data.archive import ArchiveWriter
from ganstudio.data.boxes import BoxesError
from ganstudio.data.decoding import Fit
from ganstudio.data.duplicates import fingerprint, near_duplicates
from ganstudio.data.images import PictureOptions, open_pictures
from ganstudio.data.import_images import ImportOptions, ImportTargetError, import_images
from ganstudio.data.labels import LabelSource
from ganstudio.data.sources import SourceError
from tests.data.made_sets import archive_of, folder_of
from tests.data.odd_pictures import broken, encoded, gradient, valid


def noise(seed: int, side: int = 40) -> Image.Image:
    """A picture like no other."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def snapshot(path: Path) -> dict[str, str]:
    """Digests of every file below a folder, or of the file."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


@pytest.fixture
def options(tmp_path: Path) -> ImportOptions:
    """Eight pictures of two classes, two files broken."""
    files = {f"{'ab'[n % 2]}/{n}.png": encoded(noise(n), "PNG") for n in range(8)}
    source = folder_of(tmp_path / "source", {**files, "a/bad.png": b"bad", "b/cut.png": files["a/0.png"][:300]})
    return ImportOptions(source, tmp_path / "target", 16, labels=LabelSource.FOLDERS)


def run(options: ImportOptions) -> list[Progress]:
    """Run to the end."""
    return list(import_images(options))


def test_pictures_are_prepared_with_their_classes_and_a_report(options: ImportOptions) -> None:
    steps = run(options)
    assert (steps[0].done, steps[-1].fraction) == (0, 1.0)
    prepared = open_pictures(options.target, PictureOptions(labels=LabelSource.FILE))
    assert prepared.facts.resolution == 16
    assert prepared.labels is not None
    assert (prepared.labels.classes, prepared.labels.values.tolist()) == (("a", "b"), [0] * 4 + [1] * 4)
    direct = open_pictures(options.source, PictureOptions(resolution=16))
    whole = [number for number, name in enumerate(direct.names) if "bad" not in name and "cut" not in name]
    assert np.array_equal(prepared.reader().read(range(8)).pixels, direct.reader().read(whole).pixels)
    report = json.loads((options.target / "report.json").read_text())
    assert report["written"] == 8
    assert [name for name, _ in report["broken"]] == ["a/bad.png", "b/cut.png"]
    assert "b/cut.png: it is cut off" in (options.target / "report.txt").read_text()


def test_folder_and_archive_hold_the_same(options: ImportOptions, tmp_path: Path) -> None:
    run(options)
    packed = replace(options, target=tmp_path / "set.zip", source=archive_of(tmp_path / "source.zip", {
        file.relative_to(options.source).as_posix(): file.read_bytes() for file in options.source.rglob("*.png")
    }))  # fmt: skip
    run(packed)
    one, other = (open_pictures(p, PictureOptions(labels=LabelSource.FILE)) for p in (options.target, packed.target))
    assert one.names == other.names
    assert np.array_equal(one.reader().read(range(8)).pixels, other.reader().read(range(8)).pixels)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set.zip", "source", "source.zip", "target"]


@pytest.mark.parametrize("name", ["other", "other.zip"])
@pytest.mark.parametrize("stop", [1, 4, 9])
def test_an_import_goes_on_where_it_was_stopped(options: ImportOptions, name: str, stop: int, tmp_path: Path) -> None:
    expected, interrupted = replace(options, target=tmp_path / "all" / name), replace(options, target=tmp_path / name)
    (tmp_path / "all").mkdir()
    run(expected)
    job: Iterator[Progress] = import_images(interrupted)
    for _ in range(stop):
        next(job)
    del job
    torn = next(tmp_path.glob(f"{name}*/import.jsonl"))
    with torn.open("ab") as file:
        file.write(b'{"name": "a/')
    run(interrupted)
    assert snapshot(tmp_path / name) == snapshot(tmp_path / "all" / name)


def test_other_options_or_contents_are_refused(options: ImportOptions, tmp_path: Path) -> None:
    run(options)
    before = snapshot(options.target)
    with pytest.raises(ImportTargetError, match="other options"):
        run(replace(options, resolution=8))
    folder_of(options.source, {"a/new.png": encoded(noise(50), "PNG")})
    with pytest.raises(ImportTargetError, match="of other pictures"):
        run(options)
    with pytest.raises(ImportTargetError, match="something else"):
        run(replace(options, target=folder_of(tmp_path / "mine", {"thesis.txt": b"text"})))
    with pytest.raises(ImportTargetError, match="outside"):
        run(replace(options, target=options.source / "inside"))
    taken = archive_of(tmp_path / "taken.zip", {"x": b"x"})
    with pytest.raises(ImportTargetError, match="exists already"):
        run(replace(options, target=taken))
    with pytest.raises(WrongInputError, match="resolution"):
        run(replace(options, resolution=0))
    assert snapshot(options.target) == before
    assert (tmp_path / "mine" / "thesis.txt").read_bytes() == b"text"


def test_a_full_disk_is_said_and_the_import_goes_on_later(
    options: ImportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = os.write, [12]

    def full_soon(descriptor: int, data: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full_soon)
        with pytest.raises(DiskFullError, match="no room"):
            run(replace(options, mirrored=True))
    assert not list(options.target.rglob("*.part"))
    run(replace(options, mirrored=True))
    assert len(open_pictures(options.target)) == 16


def test_mirrored_copies(options: ImportOptions) -> None:
    run(replace(options, mirrored=True))
    prepared = open_pictures(options.target, PictureOptions(labels=LabelSource.FILE))
    pixels = prepared.reader().read(range(16)).pixels
    assert np.array_equal(pixels[::2], pixels[1::2][:, :, :, ::-1])


def test_cut_by_hand_and_padded(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "source", {"1.png": encoded(gradient(40, 30), "PNG")})
    run(ImportOptions(source, tmp_path / "cut", 8, box=(3, 2, 11, 10)))
    cut = np.asarray(Image.open(tmp_path / "cut" / "00000" / "img00000000.png"))
    assert np.array_equal(cut, np.asarray(gradient(40, 30))[2:10, 3:11])
    run(ImportOptions(source, tmp_path / "padded", 8, fit=Fit.PAD, background=(1, 2, 3), grey=True))
    padded = np.asarray(Image.open(tmp_path / "padded" / "00000" / "img00000000.png"))
    assert padded.shape == (8, 8)
    assert open_pictures(tmp_path / "padded").facts.img_channels == 1
    assert open_pictures(tmp_path / "cut").facts.img_channels == 3
    assert set(padded[0]) == set(padded[7]) == {2}


def test_boxes_drawn_by_hand_are_cut_out(options: ImportOptions, tmp_path: Path) -> None:
    table = tmp_path / "boxes.csv"
    table.write_text("file,left,top,right,bottom\na/0.png,4,6,20,22\n./a/2.png,0,0,16,16.2\n")
    run(replace(options, box_file=table))
    for number, box in ((0, (4, 6, 20, 22)), (1, (0, 0, 16, 16))):
        prepared = np.asarray(Image.open(options.target / "00000" / f"img{number:08d}.png"))
        whole = np.asarray(Image.open(options.source / "a" / f"{2 * number}.png"))
        assert np.array_equal(prepared, whole[box[1] : box[3], box[0] : box[2]])
    table.write_text(table.read_text().replace("4,6,20,22", "5,6,21,22"))
    with pytest.raises(ImportTargetError, match="other options"):
        run(replace(options, box_file=table))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a/0.png,4,6,20\n", "Line 1 of .*boxes.csv is no box"),
        ("a/0.png,1,1,5,5\na/2.png;1;2;3\n", "Line 2"),
        ("a/0.png,one,1,5,5\n", "Line 1"),
        ("a/0.png,nan,1,5,5\n", "Line 1"),
        ("a/none.png,1,1,5,5\n", "box for a/none.png, which is not among"),
        ("a/0.png,5,1,5,5\n", "The box of a/0.png in .* is empty"),
        ("file,left,top,right,bottom\n", "holds no boxes"),
    ],
)
def test_a_table_of_boxes_that_does_not_fit_is_refused(
    options: ImportOptions, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "boxes.csv").write_text(text)
    with pytest.raises(BoxesError, match=words):
        run(replace(options, box_file=tmp_path / "boxes.csv"))
    assert not options.target.exists()


def test_odd_pictures_are_sorted_into_good_and_bad(tmp_path: Path) -> None:
    good, bad = dict(valid()), dict(broken())
    run(ImportOptions(folder_of(tmp_path / "source", {**good, **bad}), tmp_path / "target", 8))
    report = json.loads((tmp_path / "target" / "report.json").read_text())
    assert {name for name, _ in report["broken"]} == set(bad)
    assert report["written"] == len(good)


@pytest.mark.parametrize("target", ["none", "none.zip"])
def test_where_nothing_can_be_used_nothing_is_left_behind(tmp_path: Path, target: str) -> None:
    source = folder_of(tmp_path / "bad", dict(broken()))
    with pytest.raises(SourceError, match=r"first one being bad-header-sum.png \(it is damaged.*\)"):
        run(ImportOptions(source, tmp_path / target, 8))
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"resolution": 0}, "resolution 0"),
        ({"box": (5, 5, 5, 9)}, "is empty"),
        ({"background": (0, 256, 0)}, "no colour"),
        ({"duplicate_distance": 8}, "distance of 8"),
        ({"every": 0}, "0-th"),
        ({"every": 2}, "is no video"),
        ({"source": Path("clip.mp4")}, "frames of a video have no names"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_written(
    options: ImportOptions, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(WrongInputError, match=words):
        run(replace(options, **changed))
    assert not options.target.exists()


def test_near_duplicates_are_found_and_others_are_not(options: ImportOptions) -> None:
    twin = io.BytesIO()
    noise(3).resize((61, 61)).save(twin, "JPEG", quality=80)
    folder_of(options.source, {"b/again.jpg": twin.getvalue(), "b/same.png": encoded(noise(3), "PNG")})
    run(options)
    report = json.loads((options.target / "report.json").read_text())
    assert report["duplicates"] == [["b/3.png", "b/again.jpg"], ["b/3.png", "b/same.png"]]
    assert (report["written"], report["dropped"]) == (10, 0)
    kept = replace(options, target=options.target.with_name("kept"), drop_duplicates=True)
    for _ in range(2):  # the second time nothing is left to do
        run(kept)
        assert len(open_pictures(kept.target, PictureOptions(labels=LabelSource.FILE))) == 8


def test_duplicates_of_any_distance_are_those_of_comparing_all() -> None:
    random = np.random.default_rng(0)
    base = random.integers(0, 256, (40, 16), dtype=np.uint8)
    prints = []
    for row in range(600):
        bits = np.unpackbits(base[row % 40])
        bits[random.choice(128, int(random.integers(0, 6)), replace=False)] ^= 1
        prints.append(np.packbits(bits).tobytes() + bytes(12))
    words = np.stack([np.unpackbits(np.frombuffer(p[:16], np.uint8)) for p in prints])
    for distance in (0, 3, 7):
        expected = []
        for later in range(600):
            twins = np.flatnonzero((words[:later] != words[later]).sum(axis=1) <= distance)
            expected += [(int(twins[0]), later)] if len(twins) else []
        assert near_duplicates(prints, distance) == expected
    assert near_duplicates([fingerprint(np.full((3, 8, 8), 9, np.uint8))] * 3) == [(0, 1), (0, 2)]


def test_video_frames(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (32, 32))
    for number in range(20):
        video.write(np.full((32, 32, 3), (number * 12, 0, 255 - number * 12), dtype=np.uint8))
    video.release()
    options = ImportOptions(path, tmp_path / "target", 16, every=6)
    job = import_images(options)
    for _ in range(3):
        next(job)
    del job
    run(options)
    pixels = open_pictures(options.target).reader().read(range(4)).pixels.astype(int)
    assert len(open_pictures(options.target)) == 4
    assert np.abs(pixels[:, 2].mean(axis=(1, 2)) - [0, 72, 144, 216]).max() < 8
    assert np.abs(pixels[:, 0].mean(axis=(1, 2)) - [255, 183, 111, 39]).max() < 8
    (tmp_path / "bad.mp4").write_bytes(b"no film")
    with pytest.raises(SourceError, match=r"bad\.mp4"):
        run(ImportOptions(tmp_path / "bad.mp4", tmp_path / "other", 16))


def test_an_archive_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ArchiveWriter(tmp_path / "set.zip") as archive:
            archive.add("1.txt", b"one")
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert not list(tmp_path.iterdir())
    for name in ("set.zip", "again.zip"):
        with ArchiveWriter(tmp_path / name) as archive:
            archive.add("1.txt", b"one")
    assert (tmp_path / "set.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(SaveError, match="was not written"), ArchiveWriter(blocked / "set.zip"):
        pass
