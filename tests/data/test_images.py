"""Sets of pictures: what they say of themselves, classes, broken files, the held-out part."""

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.errors import WrongInputError
from ganstudio.core.progress import Progress
from ganstudio.core.recipe import DataFacts
from ganstudio.data.images import ArrayPictures, PictureOptions, held_out_rows, open_pictures
from ganstudio.data.labels import LabelsError, LabelSource
from ganstudio.data.sources import SourceError
from tests.data.made_sets import archive_of, folder_of, numbered, plain

BY_FOLDER = PictureOptions(labels=LabelSource.FOLDERS)
BY_FILE = PictureOptions(labels=LabelSource.FILE)
SORTED = {"cat/1.png": plain(1), "cat/2.png": plain(2), "dog/deep/1.png": plain(3)}


def test_facts_and_resolution(tmp_path: Path) -> None:
    pictures = open_pictures(folder_of(tmp_path, {"1.png": plain(1, 50), "2.png": plain(2, 9)}))
    assert pictures.facts == DataFacts(32, 3, 0, 2)
    grey = open_pictures(tmp_path, PictureOptions(resolution=4, grey=True))
    assert grey.facts == DataFacts(4, 1, 0, 2)
    assert grey.reader().read([1]).pixels.tolist() == [[[[2] * 4] * 4]]
    with pytest.raises(WrongInputError, match="0"):
        open_pictures(tmp_path, PictureOptions(resolution=-1))


def test_classes_by_folder(tmp_path: Path) -> None:
    pictures = open_pictures(folder_of(tmp_path, SORTED), BY_FOLDER)
    assert pictures.labels is not None
    assert (pictures.labels.classes, pictures.labels.values.tolist()) == (("cat", "dog"), [0, 0, 1])
    assert pictures.facts.c_dim == 2
    folder_of(tmp_path, {"loose.png": plain(4)})
    with pytest.raises(LabelsError, match=r"loose\.png"):
        open_pictures(tmp_path, BY_FOLDER)


