"""What each tool does between press and release, on maps alone."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.store import Array
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.strokes import Hand, Stroke, Tool, Touch, picked

DRAWING = (Tool.BRUSH, Tool.LINE, Tool.RECTANGLE, Tool.ELLIPSE, Tool.LASSO)


def scene() -> Array:
    """A head of class 2 with two eyes of class 4 before a background of class 0."""
    labels = np.zeros((48, 48), np.uint8)
    labels[8:40, 12:36] = 2
    labels[16:20, 16:20] = 4
    labels[16:20, 28:32] = 4
    return labels


def stroke(labels: Array, hand: Hand, places: Sequence[tuple[float, float]], **more: object) -> Stroke:
    other = bool(more.get("other", False))
    made = Stroke(labels, hand, Touch(places[0]), other=other, region=more.get("region"))  # type: ignore[arg-type]
    for place in places[1:]:
        made.go(Touch(place, straight=bool(more.get("straight", False))))
    return made


@given(
    st.sampled_from(list(Tool)),
    st.lists(st.tuples(st.floats(-9, 60), st.floats(-9, 60)), min_size=1, max_size=6),
    st.integers(0, 5),
    st.booleans(),
    st.booleans(),
    st.integers(1, 9),
)
def test_no_tool_brings_in_another_class_or_changes_what_it_was_given(
    tool: Tool, places: list[tuple[float, float]], label: int, mirror: bool, hollow: bool, size: int
) -> None:
    labels = scene()
    hand = Hand(tool, label, brush=Brush(size), mirror=mirror, hollow=hollow)
    made = stroke(labels, hand, places)
    assert np.array_equal(labels, scene())
    assert set(np.unique(made.labels)) <= {0, 2, 4, label}
    assert made.labels.shape == labels.shape
    if tool in (Tool.SELECT, Tool.PICK):
        assert np.array_equal(made.labels, labels)
    if mirror and tool in (*DRAWING, Tool.BUCKET):
        touched = made.labels != labels
        assert np.array_equal(made.labels[:, ::-1][touched[:, ::-1]], made.labels[touched[:, ::-1]])


def test_the_brush_leaves_no_gap_between_distant_places() -> None:
    made = stroke(scene(), Hand(Tool.BRUSH, 5, brush=Brush(3)), [(2, 2.5), (45, 2.5)])
    assert (made.labels[1:4, 2:45] == 5).all()
    assert not (made.labels[5:] == 5).any()


def test_the_right_button_paints_the_other_class() -> None:
    made = stroke(scene(), Hand(Tool.BRUSH, 5, other=1, brush=Brush(4)), [(24, 24)], other=True)
    assert (made.labels == 1).sum() == 12
    assert not (made.labels == 5).any()


def test_a_harder_pressed_pen_paints_wider() -> None:
    made = Stroke(scene(), Hand(Tool.BRUSH, 5, brush=Brush(10)), Touch((5, 44), pressure=0.2))
    made.go(Touch((40, 44), pressure=1.0))
    heights = (made.labels == 5).sum(axis=0)
    assert heights[5] < heights[20] < heights[38]


def test_lines_are_redrawn_from_their_start_and_kept_straight() -> None:
    hand = Hand(Tool.LINE, 5, brush=Brush(1))
    made = stroke(scene(), hand, [(3.5, 3.5), (40, 40), (10.5, 3.5)])
    assert np.argwhere(made.labels == 5).tolist() == [[3, x] for x in range(3, 11)]
    level = stroke(scene(), hand, [(3.5, 3.5), (30, 6)], straight=True)
    assert np.unique(np.argwhere(level.labels == 5)[:, 0]).tolist() == [3]
    brushed = stroke(scene(), Hand(Tool.BRUSH, 5, brush=Brush(1)), [(3.5, 3.5), (30, 6)], straight=True)
    assert np.array_equal(brushed.labels, level.labels)


def test_shapes_are_filled_or_hollow_and_square_with_shift() -> None:
    corners = [(2, 2), (9.5, 5.5)]
    whole = stroke(scene(), Hand(Tool.RECTANGLE, 5), corners)
    assert (whole.labels == 5).sum() == 8 * 4
    hollow = stroke(scene(), Hand(Tool.RECTANGLE, 5, brush=Brush(1), hollow=True), corners)
    assert (hollow.labels == 5).sum() == 8 * 4 - 6 * 2
    square = stroke(scene(), Hand(Tool.RECTANGLE, 5), corners, straight=True)
    assert (square.labels == 5).sum() == 8 * 8
    round_one = stroke(scene(), Hand(Tool.ELLIPSE, 5), corners)
    assert 0 < (round_one.labels == 5).sum() < 8 * 4


def test_a_lasso_paints_what_it_surrounds() -> None:
    made = stroke(scene(), Hand(Tool.LASSO, 5), [(14.5, 14.5), (21.5, 14.5), (21.5, 21.5), (14.5, 21.5)])
    assert (made.labels[14:22, 14:22] == 5).all()
    assert (made.labels == 5).sum() == 64


def test_the_bucket_and_the_exchange() -> None:
    poured = stroke(scene(), Hand(Tool.BUCKET, 3), [(17, 17)])
    assert (poured.labels == 3).sum() == 16
    everywhere = stroke(scene(), Hand(Tool.EXCHANGE, 3), [(17, 17)])
    assert (everywhere.labels == 3).sum() == 32
    mirrored = stroke(scene(), Hand(Tool.BUCKET, 3, mirror=True), [(17, 17)])
    assert (mirrored.labels == 3).sum() == 32
    assert np.array_equal(stroke(scene(), Hand(Tool.BUCKET, 3), [(-5, 99)]).labels, scene())


def test_moving_takes_the_part_under_the_pointer() -> None:
    made = stroke(scene(), Hand(Tool.MOVE), [(17, 17), (17, 27)])
    assert (made.labels[26:30, 16:20] == 4).all()
    assert (made.labels[16:20, 16:20] == 2).all()
    assert made.region is not None
    assert made.region.sum() == 16
    bigger = stroke(scene(), Hand(Tool.MOVE), [(17, 17), (17, -47)], straight=True)
    assert (bigger.labels == 4).sum() == 16 + 64


def test_moving_takes_a_selection_with_all_its_classes() -> None:
    lasso = stroke(scene(), Hand(Tool.SELECT), [(14.5, 14.5), (21.5, 14.5), (21.5, 21.5), (14.5, 21.5)])
    assert lasso.region is not None
    assert lasso.region.sum() == 64
    made = stroke(scene(), Hand(Tool.MOVE, left_behind=1), [(15, 15), (15, 39)], region=lasso.region)
    assert np.array_equal(made.labels[38:46, 14:22], scene()[14:22, 14:22])
    assert (made.labels[14:22, 14:22] == 1).all()


def test_moving_back_to_the_start_changes_nothing() -> None:
    made = stroke(scene(), Hand(Tool.MOVE), [(17, 17), (30, 30), (17, 17)])
    assert np.array_equal(made.labels, scene())


def test_a_press_beside_the_map_moves_nothing() -> None:
    made = stroke(scene(), Hand(Tool.MOVE), [(-3, -3), (20, 20)])
    assert np.array_equal(made.labels, scene())
    assert made.region is None


@pytest.mark.parametrize(("place", "label"), [((17, 17), 4), ((0, 0), 0), ((47.9, 47.9), 0), ((48, 3), None)])
def test_the_eyedropper(place: tuple[float, float], label: int | None) -> None:
    assert picked(scene(), Touch(place)) == label
