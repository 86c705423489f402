"""What every network promises that is given pictures, tried on the tiny presets of every such card."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.networks import WrongKindError, open_picture_network
from ganstudio.core.architecture import Architecture
from ganstudio.core.device import Precision
from ganstudio.core.inputs import Ability, SourceImage
from ganstudio.core.picture_network import PictureNetwork
from ganstudio.engine.model import open_model

CPU = torch.device("cpu")
KINDS = (Ability.ENCODING, Ability.ENLARGING, Ability.SEGMENTING)
CASES = [
    pytest.param(card, card.presets[name], id=f"{card.id}-{name}")
    for card in cards().values()
    if not card.draws
    for name in card.presets
    if name.startswith("tiny")
]
each_card = pytest.mark.parametrize(("card", "config"), CASES)


def built(card: Architecture[Any], config: object) -> PictureNetwork:
    """A network whose every parameter and buffer matters."""
    made = card.build(config)
    assert isinstance(made, PictureNetwork)
    random = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, tensor in made.network.state_dict().items():
            if tensor.is_floating_point():
                spread = torch.rand(tensor.shape, generator=random)
                tensor.copy_(spread + 0.5 if "running_var" in name else tensor + 0.1 * (spread - 0.5))
    made.prepare(CPU, Precision.EXACT)
    return made


def pictures_for(card: Architecture[Any], config: object, count: int = 2) -> torch.Tensor:
    asked = next(item for item in card.inputs(config) if isinstance(item, SourceImage))
    side = asked.resolution or 12
    random = torch.Generator().manual_seed(3)
    return torch.rand(count, config.img_channels, side, side, generator=random) * 2 - 1  # type: ignore[attr-defined]


@each_card
def test_the_card_is_complete(card: Architecture[Any], config: object) -> None:
    assert cards()[card.id] is card
    assert isinstance(config, card.config)
    assert len(card.abilities(config) & set(KINDS)) == 1
    assert all(card.can(ability) for ability in card.abilities(config))
    assert card.unseen <= {field.name for field in dataclasses.fields(config)}  # type: ignore[arg-type]


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
def test_each_picture_is_answered_by_itself(card: Architecture[Any], config: object) -> None:
    network, pictures = built(card, config), pictures_for(card, config)
    both = network.answer(pictures)
    assert both.dtype == torch.float32
    for i in range(2):
        torch.testing.assert_close(network.answer(pictures[i : i + 1]), both[i : i + 1], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(both[0], both[1], atol=1e-4)


@each_card
def test_save_and_open_give_the_same_network(card: Architecture[Any], config: object, tmp_path: Path) -> None:
    network, pictures = built(card, config), pictures_for(card, config)
    tensors = {name: t.clone() for name, t in network.network.state_dict().items()}
    path = tmp_path / "model.safetensors"
    origin = {"encodes": "some model"}
    save_checkpoint(path, Checkpoint(card.id, config, {GENERATOR: tensors}, {GENERATOR: config}, origin))
    ability = next(iter(card.abilities(config)))
    opened, provenance = open_picture_network(path, ability, CPU)
    assert opened.config == config  # type: ignore[attr-defined]
    assert provenance == origin
    assert torch.equal(opened.answer(pictures), network.answer(pictures))
    other = next(a for a in KINDS if a is not ability)
    with pytest.raises(WrongKindError, match="is not made for"):
        open_picture_network(path, other, CPU)
    with pytest.raises(WrongKindError, match="draws nothing by itself"):
        open_model(path, "cpu")


@each_card
def test_the_fast_path_answers_nearly_the_same(card: Architecture[Any], config: object) -> None:
    network, pictures = built(card, config), pictures_for(card, config)
    exact = network.answer(pictures)
    network.prepare(CPU, Precision.FAST)
    fast = network.answer(pictures)
    assert fast.dtype == torch.float32
    assert 0 < (fast - exact).abs().max() / exact.abs().max() < 0.05
    network.prepare(CPU, Precision.EXACT)
    assert torch.equal(network.answer(pictures), exact)
