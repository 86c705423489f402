"""Which units of a generator stand for which class (GAN dissection, Bau et al. 2019, arXiv 1811.10597)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F

from ganstudio.core.progress import Progress

TOP = 0.01  # of a unit's activations count as high (Bau et al. 2019, section 3.1)
PLACES = 256  # at most, per picture, from which a unit's threshold is learned
RIM = 16  # of the side of a map, one part is the width of a rim around a class
LARGEST_MAP = 64  # the pixels along a side at which units and classes are compared

Drawn = tuple[torch.Tensor, Mapping[str, torch.Tensor]]
Draw = Callable[[int], Drawn]
Segment = Callable[[torch.Tensor], torch.Tensor]


class Unit(NamedTuple):
    """A channel of a stage's activation, and how well its high places match a class."""

    number: int
    iou: float
    high: float
    low: float


@dataclass(frozen=True)
class StageUnits:
    """How the C units of a stage and K classes go together.

    `iou` `[K, C]` compares where a unit is above its threshold `[C]` with where the class is. `high` `[K, C]` is a
    unit's mean where the class is, `low` `[K, C]` its mean next to it, in a rim around it.
    """

    stage: str
    thresholds: torch.Tensor
    iou: torch.Tensor
    high: torch.Tensor
    low: torch.Tensor

    def ranked(self, index: int, count: int) -> tuple[Unit, ...]:
        """Return the `count` units that match a class best, the best one first."""
        best = self.iou[index].topk(min(count, self.iou.shape[1])).indices.tolist()
        return tuple(
            Unit(unit, *(float(table[index, unit]) for table in (self.iou, self.high, self.low))) for unit in best
        )


@dataclass(frozen=True)
class Dissection:
    """What was found over `samples` pictures, for classes in their order."""

    classes: tuple[str, ...]
    samples: int
    stages: tuple[StageUnits, ...]

    @property
    def occurring(self) -> tuple[str, ...]:
        """The classes that some unit matches at all; those that no picture showed are not among them."""
        best = torch.stack([found.iou.amax(dim=1) for found in self.stages]).amax(dim=0).tolist()
        return tuple(name for name, iou in zip(self.classes, best, strict=True) if iou > 0.0)

    def of(self, stage: str) -> StageUnits:
        """Return what was found in one stage."""
        return next(found for found in self.stages if found.stage == stage)

    def best_stage(self, index: int, count: int = 8) -> str:
        """Return the stage whose best units match a class best on average."""
        means = {s.stage: sum(unit.iou for unit in s.ranked(index, count)) for s in self.stages}
        return max(means, key=lambda name: means[name])


class Thresholds:
    """Gathers activations of one stage at random places, and finds what the highest share of them exceeds."""

    def __init__(self) -> None:
        """Start without any."""
        self._parts: list[torch.Tensor] = []

    def add(self, activation: torch.Tensor, random: torch.Generator) -> None:
        """Take in an activation `[1, C, h, w]`."""
        rows = activation.float().cpu().flatten(2)[0]
        if rows.shape[1] > PLACES:
            rows = rows[:, torch.randperm(rows.shape[1], generator=random)[:PLACES]]
        self._parts.append(rows)

    def value(self) -> torch.Tensor:
        """Return the thresholds `[C]`."""
        gathered = torch.cat(self._parts, dim=1)
        return gathered.kthvalue(max(1, round(gathered.shape[1] * (1.0 - TOP))), dim=1).values


class Overlap:
    """Sums up where units of one stage are high, where classes are, and where both are."""

    def __init__(self, thresholds: torch.Tensor, classes: int) -> None:
        """Start with nothing seen."""
        units = len(thresholds)
        self.thresholds = thresholds
        self._both, self._sum_class, self._sum_rim = (torch.zeros(classes, units).double() for _ in range(3))
        self._high = torch.zeros(units).double()
        self._class, self._rim = torch.zeros(classes).double(), torch.zeros(classes).double()

    def add(self, activation: torch.Tensor, planes: torch.Tensor) -> None:
        """Take in an activation `[1, C, h, w]` and where the classes are, as zeros and ones `[K, H · W]`."""
        side = round(planes.shape[1] ** 0.5)
        large = F.interpolate(activation.float().cpu(), (side, side), mode="bilinear", align_corners=False)
        values = large[0].flatten(1)
        high = (values > self.thresholds[:, None]).float()
        rims = rims_of(planes)
        self._both += (planes @ high.T).double()
        self._sum_class += (planes @ values.T).double()
        self._sum_rim += (rims @ values.T).double()
        self._high += high.sum(dim=1).double()
        self._class += planes.sum(dim=1).double()
        self._rim += rims.sum(dim=1).double()

    def found(self, stage: str) -> StageUnits:
        """Return what the sums say."""
        present = self._class[:, None]
        union = self._high[None] + present - self._both
        high = self._sum_class / present.clamp_min(1.0)
        low = self._sum_rim / self._rim[:, None].clamp_min(1.0)
        iou = self._both / union.clamp_min(1.0)
        return StageUnits(stage, self.thresholds, iou.float(), high.float(), low.float())


def dissect(draw: Draw, segment: Segment, classes: Sequence[str], samples: int) -> Iterator[Progress]:
    """Rank the units of every stage for every class; the last progress has the `Dissection` as its result.

    `draw(n)` gives the n-th picture `[1, C, H, W]` in [-1, 1] and activations `[1, C, h, w]` by stage; `segment` gives
    class indices `[N, H, W]`. Pictures are drawn twice: for the thresholds, then to compare.
    """
    total = 2 * samples
    random = torch.Generator().manual_seed(0)
    gathered: dict[str, Thresholds] = {}
    for number in range(samples):
        for stage, activation in draw(number)[1].items():
            gathered.setdefault(stage, Thresholds()).add(activation, random)
        yield Progress(number + 1, total, "Units: how high they go")
    overlaps = {stage: Overlap(thresholds.value(), len(classes)) for stage, thresholds in gathered.items()}
    for number in range(samples):
        picture, activations = draw(number)
        planes = planes_of(segment(picture), len(classes))
        for stage, activation in activations.items():
            overlaps[stage].add(activation, planes)
        if number + 1 < samples:
            yield Progress(samples + number + 1, total, "Units: where they are high")
    found = tuple(overlap.found(stage) for stage, overlap in overlaps.items())
    yield Progress(total, total, "Units: where they are high", Dissection(tuple(classes), samples, found))


def planes_of(indices: torch.Tensor, classes: int) -> torch.Tensor:
    """Return where each class is in a map `[1, H, W]`, as zeros and ones `[K, S · S]` at 64 px at most."""
    maps = indices[0].cpu()
    side = min(LARGEST_MAP, *maps.shape)
    rows, columns = (((torch.arange(side) + 0.5) * size / side).long() for size in maps.shape)
    small = maps[rows[:, None], columns]
    return (small.flatten()[None] == torch.arange(classes)[:, None]).float()


def rims_of(planes: torch.Tensor) -> torch.Tensor:
    """Return the places next to classes that are not theirs, for where they are `[K, S · S]`, both zeros and ones."""
    side = round(planes.shape[1] ** 0.5)
    width = max(1, side // RIM)
    near = F.max_pool2d(planes.reshape(-1, 1, side, side), 2 * width + 1, 1, width)
    return near.flatten(1) - planes
