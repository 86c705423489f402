"""The authors' SPADE files: opened, they draw the authors' pictures, with the encoder from the file beside."""

from pathlib import Path

import pytest
import torch

from ganstudio.architectures.spade import PRESETS
from ganstudio.architectures.spade.checkpoint import PUBLISHED, encoder_name
from ganstudio.architectures.spade.networks import GeneratorNetwork, SpadeConfig
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import CheckpointError
from ganstudio.core.inputs import Ability, LabelMap
from ganstudio.engine.model import open_model

STYLED = PRESETS["tiny"]


def written(folder: Path, config: SpadeConfig, *, old: bool = False) -> GeneratorNetwork:
    """Write a generator and its encoder as the authors do, or as they did with an old PyTorch; return both."""
    torch.manual_seed(3)
    network = GeneratorNetwork(config).eval()
    theirs = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    if old:
        for key in [key for key in theirs if key.endswith("weight_v")]:
            place = key.rpartition(".")[0]
            theirs[f"{place}.weight"] = network.get_submodule(place).weight().detach()  # type: ignore[operator]
            del theirs[key]
        theirs = {key: tensor for key, tensor in theirs.items() if not key.endswith("num_batches_tracked")}
    encoder = {key.removeprefix("encoder."): t for key, t in theirs.items() if key.startswith("encoder.")}
    torch.save({key: t for key, t in theirs.items() if not key.startswith("encoder.")}, folder / "latest_net_G.pth")
    if encoder:
        torch.save(encoder, folder / "latest_net_E.pth")
    return network


@pytest.mark.parametrize("old", [False, True], ids=["today", "old"])
def test_generator_and_encoder_open_as_one(tmp_path: Path, old: bool) -> None:
    network = written(tmp_path, STYLED, old=old)
    found = read_checkpoint(tmp_path / "latest_net_G.pth")
    assert found.report is not None
    said = str(found.report)
    assert "a SPADE generator that draws maps of 3 classes in a style of one's own" in said
    assert "the encoder from latest_net_E.pth" in said
    assert "weights do not show their names" in said
    model = open_model(tmp_path / "latest_net_G.pth", "cpu")
    assert model.info.resolution == STYLED.resolution
    assert Ability.STYLE_ENCODING in model.info.abilities
    maps = torch.randint(0, 3, (2, 32, 32))
    z, pictures = torch.randn(2, 8), torch.rand(2, 3, 32, 32) * 2 - 1
    bound = model.generator.on_maps(maps)
    with torch.no_grad():
        planes = torch.nn.functional.one_hot(maps, 3).permute(0, 3, 1, 2).float()
        torch.testing.assert_close(bound.synthesis(z[:, None], model.info.document.noise), network(planes, z))
        assert network.encoder is not None
        torch.testing.assert_close(model.generator.style_of(pictures), network.encoder(pictures)[0])


def test_without_the_encoder_the_generator_opens_alone(tmp_path: Path) -> None:
    written(tmp_path, STYLED)
    (tmp_path / "latest_net_E.pth").unlink()
    model = open_model(tmp_path / "latest_net_G.pth", "cpu")
    assert model.info.abilities == {Ability.RESAMPLING}


@pytest.mark.parametrize("content", ["text", "other"])
def test_an_encoder_that_does_not_fit_is_left_out_with_a_word(tmp_path: Path, content: str) -> None:
    written(tmp_path, STYLED)
    if content == "text":
        (tmp_path / "latest_net_E.pth").write_text("no model")
    else:
        torch.save({"weight": torch.zeros(2)}, tmp_path / "latest_net_E.pth")
    found = read_checkpoint(tmp_path / "latest_net_G.pth")
    assert found.report is not None
    assert "The encoder in latest_net_E.pth was left out: " in str(found.report)


def test_an_encoder_alone_says_what_is_missing(tmp_path: Path) -> None:
    written(tmp_path, STYLED)
    with pytest.raises(CheckpointError, match="has _G in place of _E"):
        read_checkpoint(tmp_path / "latest_net_E.pth")


@pytest.mark.parametrize("planes", PUBLISHED)
def test_published_sets_of_labels_are_known_by_their_planes(tmp_path: Path, planes: int) -> None:
    known = PUBLISHED[planes]
    config = SpadeConfig(
        classes=tuple(map(str, range(known.labels))), unknown=known.unknown, edges=known.edges, resolution=known.width,
        height=known.height, width=1, hidden=2,
    )  # fmt: skip
    written(tmp_path, config)
    model = open_model(tmp_path / "latest_net_G.pth", "cpu")
    asked = model.info.inputs[0]
    assert isinstance(asked, LabelMap)
    assert (len(asked.classes), asked.size) == (known.labels, (known.height, known.width))
    assert known.name in str(model.info.report[0].lines)


def test_the_encoders_file_is_named_like_the_generators() -> None:
    assert encoder_name("latest_net_G.pth") == "latest_net_E.pth"
    assert encoder_name("50_net_G.pth") == "50_net_E.pth"
    assert encoder_name("G.pth") is None
