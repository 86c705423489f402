"""What every architecture promises, tried on the tiny presets of every card."""

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.architecture import Architecture
from ganstudio.core.device import Precision
from ganstudio.core.document import (
    SPATIAL,
    Bend,
    BendUnits,
    ClassBlend,
    ClassChoice,
    Document,
    FrozenMap,
    InputValue,
    LatentArray,
    LatentBlend,
    LatentPoint,
    LayerNoise,
    MoveAlong,
    NoiseMode,
    NoiseSetting,
    OffsetStyles,
    PaintUnits,
    ShiftStyle,
    Space,
    StageEdit,
    StyleSource,
)
from ganstudio.core.generator import Features, Generator, LatentCode, Stage
from ganstudio.core.inputs import Ability, ClassLabel, LabelMap, Latent
from ganstudio.core.label_maps import painted
from ganstudio.core.latents import seed_latent
from ganstudio.core.store import Array, Store
from ganstudio.engine.model import open_model
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.layers.spectral import SpectralConv2d

CASES = [
    pytest.param(card, card.presets[name], id=f"{card.id}-{name}")
    for card in cards().values()
    if card.draws or card.paints
    for name in card.presets
    if name.startswith("tiny")
]
AMOUNTS = {
    Bend.SCALE: 1.7, Bend.ADD: 0.6, Bend.THRESHOLD: 4.0, Bend.CLIP: 0.2, Bend.MOVE_X: 0.2, Bend.MOVE_Y: -0.3,
    Bend.ROTATE: 30.0, Bend.ZOOM: 1.5,
}  # fmt: skip
AnyInput = TypeVar("AnyInput", ClassLabel, LabelMap, Latent)
each_card = pytest.mark.parametrize(("card", "config"), CASES)


def built(card: Architecture[Any], config: object) -> Generator:
    """A generator whose every parameter and buffer matters, since nothing is left at zero or one."""
    generator = card.build(config)
    random = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, tensor in generator.network.state_dict().items():
            if tensor.is_floating_point() and not name.endswith("resample_filter"):
                spread = torch.rand(tensor.shape, generator=random)
                tensor.copy_(spread + 0.5 if "running_var" in name else tensor + 0.3 * (spread - 0.5))
    for layer in generator.network.modules():
        if isinstance(layer, SpectralConv2d):
            layer.iterate(20)
    generator.prepare(torch.device("cpu"), Precision.EXACT)
    return generator


def asked(card: Architecture[Any], config: object, kind: type[AnyInput]) -> AnyInput | None:
    """The input of a kind; None where the model has none."""
    return next((item for item in card.inputs(config) if isinstance(item, kind)), None)