def written_as_csv(rows: Sequence[tuple[str, object]], separator: str = ",") -> bytes:
    """A table with a head."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([("file", "label"), *rows])
    return text.getvalue().encode("utf-8-sig")


ROWS: list[tuple[str, int]] = [("cat/1.png", 3), ("cat/2.png", 0), ("dog/deep/1.png", 1)]


@pytest.mark.parametrize(
    ("note", "content"),
    [
        ("dataset.json", json.dumps({"labels": ROWS}).encode()),
        ("dataset.json", json.dumps({"labels": [(n, np.eye(4, dtype=int)[c].tolist()) for n, c in ROWS]}).encode()),
        ("labels.csv", written_as_csv(ROWS)),
        ("labels.csv", written_as_csv(ROWS, ";")),
        ("labels.csv", written_as_csv([(n.replace("/", "\\"), c) for n, c in ROWS], "\t")),
    ],
)
def test_classes_by_number(tmp_path: Path, note: str, content: bytes) -> None:
    for place in (folder_of(tmp_path / "set", {**SORTED, note: content}),
                  archive_of(tmp_path / "set.zip", {**SORTED, note: content})):  # fmt: skip
        labels = open_pictures(place, BY_FILE).labels
        assert labels is not None
        assert (len(labels.classes), labels.values.tolist()) == (4, [3, 0, 1])
    elsewhere = tmp_path / f"other.{note[-4:].strip('.')}"
    elsewhere.write_bytes(content)
    named = open_pictures(folder_of(tmp_path / "bare", SORTED), PictureOptions(label_file=elsewhere)).labels
    assert named is not None
    assert named.values.tolist() == [3, 0, 1]


def test_classes_by_name(tmp_path: Path) -> None:
    rows = [(name, "second" if name.startswith("cat") else "first") for name in SORTED]
    labels = open_pictures(folder_of(tmp_path, {**SORTED, "labels.csv": written_as_csv(rows)}), BY_FILE).labels
    assert labels is not None
    assert (labels.classes, labels.values.tolist()) == (("first", "second"), [1, 1, 0])


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"\xff\xfe", b'{"labels": null}', b'{"labels": [["cat/1.png"]]}', b'{"labels": [["cat/1.png", 1.5]]}',
     b'{"labels": [["cat/1.png", [0.5, 0.5]]]}', b'{"labels": [["cat/1.png", 1]]}', b'{"labels": 3}',
     json.dumps({"labels": [[name, -1] for name in SORTED]}).encode(),
     json.dumps({"labels": [[name, 10**12] for name in SORTED]}).encode(), b"[" * 100_000],
)  # fmt: skip
def test_labels_that_do_not_fit_are_named(tmp_path: Path, content: bytes) -> None:
    folder_of(tmp_path, {**SORTED, "dataset.json": content})
    with pytest.raises(LabelsError, match=r"dataset\.json"):
        open_pictures(tmp_path, BY_FILE)


def test_missing_labels_are_named(tmp_path: Path) -> None:
    folder_of(tmp_path, SORTED)
    with pytest.raises(LabelsError, match="neither"):
        open_pictures(tmp_path, BY_FILE)
    with pytest.raises(LabelsError, match="nothing"):
        open_pictures(tmp_path, PictureOptions(label_file=tmp_path / "nothing.csv"))


def test_broken_files_are_listed_and_the_next_one_stands_in(tmp_path: Path) -> None:
    files = {**numbered(6), "a/002.png": b"broken", "a/003.png": plain(3)[:40], "a/005.png": b""}
    pictures = open_pictures(folder_of(tmp_path, files))
    reading = pictures.reader().read([2, 1, 5, 3, 2])
    assert reading.pixels[:, 0, 0, 0].tolist() == [4, 1, 0, 4, 4] == reading.numbers.tolist()
    assert {name for name, _ in reading.broken} == {"a/002.png", "a/003.png", "a/005.png"}
    found = list(pictures.check())
    assert [name for name, *_ in (f for f in found if isinstance(f, tuple))] == ["a/002.png", "a/003.png", "a/005.png"]
    assert [f.done for f in found if isinstance(f, Progress)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(SourceError, match="None of the 2 pictures"):
        open_pictures(folder_of(tmp_path / "bad", {"1.png": b"1", "2.png": b"2"}))


def test_the_fingerprint_notices_changes(tmp_path: Path) -> None:
    def now(options: PictureOptions = BY_FOLDER) -> str:
        return open_pictures(tmp_path, options).fingerprint

    seen = [open_pictures(folder_of(tmp_path, SORTED), BY_FOLDER).fingerprint]
    assert now() == seen[0]
    seen.append(now(PictureOptions()))
    (tmp_path / "cat" / "1.png").write_bytes(plain(1, 40))
    seen.append(now())
    (tmp_path / "cat" / "1.png").rename(tmp_path / "cat" / "0.png")
    seen.append(now())
    (tmp_path / "cat" / "0.png").unlink()
    seen.append(now())
    assert len(set(seen)) == len(seen)
    one, other = (archive_of(tmp_path / f"{n}.zip", {"1.png": plain(n)}) for n in (1, 9))
    assert len(plain(1)) == len(plain(9)), "only the checksum in the archive tells them apart"
    assert open_pictures(one).fingerprint != open_pictures(other).fingerprint


@given(st.integers(0, 400), st.integers(0, 5))
def test_two_of_a_hundred_are_held_out(count: int, salt: int) -> None:
    names = [f"{salt}/{number}.png" for number in range(count)]
    held = held_out_rows(names)
    assert held.sum() == (0 if count < 10 else max(round(count * 0.02), 1))
    assert np.array_equal(held_out_rows(names[::-1])[::-1], held)


def test_the_held_out_part_has_an_upper_end_and_hardly_moves() -> None:
    names = [f"{number}.png" for number in range(60_000)]
    held = held_out_rows(names)
    assert held.sum() == 1000
    fewer = held_out_rows(names[:59_000])
    assert (held[:59_000] & fewer).sum() >= 980


def test_mirrored_copies_stay_with_their_originals() -> None:
    names = [f"{number}{suffix}.png" for number in range(300) for suffix in ("", "-mirrored")]
    held = held_out_rows(names)
    assert held.sum() == 12
    assert np.array_equal(held[::2], held[1::2])


def test_a_split_keeps_pictures_and_classes_together(tmp_path: Path) -> None:
    files = {f"{'ab'[number % 2]}/{number:03d}.png": plain(number) for number in range(120)}
    pictures = open_pictures(folder_of(tmp_path, files), BY_FOLDER)
    training, held = pictures.split()
    assert held is not None
    assert (len(training), len(held)) == (118, 2)
    assert not set(training.names) & set(held.names)
    assert len({pictures.fingerprint, training.fingerprint, held.fingerprint}) == 3
    for part in (training, held):
        assert part.labels is not None
        brightness = part.reader().read(range(len(part))).pixels[:, 0, 0, 0]
        assert np.array_equal(brightness % 2, part.labels.values)
    small = open_pictures(folder_of(tmp_path / "few", numbered(4)))
    assert small.split() == (small, None)


@given(st.integers(1, 40), st.integers(1, 60))
def test_few_pictures_are_spread_evenly(count: int, most: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{'ab'[number >= count // 2]}/{number:03d}.png": plain(number) for number in range(count)}
        pictures = open_pictures(folder_of(Path(folder), files), BY_FOLDER)
        few = pictures.spread(most)
    assert len(few) == min(count, most)
    places = [pictures.names.index(name) for name in few.names]
    gaps = np.diff(places)
    assert places[0] == 0
    assert not len(gaps) or (gaps.min() >= 1 and gaps.max() - gaps.min() <= 1)
    assert count - places[-1] <= max(count / most, 1) + 1
    assert few.labels is not None
    assert pictures.labels is not None
    assert np.array_equal(few.labels.values, pictures.labels.values[places])


def test_arrays() -> None:
    array = np.arange(20 * 3 * 16, dtype=np.uint8).reshape(20, 3, 4, 4)
    pictures = ArrayPictures(array, np.arange(20) % 4)
    assert pictures.facts == DataFacts(4, 3, 4, 20)
    training, held = pictures.split()
    assert held is not None
    assert (len(training), len(held)) == (19, 1)
    assert np.array_equal(pictures.reader().read([3, 1]).pixels, array[[3, 1]])
    assert ArrayPictures(array).fingerprint != pictures.fingerprint
    for wrong in (array.astype(np.float32), array[0], array[:0], array[:, :, :2]):
        with pytest.raises(WrongInputError):
            ArrayPictures(wrong)
    with pytest.raises(WrongInputError, match="classes"):
        ArrayPictures(array, np.arange(3))
