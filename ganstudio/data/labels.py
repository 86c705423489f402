"""Which class each picture belongs to: by its folder, by a JSON list or by a CSV table."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

import numpy as np

from ganstudio.core.errors import StudioError
from ganstudio.core.store import Array
from ganstudio.data.sources import PictureFiles

MOST_CLASSES = 100_000
LARGEST_NOTE = 512 << 20
JSON_NAME, CSV_NAME = "dataset.json", "labels.csv"
CLASS_NAMES, CHANNELS = "classes", "channels"


class LabelsError(StudioError):
    """Labels are missing, cannot be read or do not fit the pictures."""


class LabelSource(StrEnum):
    """Where classes come from."""

    NONE = "none"
    FOLDERS = "folders"  # the first folder of a picture's path
    FILE = "file"  # dataset.json or labels.csv beside the pictures, or a file that is named


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of the classes, and the class of each picture as int64 `[N]`."""

    classes: tuple[str, ...]
    values: Array


def read_labels(
    files: PictureFiles, source: LabelSource, given: Path | None = None, names: Sequence[str] | None = None
) -> Labels | None:
    """Return the labels of all pictures, or of `names`, in their order; raises LabelsError.

    A `given` file counts as asked for.
    """
    names = tuple(files.entries if names is None else names)
    if given is not None:
        return labels_of(names, *parsed(text_of(given), str(given)))
    if source is LabelSource.FOLDERS:
        return labels_of(names, by_folder(names), (), "the folders")
    if source is LabelSource.FILE:
        for note in (JSON_NAME, CSV_NAME):
            if note in files.notes and files.notes[note].size <= LARGEST_NOTE:
                return labels_of(names, *parsed(_decoded(files.read(note), note), f"{files.path}/{note}"))
        raise LabelsError(f"{files.path} has neither {JSON_NAME} nor {CSV_NAME}; add one or name the labels' file.")
    return None


def noted_channels(files: PictureFiles) -> int | None:
    """Return how many channels the dataset.json of a prepared set says that its pictures have."""
    if JSON_NAME not in files.notes or files.notes[JSON_NAME].size > LARGEST_NOTE:
        return None
    try:
        content = json.loads(files.read(JSON_NAME))
    except (ValueError, RecursionError, StudioError):
        return None
    channels = content.get(CHANNELS) if isinstance(content, dict) else None
    return channels if isinstance(channels, int) else None


def by_folder(names: Sequence[str]) -> Mapping[str, str]:
    """Return the first folder of each path; raises LabelsError for a picture outside all folders."""
    loose = [name for name in names if "/" not in name]
    if loose:
        raise LabelsError(
            f"{loose[0]}{_others(loose)} lie in no sub-folder, so they have no class; move them into folders, "
            "one for each class."
        )
    return {name: name.split("/", 1)[0] for name in names}


def parsed(text: str, place: str) -> tuple[Mapping[str, int | str], tuple[str, ...], str]:
    """Read `{"labels": [[file, class], ...], "classes": [name, ...]}` or a table of file and class."""
    if PurePosixPath(place).suffix.lower() == ".json":
        return (*_from_json(text, place), place)
    return _from_csv(text), (), place


def labels_of(names: Sequence[str], found: Mapping[str, int | str], classes: tuple[str, ...], place: str) -> Labels:
    """Number the classes: numbers stay what they are, names are numbered in alphabetical order."""
    missing = [name for name in names if name not in found]
    if missing:
        raise LabelsError(f"{place} names no class for {missing[0]}{_others(missing)}; add what is missing.")
    chosen = [found[name] for name in names]
    if all(isinstance(value, int) or value.isdecimal() for value in chosen):
        numbers = np.array([int(value) for value in chosen], dtype=np.int64)
        count = max(int(numbers.max(initial=-1)) + 1, len(classes))
        if numbers.min(initial=0) < 0 or count > MOST_CLASSES:
            raise LabelsError(f"{place} has classes outside 0 to {MOST_CLASSES - 1}; number them from 0.")
        listed = len(classes) == count
        return Labels(classes if listed else tuple(str(number) for number in range(count)), numbers)
    ordered = sorted({str(value) for value in chosen})
    place_of = {name: number for number, name in enumerate(ordered)}
    return Labels(tuple(ordered), np.array([place_of[str(value)] for value in chosen], dtype=np.int64))


def _from_json(text: str, place: str) -> tuple[Mapping[str, int | str], tuple[str, ...]]:
    try:
        content = json.loads(text)
        rows = content["labels"]
        classes = tuple(str(name) for name in content.get(CLASS_NAMES) or ())
        if rows is None:
            raise LabelsError(f"{place} says that the pictures have no classes; train without labels.")
        return {plain_name(file): _class(value) for file, value in rows}, classes
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        reason = f'{place} is no list of labels; it should read {{"labels": [["folder/picture.png", 0], ...]}}.'
        raise LabelsError(reason) from problem


def _class(value: object) -> int | str:
    """Return a class given as number, name or one-hot vector; raises ValueError."""
    if isinstance(value, list):
        if sorted(value) != [0] * (len(value) - 1) + [1]:
            raise ValueError("a vector that is no class")
        return int(np.argmax(value))
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("neither a number nor a name")
    return value


def _from_csv(text: str) -> Mapping[str, str]:
    return {plain_name(row[0]): row[1].strip() for row in table_rows(text) if len(row) > 1}


def table_rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV table whose columns stand between commas, semicolons or tabs."""
    first = text.split("\n", 1)[0]
    return csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))


def plain_name(name: object) -> str:
    """Return a file's name in a table as sources write it."""
    return str(name).strip().replace("\\", "/").removeprefix("./")


def text_of(path: Path) -> str:
    """Return the content of a file of labels or boxes; raises LabelsError."""
    try:
        if path.stat().st_size > LARGEST_NOTE:
            raise LabelsError(f"{path} is larger than any table; check its name.")
        return _decoded(path.read_bytes(), str(path))
    except OSError as problem:
        raise LabelsError(f"{path} cannot be read ({problem.strerror}); check its name.") from problem


def _decoded(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise LabelsError(f"{place} is no UTF-8 text; save it as UTF-8.") from problem


def _others(names: Sequence[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""
