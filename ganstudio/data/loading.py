"""Batches of real pictures: the same ones for a step whoever asks, however often a run was interrupted."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np
import torch

from ganstudio.core.map_classes import MapClasses
from ganstudio.core.recipe import DataFacts
from ganstudio.core.store import Array
from ganstudio.data.images import Pictures
from ganstudio.data.order import SampleOrder
from ganstudio.data.reading import Reading
from ganstudio.data.workers import DecodingWorkers

AHEAD = 2
CACHE_BYTES = 1 << 30
NOT_READ = -1


@dataclass(frozen=True, slots=True)
class _Request:
    """Numbers that were asked for, and those of them that must be decoded under these tickets."""

    numbers: Array
    wanted: Array
    tickets: tuple[int, ...]


class _Cache:
    """Decoded pictures; memory is taken as it fills."""

    def __init__(self, count: int, shape: tuple[int, int, int]) -> None:
        self._pixels = np.empty((count, *shape), dtype=np.uint8)
        self._numbers = np.full(count, NOT_READ, dtype=np.int64)

    def missing(self, numbers: Array) -> Array:
        """Return those of the numbers that are not here."""
        absent: Array = numbers[self._numbers[numbers] == NOT_READ]
        return absent

    def keep(self, numbers: Array, reading: Reading) -> None:
        """Take in what was read for these numbers."""
        self._pixels[numbers] = reading.pixels
        self._numbers[numbers] = reading.numbers

    def reading(self, numbers: Array) -> Reading:
        """Return pictures that are all here."""
        return Reading(self._pixels[numbers], self._numbers[numbers])


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a batch: uint8 pictures `[N, C, R, R]`, class indices `[N]` or None, and the maps of pairs.

    `maps` and `instances` are int64 `[N, R, R]`: class indices and numbers of objects.
    """

    pixels: torch.Tensor
    classes: torch.Tensor | None = None
    maps: torch.Tensor | None = None
    instances: torch.Tensor | None = None

    def mirrored(self, chosen: torch.Tensor, classes: MapClasses | None) -> "Rows":
        """Return the rows with those that are `chosen` (bool `[N, 1, 1]`) mirrored, pictures and maps alike."""

        def turned(layers: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
            return torch.where(mirror, layers.flip(-1), layers)

        maps = self.maps
        if maps is not None and classes is not None:
            maps = torch.where(chosen, torch.tensor(classes.mirrored)[maps.flip(-1)], maps)
        instances = None if self.instances is None else turned(self.instances, chosen)
        return Rows(turned(self.pixels, chosen[:, None]), self.classes, maps, instances)


class BatchLoader:
    """Gives rows of a step's global batch; decodes ahead in `workers` processes, keeps what fits into `cache` bytes.

    `broken` names the files that could not be read so far; the next whole one stands in for each.
    """

    def __init__(
        self, pictures: Pictures, batch: int, seed: int, *, workers: int = 0, cache: int = CACHE_BYTES
    ) -> None:
        """Start the processes, where pictures are not in memory already."""
        self._pictures, self._batch = pictures, batch
        self._order = SampleOrder(seed, len(pictures), pictures.endless)
        self._reader = pictures.stacked_reader()
        self._workers = DecodingWorkers(self._reader, workers) if workers and not pictures.in_memory else None
        self._requests: dict[tuple[int, range], _Request] = {}
        self._classes = None if pictures.labels is None else torch.from_numpy(pictures.labels.values)
        fits = len(pictures) * math.prod(self._reader.shape) <= cache
        keep = fits and not pictures.endless and not pictures.in_memory
        self._cache = _Cache(len(pictures), self._reader.shape) if keep else None
        self.broken: dict[str, str] = {}

    @property
    def facts(self) -> DataFacts:
        """Resolution, channels, classes and count."""
        return self._pictures.facts

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, where pictures have classes."""
        return () if self._pictures.labels is None else self._pictures.labels.classes

    @property
    def fingerprint(self) -> str:
        """A text that changes when the data do."""
        return self._pictures.fingerprint

    def numbers(self, step: int, rows: range) -> Array:
        """Return which pictures a step shows in these rows of its batch."""
        return self._order.numbers(step * self._batch + np.arange(rows.start, rows.stop, rows.step, dtype=np.int64))

    def rows(self, step: int, rows: range) -> Rows:
        """Return pictures with all that belongs to them."""
        self._ask(step, rows)
        reading = self._answer(self._requests.pop((step, rows)))
        self.broken.update(reading.broken)
        if self._workers is not None:
            steps = max(1, math.ceil(rows.stop / self._batch))  # a batch of several steps
            ahead = range(step + steps, step + steps * (1 + AHEAD), steps)
            self._forget_all_but({(later, rows) for later in ahead})
            for later in ahead:
                self._ask(later, rows)
        classes = None if self._classes is None else self._classes[torch.from_numpy(reading.numbers)]
        stacked, channels = torch.from_numpy(reading.pixels), self.facts.img_channels
        if stacked.shape[1] == channels:
            return Rows(stacked, classes)
        layers = stacked[:, channels:].long()
        instances = layers[:, 1] + 256 * layers[:, 2] if layers.shape[1] > 1 else None
        return Rows(stacked[:, :channels].contiguous(), classes, layers[:, 0], instances)

    def latents(self, step: int, rows: range) -> torch.Tensor | None:
        """Return the z `[len(rows), dim]` that a step's pictures were drawn from, where a generator drew them."""
        found = self._reader.latents(self.numbers(step, rows).tolist())
        return None if found is None else torch.from_numpy(found)

    def _ask(self, step: int, rows: range) -> None:
        if (step, rows) in self._requests:
            return
        numbers = self.numbers(step, rows)
        wanted = numbers if self._cache is None else self._cache.missing(numbers)
        tickets = () if self._workers is None else self._workers.submit(wanted)
        self._requests[step, rows] = _Request(numbers, wanted, tickets)

    def _answer(self, request: "_Request") -> Reading:
        if not len(request.wanted):
            assert self._cache is not None
            return self._cache.reading(request.numbers)
        if self._workers is None:
            found = self._reader.read(request.wanted.tolist())
        else:
            found = self._workers.collect(request.tickets)
        if self._cache is None:
            return found
        self._cache.keep(request.wanted, found)
        return replace(self._cache.reading(request.numbers), broken=found.broken)

    def _forget_all_but(self, wanted: Collection[tuple[int, range]]) -> None:
        """Drop what was asked for and that a jump, or a batch of another size, has left behind."""
        for key in [key for key in self._requests if key not in wanted]:
            request = self._requests.pop(key)
            if len(request.wanted):
                self._answer(request)

    def close(self) -> None:
        """End the processes."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes."""
        self.close()
