"""The shipped pairs of faces and label maps open, are what their card says, and are consistent."""

import numpy as np
import pytest

from assets.builders.face_parts import (
    BROW_LINES,
    BROWS,
    EYE_LINES,
    EYES,
    HAIR,
    LIPS,
    LIPS_LINE,
    MOUTH,
    NAMES,
    NECK,
    NOSE,
    NOSE_LINE,
    OVAL,
    SKIN,
    label_map,
    turned_away,
)
from assets.builders.faces_seg import LEAST_FACE, symmetry
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.images import FilePictures, open_pictures
from ganstudio.studio.assets import read_card

FOLDER = ASSETS / "data" / "faces-seg-64"
SHOWN = 96


@pytest.fixture(scope="module")
def pictures() -> FilePictures:
    return open_pictures(FOLDER / "faces-seg-64.zip")


@pytest.fixture(scope="module")
def pairs(pictures: FilePictures) -> tuple[Array, Array]:
    """Pictures `[N, 3, 64, 64]` and maps `[N, 64, 64]` over the whole set."""
    chosen = np.linspace(0, len(pictures) - 1, SHOWN).astype(int).tolist()
    reading = pictures.stacked_reader().read(chosen)
    assert not reading.broken
    return reading.pixels[:, :3], reading.pixels[:, 3]


def test_the_archive_is_what_the_card_says(pictures: FilePictures) -> None:
    facts, card = pictures.facts, read_card(FOLDER / "card.json")
    assert facts.map_classes is not None
    assert facts.map_classes.names == NAMES
    assert facts.resolution == 64
    assert str(facts.count) in card.summary
    counted = {number.n for number in card.numbers if number.metric.startswith("area of")}
    assert counted == {facts.count}
    assert (FOLDER / "faces-seg-64.zip").stat().st_size <= 25_000_000
    _, held = pictures.split()
    assert held is not None
    assert len(held) >= 60


def test_every_map_holds_a_face_in_order(pairs: tuple[Array, Array]) -> None:
    _, maps = pairs
    rows = np.arange(64)[None, :, None]
    present = {kind: (maps == kind).sum(axis=(1, 2)) for kind in range(len(NAMES))}
    for kind in (SKIN, EYES, NOSE, LIPS):
        assert (present[kind] > 0).all(), NAMES[kind]
    assert (present[HAIR] > 0).mean() > 0.95
    assert not present[len(NAMES) - 1].any(), "glasses are not told apart"
    height = {kind: (rows * (maps == kind)).sum(axis=(1, 2)) / np.maximum(present[kind], 1) for kind in range(9)}
    assert (height[EYES] < height[NOSE]).all()
    assert (height[NOSE] < height[LIPS]).mean() > 0.97
    browed = present[BROWS] > 0
    assert (height[BROWS] < height[EYES])[browed].mean() > 0.97
    necked = present[NECK] > 0
    assert (height[NECK] > height[NOSE])[necked].mean() > 0.97
    assert (present[MOUTH] < present[SKIN]).all()
    assert np.isin(maps, range(SKIN, NECK)).mean(axis=(1, 2)).min() > LEAST_FACE


def test_hair_and_skin_differ_in_colour(pairs: tuple[Array, Array]) -> None:
    pixels, maps = pairs
    light = pixels.astype(float).mean(axis=1)
    skin, hair = (np.array([p[m == kind].mean() for p, m in zip(light, maps, strict=True) if (m == kind).any()])
                  for kind in (SKIN, HAIR))  # fmt: skip
    assert np.median(skin) > np.median(hair) + 10


def test_symmetry_compares_sides_about_the_nose() -> None:
    labels = np.zeros((2, 9, 9), np.uint8)
    labels[:, 4, 4] = NOSE
    labels[0, 2, [2, 6]] = EYES
    labels[1, 2, [2, 3, 6]] = EYES
    assert symmetry(labels, EYES).tolist() == [1.0, 0.5]


def test_a_drawn_face_is_cut_into_its_parts() -> None:
    """A round face under dark hair, with landmarks on circles, gets its classes where they belong."""
    points = np.full((478, 2), 0.5, np.float32)
    rows, columns = np.mgrid[:64, :64] / 64
    face = np.hypot((columns - 0.5) / 0.25, (rows - 0.55) / 0.33) <= 1
    def around(line: tuple[int, ...], x: float, y: float, width: float, height: float) -> None:
        turns = np.linspace(0, 2 * np.pi, len(line), endpoint=False) - np.pi / 2
        points[list(line)] = np.stack([x + width * np.cos(turns), y + height * np.sin(turns)], axis=1)

    around(OVAL, 0.5, 0.55, 0.25, 0.33)
    for side, x in enumerate((0.4, 0.6)):
        around(BROW_LINES[side], x, 0.42, 0.06, 0.015)
        around(EYE_LINES[side], x, 0.48, 0.05, 0.025)
    around(NOSE_LINE, 0.5, 0.57, 0.04, 0.08)
    around(LIPS_LINE, 0.5, 0.73, 0.08, 0.04)
    points[[13, 14, 2, 1]] = [(0.5, 0.73), (0.5, 0.73), (0.5, 0.66), (0.5, 0.6)]
    points[[234, 454]] = [(0.25, 0.55), (0.75, 0.55)]
    picture = np.full((64, 64, 3), 90, np.uint8)
    picture[np.hypot((columns - 0.5) / 0.32, (rows - 0.45) / 0.4) <= 1] = (40, 25, 20)
    picture[face] = (220, 170, 140)
    picture[(rows > 0.9) & (abs(columns - 0.5) < 0.4)] = (30, 90, 160)
    person = np.where(picture.sum(axis=2) != 270, 255, 0).astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    found = label_map(picture, points, person)
    assert turned_away(points) < 0.01
    expected = {(6, 32): HAIR, (20, 14): HAIR, (40, 22): SKIN, (31, 25): EYES, (36, 32): NOSE, (47, 32): LIPS,
                (27, 25): BROWS, (61, 32): NECK, (2, 2): 0}  # fmt: skip
    assert {place: int(found[place]) for place in expected} == expected
