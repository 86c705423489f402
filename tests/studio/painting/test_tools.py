"""The painting tools, on maps of any kind: what they touch, what they leave alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.store import Array
from ganstudio.studio.painting.brush import Brush, swept
from ganstudio.studio.painting.filling import component, filled
from ganstudio.studio.painting.regions import Shift, exchanged, mirrored, moved, uncovered, with_label
from ganstudio.studio.painting.shapes import box, ellipse, outline, polygon, rectangle, squared, straightened

SIDES = st.integers(1, 40)
SHAPES = st.tuples(SIDES, SIDES)
COORDINATES = st.floats(-20, 60, allow_nan=False).map(lambda value: round(value, 3))
PLACES = st.tuples(COORDINATES, COORDINATES)
BRUSHES = st.builds(Brush, st.integers(1, 30), st.booleans())
CLASSES = 5


@st.composite
def maps(draw: st.DrawFn, classes: int = CLASSES) -> Array:
    height, width = draw(SHAPES)
    seed = draw(st.integers(0, 2**16))
    coarse = np.random.default_rng(seed).integers(0, classes, (height // 4 + 1, width // 4 + 1), np.uint8)
    return np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)[:height, :width].copy()


@st.composite
def masks(draw: st.DrawFn) -> Array:
    return draw(maps(classes=2)).astype(bool)


@given(SHAPES, PLACES, PLACES, BRUSHES)
def test_a_sweep_covers_both_ends_and_each_way_the_same(
    shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float], brush: Brush
) -> None:
    there, back = swept(shape, start, end, brush), swept(shape, end, start, brush)
    assert there.shape == shape
    assert there.dtype == bool
    assert np.array_equal(there, back)
    for place in (start, end):
        dab = swept(shape, place, place, brush)
        assert (there & dab).sum() == dab.sum()


@given(SHAPES, PLACES, PLACES, BRUSHES, st.floats(0, 1))
def test_every_place_on_the_way_is_covered(
    shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float], brush: Brush, share: float
) -> None:
    (ax, ay), (bx, by) = brush.snapped(start), brush.snapped(end)
    x, y = ax + (bx - ax) * share, ay + (by - ay) * share
    mask = swept(shape, start, end, brush)
    distances = [abs(np.arange(n) + 0.5 - at) for n, at in ((shape[1], x), (shape[0], y))]
    across, down = np.meshgrid(*distances)
    away = np.maximum(across, down) if brush.square else np.hypot(across, down)
    inside = away <= brush.size / 2 - 1e-6
    assert mask[inside].all()


@given(PLACES, PLACES, BRUSHES, BRUSHES)
def test_a_brush_that_changes_size_covers_both_of_its_ends(
    start: tuple[float, float], end: tuple[float, float], first: Brush, second: Brush
) -> None:
    last = Brush(second.size, first.square)
    mask = swept((50, 50), start, end, first, last)
    ends = swept((50, 50), start, start, first) | swept((50, 50), end, end, last)
    assert (mask & ends).sum() == ends.sum()
    widest = swept((50, 50), start, end, Brush(max(first.size, last.size) + 2, first.square))
    assert not (mask & ~widest).any()


@given(st.integers(0, 19), st.integers(0, 19), st.integers(0, 19), st.integers(0, 19), st.booleans())
def test_the_smallest_brush_draws_one_pixel_and_lines_without_holes(
    ax: int, ay: int, bx: int, by: int, square: bool
) -> None:
    start, end, brush = (ax + 0.2, ay + 0.7), (bx + 0.4, by + 0.1), Brush(1, square)
    (dab,) = np.argwhere(swept((20, 20), start, start, brush))
    assert tuple(dab) == (ay, ax)
    line = swept((20, 20), start, end, brush)
    columns = slice(min(ax, bx), max(ax, bx) + 1)
    rows = slice(min(ay, by), max(ay, by) + 1)
    busy = line.any(axis=0)[columns] if abs(ax - bx) >= abs(ay - by) else line.any(axis=1)[rows]
    assert busy.all()


@pytest.mark.parametrize(("size", "pixels"), [(1, 1), (2, 4), (3, 9), (4, 16), (7, 49)])
def test_a_square_brush_has_its_size(size: int, pixels: int) -> None:
    assert swept((30, 30), (15.3, 15.8), (15.3, 15.8), Brush(size, square=True)).sum() == pixels


def test_a_light_pen_paints_thinner() -> None:
    assert [Brush(20).pressed(p).size for p in (0.0, 0.05, 0.5, 1.0, 2.0)] == [2, 2, 10, 20, 20]
    assert Brush(1).pressed(0.0).size == 1
    assert Brush(9, square=True).pressed(0.5).square


@given(SHAPES, PLACES, PLACES)
def test_shapes_stay_in_their_box(
    shape: tuple[int, int], a: tuple[float, float], b: tuple[float, float]
) -> None:
    whole, round_one = rectangle(shape, a, b), ellipse(shape, a, b)
    assert np.array_equal(whole, rectangle(shape, b, a))
    assert not (round_one & ~whole).any()
    left, top, right, bottom = box(a, b)
    seen = max(min(right, shape[1]) - max(left, 0), 0) * max(min(bottom, shape[0]) - max(top, 0), 0)
    assert whole.sum() == seen


@given(masks(), st.integers(1, 6))
def test_an_outline_lies_within_and_leaves_the_rest(mask: Array, width: int) -> None:
    edge = outline(mask, width)
    assert not (edge & ~mask).any()
    assert not (edge & ~outline(mask, width + 1)).any()
    assert np.array_equal(outline(mask, 50), mask)
    inner = mask & ~edge
    assert not inner[:width].any()
    assert not inner[:, -width:].any()


@given(st.lists(st.tuples(st.floats(1, 38), st.floats(1, 38)), min_size=1, max_size=8))
def test_a_lasso_holds_its_own_corners_and_nothing_beyond_its_box(places: list[tuple[float, float]]) -> None:
    mask = polygon((40, 40), places)
    for x, y in places:
        near = mask[max(int(y) - 1, 0) : int(y) + 2, max(int(x) - 1, 0) : int(x) + 2]
        assert near.any()
    xs, ys = zip(*places, strict=True)
    rows, columns = np.nonzero(mask)
    assert columns.min() >= min(xs) - 2
    assert columns.max() <= max(xs) + 2
    assert rows.min() >= min(ys) - 2
    assert rows.max() <= max(ys) + 2


def test_a_lasso_of_nothing_holds_nothing() -> None:
    assert not polygon((8, 8), []).any()


@given(PLACES, PLACES)
def test_squares_and_straight_lines(a: tuple[float, float], b: tuple[float, float]) -> None:
    end = squared(a, b)
    assert abs(end[0] - a[0]) == pytest.approx(abs(end[1] - a[1]))
    across, down = np.subtract(straightened(a, b), a)
    assert min(abs(across), abs(down), abs(abs(across) - abs(down))) < 1e-6


@given(maps(), masks(), st.integers(0, CLASSES - 1))
def test_painting_changes_the_mask_alone_and_once(labels: Array, mask: Array, label: int) -> None:
    mask = np.resize(mask, labels.shape)
    once = with_label(labels, mask, label)
    assert (once[mask] == label).all()
    assert np.array_equal(once[~mask], labels[~mask])
    assert np.array_equal(with_label(once, mask, label), once)


@given(masks())
def test_mirrored_is_symmetric_and_settled(mask: Array) -> None:
    both = mirrored(mask)
    assert np.array_equal(both, both[:, ::-1])
    assert both[mask].all()
    assert np.array_equal(mirrored(both), both)


@given(maps(), st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1))
def test_exchanging_a_class(labels: Array, old: int, new: int) -> None:
    changed = exchanged(labels, old, new)
    assert old == new or not (changed == old).any()
    assert np.array_equal(changed[labels != old], labels[labels != old])


@given(maps(), st.data(), st.integers(0, 5))
def test_the_bucket_stays_in_its_class_and_its_part(labels: Array, data: st.DataObject, gap: int) -> None:
    pixel = data.draw(st.integers(0, labels.shape[1] - 1)), data.draw(st.integers(0, labels.shape[0] - 1))
    part, poured = component(labels, pixel), filled(labels, pixel, gap)
    assert poured[pixel[1], pixel[0]]
    assert not (poured & ~part).any()
    assert (labels[part] == labels[pixel[1], pixel[0]]).all()
    assert gap or np.array_equal(part, poured)


def ring(gap: int) -> Array:
    """A square contour of 20 px whose right side is open for `gap` pixels."""
    labels = np.zeros((32, 32), np.uint8)
    labels[6:26, 6:26] = 1
    labels[8:24, 8:24] = 0
    labels[15 : 15 + gap, 24:26] = 0
    return labels


@pytest.mark.parametrize("gap", [1, 2, 3, 4])
def test_the_bucket_closes_gaps_up_to_its_tolerance(gap: int) -> None:
    labels = ring(gap)
    assert filled(labels, (1, 1), 0)[16, 16]
    assert filled(labels, (16, 16), gap - 1)[1, 1]
    inside = filled(labels, (16, 16), gap)
    assert inside[8:24, 8:24].all()
    assert not inside[:, 28:].any()
    outside = filled(labels, (1, 1), gap)
    assert not outside[8:24, 8:23].any()
    assert outside[:, 28:].all()
    assert not (inside & outside).any()
    assert np.array_equal(inside | outside, labels == 0)


@given(maps(), masks(), st.one_of(st.none(), st.integers(0, CLASSES - 1)))
def test_what_is_uncovered_takes_a_class_from_around(labels: Array, mask: Array, label: int | None) -> None:
    mask = np.resize(mask, labels.shape)
    changed = uncovered(labels, mask, label)
    assert np.array_equal(changed[~mask], labels[~mask])
    if label is not None:
        assert (changed[mask] == label).all()
    elif not mask.all():
        assert set(np.unique(changed[mask])) <= set(np.unique(labels[~mask]))


def test_a_lifted_eye_leaves_the_skin_around_it() -> None:
    labels = np.full((20, 20), 2, np.uint8)
    labels[:, :4] = 0
    labels[8:12, 8:12] = 4
    changed = moved(labels, labels == 4, Shift(right=5))
    assert (changed[8:12, 8:12] == 2).all() or (changed[8:12, 13:16] == 4).all()
    assert np.array_equal(changed == 4, np.roll(labels == 4, 5, axis=1))
    assert (changed[:, :4] == 0).all()
    larger = moved(labels, labels == 4, Shift(scale=2.0))
    assert (larger == 4).sum() == 64
    gone = moved(labels, labels == 4, Shift(right=500), left_behind=0)
    assert not (gone == 4).any()
    assert (gone[8:12, 8:12] == 0).all()


@given(maps(), masks(), st.integers(-9, 9), st.integers(-9, 9), st.sampled_from([0.5, 1.0, 1.7]))
def test_moving_brings_in_no_new_class(
    labels: Array, mask: Array, right: int, down: int, scale: float
) -> None:
    mask = np.resize(mask, labels.shape)
    changed = moved(labels, mask, Shift(right, down, scale))
    assert set(np.unique(changed)) <= set(np.unique(labels))
    assert np.array_equal(moved(labels, mask, Shift()), labels)


@given(maps(), st.integers(-6, 6), st.integers(-6, 6))
def test_what_is_moved_arrives_whole(labels: Array, right: int, down: int) -> None:
    side = np.pad(labels, 8)
    region = np.pad(np.ones_like(labels, bool), 8)
    changed = moved(side, region, Shift(right, down))
    landed = np.roll(region, (down, right), axis=(0, 1))
    assert np.array_equal(changed[landed], side[region])
