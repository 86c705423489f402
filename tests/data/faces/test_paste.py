"""What is pasted lies where it was cut out, and everything else stays as it was."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array
from ganstudio.data.faces.paste import Blend, Change, paste
from ganstudio.data.faces.square import Square, cut

WIDTH, HEIGHT = 150, 120


def smooth_photo(seed: int = 0) -> Array:
    """A photo without fine detail."""
    coarse = np.random.default_rng(seed).integers(40, 216, (5, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


PHOTO = smooth_photo()
SQUARES = st.builds(
    Square, st.floats(-10, WIDTH + 10), st.floats(-10, HEIGHT + 10), st.floats(30, 160), st.floats(-math.pi, math.pi)
)


def outside(square: Square) -> Array:
    """Tell which pixels `[H, W]` have their middles outside a square."""
    across, down = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    inside = square.inside(np.stack([across.ravel(), down.ravel()], axis=1))
    away: Array = (np.abs(inside - 0.5).max(axis=1) > 0.5).reshape(HEIGHT, WIDTH)
    return away


@given(SQUARES, st.sampled_from(list(Blend)), st.sampled_from([64, 200]))
@settings(deadline=None, max_examples=40)
def test_a_square_that_nobody_changed_comes_back(square: Square, blend: Blend, resolution: int) -> None:
    result = paste(PHOTO, Change(cut(PHOTO, square, resolution), blend), square)
    assert np.abs(result.astype(int) - PHOTO).max() <= 6
    assert np.array_equal(result[outside(square)], PHOTO[outside(square)])


@given(SQUARES, st.sampled_from(list(Blend)), st.floats(0, 0.5))
@settings(deadline=None, max_examples=40)
def test_pixels_outside_are_untouched(square: Square, blend: Blend, feather: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    result = paste(PHOTO, Change(noise, blend, feather), square)
    assert np.array_equal(result[outside(square)], PHOTO[outside(square)])
    assert blend is Blend.POISSON or not np.array_equal(result, PHOTO)  # seamless corners may not show


def test_the_middle_shows_the_edit_and_the_edge_gives_way() -> None:
    grey = np.full((100, 100, 3), 80, dtype=np.uint8)
    row = paste(grey, Change(np.full((8, 8, 3), 200, dtype=np.uint8), feather=0.25), Square(50, 50, 60))[50, :, 0]
    assert (row[36:64] == 200).all()
    assert (np.diff(row[20:50].astype(int)) >= 0).all()
    assert row[21] < 90
    assert 130 < row[27] < 150


def test_poisson_keeps_detail_and_takes_the_colours_around() -> None:
    square = Square(75, 60, 80, 0.2)
    brighter = np.clip(cut(PHOTO, square, 160).astype(int) + 35, 0, 255).astype(np.uint8)
    plain, poisson = (paste(PHOTO, Change(brighter, blend), square).astype(int) - PHOTO for blend in Blend)
    assert np.median(plain[~outside(square)]) > 25
    assert np.abs(poisson).mean() < 4


def test_poisson_holds_where_the_square_leaves_the_photo() -> None:
    square = Square(10, 60, 80)
    brighter = np.clip(cut(PHOTO, square, 80).astype(int) + 30, 0, 255).astype(np.uint8)
    change = paste(PHOTO, Change(brighter, Blend.POISSON), square).astype(int) - PHOTO
    assert np.abs(change).mean() < 6


def test_a_large_region_is_pasted_in_bands_without_seams() -> None:
    photo = cv2.resize(PHOTO, (1500, 1200), interpolation=cv2.INTER_CUBIC)
    square = Square(750, 600, 1150, 0.5)
    brighter = np.clip(cut(photo, square, 256).astype(int) + 30, 0, 255).astype(np.uint8)
    change = paste(photo, Change(brighter, Blend.POISSON), square).astype(int) - photo
    assert np.abs(np.diff(change[:, 700:800], axis=0)).max() <= 5
    plain = paste(photo, Change(brighter), square).astype(int) - photo
    assert 25 < plain[600, 750, 0] < 35


def test_a_mask_says_where() -> None:
    mask = np.zeros((16, 16), dtype=np.float32)
    mask[:, :8] = 1
    black = np.zeros((64, 64, 3), dtype=np.uint8)
    result = paste(PHOTO, Change(black, feather=0.02, mask=mask), Square(75, 60, 64))
    assert result[60, 60].max() == 0
    assert np.array_equal(result[:, 82:], PHOTO[:, 82:])


def test_a_difference_keeps_the_photos_detail() -> None:
    photo = np.random.default_rng(2).integers(60, 160, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    soft = np.full((16, 16, 3), 100, dtype=np.uint8)
    change = Change(soft + np.uint8(40), before=soft)
    result = paste(photo, change, Square(75, 60, 60)).astype(int) - photo
    assert (result[50:70, 65:85] == 40).all()


def test_other_things_than_pictures_are_refused() -> None:
    with pytest.raises(WrongInputError, match="can be pasted"):
        paste(PHOTO, Change(np.zeros((8, 8), dtype=np.uint8)), Square(75, 60, 60))
    with pytest.raises(WrongInputError, match="move it back"):
        paste(PHOTO, Change(np.zeros((8, 8, 3), dtype=np.uint8)), Square(75, 600, 60))


def test_seamless_edges_keep_what_is_drawn_inside() -> None:
    drawn = np.full((64, 64, 3), 120, dtype=np.uint8)
    cv2.circle(drawn, (32, 32), 14, (0, 0, 0), -1)
    flat = np.full((120, 150, 3), 120, dtype=np.uint8)
    result = paste(flat, Change(drawn, Blend.POISSON), Square(75, 60, 64))
    assert result[60, 75].max() < 20
    assert np.abs(result[60, 46:50].astype(int) - 120).max() < 12
