"""Will it fit? A few steps in a process of their own say how much memory a run takes and how long it will last."""

import dataclasses
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.core.device import machine_memory
from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.studio.run_watch import RunWatch
from ganstudio.training.child import Child, start_new

if TYPE_CHECKING:
    from ganstudio.training.options import TrainingOptions

STEPS, FEWEST_STEPS = 17, 3
MEASURED_S, WAITED_S = 20.0, 300.0
POLL_S = 0.1
SPARE = 0.9  # of the free memory that a run may take
LARGEST_BATCH = 1024


class ProbeError(StudioError):
    """A run could not be tried; the reason is the process's own."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a few steps with one batch took: seconds for a picture, and bytes at most."""

    batch: int
    seconds_per_image: float
    memory: int
    steps: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a run fits this machine, how long it takes, and the largest batch that fits (0 where not known)."""

    options: "TrainingOptions"
    device: str
    tried: Tried
    free: int
    largest_batch: int

    @property
    def fits(self) -> bool:
        """Whether the memory suffices."""
        return self.tried.memory <= self.free

    @property
    def hours(self) -> float:
        """The length of the whole run."""
        return self.options.images * self.tried.seconds_per_image / 3600

    def sentences(self) -> tuple[str, ...]:
        """Say it in plain words."""
        memory = f"{self.tried.memory / 1e9:.1f} of {self.free / 1e9:.1f} GB that are free"
        fits = "It fits" if self.fits else "It does not fit"
        speed = 1 / max(self.tried.seconds_per_image, 1e-9)
        said = [
            f"{fits}: it takes {memory}.",
            f"{self.options.images:,} images take about {in_words(self.hours)} at {speed:.3g} images/s.".replace(
                ",", " "
            ),
        ]
        if self.largest_batch:
            said.append(f"The largest batch that fits is about {self.largest_batch}.")
        said.append(f"Measured on {self.device} over {self.tried.steps} steps of {self.tried.batch}.")
        return tuple(said)


def in_words(hours: float) -> str:
    """Minutes, hours or days, whichever reads best."""
    if hours < 1:
        return f"{max(hours * 60, 1):.0f} minutes"
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"


def probe(options: "TrainingOptions") -> Iterator[Progress]:
    """Measure the run that the options describe, grown up, at its batch and at half of it; the last step has a Fit."""
    full = grown(options)
    batch = int(full.recipe_options().batch)
    free = free_memory()
    yield Progress(0, 2, "Starting a few steps")
    half = None
    smaller = with_batch(full, batch // 2)
    if smaller is not None:
        for step in _tried(smaller):
            half = step if isinstance(step, Tried) else half
            yield Progress(0, 2, f"Trying a batch of {batch // 2}")
    whole: Tried | None = None
    device = "cpu"
    for found in _tried(full):
        if isinstance(found, Tried):
            whole = found
        elif found:
            device = found
        yield Progress(1, 2, f"Trying a batch of {batch}")
    assert whole is not None
    if device.startswith("cuda"):
        free = device_memory(device)
    yield Progress(2, 2, result=Fit(options, device, whole, free, largest_batch(half, whole, free)))


def grown(options: "TrainingOptions") -> "TrainingOptions":
    """Return the options of a few quiet steps as the run does them at its full resolution."""
    from pydantic import TypeAdapter

    card, recipe = options.recipe_card(), options.recipe_options()
    full = card.grown(recipe, options.resolution)
    plain = TypeAdapter(card.options).dump_python(full, mode="json")
    return dataclasses.replace(
        options, recipe=plain, images=STEPS * int(full.batch), checkpoint_every=1 << 40, snapshot_every=1 << 40,
        sample_every=1 << 40, judge_every=0, evaluate_every=0, metrics=(), tensorboard=False,
    )  # fmt: skip


def with_batch(options: "TrainingOptions", batch: int) -> "TrainingOptions | None":
    """Return the same with another batch, None where there is none or the recipe refuses it."""
    if batch < 1:
        return None
    changed = dataclasses.replace(options, recipe={**options.recipe, "batch": batch}, images=FEWEST_STEPS * batch)
    try:
        changed.validate()
    except StudioError:
        return None
    return changed


def _tried(options: "TrainingOptions") -> Iterator["Tried | str"]:
    """Train a few steps in a folder that is gone afterwards; yield the device, then waits, at last what was found."""
    folder = Path(tempfile.mkdtemp(prefix="ganstudio-probe-"))
    child: Child | None = None
    try:
        child = start_new(folder / "run", options)
        _let_go_first(child.process.pid)
        watch, memory, begun, told = RunWatch(folder / "run"), 0, time.monotonic(), False
        while not child.is_over:
            watch.refresh()
            memory = max(memory, peak_memory(child.process.pid), _highest(watch, "memory"))
            steps = _step_times(watch)
            if not told and watch.started:
                told = True
                yield str(watch.started.get("device", ""))
            yield ""
            enough = len(steps) >= FEWEST_STEPS and sum(steps) > MEASURED_S
            if enough or time.monotonic() - begun > WAITED_S:
                break
            if _is_over(child):
                break
        watch.refresh()
        steps = _step_times(watch)
        if not steps:
            raise ProbeError(child.reason or "No step was done within five minutes; choose a smaller run.")
        batch = int(options.recipe_options().batch)
        yield Tried(batch, seconds_per_step(steps) / batch, max(memory, _highest(watch, "memory")), len(steps))
    finally:
        if child is not None and not child.is_over:
            child.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _is_over(child: Child) -> bool:
    try:
        child.wait(POLL_S)
    except TimeoutError:
        return False
    return True


def _step_times(watch: RunWatch) -> list[float]:
    """Return how long the steps took, from their mean speed over all steps so far (at most 20)."""
    speeds = watch.curves.get("images_per_second")
    if speeds is None or not len(speeds):
        return []
    places = np.diff(speeds.images_seen, prepend=0)
    totals = np.cumsum(places) / np.maximum(speeds.values, 1e-9)
    return [float(seconds) for seconds in np.diff(totals, prepend=0.0)]


def seconds_per_step(steps: list[float]) -> float:
    """Return the mean, without the first step where there are others: it also sets everything up."""
    return float(np.mean(steps[1:])) if len(steps) > 1 else steps[0]


def largest_batch(half: Tried | None, whole: Tried, free: int) -> int:
    """Return the largest multiple of the batch's unit that fits, from what a picture more takes; 0 where unknown."""
    if half is None or whole.memory <= half.memory:
        return 0
    each = (whole.memory - half.memory) / (whole.batch - half.batch)
    most = whole.batch + (free - whole.memory) / each
    if most < 1:
        return 0
    unit = whole.batch & -whole.batch  # what the batch is a multiple of, such as the groups of its statistic
    unit = min(unit, 4)
    return int(min(most // unit * unit, LARGEST_BATCH))


def _highest(watch: RunWatch, name: str) -> int:
    curve = watch.curves.get(name)
    return int(curve.values.max()) if curve is not None and len(curve) else 0


def peak_memory(pid: int) -> int:
    """Return the most bytes that a process had so far, 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024


def free_memory() -> int:
    """Return how many bytes of this machine's memory a run may take."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        found = machine_memory()
    return int(found * SPARE)


def device_memory(device: str) -> int:
    """Return how many bytes of a device's memory a run may take."""
    import torch

    from ganstudio.core.device import memory_of

    return int(memory_of(torch.device(device))[1] * SPARE)


def _let_go_first(pid: int) -> None:
    """Ask the system to end the trial rather than the window where memory runs out."""
    if not sys.platform.startswith("linux"):
        return
    try:
        Path(f"/proc/{pid}/oom_score_adj").write_text("900", encoding="ascii")
    except OSError:
        return
