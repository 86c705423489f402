"""The `evaluate` command: a shipped model, real files, a report."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio import cli, open_model
from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.engine.model import Model
from ganstudio.metrics.catalogue import parse_metrics
from ganstudio.metrics.evaluation import Measured
from ganstudio.metrics.evaluation import evaluate as measure
from ganstudio.metrics.features import FeatureNetworkError
from ganstudio.metrics.inception import InceptionNetwork
from ganstudio.metrics.perceptual_path_length import PathSpace
from ganstudio.studio.evaluation import classes_in_turn, measured_model, normalizes_z
from ganstudio.studio.inception import read_inception

MODEL = "faces-dcgan"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(12):
        noise = np.random.default_rng(i).integers(0, 256, (70, 90, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{i}.png")
    return folder


def test_numbers_are_shown_and_written(
    pictures: Path, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    arguments = ["--model", MODEL, "--data", str(pictures), "--samples", "12", "--out", str(report), "--device", "cpu"]
    assert cli.main(["evaluate", *arguments, "--metrics", "frechet-vgg16,ppl-z-end"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("frechet-vgg16", "VGG16 relu5_3", "ppl-z-end", "12 + 12 real"))
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["model"]["name"] == MODEL
    assert written["data"]["pictures"] == 12
    assert [result["metric"] for result in written["results"]] == ["frechet-vgg16", "ppl-z-end"]
    assert all(result["value"] > 0 and result["n"] == 12 for result in written["results"])
    assert len(list((home / "features").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--metrics", "fid"], "frechet-vgg16"),
        (["--metrics", "ppl-w-end"], "choose ppl-z-end"),
        (["--metrics", "frechet-vgg16"], "--data"),
        (["--metrics", "frechet-vgg16", "--data", "{tmp}/nowhere"], "nowhere"),
        (["--metrics", "ppl-z-end", "--samples", "0"], "too few"),
        (["--metrics", "ppl-z-end", "--out", "{tmp}/file/below.json"], "cannot be written to"),
        (["--metrics", "inception-score"], "--inception"),
        (["--metrics", "inception-score", "--inception", "{tmp}/note.txt"], "is a text file"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "note.txt").write_text("These are no weights at all.\n")
    assert cli.main(["evaluate", "--model", MODEL, *[text.format(tmp=tmp_path) for text in arguments]]) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_the_model_as_metrics_see_it() -> None:
    model = open_model(MODEL, device="cpu")
    seen = measured_model(model)
    torch.testing.assert_close(seen.draw([3, 4]), model.sample([3, 4]))
    assert not normalizes_z(model)
    assert seen.path is not None
    z = model.latents([3, 4])
    torch.testing.assert_close(seen.path.synthesis(seen.path.mapping(z, None)), model.sample([3, 4]))


@pytest.fixture
def style_model(tmp_path: Path) -> Model:
    """A small model with a mapping network, whose noise is strong."""
    card = cards()["stylegan2"]
    config = card.presets["tiny"]
    network = card.build(config).network
    weights = {name: tensor + 1.0 if "noise_strength" in name else tensor
               for name, tensor in network.state_dict().items()}  # fmt: skip
    file = tmp_path / "style.safetensors"
    save_checkpoint(file, Checkpoint("stylegan2", config, {GENERATOR: weights}))
    return open_model(file, device="cpu")


def test_noise_depends_on_the_seed_alone(style_model: Model) -> None:
    draw = measured_model(style_model).draw
    whole = draw(range(10, 40))
    torch.testing.assert_close(draw(range(15, 17)), whole[5:7], rtol=1e-4, atol=1e-5)
    with_own_noise = style_model.sample(range(10, 40))
    assert (whole - with_own_noise).abs().mean() > 0.01


def test_a_mapping_network_adds_the_space_w(style_model: Model) -> None:
    seen = measured_model(style_model)
    assert seen.spaces == frozenset(PathSpace)
    assert seen.path is not None
    assert seen.path.normalizes_z
    steps = list(measure(seen, None, parse_metrics("ppl-w-full"), 10))
    [found] = [step for step in steps if isinstance(step, Measured)]
    assert found.value > 0.0


def test_classes_take_turns() -> None:
    assert classes_in_turn([0, 1], 0) is None
    labels = classes_in_turn(range(4, 10), 3)
    assert labels is not None
    assert labels.argmax(dim=1).tolist() == [1, 2, 0, 1, 2, 0]
    assert labels.sum().item() == 6.0


def test_inception_is_read_from_the_users_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    file = tmp_path / "inception.pth"
    torch.save(InceptionNetwork().state_dict(), file)
    network = read_inception(file)
    assert network.extract(np.zeros((1, 3, 8, 8), dtype=np.uint8)).features.shape == (1, 2048)
    file.write_bytes(file.read_bytes()[: 1 << 20])
    with pytest.raises(Exception, match=r"inception\.pth is damaged"):
        read_inception(file)
    torch.save([1, 2], file)
    with pytest.raises(FeatureNetworkError, match="supply pt_inception"):
        read_inception(file)
