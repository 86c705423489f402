"""Pictures of any size made larger, tile by tile, in bounded memory and without seams."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ganstudio.checkpoints.networks import WrongKindError, open_picture_network
from ganstudio.core.device import AUTO, Precision, choose_device, has_fast_path
from ganstudio.core.errors import WrongInputError
from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.core.picture_network import EnlargingPictures
from ganstudio.core.pixels import to_bytes
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend, JobFactory
from ganstudio.engine.memory import recovered_from_exhaustion

SHIPPED = "real-esrgan-x4plus"
MOST_PIXELS = 400_000_000  # of the larger picture
LABEL = "Enlarging"


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut, in its own pixels.

    A tile covers at most `side` pixels and sees `halo` more on each side; over `fade` pixels around its edge it fades
    into its neighbour. Where halo - fade / 2 is at least the network's reach, the result is the untiled one; the
    shipped network reaches hundreds of pixels, but what lies further off than these changes textures alone.
    """

    side: int = 192
    halo: int = 20
    fade: int = 16

    def __post_init__(self) -> None:
        """Refuse tiles that are smaller than what they share."""
        if not (0 <= self.fade <= 2 * self.halo and self.fade % 2 == 0 and self.side >= max(2 * self.fade, 8)):
            raise WrongInputError(f"{self} cannot be: fade is even, at most 2 halo, and at most half of side.")


@dataclass(frozen=True, slots=True)
class Span:
    """A tile along one axis: what it covers, what it reads, and over how many pixels it fades at both ends."""

    begin: int
    end: int
    read_begin: int
    read_end: int
    fade_in: int
    fade_out: int

    @property
    def used_begin(self) -> int:
        """The first pixel that it has a share in."""
        return self.begin - self.fade_in // 2

    @property
    def used_end(self) -> int:
        """The pixel after the last one that it has a share in."""
        return self.end + self.fade_out // 2

    @property
    def used(self) -> int:
        """The number of pixels that it has a share in."""
        return self.used_end - self.used_begin

    def weights(self, scale: int) -> torch.Tensor:
        """Return its share in each of the larger picture's pixels; neighbours' shares sum to one."""
        places = torch.arange(self.used * scale) + 0.5
        rise = places / (self.fade_in * scale) if self.fade_in else torch.ones_like(places)
        fall = places.flip(0) / (self.fade_out * scale) if self.fade_out else torch.ones_like(places)
        return torch.minimum(rise, fall).clamp_max(1.0)


