"""Shares of pictures with a face, and how sure they are."""

import numpy as np
import pytest

from ganstudio.core.store import Array
from ganstudio.data.faces.acceptance import face_scores, share_with_a_face
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.data.faces.square import Square, cut


def test_faces_are_accepted_and_other_pictures_are_not(astronaut: Array) -> None:
    squares = (Square(225, 105, 121), Square(225, 105, 171, 0.1), Square(60, 380, 120), Square(400, 300, 100))
    pictures = np.stack([cut(astronaut, square, 64).transpose(2, 0, 1) for square in squares])
    scores = face_scores(shipped_detector(), pictures)
    assert (scores[:2] > 0.95).all()
    assert (scores[2:] < 0.7).all()
    assert share_with_a_face(scores).value == 0.5
    assert share_with_a_face(scores, 1.1).value == 0


@pytest.mark.parametrize(
    ("yes", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (28, 29, 0.8282, 0.9939)]
)
def test_intervals_are_the_published_ones(yes: int, n: int, low: float, high: float) -> None:
    share = share_with_a_face(np.repeat([1.0, 0.0], [yes, n - yes]))
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-3)
    assert f"n = {n}" in str(share)
