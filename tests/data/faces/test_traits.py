"""Read-outs of pictures: light and colours that were put in are read off, and so is the geometry of landmarks."""

import numpy as np
import pytest

from ganstudio.core.store import Array
from ganstudio.data.faces.traits import TRAITS, effects_of, geometry, looks, spread_of_traits, traits_of

NAMES = [trait.name for trait in TRAITS]
FACE = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])


def flat(*colour: int) -> Array:
    return np.full((8, 8, 3), colour, np.uint8)


def test_light_and_colours() -> None:
    assert looks(flat(255, 255, 255)) == pytest.approx([1.0, 0.0, 0.0, 0.0])
    assert looks(flat(0, 0, 0)) == pytest.approx([0.0] * 4)
    half = flat(0, 0, 0)
    half[:, 4:] = 255
    assert looks(half) == pytest.approx([0.5, 0.5, 0.0, 0.0])
    assert looks(flat(255, 0, 0)) == pytest.approx([0.2126, 0.0, 1.0, 1.0])
    assert looks(flat(0, 0, 255))[3] == pytest.approx(-1.0)


def test_geometry_counts_in_distances_of_the_eyes_however_the_face_is_turned() -> None:
    assert geometry(FACE) == pytest.approx([0.0, 0.75, 1.0])
    looking = FACE.copy()
    looking[2, 0] += 0.1
    assert geometry(looking)[0] == pytest.approx(0.25)
    turned = FACE @ np.array([[0.6, 0.8], [-0.8, 0.6]]) * 3.0 + 5.0
    assert geometry(turned) == pytest.approx(geometry(FACE))
    assert np.isnan(geometry(None)).all()


def test_effects_are_told_in_deviations_the_strongest_first() -> None:
    random = np.random.default_rng(0)
    before = random.normal(size=(24, len(TRAITS))) * 0.1
    spread = spread_of_traits(np.concatenate([before, before]))
    assert spread == pytest.approx(np.full(len(TRAITS), 0.1), rel=0.4)
    after = before + 0.001 * random.normal(size=before.shape)
    after[:, NAMES.index("lightness")] -= 2 * spread[0]
    after[:, NAMES.index("warmth")] += spread[NAMES.index("warmth")]
    after[3, 0] = np.nan
    first, second, *rest = effects_of(before, after, spread)
    assert (first.trait.name, first.n, first.in_words()) == ("lightness", 23, "darker 2.0 σ")
    assert second.in_words() == "warmer 1.0 σ"
    assert [effect.plain for effect in (first, second, *rest)] == [True, True] + [False] * 5


def test_pictures_without_faces_have_no_geometry() -> None:
    rows = traits_of([flat(10, 20, 30), flat(200, 30, 30)], None)
    assert rows.shape == (2, len(TRAITS))
    spread = spread_of_traits(rows)
    assert np.isfinite(spread).tolist() == [True] * 4 + [False] * 3
    assert len(effects_of(rows, rows, spread)) == 4
