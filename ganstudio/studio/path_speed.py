"""The perceptual speed of the project's path: filled in when there is time, kept while its causes stay the same.

Speeds are lengths √LPIPS per unit of the place on the path, which goes from 0 to 1 in every segment, uneased; their
mean square over a segment is its perceptual path length. What the eye sees is that speed times the pace, in segments
per second, at which the path is played.
"""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from ganstudio.core.inverting import LEAST_COMPARED
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.core.project import Project, Timeline
from ganstudio.core.store import Array
from ganstudio.latent.path import (
    Segment,
    evened,
    pace_at,
    path_segments,
    places_at,
    segment_count,
    total_seconds,
)
from ganstudio.studio.playing import has_w
from ganstudio.studio.session import Session

if TYPE_CHECKING:
    from ganstudio.engine.compute import Backend
    from ganstudio.studio.path_speed_ruler import Ruler

SAMPLES = 64
FEWEST_TO_EVEN = 8
CURVE_POINTS = 400
KEPT_SEGMENTS = 400
REST_S = 0.3
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class PathFigure:
    """A mean of squared speeds, half the width of its 95 % interval, and the number of samples."""

    mean: float
    margin: float
    n: int

    def words(self) -> str:
        """The figure as the window shows it."""
        digits = decimals(self.mean)
        return f"{self.mean:.{digits}f} ± {self.margin:.{digits}f}" if math.isfinite(self.margin) else figure(self.mean)


def decimals(value: float) -> int:
    """How many places behind the point leave three digits that count."""
    return 0 if value >= 100 else 1 if value >= 10 else 2


def figure(value: float) -> str:
    """A number with three digits that count."""
    return f"{value:.{decimals(value)}f}"


def figure_of(squares: Array) -> PathFigure | None:
    """Return the mean of squared speeds `[N]`.

    The samples are spread evenly over a segment, so the interval of independent ones is a little too wide.
    """
    if not len(squares):
        return None
    spread = float(np.std(squares, ddof=1)) / math.sqrt(len(squares)) if len(squares) > 1 else math.nan
    return PathFigure(float(np.mean(squares)), NORMAL_95 * spread, len(squares))