def half_map(item: LabelMap) -> Array:
    """A map whose upper half is the last class."""
    indices = np.zeros(item.size, np.uint8)
    indices[: item.size[0] // 2] = len(item.classes) - 1
    return indices


def first_document(card: Architecture[Any], config: object, store: Store) -> Document:
    values: dict[str, InputValue] = {}
    for item in card.inputs(config):
        if isinstance(item, LabelMap):
            values[item.name] = painted(half_map(item), store)
        else:
            values[item.name] = LatentPoint(3.0, 1.0) if isinstance(item, Latent) else ClassChoice(1)
    return Document(inputs=FrozenMap(values))


def first_rows(card: Architecture[Any], config: object, generator: Generator) -> tuple[Generator, torch.Tensor]:
    """The generator bound to the first document's map, where it takes one, and the ws of its latent and class."""
    latent, label = asked(card, config, Latent), asked(card, config, ClassLabel)
    z = torch.zeros(1, 0) if latent is None else torch.from_numpy(seed_latent(103, latent.dim)).float()[None]
    c = None if label is None else torch.nn.functional.one_hot(torch.tensor([1]), label.count).float()
    label_map = asked(card, config, LabelMap)
    bound = generator if label_map is None else generator.on_maps(torch.from_numpy(half_map(label_map))[None])
    return bound, generator.mapping(z, c)


def variations(card: Architecture[Any], config: object, store: Store) -> Iterator[tuple[str, Document]]:
    document = first_document(card, config, store)
    for item in card.inputs(config):
        if isinstance(item, LabelMap):
            yield from map_variations(item, document, store)
    yield from latent_variations(card, config, document, store)
    first = True
    for stage in card.build(config).stages():
        edits, widths = list(stage_edits(stage)), stage.style_widths.items()
        stored: list[StageEdit] = [OffsetStyles(n, store.put(np.linspace(-1, 1, w)), 0.5) for n, w in widths]
        if stage.units and stage.side > 1:
            stored.append(PaintUnits(stage.name, (0, stage.units - 1), (4.0, -4.0), store.put(np.eye(8))))
        for edit in (*(edits if first else edits[-4:]), *stored):  # what bends do is the same everywhere
            yield str(edit), dataclasses.replace(document, edits=(edit,))
        first = first and not edits


def map_variations(item: LabelMap, document: Document, store: Store) -> Iterator[tuple[str, Document]]:
    """Another map, a stroke that only fine stages see, and a map of another size."""
    whole = half_map(item)
    stroke, corner = whole.copy(), whole.copy()
    stroke[item.size[0] // 2 :, 3:9] = 1
    corner[-1, -1] = 2
    larger = stroke.repeat(2, axis=0).repeat(2, axis=1)
    for what, indices in (("stroke", stroke), ("corner", corner), ("larger map", larger)):
        yield what, dataclasses.replace(document, inputs=document.inputs.with_item(item.name, painted(indices, store)))


def latent_variations(
    card: Architecture[Any], config: object, document: Document, store: Store
) -> Iterator[tuple[str, Document]]:
    abilities = card.abilities(config)
    latent = asked(card, config, Latent)
    if latent is None:
        return

    def change(**fields: Any) -> Document:
        return dataclasses.replace(document, **fields)

    yield "latent", change(inputs=document.inputs.with_item(latent.name, LatentPoint(4.25, 1.5)))
    z = store.put(seed_latent(11, latent.dim))
    yield "stored z", change(inputs=document.inputs.with_item(latent.name, LatentArray(Space.Z, z)))
    seeds = ((LatentPoint(3.0, 0.0), 0.7), (LatentArray(Space.Z, z), 0.3))
    for space in (Space.Z, Space.W):
        blend = LatentBlend(seeds, space)
        yield f"blend in {space}", change(inputs=document.inputs.with_item(latent.name, blend))
    yield "psi", change(psi=0.4)
    yield "psi and cutoff", change(psi=-0.5, cutoff=2)
    for item in card.inputs(config):
        if isinstance(item, ClassLabel):
            yield "class", change(inputs=document.inputs.with_item(item.name, ClassChoice(2)))
            classes = ClassBlend(((0, 0.5), (2, 0.5)))
            yield "blend of classes", change(inputs=document.inputs.with_item(item.name, classes))
    if Ability.NOISE in abilities:
        yield "no noise", change(noise=NoiseSetting(NoiseMode.NONE))
        yield "seeded noise", change(noise=NoiseSetting(NoiseMode.RANDOM, seed=5))
        yield "turned noise", change(noise=NoiseSetting(NoiseMode.RANDOM, seed=5, turn=0.25))
        yield "a layer without noise", change(noise=NoiseSetting(layers=(LayerNoise(1, on=False),)))
        yield "stronger noise", change(noise=NoiseSetting(strength=2.0))
        sides = card.build(config).noise_resolutions
        maps = (None, store.put(np.random.RandomState(4).randn(sides[1], sides[1])))
        yield "kept noise", change(noise=NoiseSetting(maps=maps))
    if Ability.STYLE_MIXING in abilities:
        rows = len(card.build(config).layer_resolutions)
        yield "fine style", change(mixing=(StyleSource(LatentPoint(9.0, 0.0), (0.0,) * (rows - 1) + (1.0,)),))
        yield "coarse style", change(mixing=(StyleSource(LatentPoint(9.5, 0.0), (0.6, 0.6)),))
    dim = config.w_dim if hasattr(config, "w_dim") else latent.dim  # type: ignore[attr-defined]
    yield "direction", change(edits=(MoveAlong(store.put(np.linspace(-1, 1, dim)), 0.8),))


def stage_edits(stage: Stage) -> Iterator[StageEdit]:
    """Every bend on a stage that has units, and a shift of a style channel on each of its styled layers."""
    if stage.units:
        for bend in Bend:
            if stage.side > 1 or bend not in SPATIAL:
                yield BendUnits(stage.name, (), bend, AMOUNTS.get(bend, 0.0))
        yield BendUnits(stage.name, (0, stage.units - 1), Bend.ADD, 0.6)
    for layer, width in stage.style_widths.items():
        yield ShiftStyle(layer, width - 1, 3.0)


def style_widths(generator: Generator) -> dict[str, int]:
    return {name: width for stage in generator.stages() for name, width in stage.style_widths.items()}


def full_picture(synthesis: IncrementalSynthesis, document: Document) -> torch.Tensor:
    frames = list(synthesis.render(document))
    assert [frame.preview for frame in frames[:-1]] == [True] * (len(frames) - 1)
    assert not frames[-1].preview
    name = next(iter(synthesis.generator.outputs().values()))
    picture = synthesis.kept[name].features.picture
    assert picture is not None
    return picture.clone()


@each_card
def test_the_card_is_complete(card: Architecture[Any], config: object) -> None:
    assert cards()[card.id] is card
    assert card.title
    assert card.paper.title
    assert card.paper.year > 2000
    assert isinstance(config, card.config)
    assert any(isinstance(item, Latent | LabelMap) for item in card.inputs(config))
    generator = card.build(config)
    names = [stage.name for stage in generator.stages()]
    assert len(names) == len(set(names))
    assert set(generator.outputs().values()) <= set(names)
    for position, stage in enumerate(generator.stages()):
        assert set(stage.needs) | set(stage.reads) <= set(names[:position])
    assert card.unseen <= {field.name for field in dataclasses.fields(config)}  # type: ignore[arg-type]


@each_card
def test_stages_compose_to_forward(card: Architecture[Any], config: object) -> None:
    generator, store = built(card, config), Store()
    document = first_document(card, config, store)
    with torch.no_grad():
        bound, ws = first_rows(card, config, generator)
        expected = bound.synthesis(ws, document.noise)
    drawn = full_picture(IncrementalSynthesis(generator, store), document)
    torch.testing.assert_close(drawn, expected, rtol=1e-5, atol=1e-5)


@each_card
def test_a_code_draws_its_documents_picture_and_every_part_has_a_gradient(
    card: Architecture[Any], config: object
) -> None:
    generator, store = built(card, config), Store()
    if asked(card, config, Latent) is None:
        pytest.skip("has no latent")
    document, random = first_document(card, config, store), np.random.RandomState(2)
    offsets = {name: random.randn(1, width) for name, width in style_widths(generator).items()}
    grains = [random.randn(1, 1, side, side) for side in generator.noise_resolutions]
    maps = tuple(store.put(grain[0, 0]) for grain in grains)
    edits = tuple(OffsetStyles(layer, store.put(offset[0])) for layer, offset in offsets.items())
    drawn = full_picture(
        IncrementalSynthesis(generator, store),
        dataclasses.replace(document, noise=NoiseSetting(maps=maps), edits=edits),
    )
    bound, ws = first_rows(card, config, generator)
    code = LatentCode(
        ws.clone().requires_grad_(True),
        {name: torch.from_numpy(offset).float().requires_grad_(True) for name, offset in offsets.items()},
        {i: torch.from_numpy(grain).float().requires_grad_(True) for i, grain in enumerate(grains)},
    )
    assert {name: len(steps) for name, steps in generator.style_steps().items()} == style_widths(generator)
    bound.prepare(torch.device("cpu"), Precision.FAST)
    picture = bound.guided(code)
    torch.testing.assert_close(picture.detach(), drawn, rtol=1e-5, atol=1e-5)
    picture.square().sum().backward()
    for part in (code.ws, *code.styles.values(), *code.noises.values()):
        assert part.grad is not None
        assert part.grad.abs().sum() > 0


@each_card
def test_staleness_is_honest(card: Architecture[Any], config: object) -> None:
    generator, store = built(card, config), Store()
    document = first_document(card, config, store)
    for what, changed in variations(card, config, store):
        resumed = IncrementalSynthesis(generator, store)
        before = full_picture(resumed, document)
        after = full_picture(resumed, changed)
        fresh = full_picture(IncrementalSynthesis(generator, store), changed)
        assert torch.equal(after, fresh), what
        if not (what == "psi and cutoff" and Ability.TRUNCATION not in card.abilities(config)):
            assert not torch.equal(after, before), what
        assert torch.equal(full_picture(resumed, document), before), what


@each_card
def test_an_edited_stage_and_what_follows_run_again_and_nothing_before(card: Architecture[Any], config: object) -> None:
    generator, store = built(card, config), Store()
    document = first_document(card, config, store)
    names = [stage.name for stage in generator.stages()]
    for stage in generator.stages():
        for edit in list(stage_edits(stage))[-4:]:
            synthesis = IncrementalSynthesis(generator, store)
            full_picture(synthesis, document)
            frame = list(synthesis.render(dataclasses.replace(document, edits=(edit,))))[-1]
            assert frame.stages_run == tuple(names[names.index(stage.name) :]), edit
            off = dataclasses.replace(edit, on=False)
            fresh = IncrementalSynthesis(generator, store)
            full_picture(fresh, document)
            assert list(fresh.render(dataclasses.replace(document, edits=(off,))))[-1].stages_run == ()


@each_card
def test_an_unchanged_document_runs_no_stage(card: Architecture[Any], config: object) -> None:
    store = Store()
    synthesis = IncrementalSynthesis(built(card, config), store)
    document = first_document(card, config, store)
    first, second = list(synthesis.render(document))[-1], list(synthesis.render(document))[-1]
    assert set(first.stages_run) == set(synthesis.stages)
    assert second.stages_run == ()
    np.testing.assert_array_equal(first.pictures["picture"], second.pictures["picture"])


@each_card
def test_stages_leave_their_input_untouched(card: Architecture[Any], config: object) -> None:
    store = Store()

    def watched(stage: Any, inputs: Any, needed: tuple[Features, ...]) -> Features:
        before = copy.deepcopy((dict(inputs.tensors), needed))
        result: Features = stage.run(inputs, needed)
        after = (dict(inputs.tensors), needed)
        for name, tensor in before[0].items():
            assert torch.equal(tensor, after[0][name])
        for old, new in zip(before[1], after[1], strict=True):
            assert torch.equal(old.activation, new.activation)
            assert (old.picture is None) == (new.picture is None)
            assert old.picture is None or new.picture is None or torch.equal(old.picture, new.picture)
        return result

    synthesis = IncrementalSynthesis(built(card, config), store, runner=watched)
    for _, document in variations(card, config, store):
        full_picture(synthesis, document)


@each_card
def test_a_tight_budget_changes_no_picture(card: Architecture[Any], config: object) -> None:
    generator, store = built(card, config), Store()
    tight, roomy = IncrementalSynthesis(generator, store, budget=1), IncrementalSynthesis(generator, store)
    for what, document in variations(card, config, store):
        assert torch.equal(full_picture(tight, document), full_picture(roomy, document)), what
    assert len(tight.kept) < len(roomy.kept)


@each_card
def test_recognise_finds_the_config_again(card: Architecture[Any], config: Any) -> None:
    shapes = {name: tuple(t.shape) for name, t in card.build(config).network.state_dict().items()}
    found = card.recognise(shapes)
    assert found is not None
    kept = {field: getattr(config, field) for field in card.unseen}
    assert dataclasses.replace(found, **kept) == config
    for other in cards().values():
        assert other is card or other.recognise(shapes) is None
    assert card.recognise({"something.weight": (3, 3)}) is None


@each_card
def test_save_and_open_give_the_same_model(card: Architecture[Any], config: object, tmp_path: Path) -> None:
    generator = built(card, config)
    tensors = {name: t.clone() for name, t in generator.network.state_dict().items()}
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, Checkpoint(card.id, config, {GENERATOR: tensors}, {GENERATOR: config}, licence="CC0-1.0"))
    model = open_model(path, "cpu")
    assert model.config == config
    assert model.info.licence == "CC0-1.0"
    for name, tensor in model.generator.network.state_dict().items():
        assert torch.equal(tensor, tensors[name]), name
    latent = asked(card, config, Latent)
    if latent is None:
        pytest.skip("has no latent")
    z = torch.from_numpy(seed_latent(0, latent.dim)).float()[None]
    c = model._labels(None, 1)
    with torch.no_grad():
        expected = generator.synthesis(generator.mapping(z, c), NoiseSetting())
    torch.testing.assert_close(model.sample([0]), expected, rtol=1e-5, atol=1e-5)


@each_card
def test_the_fast_path_draws_nearly_the_same(card: Architecture[Any], config: object) -> None:
    generator, store = built(card, config), Store()
    document = first_document(card, config, store)
    exact = full_picture(IncrementalSynthesis(generator, store), document)
    generator.prepare(torch.device("cpu"), Precision.FAST)
    fast = full_picture(IncrementalSynthesis(generator, store), document)
    assert fast.dtype == torch.float32
    error = (fast - exact).abs().max() / exact.abs().max()
    assert 0 < error < 0.05
    generator.prepare(torch.device("cpu"), Precision.EXACT)
    assert torch.equal(full_picture(IncrementalSynthesis(generator, store), document), exact)


@each_card
def test_gradients_flow_through_stages(card: Architecture[Any], config: object) -> None:
    generator = built(card, config)
    latent, label = asked(card, config, Latent), asked(card, config, ClassLabel)
    if latent is None:
        pytest.skip("has no latent")
    z = torch.from_numpy(np.stack([seed_latent(s, latent.dim) for s in (1, 2)])).float()
    c = None if label is None else torch.eye(label.count)[:2]
    ws = generator.mapping(z, c).detach().clone().requires_grad_(True)
    generator.synthesis(ws, NoiseSetting()).square().sum().backward()
    assert ws.grad is not None
    assert torch.isfinite(ws.grad).all()
    assert (ws.grad.abs().sum(dim=(1, 2)) > 0).all()
