"""Painting parts into the shipped faces: what the search chose does on other faces what it is taken for."""

import numpy as np
import pytest
import torch

from ganstudio.core.document import PaintUnits
from ganstudio.engine.model import open_model
from ganstudio.engine.segmenting import Segmentation, open_segmenter
from ganstudio.engine.units import Drawing
from ganstudio.latent.scenes import Scenes
from ganstudio.latent.unit_effects import NOWHERE, Change, Paints, Way, changes_of, find_paints, region_of
from ganstudio.latent.units import Dissection, dissect

SAMPLES = 10
FRESH = range(700, 716)


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return Drawing(open_model("faces", "cpu"))


@pytest.fixture(scope="module")
def segment() -> Segmentation:
    return open_segmenter()


@pytest.fixture(scope="module")
def found(drawing: Drawing, segment: Segmentation) -> Dissection:
    *_, last = dissect(drawing.seed, segment, segment.classes.names, SAMPLES)
    assert isinstance(last.result, Dissection)
    return last.result


@pytest.fixture(scope="module")
def ways(segment: Segmentation) -> dict[str, Way]:
    names = segment.classes.names
    asked = (
        ("hair", False),
        ("hair", True),
        ("brows", True),
        ("eyes", True),
        ("background", False),
        ("glasses", False),
    )
    return {f"{'remove' if remove else 'add'} {name}": Way(names.index(name), remove) for name, remove in asked}


@pytest.fixture(scope="module")
def paints(drawing: Drawing, segment: Segmentation, found: Dissection, ways: dict[str, Way]) -> Paints:
    def scenes(number: int) -> Scenes:
        return drawing.scenes(range(SAMPLES + 8 * number, SAMPLES + 8 * number + 8), segment)

    *_, last = find_paints(found, scenes, 1, 1, list(ways.values()))
    assert isinstance(last.result, dict)
    return last.result


def test_every_part_of_a_face_has_units_but_glasses_have_none(found: Dissection) -> None:
    assert set(found.classes) - set(found.occurring) == {"glasses"}
    for stage in found.stages:
        assert torch.isfinite(stage.high).all()
        assert torch.isfinite(stage.low).all()


def test_parts_come_and_go_in_other_faces_too(
    drawing: Drawing, segment: Segmentation, ways: dict[str, Way], paints: Paints
) -> None:
    scenes = drawing.scenes(FRESH, segment)
    for words, least in {
        "add hair": 0.2,
        "remove hair": 0.2,
        "remove brows": 0.15,
        "remove eyes": 0.3,
        "add background": 0.3,
    }.items():
        way = ways[words]
        paint, region = paints[way], region_of(scenes.maps, way)
        edit = PaintUnits(paint.stage, paint.units, paint.values, NOWHERE, paint.strength)
        seen: list[Change] = list(changes_of(scenes.maps, scenes.painted_maps(edit, region), region, way.label))
        gains = np.array([(c.before - c.after) if way.remove else (c.after - c.before) for c in seen])
        assert len(gains) == len(FRESH), words
        assert gains.mean() > least, words
        assert gains.mean() > 5 * gains.std(ddof=1) / len(gains) ** 0.5, words
        assert np.mean([change.outside for change in seen]) < 0.15, words
    assert ways["add glasses"] not in paints
