"""Units of an open model: found once and kept, painted into a region, and the effect measured."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.architectures.segmenter.networks import SegmenterConfig
from ganstudio.architectures.segmenter.segmenting import Segmenter
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.device import Precision
from ganstudio.core.document import LatentPoint
from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import Generator
from ganstudio.core.store import Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.segmenting import Segmentation
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.engine.units import Drawing, Effect, effect_of, file_of, find_units, read_units, unit_paint
from ganstudio.latent.units import Dissection

CLASSES = ("ground", "thing", "sky")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A StyleGAN2 with random weights."""
    card = cards()["stylegan2"]
    config = card.presets["tiny"]
    torch.manual_seed(3)
    generator = card.build(config)
    assert isinstance(generator, Generator)
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_checkpoint(path, Checkpoint(card.id, config, {GENERATOR: generator.network.state_dict()}))
    return open_model(path, "cpu")


@pytest.fixture(scope="module")
def segment() -> Segmentation:
    """A segmenter with random weights."""
    torch.manual_seed(5)
    network = Segmenter(SegmenterConfig(16, 3, (4, 8), CLASSES))
    network.prepare(torch.device("cpu"), Precision.EXACT)
    return Segmentation(network, "0" * 16)


@pytest.fixture(scope="module")
def found(model: Model, segment: Segmentation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Dissection, Path]:
    folder = tmp_path_factory.mktemp("units")
    *_, last = find_units(model, segment, 6, folder)
    assert isinstance(last.result, Dissection)
    return last.result, folder


def test_every_stage_with_places_is_dissected(model: Model, found: tuple[Dissection, Path]) -> None:
    dissection, _ = found
    stages = {stage.name: stage.units for stage in model.generator.stages() if stage.units and stage.side > 1}
    assert {stage.stage: len(stage.thresholds) for stage in dissection.stages} == stages
    assert (dissection.classes, dissection.samples) == (CLASSES, 6)
    for stage in dissection.stages:
        assert stage.iou.shape == stage.high.shape == stage.low.shape == (3, stages[stage.stage])
        assert ((stage.iou >= 0) & (stage.iou <= 1)).all()


def test_what_was_found_is_kept_for_this_model_and_segmenter(
    model: Model, segment: Segmentation, found: tuple[Dissection, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dissection, folder = found
    file = file_of(model, segment, 6, folder)
    assert file.is_file()
    monkeypatch.setattr("ganstudio.engine.units.Drawing", pytest.fail)
    steps = list(find_units(model, segment, 6, folder))
    assert len(steps) == 1
    kept = steps[0].result
    assert isinstance(kept, Dissection)
    for ours, theirs in zip(kept.stages, dissection.stages, strict=True):
        assert ours.stage == theirs.stage
        assert all(torch.equal(getattr(ours, t), getattr(theirs, t)) for t in ("thresholds", "iou", "high", "low"))
    assert file_of(model, segment, 7, folder) != file
    file.write_bytes(b"damaged")
    assert read_units(file) is None


def test_pictures_are_those_of_the_seeds(model: Model) -> None:
    picture, activations = Drawing(model).seed(103)
    torch.testing.assert_close(picture, model.sample([103]), atol=1e-5, rtol=1e-5)
    assert all(a.ndim == 4 for a in activations.values())


def test_painting_changes_the_units_under_the_mask(model: Model, found: tuple[Dissection, Path]) -> None:
    dissection, _ = found
    store = Store()
    mask = np.zeros((16, 16), np.uint8)
    mask[:, :8] = 1
    edit = unit_paint(dissection, "thing", store.put(mask), stage="b8", units=2)
    ranked = dissection.of("b8").ranked(1, 2)
    assert edit.units == tuple(unit.number for unit in ranked)
    assert edit.values == tuple(unit.high for unit in ranked)
    gone = unit_paint(dissection, "thing", store.put(mask), remove=True, stage="b8", units=2)
    assert gone.values == tuple(unit.low for unit in ranked)
    assert (edit.name, gone.name) == ("Add thing", "Remove thing")
    chosen = unit_paint(dissection, "sky", store.put(mask))
    assert chosen.stage == dissection.best_stage(2, 12)
    point = model.info.document.inputs.with_item("z", LatentPoint(4.0, 0.0))
    document = dataclasses.replace(model.info.document, inputs=point)
    synthesis = IncrementalSynthesis(model.generator, store)
    before = synthesis.features(document, "b8").activation
    after = synthesis.features(dataclasses.replace(document, edits=(edit,)), "b8").activation
    for unit, value in zip(edit.units, edit.values, strict=True):
        assert torch.equal(after[:, unit, :, :3], torch.full_like(after[:, unit, :, :3], value))
        torch.testing.assert_close(after[:, unit, :, 5:], before[:, unit, :, 5:])
    others = [unit for unit in range(before.shape[1]) if unit not in edit.units]
    assert torch.equal(after[:, others], before[:, others])
    with pytest.raises(WrongInputError, match="No unit stands for 'moustache'; there are some for: "):
        unit_paint(dissection, "moustache", store.put(mask))


class HalfLight(Segmentation):
    """Takes light for class 1."""

    def __init__(self) -> None:
        pass

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        return (pictures.mean(dim=1) > 0).long()


def test_the_effect_counts_the_class_inside_and_the_change_outside() -> None:
    before, after = torch.full((1, 3, 16, 16), -1.0), torch.full((1, 3, 16, 16), -1.0)
    after[..., :4, :8] = 1.0  # half of the region
    mask = np.zeros((16, 16), np.uint8)
    mask[:, :8] = 1
    mask[8:] = 0

    def distance(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return (one - other).abs().mean(dim=(1, 2, 3))

    assert effect_of(before, after, mask, 1, HalfLight(), distance) == Effect(0.0, 0.5, 0.0)
    after[..., 12:, 12:] = 1.0
    assert effect_of(before, after, mask, 1, HalfLight(), distance).outside == pytest.approx(2.0 * 16 / 256)