class PathSpeed:
    """Lives on the main thread; `tick` tells it when there may be time to measure."""

    changed = Signal()

    def __init__(self, session: Session, ruler: "Ruler") -> None:
        """Measure through idle jobs of the session."""
        self._session, self._ruler = session, ruler
        self._squares: OrderedDict[Segment, dict[float, float]] = OrderedDict()
        self._refused: set[Segment] = set()
        self._job: int | None = None
        self._asked: tuple[Segment, ...] = ()
        self._restless_since = -math.inf
        self._now = 0.0
        self._even_out = False
        session.project_changed.connect(self._project_changed)

    def release(self) -> None:
        """Measure no longer."""
        self._session.project_changed.disconnect(self._project_changed, missing_ok=True)
        self.stop()

    def stop(self) -> None:
        """Give up what is being measured; what was found stays."""
        if self._job is not None:
            self._session.cancel_job(self._job)
            self._job, self._asked = None, ()

    @property
    def refusal(self) -> str:
        """Why the speed of the open model's pictures is not measured; empty where it is."""
        info = self._session.model
        if info is None or info.resolution >= LEAST_COMPARED:
            return ""
        return f"Pictures of {info.resolution} px are too small for LPIPS, which measures their speed"

    @property
    def measuring(self) -> bool:
        """Whether samples are on their way."""
        return self._job is not None

    @property
    def complete(self) -> bool:
        """Whether every segment has all its samples."""
        keys = self._segments()
        return bool(keys) and all(len(self._squares.get(key, {})) >= SAMPLES for key in keys)

    def tick(self, now: float) -> None:
        """Begin to measure what is missing, once path and picture have been left alone for a moment."""
        self._now = now
        keys = self._segments()
        missing = tuple(k for k in keys if len(self._squares.get(k, {})) < SAMPLES and k not in self._refused)
        if self._job is not None and set(self._asked) - set(keys):
            self.stop()
        if missing and self._job is None and now - self._restless_since >= REST_S and not self.refusal:
            self._begin(keys, missing, Urgency.IDLE)

    def samples(self, segment: int) -> tuple[Array, Array]:
        """Return the places in [0, 1] on a segment that have been measured, rising, and the squared speeds there."""
        keys = self._segments()
        found = self._squares.get(keys[segment], {}) if segment < len(keys) else {}
        places = sorted(found)
        return np.array(places), np.array([found[place] for place in places])

    def segment_figure(self, segment: int) -> PathFigure | None:
        """The perceptual path length of a segment, None where nothing was measured yet."""
        return figure_of(self.samples(segment)[1])

    def path_figure(self) -> PathFigure | None:
        """The perceptual path length of the whole path, where every segment has samples."""
        count = segment_count(self._session.project.timeline)
        found = [self.samples(segment)[1] for segment in range(count)]
        if not found or any(not len(squares) for squares in found):
            return None
        means = [float(np.mean(squares)) for squares in found]
        errors = [figure_of(squares) for squares in found]
        margin = math.sqrt(sum(each.margin**2 for each in errors if each is not None)) / count
        return PathFigure(sum(means) / count, margin, sum(map(len, found)))

    def speed_table(self) -> tuple[Array, Array] | None:
        """Return rising places on the whole path, ends of segments included, and speeds there; None where some miss."""
        places: list[float] = []
        speeds: list[float] = []
        for segment in range(segment_count(self._session.project.timeline)):
            at, squares = self.samples(segment)
            if not len(at):
                return None
            found = np.sqrt(squares)
            places += [segment, *(segment + at), segment + 1]
            speeds += [found[0], *found, found[-1]]
        return (np.array(places), np.array(speeds)) if places else None

    def curve(self, timeline: Timeline) -> tuple[Array, Array]:
        """Return times `[K]` and the lengths per second that the eye sees then; NaN where nothing was measured yet."""
        total = total_seconds(timeline)
        times = (np.arange(CURVE_POINTS) + 0.5) / CURVE_POINTS * total
        if total <= 0.0:
            return times, np.full(len(times), np.nan)
        places = places_at(timeline, times, self._session.store)
        speeds = np.full(len(times), np.nan)
        for segment in range(segment_count(timeline)):
            at, squares = self.samples(segment)
            inside = (places >= segment) & (places < segment + 1)
            if len(at):
                speeds[inside] = np.interp(places[inside] - segment, at, np.sqrt(squares))
        return times, speeds * pace_at(timeline, times, self._session.store)

    def own_curve(self) -> tuple[Array, Array]:
        """Return the same for the path's own timing."""
        return self.curve(replace(self._session.project.timeline, timing=None))

    def even_out(self) -> None:
        """Re-time the path by its length to the eye, as one undo step; waits for samples where there are too few."""
        keys = self._segments()
        if not keys or self.refusal:
            return
        if all(len(self._squares.get(key, {})) >= SAMPLES for key in keys):
            self._write_timing()
            return
        self._even_out = True
        self.stop()
        self._begin(keys, keys, Urgency.PATIENT)

    def own_timing(self) -> None:
        """Let every segment take its own seconds again."""
        self._session.change_project("Back to the path's own timing", {"timeline.timing": None})

    def _write_timing(self) -> None:
        self._even_out = False
        table = self.speed_table()
        if table is not None:
            timing = self._session.store.put(evened(*table))
            self._session.change_project("Even out the speed", {"timeline.timing": timing})

    def _begin(self, keys: tuple[Segment, ...], missing: tuple[Segment, ...], urgency: Urgency) -> None:
        session = self._session
        numbers = {keys.index(key): key for key in dict.fromkeys(missing)}
        have = {number: frozenset(self._squares.get(key, {})) for number, key in numbers.items()}
        digest, ruler, store = session.document.model.digest, self._ruler, session.store

        def steps(backend: "Backend") -> Iterator[Progress]:
            from ganstudio.studio.path_speed_steps import bisected, passed, rounds, segment_speed

            wanted = {n: [place for place in bisected(SAMPLES) if place not in have[n]] for n in numbers}
            total = sum(map(len, wanted.values()))
            model = ruler.exact_model(backend, digest)
            form = yield from passed(ruler.ready(model.generator.device), Progress(0, total))
            for done, (number, place) in enumerate(rounds(wanted), start=1):
                work = segment_speed(numbers[number], model, form, place, store, ruler.kernels(digest))
                square = yield from passed(work, Progress(done - 1, total))
                yield Progress(done, total, result=(number, place, square))

        self._asked = tuple(numbers.values())
        asked = numbers
        self._job = session.add_job("Measuring the path", steps, lambda status: self._take(asked, status), urgency)

    def _take(self, asked: dict[int, Segment], status: JobStatus) -> None:
        found = status.progress.result
        if isinstance(found, tuple):
            number, place, square = found
            squares = self._squares.setdefault(asked[number], {})
            fresh = place not in squares
            squares[place] = square
            self._squares.move_to_end(asked[number])
            while len(self._squares) > KEPT_SEGMENTS:
                self._squares.popitem(last=False)
            if fresh:
                self.changed.emit()
        if status.is_over and status.number == self._job:
            self._job, self._asked = None, ()
            if status.state is JobState.FAILED:
                self._refused.update(asked.values())
                self._even_out = False
            elif self._even_out and status.state is JobState.DONE and self.complete:
                self._write_timing()
            self.changed.emit()

    def _segments(self) -> tuple[Segment, ...]:
        project = self._session.project
        return path_segments(project.timeline, project.document, has_w(self._session))

    def _project_changed(self, after: Project, before: Project) -> None:
        same = after.timeline.keyframes == before.timeline.keyframes and after.document == before.document
        if same and after.timeline.curve is before.timeline.curve and after.timeline.space is before.timeline.space:
            return
        self._restless_since = self._now
        self._even_out = False
        self.changed.emit()
