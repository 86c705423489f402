"""Paths through the latent space: which latent a timeline asks for at a time.

A *place* on a path is a number from 0 to the count of its segments: whole places are keyframes. Times are seconds.
"""

import dataclasses
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from ganstudio.core.document import (
    Condition,
    Document,
    FrozenMap,
    InputValue,
    LatentBlend,
    LatentPoint,
    LatentValue,
    NoiseMode,
    Space,
)
from ganstudio.core.project import Curve, Easing, Keyframe, Timeline
from ganstudio.core.store import Array, Store

SHORTEST_S = 0.05
ARC_STEPS = 1024
LEAST_WEIGHT = 1e-12
Fraction = TypeVar("Fraction", float, Array)


@dataclass(frozen=True, slots=True)
class Blend:
    """The keyframes that a place lies between: their weights `[K]`, and how these change per segment `[K]`."""

    keyframes: tuple[int, ...]
    weights: Array
    slopes: Array


@dataclass(frozen=True, slots=True)
class Segment:
    """All that decides how pictures change on one segment.

    The weights of its latents at the part f of the segment are coefficients `[4][K]` of 1, f, f², f³. `document` has
    the first of the latents.
    """

    document: Document
    latents: tuple[LatentValue, ...]
    coefficients: tuple[tuple[float, ...], ...]
    space: Space


def segment_count(timeline: Timeline) -> int:
    """Count the segments; a closed path has one more, from its last keyframe to its first."""
    count = len(timeline.keyframes)
    return 0 if count < 2 else count - (not timeline.closed)


def own_starts(timeline: Timeline) -> Array:
    """Return the times `[segments + 1]` of the keyframes by the segments' own seconds."""
    seconds = [max(frame.seconds, SHORTEST_S) for frame in timeline.keyframes[: segment_count(timeline)]]
    starts: Array = np.concatenate([[0.0], np.cumsum(seconds)])
    return starts


def total_seconds(timeline: Timeline) -> float:
    """Return how long the path takes; evening out the speed leaves it as it is."""
    return float(own_starts(timeline)[-1])


def keyframe_times(timeline: Timeline, store: Store) -> Array:
    """Return the times `[segments + 1]` at which the path passes its keyframes; the last is the end."""
    starts = own_starts(timeline)
    table = timing_table(timeline, store)
    if table is None:
        return starts
    moments = np.linspace(0.0, starts[-1], len(table))
    times: Array = np.interp(np.arange(len(starts)), table, moments)
    return times


def timing_table(timeline: Timeline, store: Store) -> Array | None:
    """Return the places `[K]` at evenly spaced times of a re-timed path, None where segments keep their seconds."""
    if timeline.timing is None or segment_count(timeline) == 0:
        return None
    table = store.get(timeline.timing)
    return table if len(table) > 1 else None


def eased(easing: Easing, fraction: Fraction) -> Fraction:
    """Return the part of a segment that lies behind at a part of its time, or such parts, all in [0, 1]."""
    if easing is Easing.IN:
        return fraction * fraction
    if easing is Easing.OUT:
        return fraction * (2.0 - fraction)
    if easing is Easing.IN_OUT:
        return fraction * fraction * (3.0 - 2.0 * fraction)
    return fraction


def own_clock(timeline: Timeline, seconds: float) -> float:
    """Return the time inside the path; closed paths begin again, others stay at their ends."""
    total = total_seconds(timeline)
    if total <= 0.0 or not math.isfinite(seconds):
        return 0.0
    return seconds % total if timeline.closed else min(max(seconds, 0.0), total)


def place_at(timeline: Timeline, seconds: float, store: Store) -> float:
    """Return the place at a time: by the re-timed table, else by each segment's seconds and easing."""
    return float(places_at(timeline, np.array([seconds]), store)[0])


