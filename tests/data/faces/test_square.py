"""Squares map points there and back, and what is cut out is what lies there."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array
from ganstudio.data.faces.square import Square, cut

PLACES = st.floats(-500, 3000)
SQUARES = st.builds(Square, PLACES, PLACES, st.floats(0.5, 4000), st.floats(-math.pi, math.pi))


def ramp(width: int, height: int) -> Array:
    """Red is twice the column and green twice the row of each pixel."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[..., 0], pixels[..., 1] = 2 * np.arange(width), 2 * np.arange(height)[:, None]
    return pixels


@given(SQUARES, st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=5))
@settings(deadline=None)
def test_points_go_there_and_back(square: Square, points: list[tuple[float, float]]) -> None:
    assert np.allclose(square.in_photo(square.inside(points)), points, atol=1e-6)
    sides = np.linalg.norm(np.roll(square.corners, -1, axis=0) - square.corners, axis=1)
    assert np.allclose(sides, square.side)
    assert np.allclose(square.corners.mean(axis=0), (square.x, square.y))


@given(SQUARES, PLACES, PLACES, st.floats(-7, 7), st.floats(0.1, 10))
@settings(deadline=None)
def test_changes_by_hand_are_taken_back(square: Square, right: float, down: float, turn: float, size: float) -> None:
    back = square.moved(right, down).turned(turn).scaled(size).scaled(1 / size).turned(-turn).moved(-right, -down)
    assert np.allclose(back.corners, square.corners, atol=1e-6 * max(square.side, 1))
    assert np.allclose(square.turned(turn).corners.mean(axis=0), (square.x, square.y))


@given(SQUARES, st.integers(1, 512))
@settings(deadline=None)
def test_the_matrix_is_the_map_of_the_points(square: Square, resolution: int) -> None:
    middles = np.array([(0.0, 0.0), (resolution - 1.0, 0.0), (3.0, 7.5)])
    there = middles @ square.matrix(resolution)[:, :2].T + square.matrix(resolution)[:, 2]
    assert np.allclose(there + 0.5, square.in_photo((middles + 0.5) / resolution), atol=1e-6)


def test_an_upright_square_on_whole_pixels_is_cut_out_as_it_is() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    assert np.array_equal(cut(photo, Square(40, 30, 32), 32), photo[14:46, 24:56])
    turned = cut(photo, Square(40, 30, 32, math.pi / 2), 32)
    assert np.array_equal(turned, np.rot90(photo[14:46, 24:56], 1))


@given(st.floats(45, 60), st.floats(45, 60), st.floats(20, 50), st.floats(-3, 3), st.sampled_from([8, 24, 64]))
@settings(deadline=None, max_examples=40)
def test_colours_are_those_of_the_place(x: float, y: float, side: float, angle: float, resolution: int) -> None:
    square = Square(x, y, side, angle)
    crop = cut(ramp(110, 110), square, resolution)
    steps = (np.arange(resolution) + 0.5) / resolution
    places = square.in_photo([(u, v) for v in steps for u in steps]).reshape(resolution, resolution, 2)
    inner = slice(1, -1)
    expected = 2 * (places - 0.5)
    assert np.abs(crop[inner, inner, :2] - expected[inner, inner]).max() < 2.5


def test_shrinking_takes_the_mean() -> None:
    fine = np.zeros((1000, 1000, 3), dtype=np.uint8)
    fine[::2] = 200
    assert np.abs(cut(fine, Square(500, 500, 900), 16).astype(int) - 100).max() <= 2


def test_beyond_the_photo_is_its_blurred_reflection() -> None:
    photo = np.full((100, 100, 3), 60, dtype=np.uint8)
    photo[:, :8] = 240
    crop = cut(photo, Square(0, 50, 80), 80)
    assert np.array_equal(crop[:, 40:], photo[10:90, :40])
    assert crop[40, 36, 0] > 100, "near the edge it reflects the bright stripe"
    assert crop[40, 2, 0] < 100, "far away it does not"
    steps = np.abs(np.diff(crop[40, :32, 0].astype(int)))
    assert steps.max() < 60, "and there is no hard border"


def test_a_very_wide_photo_is_cut_anywhere() -> None:
    photo = np.zeros((8, 60_000, 3), dtype=np.uint8)
    photo[:, 50_000:] = 255
    crop = cut(photo, Square(50_000, 4, 8), 8)
    assert np.array_equal(crop[0, :, 0], [0] * 4 + [255] * 4)


def test_what_is_no_square_is_refused() -> None:
    for wrong in ((1.0, 1.0, 0.0), (1.0, 1.0, -3.0), (math.nan, 1.0, 2.0), (1.0, 1.0, math.inf)):
        with pytest.raises(WrongInputError, match="give it a place and a size"):
            Square(*wrong)
    with pytest.raises(WrongInputError, match="move it back"):
        cut(ramp(20, 20), Square(-200, 10, 16), 8)
