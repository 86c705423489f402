"""Painting parts into the shipped faces: units found by the shipped segmenter do what they are taken for."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.document import LatentPoint
from ganstudio.core.store import Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.segmenting import Segmentation, open_segmenter
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.engine.units import Effect, effect_of, find_units, unit_paint
from ganstudio.latent.units import Dissection
from ganstudio.losses.perceptual import lpips_alex

SAMPLES, SEEDS = 10, (0, 1, 2)


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model("faces", "cpu")


@pytest.fixture(scope="module")
def segment() -> Segmentation:
    return open_segmenter()


@pytest.fixture(scope="module")
def found(model: Model, segment: Segmentation, tmp_path_factory: pytest.TempPathFactory) -> Dissection:
    folder: Path = tmp_path_factory.mktemp("units")
    *_, last = find_units(model, segment, SAMPLES, folder)
    assert isinstance(last.result, Dissection)
    return last.result


def effects(
    model: Model, segment: Segmentation, found: Dissection, name: str, region: np.ndarray, *, remove: bool
) -> list[Effect]:
    """Paint 24 units at 8 px into each seed's region and measure."""
    store, distance = Store(), lpips_alex()
    synthesis, last = IncrementalSynthesis(model.generator, store), model.generator.stages()[-1].name
    edit = unit_paint(found, name, store.put(region), remove=remove, stage="b8", units=24)
    seen = []
    for seed in SEEDS:
        inputs = model.info.document.inputs.with_item("z", LatentPoint(float(seed), 0.0))
        document = dataclasses.replace(model.info.document, inputs=inputs, psi=0.7)
        pictures = []
        for each in (document, dataclasses.replace(document, edits=(edit,))):
            picture = synthesis.features(each, last).picture
            assert picture is not None
            pictures.append(picture.clamp(-1, 1))
        index = found.classes.index(name)
        seen.append(effect_of(pictures[0], pictures[1], region, index, segment, distance))
    return seen


def test_every_part_of_a_face_has_units_but_glasses_have_none(found: Dissection) -> None:
    assert set(found.classes) - set(found.occurring) == {"glasses"}
    for stage in found.stages:
        assert torch.isfinite(stage.high).all()


def test_background_can_be_painted_and_little_else_changes(
    model: Model, segment: Segmentation, found: Dissection
) -> None:
    region = np.zeros((64, 64), np.uint8)
    region[:, :14] = 1
    added = effects(model, segment, found, "background", region, remove=False)
    assert np.mean([effect.after - effect.before for effect in added]) > 0.1
    assert np.mean([effect.outside for effect in added]) < 0.25
    removed = effects(model, segment, found, "background", region, remove=True)
    assert np.mean([effect.after - effect.before for effect in removed]) < 0
