"""Colours of classes: distinct, to all kinds of eyes."""

import itertools

import numpy as np
import pytest

from ganstudio.core.inputs import LabelMap
from ganstudio.core.palette import OKABE_ITO, _as_seen, class_colours


@pytest.mark.parametrize("count", [0, 1, 8, 10, 20, 183])
def test_there_are_as_many_colours_as_classes_and_all_differ(count: int) -> None:
    colours = class_colours(count)
    assert len(colours) == len(set(colours)) == count
    assert colours[:8] == OKABE_ITO[:count]
    assert all(0 <= value <= 255 for colour in colours for value in colour)
    assert class_colours(256)[:count] == colours


def test_ten_classes_are_told_apart_by_all_eyes() -> None:
    seen = _as_seen(np.array(class_colours(10), np.float64))
    for a, b in itertools.combinations(range(10), 2):
        assert np.linalg.norm(seen[:, a] - seen[:, b], axis=-1).min() > 0.07, (a, b)


def test_grey_is_grey_to_all_eyes() -> None:
    seen = _as_seen(np.array([[0, 0, 0], [128, 128, 128], [255, 255, 255]], np.float64))
    np.testing.assert_allclose(seen[:, :, 1:], 0.0, atol=2e-3)
    np.testing.assert_allclose(seen[:, 2, 0], 1.0, atol=1e-3)


def test_a_map_has_its_own_colours_or_these() -> None:
    own = LabelMap("map", ("sky", "sea"), 64, ((0, 0, 255), (0, 80, 80)))
    assert own.palette == ((0, 0, 255), (0, 80, 80))
    assert LabelMap("map", ("sky", "sea", "land"), 64, own.colours).palette == class_colours(3)
    assert LabelMap("map", ("sky",), 64).size == (64, 64)
    assert LabelMap("map", ("sky",), 64, height=32).size == (32, 64)
