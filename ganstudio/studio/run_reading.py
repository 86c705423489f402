"""Reading runs for the window: what each one does, and the curves of those that are looked at."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.studio.run_curves import GROUPS, Span, Strip, Trace, strips, traces, with_alpha
from ganstudio.studio.run_watch import RunState, RunWatch, state_of
from ganstudio.training.run import RunFolder

TAIL = 1 << 16
LARGER_IS_BETTER = ("precision-", "recall-", "inception-score")


@dataclass(frozen=True, slots=True)
class Glance:
    """What one run is doing, without its curves."""

    path: Path
    state: RunState
    images_seen: int = 0
    images: int = 0
    images_per_second: float = 0.0
    architecture: str = ""
    preset: str = ""
    data: str = ""
    reason: str = ""
    worker: str = ""  # process and machine, while somebody works in it

    @property
    def seconds_left(self) -> float | None:
        """The time to the end at this speed; None where it does not run or has no speed yet."""
        if self.images_per_second <= 0 or self.state is not RunState.RUNNING:
            return None
        return max(self.images - self.images_seen, 0) / self.images_per_second


@dataclass(frozen=True, slots=True)
class Best:
    """A metric with its best value, and where that was."""

    metric: str
    value: float
    error: float
    images_seen: int


@dataclass(frozen=True, slots=True)
class RunReading:
    """One run as it is plotted; `sheets` and `augmented` are pictures, `snapshots` models, all oldest first."""

    glance: Glance
    options: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)
    strips: tuple[Strip, ...] = ()
    sheets: tuple[Path, ...] = ()
    augmented: tuple[Path, ...] = ()
    snapshots: tuple[Path, ...] = ()
    best: tuple[Best, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def latest(self, group: str, name: str) -> float | None:
        """Return a curve's last number, None where there is none."""
        found = next((trace for trace in self.groups.get(group, ()) if trace.name == name), None)
        return float(found.mean[-1]) if found is not None and len(found.mean) else None


class RunReader:
    """Keeps what was read, so that only what is new is read again; one thread at a time may use it."""

    def __init__(self) -> None:
        """Watch nothing."""
        self._watches: dict[Path, RunWatch] = {}

    def look(self, paths: tuple[Path, ...], watched: tuple[Path, ...], span: Span | None) -> Iterator[Progress]:
        """Yield a Glance of each run, and a RunReading of those that are `watched`, which come first."""
        for path in [known for known in self._watches if known not in watched]:
            del self._watches[path]
        for done, path in enumerate(watched):
            yield Progress(done, len(paths), result=self._read(path, span))
        for done, path in enumerate(path for path in paths if path not in watched):
            yield Progress(done, len(paths), result=glance(path))

    def _read(self, path: Path, span: Span | None) -> RunReading | Glance:
        try:
            watch = self._watches.get(path) or RunWatch(path)
        except StudioError:
            return glance(path)
        self._watches[path] = watch
        watch.refresh()
        curves = with_alpha(watch.curves)
        options = options_of(path)
        found = _with_options(
            path, watch.state, watch.images_seen, watch.images_per_second, options, watch.reason, watch.run
        )
        return RunReading(
            found,
            options,
            {group.key: traces(curves, group, span) for group in GROUPS},
            strips(watch.histograms, span),
            watch.samples(),
            tuple(sorted((path / "augmented").glob("[0-9]*.png"))),
            watch.snapshots(),
            tuple(_best(watch, name) for name in sorted(watch.curves) if name.startswith("metrics/")),
            dict(watch.unreadable),
        )


def _best(watch: RunWatch, name: str) -> Best:
    curve, metric = watch.curves[name], name.removeprefix("metrics/")
    values = curve.values
    place = int(values.argmax() if metric.startswith(LARGER_IS_BETTER) else values.argmin())
    errors = watch.metric_errors[name].values
    return Best(metric, float(values[place]), float(errors[place]), int(curve.images_seen[place]))


def glance(path: Path) -> Glance:
    """Tell what a run is doing from its lock and the end of its log; a folder that is gone counts as crashed."""
    run = RunFolder(path)
    if not run.options_file.is_file():
        return Glance(path, RunState.CRASHED, reason=f"The folder {path} is gone or does not answer.")
    last: dict[str, Any] = {}
    step: dict[str, Any] = {}
    for found in _last_lines(run.log_file):
        last = found
        if found.get("event") == "Step":
            step = found
    state = state_of(str(last.get("event", "")), run)
    reason = str(last.get("reason", "")) if state is RunState.FAILED else ""
    speed = float(step.get("images_per_second", 0.0))
    return _with_options(path, state, int(last.get("images_seen", 0) or 0), speed, options_of(path), reason, run)


def _with_options(
    path: Path, state: RunState, seen: int, speed: float, options: Mapping[str, Any], reason: str, run: RunFolder
) -> Glance:
    holder = run.lock_holder() if state in (RunState.RUNNING, RunState.PAUSED) else None
    return Glance(
        path, state, seen, int(options.get("images", 0) or 0), speed, str(options.get("architecture", "")),
        str(options.get("preset", "")), str(options.get("data", "")), reason,
        f"process {holder.pid} on {holder.host}" if holder is not None else "",
    )  # fmt: skip


def options_of(path: Path) -> dict[str, Any]:
    """Return a run's options as plain values, nothing where they cannot be read."""
    try:
        found = json.loads((path / "options.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _last_lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open("rb") as log:
            log.seek(max(os.fstat(log.fileno()).st_size - TAIL, 0))
            lines = log.read().split(b"\n")
    except OSError:
        return
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
