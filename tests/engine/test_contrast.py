"""Differences of pictures with values that are known."""

import numpy as np
import pytest
import torch

from ganstudio.core.comparison import Amplified, Contrast
from ganstudio.engine.contrast import difference_picture, mean_error, same_size


def test_the_error_counts_levels_of_what_is_shown() -> None:
    a = torch.zeros(1, 3, 4, 4)
    assert mean_error(a, a + 2 / 127.5) == pytest.approx(2.0)
    assert mean_error(a + 3.0, a + 5.0) == 0.0
    assert mean_error(a - 1.0, a + 1.0) == 255.0


def test_signed_differences_lie_around_grey_and_absolute_ones_above_black() -> None:
    a = torch.zeros(1, 3, 1, 3)
    b = torch.tensor([0.1, 0.0, -0.1]).expand(1, 3, 1, 3)
    signed = difference_picture(a, b, Amplified(Contrast.SIGNED, 4.0))[0, :, 0].tolist()
    assert signed == [153, 128, 102]
    absolute = difference_picture(a, b, Amplified(Contrast.ABSOLUTE, 4.0))[0, :, 0].tolist()
    assert absolute == [51, 0, 51]
    assert np.array_equal(difference_picture(a, b * 0 + 1, Amplified(Contrast.ABSOLUTE, 64.0)), np.full((1, 3, 3), 255))


def test_the_smaller_picture_is_enlarged_and_grey_becomes_colour() -> None:
    a, b, enlarged = same_size(torch.ones(1, 1, 8, 8), torch.zeros(1, 3, 16, 16))
    assert (a.shape, b.shape, enlarged) == ((1, 3, 16, 16), (1, 3, 16, 16), "A")
    assert torch.equal(a, torch.ones(1, 3, 16, 16))
    assert same_size(b, a[:, :1, :4, :4])[2] == "B"
    assert same_size(a, b)[2] == ""
