"""The one conversion to bytes."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.pixels import to_pixels


@given(value=st.floats(-3, 3))
def test_the_scale_is_the_published_one(value: float) -> None:
    expected = int(np.clip(np.float32(value) * np.float32(127.5) + np.float32(128), 0, 255))
    assert to_pixels(torch.full((1, 3, 2, 2), value)).tolist() == [[[[expected] * 3] * 2] * 2]


def test_grey_becomes_rgb_and_rows_stay_rows() -> None:
    picture = torch.zeros(1, 1, 2, 3)
    picture[0, 0, 1, 2] = 1.0
    pixels = to_pixels(picture)
    assert pixels.shape == (1, 2, 3, 3)
    assert pixels.dtype == np.uint8
    assert pixels[0, 1, 2].tolist() == [255, 255, 255]
    assert pixels[0, 0, 0].tolist() == [128, 128, 128]


def test_two_channels_show_the_first_as_grey_and_more_than_three_the_first_three() -> None:
    picture = torch.stack([torch.full((2, 2), value) for value in (1.0, -1.0, 0.0, 1.0)])[None]
    assert to_pixels(picture[:, :2])[0, 0, 0].tolist() == [255, 255, 255]
    assert to_pixels(picture)[0, 0, 0].tolist() == [255, 0, 128]