def own_time(timeline: Timeline, seconds: float, store: Store) -> float:
    """Return when a path at its own pace, without easing, is where the re-timed one is after `seconds`."""
    if timing_table(timeline, store) is None:
        return seconds
    starts, place = own_starts(timeline), place_at(timeline, seconds, store)
    return float(np.interp(place, np.arange(len(starts)), starts))


def places_at(timeline: Timeline, times: Array, store: Store) -> Array:
    """Return the places `[K]` at times `[K]`."""
    segments = segment_count(timeline)
    if segments == 0:
        return np.zeros(len(times))
    starts = own_starts(timeline)
    now = np.where(np.isfinite(times), times, 0.0)
    now = now % starts[-1] if timeline.closed else now.clip(0.0, starts[-1])
    table = timing_table(timeline, store)
    if table is not None:
        timed: Array = np.interp(now, np.linspace(0.0, starts[-1], len(table)), table)
        return timed
    segment = np.minimum(np.searchsorted(starts, now, side="right") - 1, segments - 1)
    fractions = ((now - starts[segment]) / (starts[segment + 1] - starts[segment])).clip(0.0, 1.0)
    places: Array = segment + fractions
    for number, frame in enumerate(timeline.keyframes[:segments]):
        if frame.easing is not Easing.EVEN:
            inside = segment == number
            places[inside] = number + eased(frame.easing, fractions[inside])
    return places


def blend_at(timeline: Timeline, place: float) -> Blend:
    """Return which keyframes a place blends; weights sum to one, slopes to nothing."""
    segments = segment_count(timeline)
    if segments == 0:
        return Blend((0,), np.ones(1), np.zeros(1))
    segment = min(max(math.floor(place), 0), segments - 1)
    keyframes, coefficients = segment_weights(timeline, segment)
    return Blend(keyframes, *weights_of(coefficients, min(max(place - segment, 0.0), 1.0)))


def weights_of(coefficients: Array, fraction: float) -> tuple[Array, Array]:
    """Return the weights `[K]` and their slopes at a part of a segment, from coefficients `[4, K]` of 1, f, f², f³."""
    powers = np.array([1.0, fraction, fraction**2, fraction**3])
    slopes = np.array([0.0, 1.0, 2.0 * fraction, 3.0 * fraction**2])
    return powers @ coefficients, slopes @ coefficients


def segment_weights(timeline: Timeline, segment: int) -> tuple[tuple[int, ...], Array]:
    """Return the keyframes that a segment blends, and their weights as coefficients `[4, K]` of 1, f, f², f³.

    Cubic paths are Catmull-Rom splines, whose direction is continuous at keyframes; beyond the ends of an open path
    stands the mirror image of the last keyframe but one: p₋₁ = 2 p₀ - p₁.
    """
    count = len(timeline.keyframes)
    if timeline.curve is Curve.LINEAR:
        return (segment, (segment + 1) % count), _STRAIGHT
    shares: dict[int, Array] = {}
    for place, column in zip(range(segment - 1, segment + 3), _CATMULL_ROM.T, strict=True):
        if timeline.closed or 0 <= place < count:
            parts = [(place % count, 1.0)]
        elif place < 0:
            parts = [(0, 2.0), (1, -1.0)]
        else:
            parts = [(count - 1, 2.0), (count - 2, -1.0)]
        for keyframe, share in parts:
            shares[keyframe] = shares.get(keyframe, np.zeros(4)) + share * column
    kept = tuple(sorted(shares))
    return kept, np.stack([shares[keyframe] for keyframe in kept], axis=1)


