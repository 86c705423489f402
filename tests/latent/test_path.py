"""Paths as functions of time: where they pass, how smoothly, and what editing them leaves as it was."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.document import (
    ClassChoice,
    Document,
    FrozenMap,
    LatentArray,
    LatentBlend,
    LatentPoint,
    ModelRef,
    NoiseMode,
    NoiseSetting,
    Space,
)
from ganstudio.core.latents import blend_points
from ganstudio.core.project import Curve, Easing, Keyframe, Timeline
from ganstudio.core.store import Store
from ganstudio.latent.path import (
    blend_at,
    blend_space,
    document_at,
    eased,
    evened,
    inserted,
    keyframe_times,
    latent_at,
    moved,
    noise_turn,
    own_starts,
    own_time,
    pace_at,
    path_segments,
    place_at,
    segment_count,
    stretched,
    total_seconds,
    without,
)
from ganstudio.latent.sphere import on_sphere

STORE = Store()
SECONDS = st.floats(0.1, 5.0)
FRAMES = st.builds(
    Keyframe, st.builds(LatentPoint.of_seed, st.integers(0, 99)), seconds=SECONDS, easing=st.sampled_from(Easing)
)
PATHS = st.builds(
    Timeline,
    st.lists(FRAMES, min_size=2, max_size=5).map(tuple),
    space=st.sampled_from([Space.Z, Space.W]),
    curve=st.sampled_from(Curve),
    closed=st.booleans(),
)
PLACES = st.floats(0.0, 1.0)


def seeds(*numbers: int, closed: bool = False, curve: Curve = Curve.LINEAR) -> Timeline:
    return Timeline(tuple(Keyframe(LatentPoint.of_seed(n)) for n in numbers), curve=curve, closed=closed)


@given(PATHS)
def test_paths_pass_their_keyframes_at_their_times(path: Timeline) -> None:
    times = keyframe_times(path, STORE)
    assert len(times) == segment_count(path) + 1
    for number, time in enumerate(times[:-1]):
        place = place_at(path, float(time), STORE)
        assert place == pytest.approx(number, abs=1e-9)
        blend = blend_at(path, number)
        assert dict(zip(blend.keyframes, blend.weights, strict=True))[number] == pytest.approx(1.0)
        assert latent_at(path, number, has_w=True) == path.keyframes[number].latent


@given(PATHS, PLACES)
def test_weights_sum_to_one_and_slopes_are_their_derivative(path: Timeline, part: float) -> None:
    place = part * segment_count(path)
    blend = blend_at(path, place)
    assert blend.weights.sum() == pytest.approx(1.0)
    assert blend.slopes.sum() == pytest.approx(0.0, abs=1e-9)
    inside = np.floor(place) + np.clip(place - np.floor(place), 0.01, 0.99)
    step = 1e-6
    if inside + step < segment_count(path):
        low, high = blend_at(path, inside - step), blend_at(path, inside + step)
        assert (high.weights - low.weights) / (2 * step) == pytest.approx(blend_at(path, inside).slopes, abs=1e-5)


@given(st.integers(2, 6), st.booleans(), st.integers(0, 5))
def test_cubic_paths_keep_their_direction_at_keyframes(count: int, closed: bool, at: int) -> None:
    path = seeds(*range(count), closed=closed, curve=Curve.CUBIC)
    places = np.random.default_rng(0).normal(size=(count, 3))
    inner = range(1, segment_count(path))
    if at in inner:
        before, after = blend_at(path, at - 1e-9), blend_at(path, at)
        velocities = [places[list(b.keyframes)].T @ b.slopes for b in (before, after)]
        assert velocities[0] == pytest.approx(velocities[1], abs=1e-6)
    if closed:
        end, begin = blend_at(path, segment_count(path) - 1e-9), blend_at(path, 0.0)
        assert places[list(end.keyframes)].T @ end.slopes == pytest.approx(
            places[list(begin.keyframes)].T @ begin.slopes, abs=1e-6
        )


@given(PATHS, st.floats(-10.0, 40.0))
def test_time_never_runs_backwards_and_loops_come_round(path: Timeline, seconds: float) -> None:
    total = total_seconds(path)
    place = place_at(path, seconds, STORE)
    assert 0.0 <= place <= segment_count(path)
    if path.closed:
        around = place_at(path, seconds + total, STORE) - place
        assert abs(around - segment_count(path) * round(around / segment_count(path))) < 1e-5
    else:
        assert place_at(path, seconds + 0.01, STORE) >= place


@pytest.mark.parametrize("easing", Easing)
def test_easing_goes_from_nothing_to_all(easing: Easing) -> None:
    values = [eased(easing, x) for x in np.linspace(0.0, 1.0, 50)]
    assert (values[0], values[-1]) == (0.0, 1.0)
    assert values == sorted(values)
    slow = (easing in (Easing.IN, Easing.IN_OUT), easing in (Easing.OUT, Easing.IN_OUT))
    assert (eased(easing, 0.01) < 0.005, eased(easing, 0.99) > 0.995) == slow


def test_models_without_w_go_through_z_and_latents_in_w_through_w() -> None:
    path = seeds(1, 2)
    assert blend_space(path, has_w=True) is Space.W
    assert blend_space(path, has_w=False) is Space.Z
    in_z = dataclasses.replace(path, space=Space.Z)
    assert blend_space(in_z, has_w=True) is Space.Z
    given = LatentArray(Space.W, STORE.put(np.zeros(4)))
    between = LatentPoint(1.5)  # pictures there are blends of seeds in W, and a path passes its keyframes' pictures
    for latent in (given, between, LatentBlend(((LatentPoint(1.0), 0.5), (LatentPoint(2.0), 0.5)), Space.W)):
        mixed = dataclasses.replace(in_z, keyframes=(*path.keyframes, Keyframe(latent)))
        assert blend_space(mixed, has_w=True) is Space.W
        assert blend_space(mixed, has_w=False) is Space.Z


@given(PATHS, PLACES)
def test_tensors_follow_the_same_arc_as_documents(path: Timeline, part: float) -> None:
    in_z = dataclasses.replace(path, space=Space.Z)
    place = min(part * segment_count(path), segment_count(path) - 1e-6)
    latent = latent_at(in_z, place, has_w=False)
    expected = blend_points(latent, 16, STORE)
    segment = path_segments(in_z, document(), has_w=False)[int(place)]
    blend = blend_at(in_z, place)
    zs = torch.tensor(np.stack([blend_points(value, 16, STORE) for value in segment.latents]))
    ours = on_sphere(zs, torch.tensor(blend.weights)[None])[0].numpy()
    assert ours == pytest.approx(expected, rel=1e-4, abs=1e-4)


def document() -> Document:
    inputs = FrozenMap({"class": ClassChoice(3), "z": LatentPoint()})
    return Document(ModelRef("one", "digest"), inputs, psi=0.7, noise=NoiseSetting(turn=0.25))


def test_documents_of_a_path_keep_all_but_latent_and_looping_noise() -> None:
    path = seeds(1, 2, closed=True)
    shown = document_at(document(), path, 1.0, STORE, has_w=True)
    parts = ((LatentPoint.of_seed(1), 0.5), (LatentPoint.of_seed(2), 0.5))
    assert shown == dataclasses.replace(
        document(), inputs=document().inputs.with_item("z", LatentBlend(parts, Space.W))
    )
    looping = dataclasses.replace(path, noise_turns=3)
    noise = document_at(document(), looping, 1.0, STORE, has_w=True).noise
    assert (noise.mode, noise.turn) == (NoiseMode.RANDOM, 0.75)
    assert noise_turn(looping, 4.0) == 0.0
    silent = dataclasses.replace(document(), noise=NoiseSetting(NoiseMode.NONE))
    assert document_at(silent, looping, 1.0, STORE, has_w=True).noise.mode is NoiseMode.NONE
    assert document_at(document(), Timeline(), 1.0, STORE, has_w=True) == document()


@given(PATHS, st.floats(-1.0, 30.0))
def test_an_inserted_keyframe_splits_time_and_removing_it_mends_it(path: Timeline, seconds: float) -> None:
    starts = own_starts(path)
    fresh = Keyframe(LatentPoint(0.5), name="fresh")
    after = inserted(path, fresh, seconds)
    number = [frame.name for frame in after.keyframes].index("fresh")
    assert len(after.keyframes) == len(path.keyframes) + 1
    inside = 0.1 < seconds < starts[-1] - 0.1 and np.abs(starts - seconds).min() > 0.1
    if inside:
        assert own_starts(after)[number] == pytest.approx(seconds)
        assert total_seconds(after) == pytest.approx(total_seconds(path))
        mended = without(after, number)
        assert [f.latent for f in mended.keyframes] == [f.latent for f in path.keyframes]
        assert own_starts(mended) == pytest.approx(starts)


@given(PATHS, st.integers(0, 4), st.floats(0.0, 30.0))
def test_a_moved_keyframe_is_where_it_was_put(path: Timeline, index: int, seconds: float) -> None:
    index %= len(path.keyframes)
    after, number = moved(path, index, seconds)
    assert sorted(f.latent.x for f in after.keyframes) == sorted(f.latent.x for f in path.keyframes)  # type: ignore[union-attr]
    assert after.keyframes[number].latent == path.keyframes[index].latent
    others = [float(s) for i, s in enumerate(own_starts(path)[: len(path.keyframes)]) if i != index]
    apart = min(abs(other - seconds) for other in others)
    if apart > 0.1 and index > 0:
        assert own_starts(after)[number] == pytest.approx(seconds, abs=1e-3)


def test_dragging_past_a_neighbour_reorders() -> None:
    path = seeds(1, 2, 3)
    after, number = moved(path, 1, 5.0)
    assert number == 2
    assert [f.latent for f in after.keyframes] == [LatentPoint.of_seed(n) for n in (1, 3, 2)]
    assert own_starts(after).tolist() == [0.0, 4.0, 5.0]
    assert stretched(after, 10.0).keyframes[0].seconds == 8.0


@given(st.lists(st.floats(0.05, 20.0), min_size=8, max_size=40))
def test_evened_paths_pass_equal_lengths_in_equal_times(speeds: list[float]) -> None:
    places = np.linspace(0.0, 2.0, len(speeds))
    table = evened(places, np.array(speeds), 4001)
    assert (table[0], table[-1]) == (0.0, 2.0)
    assert (np.diff(table) >= 0).all()
    timing = Store()
    path = dataclasses.replace(seeds(1, 2, 3), timing=timing.put(table))
    fine = np.linspace(0.0, 2.0, 20001)
    lengths = np.concatenate([[0.0], np.cumsum(np.interp((fine[1:] + fine[:-1]) / 2, places, speeds) * np.diff(fine))])
    reached = [np.interp(place_at(path, t, timing), fine, lengths) for t in np.linspace(0.0, 4.0, 9)]
    assert np.diff(reached) == pytest.approx(np.full(8, lengths[-1] / 8), rel=0.05)


def test_a_retimed_path_takes_as_long_and_tells_where_its_keyframes_are() -> None:
    places, speeds = np.array([0.0, 1.0, 1.0, 2.0]), np.array([3.0, 3.0, 1.0, 1.0])
    path = dataclasses.replace(seeds(1, 2, 3), timing=STORE.put(evened(places, speeds, 1001)))
    assert total_seconds(path) == 4.0
    assert keyframe_times(path, STORE) == pytest.approx([0.0, 3.0, 4.0], abs=0.01)
    assert pace_at(path, np.array([1.0, 3.5]), STORE) == pytest.approx([1 / 3, 1.0], rel=0.02)


def test_a_time_of_a_retimed_path_is_found_at_its_own_pace() -> None:
    places, speeds = np.array([0.0, 1.0, 1.0, 2.0]), np.array([3.0, 3.0, 1.0, 1.0])
    own = seeds(1, 2, 3)
    path = dataclasses.replace(own, timing=STORE.put(evened(places, speeds, 1001)))
    for seconds in (0.0, 1.2, 2.9, 3.4, 4.0):
        assert place_at(own, own_time(path, seconds, STORE), STORE) == pytest.approx(place_at(path, seconds, STORE))
    assert own_time(own, 1.3, STORE) == 1.3


def test_one_keyframe_is_a_place_and_none_is_nothing() -> None:
    assert latent_at(seeds(5), 0.0, has_w=False) == LatentPoint.of_seed(5)
    assert (total_seconds(seeds(5)), place_at(seeds(5), 3.0, STORE)) == (0.0, 0.0)
    assert path_segments(seeds(5), document(), has_w=True) == ()
