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
from ganstudio.core.document import LatentPoint, PaintUnits
from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import Generator
from ganstudio.core.store import ArrayRef, Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.segmenting import Segmentation
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.engine.units import Drawing, Effect, Parts, effect_of, file_of, find_units, read_units, unit_paint
from ganstudio.latent.unit_effects import UnitPaint, Way

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
def found(model: Model, segment: Segmentation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Parts, Path]:
    folder = tmp_path_factory.mktemp("units")
    *_, last = find_units(model, segment, 6, folder)
    assert isinstance(last.result, Parts)
    return last.result, folder


def test_every_stage_with_places_is_dissected_and_units_are_tried(model: Model, found: tuple[Parts, Path]) -> None:
    parts, _ = found
    dissection = parts.dissection
    stages = {stage.name: stage.units for stage in model.generator.stages() if stage.units and stage.side > 1}
    assert {stage.stage: len(stage.thresholds) for stage in dissection.stages} == stages
    assert (parts.classes, dissection.samples) == (CLASSES, 6)
    for stage in dissection.stages:
        assert stage.iou.shape == stage.high.shape == stage.low.shape == (3, stages[stage.stage])
        assert ((stage.iou >= 0) & (stage.iou <= 1)).all()
    seen = [i for i, name in enumerate(CLASSES) if name in dissection.occurring]
    assert {way.label for way in parts.paints} <= set(seen)
    assert parts.paints
    for paint in parts.paints.values():
        assert 2 <= paint.pictures <= 16
        assert set(paint.units) <= set(range(stages[paint.stage]))


def test_what_was_found_is_kept_for_this_model_and_segmenter(
    model: Model, segment: Segmentation, found: tuple[Parts, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, folder = found
    file = file_of(model, segment, 6, folder)
    assert file.is_file()
    monkeypatch.setattr("ganstudio.engine.units.Drawing", pytest.fail)
    steps = list(find_units(model, segment, 6, folder))
    assert len(steps) == 1
    kept = steps[0].result
    assert isinstance(kept, Parts)
    assert kept.paints == parts.paints
    for ours, theirs in zip(kept.dissection.stages, parts.dissection.stages, strict=True):
        assert ours.stage == theirs.stage
        assert all(torch.equal(getattr(ours, t), getattr(theirs, t)) for t in ("thresholds", "iou", "high", "low"))
    assert file_of(model, segment, 7, folder) != file
    file.write_bytes(b"damaged")
    assert read_units(file) is None


def test_scenes_painted_nowhere_are_the_pictures_of_the_seeds(model: Model, segment: Segmentation) -> None:
    scenes = Drawing(model).scenes((103, 5), segment)
    seen = segment(model.sample([103, 5]).clamp(-1, 1))
    assert (scenes.maps == seen).float().mean() > 0.99
    edit = PaintUnits("b8", (0, 1), (9.0, -9.0), ArrayRef("", (0, 0), "float32"))
    assert torch.equal(scenes.painted_maps(edit, torch.zeros(2, 1, 16, 16)), scenes.maps)
    logits, activations = scenes.linked()
    (slope,) = torch.autograd.grad(logits[:, 1].sum(), activations["b8"])
    assert slope.shape == scenes.activation("b8").shape
    assert slope.any()


def test_pictures_are_those_of_the_seeds(model: Model) -> None:
    picture, activations = Drawing(model).seed(103)
    torch.testing.assert_close(picture, model.sample([103]), atol=1e-5, rtol=1e-5)
    assert all(a.ndim == 4 for a in activations.values())


def known(found: tuple[Parts, Path]) -> Parts:
    """Parts of which one thing can be added and another removed."""
    paints = {
        Way(1, remove=False): UnitPaint("b8", (3, 1), (5.0, -4.0), 1.0, 0.0, 0.4, 0.02, 0.01, 16),
        Way(1, remove=True): UnitPaint("b8", (2,), (0.0,), 1.0, 0.5, 0.49, 0.02, 0.01, 16),
        Way(2, remove=True): UnitPaint("b16", (0,), (0.5,), 1.5, 0.9, 0.2, 0.02, 0.01, 16),
    }
    return Parts(found[0].dissection, paints)


def test_only_what_was_clear_is_offered(found: tuple[Parts, Path]) -> None:
    parts, mask = known(found), Store().put(np.ones((16, 16), np.uint8))
    assert parts.names == ("thing", "sky")
    assert parts.paint_of("thing", remove=True) is None
    gone = unit_paint(parts, "sky", mask, remove=True)
    assert (gone.stage, gone.units, gone.values, gone.amount, gone.name) == ("b16", (0,), (0.5,), 1.5, "Remove sky")
    assert unit_paint(parts, "sky", mask, remove=True, amount=0.5).amount == 0.5
    with pytest.raises(WrongInputError, match="thing cannot be removed; these can be: sky"):
        unit_paint(parts, "thing", mask, remove=True)
    with pytest.raises(WrongInputError, match="moustache cannot be added; these can be: thing"):
        unit_paint(parts, "moustache", mask)


def test_painting_changes_the_units_under_the_mask(model: Model, found: tuple[Parts, Path]) -> None:
    store = Store()
    mask = np.zeros((16, 16), np.uint8)
    mask[:, :8] = 1
    edit = unit_paint(known(found), "thing", store.put(mask))
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
