"""What the discriminator says of real, fake and held-out pictures: for r_v, and as histograms over the run."""

import math
from collections.abc import Mapping

import torch
import torch.distributed as dist

from ganstudio.losses.schedules import overfitting_against_held_out
from ganstudio.training.events import Logits
from ganstudio.training.parallel import Processes

PREFIX, HELD_OUT = "logits_", "held_out"
BINS = 48
LEAST_SPAN = 1e-3


def crossed(every: int, before: int, after: int) -> bool:
    """Tell whether a multiple of `every` images was reached between two counts; never where it is 0."""
    return every > 0 and before // every != after // every


def rows_to_judge(batch: int, held_out: int, world: int) -> int:
    """Return how many held-out pictures are judged at once over all processes.

    As many as a batch holds, else a power of two in each process, which leaves groups of a minibatch statistic whole.
    """
    if held_out >= batch:
        return batch
    return world << max((held_out // world).bit_length() - 1, 0)


class LogitsOfStep:
    """Gathers one step's logits by kind: `real`, `fake`, `held_out`."""

    def __init__(self) -> None:
        """Begin without any."""
        self._parts: dict[str, list[torch.Tensor]] = {}

    def take(self, observed: Mapping[str, torch.Tensor]) -> None:
        """Keep what a phase of the discriminator observed under names such as `logits_real`."""
        for name, values in observed.items():
            if name.startswith(PREFIX):
                self._parts.setdefault(name.removeprefix(PREFIX), []).append(values.detach().float().reshape(-1))

    def event(self, images_seen: int, processes: Processes) -> Logits:
        """Return histograms over all processes."""
        logits = {kind: torch.cat(parts) for kind, parts in self._parts.items()}
        logits = {kind: values[values.isfinite()] for kind, values in logits.items()}
        low, high = _bounds(logits, processes)
        counts, means = {}, {}
        for kind, values in logits.items():
            histogram = torch.histc(values, BINS, low, high).double()
            sums = torch.cat([histogram, values.double().sum()[None]])
            if processes.world > 1:
                dist.all_reduce(sums)
            counts[kind] = tuple(int(count) for count in sums[:BINS].tolist())
            means[kind] = float(sums[BINS]) / max(sum(counts[kind]), 1)
        return Logits(images_seen, low, high, counts, means, r_v_of(means))


def _bounds(logits: Mapping[str, torch.Tensor], processes: Processes) -> tuple[float, float]:
    """Return the least and the largest value over all kinds and processes, never the same."""
    every = torch.cat([*logits.values()]) if logits else torch.zeros(1)
    every = every if every.numel() else every.new_zeros(1)
    bounds = torch.stack([-every.min(), every.max()])
    if processes.world > 1:
        dist.all_reduce(bounds, dist.ReduceOp.MAX)
    low, high = -float(bounds[0]), float(bounds[1])
    return (low, high) if high - low > LEAST_SPAN else (low - LEAST_SPAN, high + LEAST_SPAN)


def r_v_of(means: Mapping[str, float]) -> float | None:
    """Return how much of the way from real to generated logits the held-out ones have gone (ADA, eq. 1)."""
    if not {"real", "fake", HELD_OUT} <= means.keys() or not all(math.isfinite(value) for value in means.values()):
        return None
    return overfitting_against_held_out(means["real"], means[HELD_OUT], means["fake"])
