"""Squares put landmarks where a model's pictures have them."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.errors import WrongInputError
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.faces.found import Face, find_faces
from ganstudio.data.faces.framing import Framing, landmarks_of, measured_framing, published_square
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.data.faces.placing import NoSuchFaceError, placed
from ganstudio.data.faces.square import Square, cut
from ganstudio.data.photos import Photo
from ganstudio.engine.model import open_model
from ganstudio.studio.framings import framing_of, shipped_framing

PLACES, SIDES, ANGLES = st.floats(-50, 900), st.floats(20, 2000), st.floats(-3.1, 3.1)


@cache
def faces_framing() -> Framing:
    """The framing on the card of the faces that open first."""
    framing = shipped_framing("faces")
    assert framing is not None
    return framing


@given(PLACES, PLACES, SIDES, ANGLES)
@settings(deadline=None)
def test_landmarks_that_fit_give_their_square(x: float, y: float, side: float, angle: float) -> None:
    framing = faces_framing()
    square = Square(x, y, side, angle)
    landmarks = [(float(u), float(v)) for u, v in square.in_photo(framing.landmarks)]
    assert np.allclose(framing.square(landmarks).corners, square.corners, atol=1e-6 * side)


@given(st.lists(st.tuples(st.floats(-0.03, 0.03), st.floats(-0.03, 0.03)), min_size=5, max_size=5))
@settings(deadline=None)
def test_no_square_near_it_fits_better(errors: list[tuple[float, float]]) -> None:
    framing = faces_framing()
    photo = Square(300, 200, 150, 0.3).in_photo(np.array(framing.landmarks) + errors)
    best = framing.square([(float(u), float(v)) for u, v in photo])

    def misfit(square: Square) -> float:
        return float(np.square(square.in_photo(framing.landmarks) - photo).sum())

    near = [best.moved(1, 0), best.moved(0, -1), best.scaled(1.01), best.scaled(0.99), best.turned(0.01)]
    assert all(misfit(best) <= misfit(other) + 1e-9 for other in near)


def test_the_published_square_of_a_plain_face() -> None:
    square = published_square([(80, 100), (120, 100), (100, 120), (85, 150), (115, 150)])
    assert (square.x, square.y, square.side, square.angle) == pytest.approx((100, 105, 180, 0))
    wide = published_square([(40, 100), (160, 100), (100, 120), (85, 150), (115, 150)])
    assert wide.side == pytest.approx(480), "eyes far apart decide themselves"
    rolled = published_square([(100, 80), (100, 120), (80, 100), (50, 85), (50, 115)])
    assert (rolled.x, rolled.y, rolled.angle) == pytest.approx((95, 100, math.pi / 2))


def test_a_face_in_profile_is_not_cut_too_close() -> None:
    framing = faces_framing()
    frontal = Square(100, 100, 100).in_photo(framing.landmarks)
    aside = frontal.copy()
    aside[:, 0] = 100 + (aside[:, 0] - 100) * 0.3
    narrow = framing.square([(float(u), float(v)) for u, v in aside])
    assert narrow.side == pytest.approx(100, rel=0.02)
    assert (narrow.x, narrow.y) == pytest.approx((100, 100), abs=2)


def test_the_framing_on_the_card_is_that_of_the_models_pictures() -> None:
    model = open_model("faces-dcgan")
    pictures = to_pixels(model.sample(range(12), psi=0.9)).transpose(0, 3, 1, 2)
    measured = measured_framing(shipped_detector(), pictures)
    assert measured is not None
    assert np.abs(np.array(measured.landmarks) - faces_framing().landmarks).max() < 0.03
    assert framing_of(model) == faces_framing()
    left, right, nose, *_ = measured.landmarks
    assert left[0] + right[0] == pytest.approx(1.0, abs=2e-3)
    assert nose[0] == pytest.approx(0.5, abs=1e-3)


def test_pictures_without_faces_have_no_framing() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 3, 64, 64), dtype=np.uint8)
    assert measured_framing(shipped_detector(), noise) is None
    assert shipped_framing("digits-gan") is None
    assert shipped_framing("no such model") is None


def test_an_aligned_face_has_its_landmarks_where_the_framing_says(astronaut: Array) -> None:
    (face,) = find_faces(shipped_detector(), astronaut)
    square = faces_framing().square(face.landmarks)
    again = landmarks_of(shipped_detector(), cut(astronaut, square, 64).transpose(2, 0, 1))
    assert again is not None
    assert np.abs(again - faces_framing().landmarks).max() < 0.07
    assert np.abs(again - square.inside(face.landmarks)).max() < 0.04


def test_the_frame_of_a_photo_says_what_to_know(astronaut: Array) -> None:
    photo = Photo("a.png", astronaut, astronaut)
    (face,) = find_faces(shipped_detector(), astronaut)
    small = Face(face.score, face.square.scaled(0.5), tuple((x / 2, y / 2) for x, y in face.landmarks))
    one = placed(photo, (face,), faces_framing())
    assert (one.words, one.face) == ((), face)
    second = placed(photo, (face, small), faces_framing(), 2)
    assert second.square.side == pytest.approx(one.square.side / 2)
    assert "2 faces" in second.words[0]
    with pytest.raises(NoSuchFaceError, match="choose 1 to 2"):
        placed(photo, (face, small), None, 3)
    middle = placed(photo, (), faces_framing(), 2)
    assert middle.square == Square(256, 256, 512)
    assert "by hand" in middle.words[0]


def test_a_framing_has_five_landmarks() -> None:
    with pytest.raises(WrongInputError, match="measure it again"):
        Framing(((0.1, 0.1),))
