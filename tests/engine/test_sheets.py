"""Drawing documents together: the same pictures as one by one, with what they share computed once."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.core.document import (
    Bend,
    BendUnits,
    ClassChoice,
    Document,
    FrozenMap,
    InputValue,
    LatentPoint,
    LayerNoise,
    NoiseMode,
    NoiseSetting,
    StyleSource,
)
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.inputs import ClassLabel, LabelMap, Latent
from ganstudio.core.label_maps import plain_map
from ganstudio.core.store import Store
from ganstudio.engine.model import open_model
from ganstudio.engine.sheets import batch_of, draw_together
from ganstudio.engine.synthesis import IncrementalSynthesis


def alone(generator: Generator, documents: list[Document]) -> torch.Tensor:
    """Every document by a synthesis of its own."""
    store, pictures = Store(), []
    for document in documents:
        synthesis = IncrementalSynthesis(generator, store)
        list(synthesis.render(document))
        picture = synthesis.kept[next(iter(generator.outputs().values()))].features.picture
        assert picture is not None
        pictures.append(picture)
    return torch.cat(pictures)


def together(generator: Generator, documents: list[Document], at_once: int) -> torch.Tensor:
    drawn = [each for each in draw_together(generator, documents, Store(), at_once) if each.places]
    assert [place for each in drawn for place in each.places] == list(range(len(documents)))
    return torch.cat([each.pictures for each in drawn if each.pictures is not None])


def sheet(inputs: FrozenMap[InputValue], layers: tuple[int, ...], noise: NoiseSetting) -> list[Document]:
    weights = tuple(1.0 if i in layers else 0.0 for i in range(7))
    return [
        Document(
            inputs=inputs.with_item("z", LatentPoint.of_seed(row)),
            mixing=(StyleSource(LatentPoint.of_seed(100 + column), weights),),
            noise=noise,
            psi=0.7,
        )
        for row in range(3)
        for column in range(4)
    ]


@pytest.fixture(scope="module")
def styled(styled_model: Path) -> Generator:
    generator = open_model(styled_model, device="cpu").generator
    for layer in generator.layers:  # type: ignore[attr-defined]
        layer.noise_strength.fill_(0.3)
    return generator


INPUTS: FrozenMap[InputValue] = FrozenMap({"z": LatentPoint(), "class": ClassChoice(2)})


@pytest.mark.parametrize("layers", [(0, 1, 2), (3, 4, 5, 6), (6,), ()], ids=str)
@pytest.mark.parametrize("mode", list(NoiseMode))
def test_a_sheet_shows_what_its_cells_show_alone(styled: Generator, layers: tuple[int, ...], mode: NoiseMode) -> None:
    documents = sheet(INPUTS, layers, NoiseSetting(mode, seed=5, strength=0.5, layers=(LayerNoise(2, strength=2.0),)))
    expected = alone(styled, documents)
    for at_once in (1, 5, 12):
        torch.testing.assert_close(together(styled, documents, at_once), expected, rtol=1e-4, atol=1e-5)


def test_pictures_with_noises_of_their_own_are_drawn_in_one_batch(styled: Generator) -> None:
    off = (LayerNoise(0, on=False), LayerNoise(4, seed=77))
    noises = [NoiseSetting(NoiseMode.RANDOM, seed=seed, turn=seed / 8, layers=off) for seed in range(6)]
    documents = [Document(inputs=INPUTS, noise=noise) for noise in noises]
    drawn = together(styled, documents, 6)
    torch.testing.assert_close(drawn, alone(styled, documents), rtol=1e-4, atol=1e-5)
    assert (drawn[0] - drawn[1]).abs().max() > 0.01


def test_noise_of_several_kinds_is_drawn_apart(styled: Generator) -> None:
    documents = [Document(inputs=INPUTS, noise=NoiseSetting(mode)) for mode in NoiseMode]
    torch.testing.assert_close(together(styled, documents, 3), alone(styled, documents), rtol=1e-4, atol=1e-5)


def test_bent_units_count_in_deviations_of_their_own_picture(styled: Generator) -> None:
    edits = (BendUnits("b8", bend=Bend.THRESHOLD, amount=0.5),)
    documents = [Document(inputs=INPUTS.with_item("z", LatentPoint.of_seed(i)), edits=edits) for i in range(4)]
    torch.testing.assert_close(together(styled, documents, 4), alone(styled, documents), rtol=1e-4, atol=1e-5)


class Counting(Stage):
    """Notes how many rows of which stage are computed."""

    def __init__(self, stage: Stage, rows: Counter[str]) -> None:
        self.stage, self.rows = stage, rows
        self.name, self.needs, self.reads = stage.name, stage.needs, stage.reads

    def resolve(self, *given: object) -> StageInputs:
        return self.stage.resolve(*given)  # type: ignore[arg-type]

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        result = self.stage.run(inputs, needed)
        self.rows[self.name] += len(result.activation)
        self.rows[f"{self.name} runs"] += 1
        return result

    def joined(self, parts: list[StageInputs]) -> StageInputs | None:  # type: ignore[override]
        return self.stage.joined(parts)


def test_coarse_stages_run_once_for_a_row(styled: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: Counter[str] = Counter()
    stages = tuple(Counting(stage, rows) for stage in styled.stages())
    monkeypatch.setattr(styled, "stages", lambda: stages)
    together(styled, sheet(INPUTS, (6,), NoiseSetting()), 6)  # the last row colours 32 px alone
    assert {name: rows[name] for name in ("b4", "b8", "b16", "b32")} == {"b4": 3, "b8": 3, "b16": 3, "b32": 12}
    assert rows["b32 runs"] == 2


@pytest.mark.parametrize("card", [card for card in cards().values() if card.draws], ids=lambda card: card.id)
def test_any_generator_draws_many_documents(card) -> None:  # type: ignore[no-untyped-def]
    config = card.presets["tiny"]
    generator = card.build(config)
    values: dict[str, InputValue] = {}
    for item in card.inputs(config):
        if isinstance(item, LabelMap):
            values[item.name] = plain_map(*item.size)
            continue
        values[item.name] = LatentPoint.of_seed(1) if isinstance(item, Latent) else ClassChoice()
        assert isinstance(item, Latent | ClassLabel)
    name = next(item.name for item in card.inputs(config) if isinstance(item, Latent))
    documents = [Document(inputs=FrozenMap(values).with_item(name, LatentPoint.of_seed(i))) for i in (1, 2, 1)]
    torch.testing.assert_close(together(generator, documents, 2), alone(generator, documents), rtol=1e-4, atol=1e-5)


def test_small_pictures_come_in_batches_and_large_ones_alone() -> None:
    assert [batch_of(side) for side in (32, 64, 128, 256, 1024)] == [12, 8, 2, 1, 1]