_STRAIGHT = np.array([[1.0, 0.0], [-1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
_CATMULL_ROM = 0.5 * np.array(
    [[0.0, 2.0, 0.0, 0.0], [-1.0, 0.0, 1.0, 0.0], [2.0, -5.0, 4.0, -1.0], [-1.0, 3.0, -3.0, 1.0]]
)


def blend_space(timeline: Timeline, has_w: bool) -> Space:
    """Return where the path runs: in W where a model has it and the person or a keyframe's own space wants it."""
    if not has_w:
        return Space.Z
    given = any(not in_z(frame.latent) for frame in timeline.keyframes)
    return Space.W if given or timeline.space is not Space.Z else Space.Z


def in_z(value: LatentValue) -> bool:
    """Whether a latent has one z in models with W, which blend seeds and whatever lies between them there."""
    if isinstance(value, LatentPoint):
        return len(value.corners()) == 1
    return value.space is Space.Z


def latent_at(timeline: Timeline, place: float, has_w: bool) -> LatentValue:
    """Return the latent at a place; raises IndexError without keyframes."""
    blend = blend_at(timeline, place)
    parts = tuple(
        (timeline.keyframes[keyframe].latent, float(weight))
        for keyframe, weight in zip(blend.keyframes, blend.weights, strict=True)
        if abs(weight) > LEAST_WEIGHT
    )
    if len(parts) == 1:
        return parts[0][0]
    return LatentBlend(parts, blend_space(timeline, has_w))


def path_segments(timeline: Timeline, document: Document, has_w: bool) -> tuple[Segment, ...]:
    """Return the segments of a path as a document's model goes through them; noise stands still."""
    name, space = latent_input(document), blend_space(timeline, has_w)
    if name is None or not document.model.digest:
        return ()
    still = dataclasses.replace(document, noise=dataclasses.replace(document.noise, turn=0.0))
    found = []
    for segment in range(segment_count(timeline)):
        frames, coefficients = segment_weights(timeline, segment)
        latents = tuple(timeline.keyframes[frame].latent for frame in frames)
        begun = dataclasses.replace(still, inputs=document.inputs.with_item(name, latents[0]))
        found.append(Segment(begun, latents, tuple(map(tuple, coefficients.tolist())), space))
    return tuple(found)


def noise_turn(timeline: Timeline, seconds: float) -> float:
    """Return how far noise has gone round at a time, in whole turns over the path."""
    total = total_seconds(timeline)
    return timeline.noise_turns * own_clock(timeline, seconds) / total if total > 0.0 else 0.0


def latent_input(document: Document) -> str | None:
    """Return the name of the input that a path moves, None where the document has none."""
    inputs: FrozenMap[InputValue] = document.inputs
    return next((name for name, value in inputs.items() if not isinstance(value, Condition)), None)


def document_at(document: Document, timeline: Timeline, seconds: float, store: Store, has_w: bool) -> Document:
    """Return what a path shows at a time: a document whose latent, and noise where it loops, come from the path."""
    name = latent_input(document)
    if name is None or not timeline.keyframes:
        return document
    latent = latent_at(timeline, place_at(timeline, seconds, store), has_w)
    noise = document.noise
    if timeline.noise_turns and noise.mode is not NoiseMode.NONE:
        noise = dataclasses.replace(noise, mode=NoiseMode.RANDOM, turn=round(noise_turn(timeline, seconds), 6))
    return dataclasses.replace(document, inputs=document.inputs.with_item(name, latent), noise=noise)


def with_keyframes(timeline: Timeline, keyframes: tuple[Keyframe, ...]) -> Timeline:
    """Return the path through other keyframes, at their own pace."""
    return dataclasses.replace(timeline, keyframes=keyframes, timing=None)


def inserted(timeline: Timeline, keyframe: Keyframe, seconds: float) -> Timeline:
    """Return the path with one keyframe more at a time: inside a segment it splits its seconds, else the path grows."""
    frames, starts = timeline.keyframes, own_starts(timeline)
    if len(frames) < 2 or seconds >= starts[-1]:
        return with_keyframes(timeline, (*frames, keyframe))
    if seconds <= 0.0:
        return with_keyframes(timeline, (keyframe, *frames))
    at = int(np.searchsorted(starts, seconds, side="right")) - 1
    before = max(float(seconds - starts[at]), SHORTEST_S)
    after = max(float(starts[at + 1] - seconds), SHORTEST_S)
    split = dataclasses.replace(frames[at], seconds=before)
    fresh = dataclasses.replace(keyframe, seconds=after)
    return with_keyframes(timeline, (*frames[:at], split, fresh, *frames[at + 1 :]))


def without(timeline: Timeline, index: int) -> Timeline:
    """Return the path without a keyframe; the segment before takes over its seconds."""
    frames = list(timeline.keyframes)
    gone = frames.pop(index)
    if 0 < index < len(timeline.keyframes) - (not timeline.closed):
        before = frames[index - 1]
        frames[index - 1] = dataclasses.replace(before, seconds=before.seconds + gone.seconds)
    return with_keyframes(timeline, tuple(frames))


def moved(timeline: Timeline, index: int, seconds: float) -> tuple[Timeline, int]:
    """Return the path with a keyframe at another time, past others where it goes beyond them, and its new number.

    The path begins with its first keyframe; where a closed path ends stays as far behind the last one as it was.
    """
    frames = timeline.keyframes
    if len(frames) < 2:
        return timeline, index
    starts = [float(start) for start in own_starts(timeline)[: len(frames)]]
    last = frames[-1].seconds
    starts[index] = max(seconds, 0.0)
    order = sorted(range(len(frames)), key=lambda i: (starts[i], abs(i - index)))
    gaps = [max(starts[b] - starts[a], SHORTEST_S) for a, b in pairwise(order)]
    lengths = [*gaps, last]
    ordered = (
        dataclasses.replace(frames[i], seconds=round(length, 4)) for i, length in zip(order, lengths, strict=True)
    )
    return with_keyframes(timeline, tuple(ordered)), order.index(index)


def stretched(timeline: Timeline, total: float) -> Timeline:
    """Return the path at another total length, every segment in proportion."""
    now = total_seconds(timeline)
    if now <= 0.0:
        return timeline
    factor = max(total, SHORTEST_S * segment_count(timeline)) / now
    frames = (dataclasses.replace(f, seconds=max(f.seconds * factor, SHORTEST_S)) for f in timeline.keyframes)
    return dataclasses.replace(timeline, keyframes=tuple(frames))  # a re-timed table is in parts of the whole


def evened(places: Array, speeds: Array, count: int = ARC_STEPS) -> Array:
    """Return the table of places `[count]` that passes equal lengths in equal times.

    `speeds` `[K]` are lengths per segment at rising `places` `[K]`, with both ends of the path; the length between
    two places is the area below them.
    """
    fine = np.linspace(places[0], places[-1], max(round(places[-1] - places[0]), 1) * ARC_STEPS + 1)
    steps = np.interp((fine[1:] + fine[:-1]) / 2, places, speeds) * np.diff(fine)
    lengths = np.concatenate([[0.0], np.cumsum(steps)])
    if lengths[-1] <= 0.0:
        return np.linspace(places[0], places[-1], count)
    table: Array = np.interp(np.linspace(0.0, lengths[-1], count), lengths, fine)
    table[0], table[-1] = places[0], places[-1]
    return table


def pace_at(timeline: Timeline, times: Array, store: Store) -> Array:
    """Return how many segments a second the path passes at times `[K]`, by differences over a small part of it."""
    total = total_seconds(timeline)
    if total <= 0.0:
        return np.zeros(len(times))
    step = total / (2.0 * ARC_STEPS)
    open_path = dataclasses.replace(timeline, closed=False) if not timeline.closed else timeline
    low, high = np.clip(times - step, 0.0, total), np.clip(times + step, 0.0, np.nextafter(total, 0.0))
    difference = places_at(open_path, high, store) - places_at(open_path, low, store)
    pace: Array = difference / np.maximum(high - low, np.finfo(np.float64).tiny)
    return pace