def spans(length: int, tiling: Tiling, multiple: int = 1) -> tuple[Span, ...]:
    """Cut an axis into tiles of nearly the same length, which begin to read at multiples of `multiple`."""
    count = max(1, math.ceil(length / tiling.side))
    edges = [length * i // count for i in range(count + 1)]
    return tuple(
        Span(
            begin,
            end,
            max(0, begin - tiling.halo) // multiple * multiple,
            min(length, end + tiling.halo),
            tiling.fade if begin else 0,
            tiling.fade if end < length else 0,
        )
        for begin, end in pairwise(edges)
    )


def shipped_enlarger() -> Path:
    """Return the file of the network that comes with the program."""
    return ASSETS / "enlargers" / SHIPPED / "model.safetensors"


def open_enlarger(
    path: str | Path | None = None, device: str = AUTO, precision: Precision | None = None
) -> EnlargingPictures:
    """Open what enlarges pictures: the shipped network, or any checkpoint of SRGAN or ESRGAN.

    The fast precision is taken where the device has it and none is asked for.
    """
    chosen = choose_device(device)
    if precision is None:
        precision = Precision.FAST if has_fast_path(chosen) else Precision.EXACT
    network, _ = open_picture_network(path or shipped_enlarger(), Ability.ENLARGING, chosen, precision)
    if not isinstance(network, EnlargingPictures):
        raise WrongKindError(f"{path} does not enlarge pictures; choose a checkpoint of SRGAN or ESRGAN.")
    return network


@torch.no_grad()
def steps_of_a_tile(network: EnlargingPictures) -> int:
    """Return how many steps of `enlarged` each tile takes, from one that costs next to nothing."""
    side = max(4, network.needed_multiple)
    return sum(1 for _ in network.walk(torch.zeros(1, network.channels, side, side, device=network.device))) + 1


def enlarging(picture: Array, path: str | Path | None = None, tiling: Tiling | None = None) -> JobFactory:
    """Return a job that enlarges a uint8 picture `[H, W, C]` on the device in use; its last step has the result."""

    def steps(backend: Backend) -> Iterator[Progress]:
        yield Progress(0, 0, LABEL)
        yield from enlarged(open_enlarger(path, backend.status().device), picture, tiling)

    return steps


@torch.no_grad()  # on a generator function it holds while the function runs, not between its steps
def enlarged(network: EnlargingPictures, picture: Array, tiling: Tiling | None = None) -> Iterator[Progress]:
    """Enlarge a uint8 picture `[H, W, 1, 3 or 4]`, step by step; the last step's result is the larger one.

    Colours go through the network, transparency is enlarged bicubically. Raises WrongInputError.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (1, 3, 4) or not picture.size:
        raise WrongInputError(f"A picture to enlarge is uint8 [H, W, 1, 3 or 4], not {picture.dtype} {picture.shape}.")
    tiling, scale = tiling or Tiling(), network.scale
    height, width, channels = picture.shape
    if height * width * scale**2 > MOST_PIXELS:
        raise WrongInputError(
            f"{width} x {height} pixels, {scale} times as wide and high, are more than {MOST_PIXELS // 10**6} million; "
            "enlarge a part of the picture."
        )
    rows, columns = (spans(n, tiling, network.needed_multiple) for n in (height, width))
    result = np.empty((height * scale, width * scale, channels), dtype=np.uint8)
    done, total = 0, len(rows) * len(columns)
    with recovered_from_exhaustion(network.device, lambda: None):
        carried = torch.zeros(())
        for row in rows:
            band = torch.zeros(channels, row.used * scale, width * scale)
            for column in columns:
                tile = band
                for left in _tile(network, picture, row, column):
                    tile = left
                    yield Progress(done, total, LABEL)
                done += 1
                places = slice(column.used_begin * scale, column.used_end * scale)
                band[:, :, places] += tile * column.weights(scale)
            band *= row.weights(scale)[:, None]
            band[:, : row.fade_in * scale] += carried
            ready = band.shape[1] - row.fade_out * scale
            carried = band[:, ready:].clone()
            first = row.used_begin * scale
            result[first : first + ready] = to_bytes(band[None, :, :ready])[0].numpy()
    yield Progress(total, total, LABEL, result)


def _tile(network: EnlargingPictures, picture: Array, row: Span, column: Span) -> Iterator[torch.Tensor]:
    """Yield while one tile is computed, then its used part `[C, h, w]` in [-1, 1] on the CPU."""
    part = torch.from_numpy(picture[row.read_begin : row.read_end, column.read_begin : column.read_end].copy())
    given = part.permute(2, 0, 1)[None].float() / 127.5 - 1.0
    colours = given[:, :3].contiguous()  # one layout, and so one rounding, with and without transparency
    asked = colours.reshape(-1, 1, *colours.shape[2:]) if network.channels == 1 else colours.expand(-1, 3, -1, -1)
    larger = asked
    for left in network.walk(asked.to(network.device)):
        larger = left
        yield left
    larger = larger.cpu().reshape(1, -1, *larger.shape[2:]).clamp(-1.0, 1.0)
    larger = larger.mean(dim=1, keepdim=True) if larger.shape[1] > colours.shape[1] else larger
    if given.shape[1] > 3:
        size = (larger.shape[2], larger.shape[3])
        larger = torch.cat([larger, F.interpolate(given[:, 3:], size, mode="bicubic", align_corners=False)], dim=1)
    down, across = (
        slice((s.used_begin - s.read_begin) * network.scale, (s.used_end - s.read_begin) * network.scale)
        for s in (row, column)
    )
    yield larger[0, :, down, across].clamp(-1.0, 1.0)
