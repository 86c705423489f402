"""Which units, at which stage and how far, let a class come or go: found by what they do, not by what they resemble.

The causal step of GAN dissection (Bau et al. 2019, arXiv 1811.10597, section 3.2): units are forced to values in a
region, and the change of the class in it is the mean over several pictures. Gradients of the class's likelihood put
the units in order (the first-order estimate of that change), then the best orders of each stage are tried.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F

from ganstudio.core.document import PaintUnits
from ganstudio.core.progress import Progress
from ganstudio.core.store import ArrayRef
from ganstudio.latent.scenes import Scenes
from ganstudio.latent.units import Dissection

COUNTS, STRENGTHS = (12, 48, 96), (1.0, 1.5)
SETTINGS = 3  # those that promise most are tried
COARSE = 4  # pixels of the picture, at least, that a unit's place covers: finer units stand for colours, not for parts
LEAST_SHARE = 0.002  # of a picture, for a class to count as there
LEAST_OF_RIM = 0.2  # of what is around a class, to stand in for it
GROWTH = 0.2  # how far a class is to grow, in widths of its area
CARE = 1.0  # how much a share that changed elsewhere counts against one in the region
LEAST_GAIN, SURE = 0.05, 2.0  # of the region; and in standard errors
NOWHERE = ArrayRef("", (0, 0), "float32")
LEAST_DOUBT = 1e-4

Draw = Callable[[int], Scenes]


class Way(NamedTuple):
    """A class, by its number, that is to come or to go."""

    label: int
    remove: bool


class Setting(NamedTuple):
    """Units of a stage set to their mean where a class is, or in the rim around the one that goes (None)."""

    stage: str
    like: int | None

    def values(self, found: Dissection, way: Way) -> torch.Tensor:
        """Return the value of each unit `[C]`."""
        stage = found.of(self.stage)
        return stage.low[way.label] if self.like is None else stage.high[self.like]


class Change(NamedTuple):
    """What one try did to one picture, in shares of the region and of all around it."""

    before: float
    after: float
    outside: float


@dataclass(frozen=True)
class UnitPaint:
    """Units of a stage, what they are set to and how far, and what that did over `pictures` pictures on average.

    `before` and `after` are the class's shares of the region, `error` the standard error of their difference,
    `outside` is the share of the places around the region that changed class.
    """

    stage: str
    units: tuple[int, ...]
    values: tuple[float, ...]
    strength: float
    before: float = 0.0
    after: float = 0.0
    error: float = 0.0
    outside: float = 0.0
    pictures: int = 0

    def gain(self, *, remove: bool) -> float:
        """How much of the region the class won, or lost where it was to go."""
        return self.before - self.after if remove else self.after - self.before

    def is_clear(self, *, remove: bool) -> bool:
        """Whether that is more than chance and than next to nothing."""
        return self.gain(remove=remove) > max(LEAST_GAIN, SURE * self.error)


Paints = Mapping[Way, UnitPaint]


def region_of(maps: torch.Tensor, way: Way) -> torch.Tensor:
    """Return where a class is to come (a rim around it) or to go (where it is), as zeros and ones `[N, 1, H, W]`.

    Pictures `[N, H, W]` in which the class is next to nowhere have no region.
    """
    here = (maps == way.label).float()[:, None]
    areas = here.sum(dim=(1, 2, 3))
    here = here * (areas >= LEAST_SHARE * maps[0].numel()).float()[:, None, None, None]
    if way.remove:
        return _grown(here, max(1, round(maps.shape[-1] / 64)))
    there = areas[here.amax(dim=(1, 2, 3)) > 0]
    width = max(1, round(GROWTH * float(there.mean()) ** 0.5)) if len(there) else 1
    return _grown(here, width) - here


def find_paints(
    found: Dissection, draw: Draw, learned: int, tried: int, ways: Sequence[Way] = ()
) -> Iterator[Progress]:
    """Find how each class is painted, or what `ways` names; the last progress has the `Paints` as its result.

    Units are put in order over the scenes 0 to `learned` - 1 and tried on the `tried` ones after these.
    """
    ways = ways or [Way(i, remove) for i in range(len(found.classes)) for remove in (False, True)]
    promise: dict[Way, dict[Setting, torch.Tensor]] = {way: {} for way in ways}
    total = learned + tried * len(ways)
    for number in range(learned):
        for way, parts in promises(found, draw(number), ways).items():
            for setting, hopes in parts.items():
                promise[way][setting] = promise[way].get(setting, 0.0) + hopes
        yield Progress(number + 1, total, "Units: which may matter")
    tries = {way: _Tries(list(candidates(found, way, promise[way]))) for way in ways}
    for number in range(tried):
        scenes = draw(learned + number)
        for place, way in enumerate(ways):
            tries[way].on(scenes, way)
            done = learned + number * len(ways) + place + 1
            if done < total:
                yield Progress(done, total, "Units: what they do")
    best = {way: tries[way].best(way) for way in ways}
    chosen = {way: paint for way, paint in best.items() if paint is not None}
    yield Progress(total, total, "Units: what they do", chosen)


def promises(found: Dissection, scenes: Scenes, ways: Iterable[Way]) -> Mapping[Way, Mapping[Setting, torch.Tensor]]:
    """Return for each way and setting how much each unit `[C]` set to its value would raise the wanted likelihood.

    To first order: the gradient of the mean log-likelihood in the region times the step to the value. A class that is
    to go makes room for what is around it: for the mean of its rim, or for one of the classes in it.
    """
    logits, activations = scenes.linked()
    likely = F.log_softmax(logits.float(), dim=1)
    most = scenes.maps.shape[-1] // COARSE
    stages = [s.stage for s in found.stages if activations[s.stage].shape[-1] <= most]
    points = [activations[stage] for stage in stages]
    promised: dict[Way, Mapping[Setting, torch.Tensor]] = {}
    for way in ways:
        region = region_of(scenes.maps, way)
        if not region.any():
            continue
        wish = likely[:, way.label : way.label + 1]
        if way.remove:
            wish = torch.log1p(-wish.exp().clamp(max=1.0 - LEAST_DOUBT))
        slopes = torch.autograd.grad((wish * region).sum() / region.sum(), points, retain_graph=True)
        likes = _likes(scenes.maps, way)
        promised[way] = {
            setting: _promise(x.detach(), slope, setting.values(found, way), region)
            for stage, x, slope in zip(stages, points, slopes, strict=True)
            for setting in (Setting(stage, like) for like in likes)
        }
    return promised


def _likes(maps: torch.Tensor, way: Way) -> list[int | None]:
    """Return what a region may become: the class, or what is found around the one that goes."""
    if not way.remove:
        return [way.label]
    rim = region_of(maps, Way(way.label, remove=False))[:, 0] > 0.5
    shares = maps[rim].bincount() / max(int(rim.sum()), 1)
    return [None, *(shares >= LEAST_OF_RIM).nonzero()[:, 0].tolist()]


def _promise(x: torch.Tensor, slope: torch.Tensor, values: torch.Tensor, region: torch.Tensor) -> torch.Tensor:
    inside = F.interpolate(region, (x.shape[2], x.shape[3]), mode="bilinear", antialias=True).to(x)
    steps = (values.to(x)[:, None, None] - x) * inside
    return (steps * slope).float().sum(dim=(0, 2, 3)).cpu()


def candidates(found: Dissection, way: Way, promise: Mapping[Setting, torch.Tensor]) -> Iterator[UnitPaint]:
    """Yield what is worth trying: units of the settings that promise most, and those that match the class best."""

    def hope(setting: Setting) -> float:
        each = promise[setting]
        return float(each.topk(min(COUNTS[-1], len(each))).values.clamp_min(0.0).sum())

    def likeness(setting: Setting) -> float:
        return sum(unit.iou for unit in found.of(setting.stage).ranked(way.label, COUNTS[0]))

    for setting in sorted(promise, key=hope, reverse=True)[:SETTINGS]:
        order = promise[setting].argsort(descending=True)
        for count in COUNTS:
            yield from _strengths(found, way, setting, order[:count])
    if promise:
        setting = max(promise, key=likeness)
        order = found.of(setting.stage).iou[way.label].argsort(descending=True)
        yield from _strengths(found, way, setting, order[: COUNTS[0]])


def _strengths(found: Dissection, way: Way, setting: Setting, units: torch.Tensor) -> Iterator[UnitPaint]:
    values = setting.values(found, way)[units]
    for strength in STRENGTHS:
        yield UnitPaint(setting.stage, tuple(units.tolist()), tuple(values.tolist()), strength)


@dataclass
class _Tries:
    """What each candidate of one way did to each picture."""

    paints: list[UnitPaint]
    changes: list[list[Change]] = field(default_factory=list)

    def on(self, scenes: Scenes, way: Way) -> None:
        """Try all on some pictures."""
        self.changes = self.changes or [[] for _ in self.paints]
        region = region_of(scenes.maps, way)
        if region.any():
            for paint, seen in zip(self.paints, self.changes, strict=True):
                edit = PaintUnits(paint.stage, paint.units, paint.values, NOWHERE, paint.strength)
                seen.extend(changes_of(scenes.maps, scenes.painted_maps(edit, region), region, way.label))

    def best(self, way: Way) -> UnitPaint | None:
        """Return the one that did most in the region for what it changed elsewhere."""
        told = [_summed(paint, seen) for paint, seen in zip(self.paints, self.changes, strict=True) if len(seen) > 1]

        def worth(paint: UnitPaint) -> tuple[bool, float]:
            return paint.is_clear(remove=way.remove), paint.gain(remove=way.remove) - CARE * paint.outside

        return max(told, key=worth, default=None)


def changes_of(before: torch.Tensor, after: torch.Tensor, region: torch.Tensor, index: int) -> Iterator[Change]:
    """Yield what happened to a class and around its region, for each map `[N, H, W]` with a region `[N, 1, H, W]`."""
    for old, new, inside in zip(before, after, region[:, 0] > 0.5, strict=True):
        if inside.any():
            was, now = (float((each[inside] == index).float().mean()) for each in (old, new))
            around = (old != new)[~inside]
            yield Change(was, now, float(around.float().mean()) if len(around) else 0.0)


def _summed(paint: UnitPaint, seen: list[Change]) -> UnitPaint:
    table = torch.tensor(seen, dtype=torch.float64)
    before, after, outside = table.mean(dim=0).tolist()
    error = float((table[:, 1] - table[:, 0]).std()) / len(seen) ** 0.5
    return UnitPaint(paint.stage, paint.units, paint.values, paint.strength, before, after, error, outside, len(seen))


def _grown(places: torch.Tensor, by: int) -> torch.Tensor:
    return F.max_pool2d(places, 2 * by + 1, 1, by)
