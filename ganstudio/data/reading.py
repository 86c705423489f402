"""Reading pictures by number, in this process or in another one; knows nothing of torch, so that it starts quickly."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array
from ganstudio.data.decoding import BrokenPictureError, Shaping, decode
from ganstudio.data.sources import DamagedEntryError, PictureFiles, SourceError

Broken = tuple[str, str]
"""A file's name and why it cannot be used."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Pictures uint8 `[N, C, R, R]`, the numbers of those that were read, and what was broken on the way."""

    pixels: Array
    numbers: Array
    broken: tuple[Broken, ...] = ()


class Reader(ABC):
    """Reads pictures by number; it can be sent to another process."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C, R, R]` of a picture."""

    @abstractmethod
    def read(self, numbers: Sequence[int]) -> Reading:
        """Return the pictures with these numbers."""

    def latents(self, numbers: Sequence[int]) -> Array | None:
        """Return the z `[N, dim]` that these pictures were drawn from, where a generator drew them."""
        return None


class FileReader(Reader):
    """Decodes files; in place of a broken one stands the next whole one in order, so that the result never varies."""

    def __init__(self, files: PictureFiles, names: Sequence[str], shaping: Shaping) -> None:
        """Number the files by their place in `names`."""
        self.files, self.names, self.shaping = files, tuple(names), shaping
        self._broken: dict[str, str] = {}

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C, R, R]` of a picture."""
        return self.shaping.shape

    def read(self, numbers: Sequence[int]) -> Reading:
        """Return the pictures; raises SourceError where every file is broken."""
        pixels = np.empty((len(numbers), *self.shape), dtype=np.uint8)
        found = np.empty(len(numbers), dtype=np.int64)
        before = len(self._broken)
        for row, number in enumerate(numbers):
            pixels[row], found[row] = self._first_whole(int(number))
        return Reading(pixels, found, tuple(self._broken.items())[before:])

    def _first_whole(self, number: int) -> tuple[Array, int]:
        for step in range(len(self.names)):
            place = (number + step) % len(self.names)
            name = self.names[place]
            if name in self._broken:
                continue
            try:
                return self.decoded(name), place
            except BrokenPictureError as problem:
                self._broken[name] = problem.reason
            except DamagedEntryError:
                self._broken[name] = "it is damaged inside the archive"
        name, reason = next(iter(self._broken.items()))
        raise SourceError(
            f"None of the {len(self.names)} pictures in {self.files.path} can be read; of {name}: {reason}."
        )

    def decoded(self, name: str) -> Array:
        """Return the picture in a file; raises BrokenPictureError or DamagedEntryError."""
        return decode(self.files.read(name), name, self.shaping)


class ArrayReader(Reader):
    """Pictures that are in memory already, uint8 `[N, C, R, R]`."""

    def __init__(self, array: Array) -> None:
        """Keep the array."""
        self.array = array

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C, R, R]` of a picture."""
        _, channels, height, width = self.array.shape
        return channels, height, width

    def read(self, numbers: Sequence[int]) -> Reading:
        """Return rows of the array."""
        chosen = np.asarray(numbers, dtype=np.int64)
        return Reading(self.array[chosen], chosen)
