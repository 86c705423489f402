"""What the learning examples learn: points on a ring of eight heaps, and handwritten digits of 8 x 8 pixels."""

import math
from abc import ABC, abstractmethod
from collections.abc import Generator

import numpy as np
import torch

from ganstudio.core.paths import ASSETS
from ganstudio.core.progress import Progress
from ganstudio.core.recipe import DataFacts, Draws
from ganstudio.core.store import Array
from ganstudio.data.images import PictureOptions, open_pictures
from ganstudio.studio.teaching_lesson import HEAPS

RADIUS, SPREAD = 0.7, 0.04
NEAR = 3.0 * SPREAD  # 98.9 % of a round heap lies within three standard deviations
LEAST_SHARE = 0.02  # a heap counts as found from a sixth of its fair share (an eighth) on
READ_AT_ONCE = 32
DIGITS = ASSETS / "data" / "digits-8" / "digits-8.zip"


class Material(ABC):
    """Real examples `[N, C, R, R]` in [-1, 1]."""

    facts: DataFacts

    @abstractmethod
    def batch(self, draws: Draws) -> torch.Tensor:
        """Return a step's real examples."""


class Ring(Material):
    """Eight round heaps of points on a circle; a point is a picture of one pixel with two colours."""

    facts = DataFacts(resolution=1, img_channels=2, c_dim=0, count=100_000)

    def batch(self, draws: Draws) -> torch.Tensor:
        """Return fresh points `[N, 2, 1, 1]`."""
        heap = draws.integers("heap", 0, HEAPS) * (2.0 * math.pi / HEAPS)
        points = torch.stack([heap.cos(), heap.sin()], dim=1) * RADIUS + draws.normal("spread", 2) * SPREAD
        return points[:, :, None, None]


class Digits(Material):
    """The shipped digits."""

    def __init__(self, pixels: Array) -> None:
        """Take pictures uint8 `[N, 1, R, R]`."""
        self.facts = DataFacts(pixels.shape[2], pixels.shape[1], 0, len(pixels))
        self.pixels = torch.from_numpy(pixels)

    def batch(self, draws: Draws) -> torch.Tensor:
        """Return digits `[N, 1, 8, 8]` by chance."""
        rows = draws.integers("rows", 0, len(self.pixels))
        return self.pixels[rows].float() / 127.5 - 1.0


def read_digits() -> Generator[Progress, None, Digits]:
    """Read the archive in short steps; raises SourceError."""
    pictures = open_pictures(DIGITS, PictureOptions())
    reader, parts = pictures.reader(), []
    for first in range(0, len(pictures), READ_AT_ONCE):
        parts.append(reader.read(range(first, min(first + READ_AT_ONCE, len(pictures)))).pixels)
        yield Progress(0, 0)
    return Digits(np.concatenate(parts))


def centres() -> Array:
    """Return the middles `[8, 2]` of the heaps."""
    turns = np.arange(HEAPS) * (2.0 * math.pi / HEAPS)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1) * RADIUS


def heaps_found(points: Array) -> tuple[int, float]:
    """Return how many heaps points `[N, 2]` have reached, and the share of points that lie in one."""
    distances = np.linalg.norm(points[:, None] - centres()[None], axis=2)
    nearest, near = distances.argmin(axis=1), distances.min(axis=1) <= NEAR
    counts = np.bincount(nearest[near], minlength=HEAPS)
    return int((counts >= LEAST_SHARE * len(points)).sum()), float(near.mean())


def variety(examples: Array, real: Array) -> float:
    """Return the mean distance between two of the examples `[N, ...]`, as a share of that between two real ones."""
    return mean_distance(examples) / max(mean_distance(real), 1e-9)


def mean_distance(examples: Array) -> float:
    """Return the mean Euclidean distance between two different ones of examples `[N, ...]`."""
    rows = examples.reshape(len(examples), -1).astype(np.float64)
    squares = (rows**2).sum(axis=1)
    between = np.maximum(squares[:, None] + squares[None] - 2.0 * rows @ rows.T, 0.0)
    return float(np.sqrt(between).sum() / max(len(rows) * (len(rows) - 1), 1))
