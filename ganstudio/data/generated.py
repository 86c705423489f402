"""Endless fresh pictures drawn by a generator: each one a pure function of the seed and its number."""

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F

from ganstudio.core.errors import WrongInputError
from ganstudio.core.pixels import to_bytes
from ganstudio.core.recipe import DataFacts
from ganstudio.core.store import Array
from ganstudio.data.faces.judge import face_network, face_probabilities
from ganstudio.data.images import MOST_HELD_OUT, Pictures
from ganstudio.data.reading import Reader, Reading
from ganstudio.layers.face_network import FaceNetwork

BLOCK, CANDIDATES = 32, 40
MOST_PASSES = 64
KEPT_BLOCKS = 8
COUNT = 1 << 40
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


class Drawer(Protocol):
    """A generator to draw from; it can be sent to another process."""

    @property
    def name(self) -> str:
        """What identifies its weights."""

    @property
    def z_dim(self) -> int:
        """The length of z."""

    @property
    def resolution(self) -> int:
        """The side of its pictures in pixels."""

    def draw(self, z: torch.Tensor) -> torch.Tensor:
        """Return pictures `[N, 3, R, R]` in [-1, 1] on the CPU for z `[N, z_dim]`."""


@dataclass(frozen=True, slots=True)
class GeneratedOptions:
    """z is N(0, 1) times `scale`; pictures darker than `darkest` (mean luminance, 0 to 255) are left out.

    So are those that show a face with less than the probability `least_face`, where that is above 0.
    """

    seed: int = 0
    resolution: int = 64
    scale: float = 0.85
    darkest: float = 50.0
    stream: str = "training"
    least_face: float = field(default=0.0, repr=False)

    def __str__(self) -> str:
        """All options; the last one where it does anything."""
        return f"{self!r} faces {self.least_face}" if self.least_face else repr(self)


class GeneratedPictures(Pictures):
    """Pictures of a generator, without end or, with a `count`, the first so many."""

    def __init__(self, drawer: Drawer, options: GeneratedOptions, count: int | None = None) -> None:
        """Remember what to draw; raises WrongInputError for a resolution that the generator's is no multiple of."""
        if options.resolution < 1 or drawer.resolution % options.resolution:
            raise WrongInputError(
                f"{drawer.name} draws {drawer.resolution} pixels; the resolution {options.resolution} does not divide "
                "them."
            )
        self._drawer, self._options, self._count = drawer, options, count
        self.endless = count is None

    @property
    def facts(self) -> DataFacts:
        """Resolution, channels and count."""
        return DataFacts(self._options.resolution, 3, 0, self._count or COUNT)

    @property
    def fingerprint(self) -> str:
        """The generator and the options."""
        return f"{self._drawer.name} {self._options}"

    def reader(self) -> "GeneratedReader":
        """Return what draws."""
        return GeneratedReader(self._drawer, self._options)

    def split(self) -> "tuple[GeneratedPictures, GeneratedPictures]":
        """Hold out 1000 pictures of another stream of random numbers."""
        held = replace(self._options, stream="held out")
        return self, GeneratedPictures(self._drawer, held, MOST_HELD_OUT)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Compute with a single thread: the same rounding in every process, and no crowd where several draw at once."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class GeneratedReader(Reader):
    """Draws blocks of 32 pictures out of passes of 40 candidates, so that rounding never depends on who asks."""

    def __init__(self, drawer: Drawer, options: GeneratedOptions) -> None:
        """Remember what to draw."""
        self.drawer, self.options = drawer, options
        self._blocks: OrderedDict[int, tuple[Array, Array]] = OrderedDict()
        self._judge: FaceNetwork | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leave drawn blocks and the face detector behind when sent to another process."""
        return {**self.__dict__, "_blocks": OrderedDict(), "_judge": None}

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape `[C, R, R]` of a picture."""
        return 3, self.options.resolution, self.options.resolution

    def read(self, numbers: Sequence[int]) -> Reading:
        """Return the pictures with these numbers."""
        pixels = np.empty((len(numbers), *self.shape), dtype=np.uint8)
        for row, number in enumerate(numbers):
            pixels[row] = self._block(number // BLOCK)[0][number % BLOCK]
        return Reading(pixels, np.asarray(numbers, dtype=np.int64))

    def latents(self, numbers: Sequence[int]) -> Array:
        """Return the z `[N, z_dim]` of the pictures with these numbers."""
        return np.stack([self._block(number // BLOCK)[1][number % BLOCK] for number in numbers])

    def _block(self, block: int) -> tuple[Array, Array]:
        if block not in self._blocks:
            self._blocks[block] = self._drawn(block)
            if len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return self._blocks[block]

    def _drawn(self, block: int) -> tuple[Array, Array]:
        accepted: list[Array] = []
        latents: list[Array] = []
        for attempt in range(MOST_PASSES):
            pictures, z = self._pass(block, attempt)
            wanted = self._wanted(pictures)
            accepted.extend(pictures[wanted])
            latents.extend(z[wanted])
            if len(accepted) >= BLOCK:
                return np.stack(accepted[:BLOCK]), np.stack(latents[:BLOCK])
        faces = " with a face" if self.options.least_face else ""
        raise WrongInputError(
            f"{self.drawer.name} draws hardly a picture{faces} as bright as {self.options.darkest:g}; lower that limit."
        )

    def _wanted(self, pictures: Array) -> Array:
        """Tell which pictures are bright enough and, where that is asked for, show a face."""
        wanted: Array = pictures.astype(np.float32).mean(axis=(2, 3)) @ LUMINANCE >= self.options.darkest
        if self.options.least_face and wanted.any():
            self._judge = self._judge or face_network()
            with one_thread():
                wanted &= face_probabilities(self._judge, pictures) >= self.options.least_face
        return wanted

    @torch.no_grad()
    def _pass(self, block: int, attempt: int) -> tuple[Array, Array]:
        key = f"{self.options.seed}/{self.options.stream}/{block}/{attempt}".encode()
        digest = hashlib.blake2b(key, digest_size=8).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)
        z = torch.randn(CANDIDATES, self.drawer.z_dim, generator=generator) * self.options.scale
        with one_thread():
            pictures = self.drawer.draw(z)
        factor = self.drawer.resolution // self.options.resolution
        if factor > 1:
            pictures = F.avg_pool2d(pictures, factor)
        pixels: Array = to_bytes(pictures).permute(0, 3, 1, 2).contiguous().numpy()
        return pixels, z.numpy()
