"""Sets of pictures to learn from, and the part of each that is held out."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.progress import Progress
from ganstudio.core.recipe import DataFacts
from ganstudio.core.store import Array
from ganstudio.data.decoding import WHITE, BrokenPictureError, Fit, Shaping, open_picture
from ganstudio.data.labels import Labels, LabelSource, noted_channels, read_labels
from ganstudio.data.paired import PairReader, Pairs, find_pairs
from ganstudio.data.reading import ArrayReader, Broken, FileReader, Reader
from ganstudio.data.sources import DamagedEntryError, PictureFiles, SourceError, open_source

HELD_OUT_SHARE, MOST_HELD_OUT = 0.02, 1000
FEWEST_TO_SPLIT = 10
MIRRORED = "-mirrored"
LARGEST_RESOLUTION = 4096


class Pictures(ABC):
    """Numbered pictures uint8 `[C, R, R]`; an `endless` set gives a fresh one for every number."""

    endless = False
    in_memory = False

    @property
    @abstractmethod
    def facts(self) -> DataFacts:
        """Resolution, channels, classes and count."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """A text that changes with the names, sizes (in archives also contents), number and classes of the pictures."""

    @property
    def labels(self) -> Labels | None:
        """The classes, where there are any."""
        return None

    @abstractmethod
    def reader(self) -> Reader:
        """Return what reads the pictures by number; it can be sent to another process."""

    def stacked_reader(self) -> Reader:
        """Return what reads pictures with the layers of their maps below them `[C + layers, R, R]`, where any are."""
        return self.reader()

    @abstractmethod
    def split(self) -> "tuple[Pictures, Pictures | None]":
        """Return what is trained on and what is held out (2 %, at most 1000; None where there are too few)."""

    def __len__(self) -> int:
        """Return how many there are."""
        return self.facts.count


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """How a folder or archive is read; without `resolution` the largest power of two that the first picture fills.

    Where `grey` is None, a prepared set is grey when its dataset.json says so, and any other set has colours.
    """

    resolution: int | None = None
    grey: bool | None = None
    background: tuple[int, int, int] = WHITE
    fit: Fit = Fit.CROP
    labels: LabelSource = LabelSource.NONE
    label_file: Path | None = None


class FilePictures(Pictures):
    """Pictures in a folder or archive."""

    def __init__(
        self,
        files: PictureFiles,
        shaping: Shaping,
        labels: Labels | None = None,
        names: Sequence[str] | None = None,
        pairs: Pairs | None = None,
    ) -> None:
        """Number the files by their names; `labels` are those of `names` (all files where None)."""
        self.files, self.shaping, self.pairs = files, shaping, pairs
        self.names = tuple(files.entries if names is None else names)
        self._labels = labels
        self._fingerprint = _digest(files, self.names, labels, pairs)

    @property
    def facts(self) -> DataFacts:
        """Resolution, channels, classes and count."""
        channels, resolution, _ = self.shaping.shape
        classes = len(self._labels.classes) if self._labels else 0
        map_classes = None if self.pairs is None else self.pairs.classes
        return DataFacts(resolution, channels, classes, len(self.names), map_classes)

    @property
    def fingerprint(self) -> str:
        """A digest of names, sizes and classes."""
        return self._fingerprint

    @property
    def labels(self) -> Labels | None:
        """The classes, where they were asked for."""
        return self._labels

    def reader(self) -> FileReader:
        """Return what decodes the files."""
        return FileReader(self.files, self.names, self.shaping)

    def stacked_reader(self) -> FileReader:
        """Return what decodes the files of pictures and maps."""
        if self.pairs is None:
            return self.reader()
        return PairReader(self.files, self.names, self.shaping, self.pairs)

    def split(self) -> "tuple[FilePictures, FilePictures | None]":
        """Hold out files by a hash of their names; mirrored copies stay with their originals."""
        held = held_out_rows(self.names)
        if not held.any():
            return self, None
        return self._chosen(~held), self._chosen(held)

    def spread(self, most: int) -> "FilePictures":
        """Return at most so many of the pictures, evenly spread over their order, to learn from few."""
        if most >= len(self.names):
            return self
        rows = np.zeros(len(self.names), dtype=bool)
        rows[np.arange(most) * len(self.names) // most] = True
        return self._chosen(rows)

    def _chosen(self, rows: Array) -> "FilePictures":
        labels = self._labels and Labels(self._labels.classes, self._labels.values[rows])
        names = [name for name, wanted in zip(self.names, rows, strict=True) if wanted]
        return FilePictures(self.files, self.shaping, labels, names, self.pairs)

    def check(self) -> Iterator[Progress | Broken]:
        """Decode everything once; yield each broken file with its reason, and progress."""
        yield from self.files.refused.items()
        reader = self.stacked_reader()
        for done, name in enumerate(self.names, start=1):
            try:
                reader.decoded(name)
            except BrokenPictureError as problem:
                yield name, problem.reason
            except DamagedEntryError:
                yield name, "it is damaged inside the archive"
            yield Progress(done, len(self.names), name)


class ArrayPictures(Pictures):
    """Pictures in memory: uint8 `[N, C, R, R]`, with classes int64 `[N]` where there are any."""

    in_memory = True

    def __init__(self, array: Array, classes: Array | None = None, class_names: tuple[str, ...] = ()) -> None:
        """Take the array as it is; raises WrongInputError where it holds no square uint8 pictures."""
        if array.ndim != 4 or array.dtype != np.uint8 or array.shape[2] != array.shape[3] or not len(array):
            raise WrongInputError(f"Pictures {array.dtype} {array.shape} are not of the shape uint8 [N, C, R, R].")
        self.array = np.ascontiguousarray(array)
        self._labels: Labels | None = None
        if classes is not None:
            if classes.shape != (len(array),):
                raise WrongInputError(f"{len(array)} pictures need as many classes, not {classes.shape}.")
            names = class_names or tuple(str(number) for number in range(int(classes.max()) + 1))
            self._labels = Labels(names, classes.astype(np.int64))

    @property
    def facts(self) -> DataFacts:
        """Resolution, channels, classes and count."""
        count, channels, resolution, _ = self.array.shape
        return DataFacts(resolution, channels, len(self._labels.classes) if self._labels else 0, count)

    @property
    def fingerprint(self) -> str:
        """A digest of the pictures and classes."""
        hasher = hashlib.blake2b(str(self.array.shape).encode(), digest_size=16)
        hasher.update(self.array.data)
        if self._labels:
            hasher.update(self._labels.values.tobytes())
        return hasher.hexdigest()

    @property
    def labels(self) -> Labels | None:
        """The classes, where they were given."""
        return self._labels

    def reader(self) -> ArrayReader:
        """Return what picks rows."""
        return ArrayReader(self.array)

    def split(self) -> "tuple[ArrayPictures, ArrayPictures | None]":
        """Hold out rows by a hash of their numbers."""
        held = held_out_rows([str(number) for number in range(len(self.array))])
        if not held.any():
            return self, None
        return self._chosen(~held), self._chosen(held)

    def _chosen(self, rows: Array) -> "ArrayPictures":
        if self._labels is None:
            return ArrayPictures(self.array[rows])
        return ArrayPictures(self.array[rows], self._labels.values[rows], self._labels.classes)


def held_out_rows(names: Sequence[str]) -> Array:
    """Mark 2 % of the names, at most 1000 and at least one of ten: those with the smallest hashes."""
    keys = [_key(name) for name in names]
    groups = sorted(set(keys))
    if len(groups) < FEWEST_TO_SPLIT:
        return np.zeros(len(names), dtype=bool)
    wanted = min(max(round(len(names) * HELD_OUT_SHARE), 1), MOST_HELD_OUT)
    sizes: dict[bytes, int] = {}
    for key in keys:
        sizes[key] = sizes.get(key, 0) + 1
    chosen: set[bytes] = set()
    taken = 0
    for key in groups:
        if chosen and taken + sizes[key] > wanted:
            break
        chosen.add(key)
        taken += sizes[key]
    return np.array([key in chosen for key in keys], dtype=bool)


def _key(name: str) -> bytes:
    path = PurePosixPath(name)
    original = path.with_name(path.stem.removesuffix(MIRRORED) or path.stem)
    return hashlib.blake2b(str(original).encode("utf-8", "surrogateescape"), digest_size=8).digest()


def _digest(files: PictureFiles, names: Sequence[str], labels: Labels | None, pairs: Pairs | None) -> str:
    hasher = hashlib.blake2b(digest_size=16)
    total = 0
    for name in (*names, *(pairs.files_of(names) if pairs else ())):
        entry = files.entries[name]
        total += entry.size
        hasher.update(f"{name}\0{entry.size}\0{entry.checksum}\0".encode("utf-8", "surrogateescape"))
    if labels:
        hasher.update("\0".join(labels.classes).encode("utf-8", "surrogateescape"))
        hasher.update(labels.values.tobytes())
    if pairs:
        hasher.update(str(pairs.classes).encode("utf-8", "surrogateescape"))
    return f"{len(names)} files, {total} bytes, {hasher.hexdigest()}"


def open_pictures(path: Path, options: PictureOptions | None = None) -> FilePictures:
    """Open a folder or zip archive of pictures, or of pairs where it is laid out so; raises SourceError or LabelsError.

    The first pair is read at once, since what is wrong with it is mostly wrong with all of them.
    """
    options = options or PictureOptions()
    files = open_source(path)
    pairs = find_pairs(files)
    names = tuple(files.entries if pairs is None else pairs.maps)
    labels = read_labels(files, options.labels, options.label_file, names)
    resolution = options.resolution or natural_resolution(files, names)
    if not 1 <= resolution <= LARGEST_RESOLUTION:
        raise WrongInputError(f"The resolution {resolution} is out of bounds: 1 to {LARGEST_RESOLUTION} pixels.")
    grey = noted_channels(files) == 1 if options.grey is None else options.grey
    shaping = Shaping(resolution, grey, options.background, options.fit)
    pictures = FilePictures(files, shaping, labels, names, pairs)
    if pairs is not None:
        pictures.stacked_reader().decoded(names[0])
    return pictures


def natural_resolution(files: PictureFiles, names: Sequence[str] | None = None) -> int:
    """Return the largest power of two that fits into the first picture that can be read; raises SourceError."""
    names = tuple(files.entries) if names is None else names
    for name in names:
        try:
            side = min(open_picture(files.read(name), name).size)
        except (BrokenPictureError, DamagedEntryError):
            continue
        return min(1 << (side.bit_length() - 1), LARGEST_RESOLUTION)
    raise SourceError(f"None of the {len(names)} pictures in {files.path} can be read.")


def with_resolution(pictures: FilePictures, resolution: int) -> FilePictures:
    """Return the same pictures at another resolution."""
    shaping = replace(pictures.shaping, resolution=resolution)
    return FilePictures(pictures.files, shaping, pictures.labels, pictures.names, pictures.pairs)
