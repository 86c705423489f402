"""Watching a run from outside, through its folder alone: curves that grow, what it is doing, when it will be done."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.core.store import Array
from ganstudio.training.lock import Lock
from ganstudio.training.run import RunFolder

CHUNK = 1 << 20  # splitting more at once would hold up the window's thread
MOST_STEPS_AT_ONCE = 20_000
FIRST_ROOM = 256
STEP = b'{"event": "Step"'
NUMBERS = ("images_per_second", "memory")
GROUPS = ("losses", "observed", "gradient_norms", "learning_rates", "read_outs")


class RunState(StrEnum):
    """What a run is doing, as far as its folder tells."""

    NEW = "new"  # nothing happened yet
    STARTING = "starting"  # its process was begun here and has not said anything yet
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # on request; it can be resumed
    FINISHED = "finished"  # all images were seen
    FAILED = "failed"  # with an error, which `RunWatch.reason` tells
    CRASHED = "crashed"  # its process is gone or silent without a word


class Curve:
    """A number over images_seen: two arrays of equal length, the first one rising."""

    def __init__(self) -> None:
        """Begin empty."""
        self._x = np.empty(FIRST_ROOM, dtype=np.int64)
        self._y = np.empty(FIRST_ROOM, dtype=np.float64)
        self._length = 0

    def __len__(self) -> int:
        """Return the number of points."""
        return self._length

    @property
    def images_seen(self) -> Array:
        """The places int64 `[N]`; a view of what is there now."""
        return self._x[: self._length]

    @property
    def values(self) -> Array:
        """The numbers float64 `[N]`."""
        return self._y[: self._length]

    def append(self, images_seen: int, value: float) -> None:
        """Add a point; one at the same place or before takes the place of what was there."""
        if self._length and images_seen <= self._x[self._length - 1]:
            self.cut(images_seen - 1)
        if self._length == len(self._x):
            self._x, self._y = np.resize(self._x, 2 * self._length), np.resize(self._y, 2 * self._length)
        self._x[self._length], self._y[self._length] = images_seen, value
        self._length += 1

    def cut(self, images_seen: int) -> None:
        """Keep what lies at or before `images_seen`."""
        self._length = int(np.searchsorted(self.images_seen, images_seen, side="right"))


@dataclass(frozen=True, slots=True)
class Histograms:
    """Logits of one step by kind, as counts in equal bins from `low` to `high`."""

    images_seen: int
    low: float
    high: float
    counts: Mapping[str, Array]
    means: Mapping[str, float]


@dataclass
class Seen:
    """Everything that was read from a log."""

    curves: dict[str, Curve] = field(default_factory=dict)
    histograms: list[Histograms] = field(default_factory=list)
    metric_errors: dict[str, Curve] = field(default_factory=dict)
    images_seen: int = 0
    images_per_second: float = 0.0
    last_event: str = ""
    reason: str = ""
    unreadable: dict[str, str] = field(default_factory=dict)
    started: Mapping[str, Any] = field(default_factory=dict)

    def cut(self, images_seen: int) -> None:
        """Forget what a resumed run does again."""
        for curve in (*self.curves.values(), *self.metric_errors.values()):
            curve.cut(images_seen)
        self.histograms = [found for found in self.histograms if found.images_seen <= images_seen]


class RunWatch:
    """Reads what was added to a run's log since the last look; any number of these may watch one run."""

    def __init__(self, path: Path) -> None:
        """Attach to a folder; raises RunFolderError where it holds no run."""
        self.run = RunFolder.open(path)
        self.images = self._wanted_images()
        self._seen, self._file = Seen(), (0, 0)
        self._offset, self._rest, self._last_step = 0, b"", b""

    def refresh(self) -> bool:
        """Read what is new; True where there was something. Of a long log every so many steps are taken at first."""
        try:
            with self.run.log_file.open("rb") as file:
                status = os.fstat(file.fileno())
                if (status.st_ino, status.st_dev) != self._file or status.st_size < self._offset:
                    self._begin_again()
                    self._file = (status.st_ino, status.st_dev)
                if status.st_size == self._offset + len(self._rest):
                    return False
                self._take_all(Path(file.name), status.st_size)
        except OSError:
            return False
        return True

    @property
    def curves(self) -> Mapping[str, Curve]:
        """All curves by names such as `losses/Gmain/loss`, `read_outs/augment_p`, `metrics/frechet-vgg16`."""
        return self._seen.curves

    @property
    def metric_errors(self) -> Mapping[str, Curve]:
        """The standard errors of the metrics, by the names of their curves."""
        return self._seen.metric_errors

    @property
    def histograms(self) -> tuple[Histograms, ...]:
        """The noted logits, oldest first."""
        return tuple(self._seen.histograms)

    @property
    def unreadable(self) -> Mapping[str, str]:
        """The pictures that could not be read, with the reasons."""
        return self._seen.unreadable

    @property
    def started(self) -> Mapping[str, Any]:
        """What the last process told when it took the run up, such as its device; nothing before that."""
        return self._seen.started

    @property
    def images_seen(self) -> int:
        """How many real pictures were shown so far."""
        return self._seen.images_seen

    @property
    def images_per_second(self) -> float:
        """The speed over the last steps."""
        return self._seen.images_per_second

    @property
    def seconds_left(self) -> float | None:
        """The time to the end at this speed; None where it does not run or has no speed yet."""
        if self.images_per_second <= 0 or self.state is not RunState.RUNNING:
            return None
        self.images = self._wanted_images()
        return max(self.images - self.images_seen, 0) / self.images_per_second

    @property
    def holder(self) -> Lock | None:
        """Who claims the folder, whether alive or not."""
        return self.run.lock_holder()

    @property
    def state(self) -> RunState:
        """What the run is doing, from its lock and the last event of its log."""
        return state_of(self._seen.last_event, self.run)

    @property
    def reason(self) -> str:
        """Why the run failed or crashed, in a sentence; an empty text otherwise."""
        state, holder = self.state, self.holder
        if state is RunState.FAILED:
            return self._seen.reason
        if state is not RunState.CRASHED:
            return ""
        who = f"The process {holder.pid} on {holder.host}" if holder is not None else "The process"
        return f"{who} that trained is gone without a word; resume the run from its last checkpoint."

    def command(self, command: str) -> None:
        """Steer the run: `pause`, `resume`, `stop`, `snapshot` or `evaluate`; raises SaveError."""
        self.run.command(command)

    def samples(self) -> tuple[Path, ...]:
        """Return the sheets of samples, oldest first; the name is the number of images."""
        return tuple(sorted(self.run.samples.glob("[0-9]*.png")))

    def snapshots(self) -> tuple[Path, ...]:
        """Return the averaged generators, oldest first."""
        return self.run.saved_snapshots()

    def _begin_again(self) -> None:
        self._seen, self._file = Seen(), (0, 0)
        self._offset, self._rest, self._last_step = 0, b"", b""

    def _wanted_images(self) -> int:
        try:
            return int(json.loads(self.run.options_file.read_text(encoding="utf-8"))["images"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _take_all(self, path: Path, size: int) -> None:
        """Parse the new lines; of very many steps only an even selection, found without parsing the others."""
        new = size - self._offset
        every = max(1, int(new / max(_usual_length(path, self._offset), 1)) // MOST_STEPS_AT_ONCE)
        steps = 0
        for line in self._new_lines(path, size):
            if line.startswith(STEP):
                steps += 1
                if every > 1 and steps % every:
                    self._last_step = line
                    continue
            self._take(line)
        if every > 1 and steps % every:
            self._take(self._last_step)

    def _new_lines(self, path: Path, size: int) -> Iterator[bytes]:
        """Yield whole lines up to `size`; what follows the last line break waits for the next look."""
        with path.open("rb") as file:
            file.seek(self._offset + len(self._rest))
            left = size - file.tell()
            while left > 0:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    break
                left -= len(chunk)
                lines = (self._rest + chunk).split(b"\n")
                self._offset += len(self._rest) + len(chunk) - len(lines[-1])
                self._rest = lines.pop()
                yield from lines

    def _take(self, line: bytes) -> None:
        try:
            found = json.loads(line)
            event = found["event"]
        except (ValueError, KeyError, TypeError):
            return  # cut short when a process was killed
        seen, at = self._seen, found.get("images_seen")
        seen.last_event = event
        if event == "Failed":
            seen.reason = str(found.get("reason", ""))
        if event == "Unreadable":
            seen.unreadable[str(found.get("file"))] = str(found.get("reason"))
        if not isinstance(at, int):
            return
        if event == "Started" or (event == "Step" and at <= seen.images_seen):
            seen.cut(at - (event == "Step"))
        seen.images_seen = at
        if event == "Started":
            seen.started = found
        elif event == "Step":
            self._take_step(found, at)
        elif event == "Evaluated":
            name = f"metrics/{found['metric']}"
            seen.curves.setdefault(name, Curve()).append(at, found["value"])
            seen.metric_errors.setdefault(name, Curve()).append(at, found["error"])
        elif event == "Logits":
            counts = {kind: np.asarray(values, dtype=np.int64) for kind, values in found["counts"].items()}
            seen.histograms.append(Histograms(at, found["low"], found["high"], counts, found["means"]))
            if found.get("r_v") is not None:
                seen.curves.setdefault("logits/r_v", Curve()).append(at, found["r_v"])

    def _take_step(self, found: Mapping[str, Any], at: int) -> None:
        curves = self._seen.curves
        for group in GROUPS:
            for name, value in found.get(group, {}).items():
                curves.setdefault(f"{group}/{name}", Curve()).append(at, value)
        for name in NUMBERS:
            if name in found:
                curves.setdefault(name, Curve()).append(at, found[name])
        self._seen.images_per_second = float(found.get("images_per_second", 0.0))


def _usual_length(path: Path, offset: int) -> float:
    """Return the mean length of the next lines in bytes."""
    with path.open("rb") as file:
        file.seek(offset)
        sample = file.read(1 << 16)
    return len(sample) / max(sample.count(b"\n"), 1)


def state_of(last_event: str, run: RunFolder) -> RunState:
    """Tell what a run is doing from the last event of its log and from its lock."""
    holder = run.lock_holder()
    if last_event == "Finished":
        return RunState.FINISHED if run.model_file.exists() else RunState.STOPPED
    if last_event == "Failed":
        return RunState.FAILED
    if holder is not None and holder.holds(time.time()):
        return RunState.PAUSED if last_event == "Paused" else RunState.RUNNING
    return RunState.CRASHED if holder is not None or last_event else RunState.NEW
