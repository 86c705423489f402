"""The train command from end to end, in this process."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganstudio
from ganstudio.cli import main
from ganstudio.core.inputs import ClassLabel
from ganstudio.studio.training_command import TrainOptions, given_options, new_run, parse_settings
from ganstudio.studio.training_feed import open_data
from ganstudio.training.options import TrainingOptions, TrainingOptionsError
from ganstudio.training.run import RunFolder


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    for name in ("apples", "pears"):
        (tmp_path / "fruit" / name).mkdir(parents=True)
        for i in range(12):
            pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "fruit" / name / f"{i}.png")
    return tmp_path / "fruit"


def test_a_conditional_run_with_metrics(classes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    arguments = ["train", "--architecture", "stylegan2", "--preset", "tiny", "--data", str(classes),
                 "--labels", "folders", "--resolution", "32", "--images", "16", "--run", str(run),
                 "--evaluate-every", "8", "--metrics", "kernel-vgg16", "--metric-samples", "20"]  # fmt: skip
    assert main(arguments) == 0
    assert "16 images: all images were seen" in capsys.readouterr().out
    folder = RunFolder.open(run)
    measured = [line for line in folder.read_log() if line["event"] == "Evaluated"]
    assert [line["images_seen"] for line in measured] == [8, 16]
    assert all(line["n"] == 20 and line["metric"] == "kernel-vgg16" and line["network"] for line in measured)
    model = ganstudio.open_model(folder.model_file, "cpu")
    assert model.c_dim == 2
    assert [item.names for item in model.info.inputs if isinstance(item, ClassLabel)] == [("apples", "pears")]
    assert (model.sample([0], c=0) - model.sample([0], c=1)).abs().max() > 0
    assert main(["train", "--resume", str(run), "--images", "24"]) == 0
    assert RunFolder.open(run).options.images == 24


def test_a_run_may_learn_from_a_part_of_the_data(classes: Path) -> None:
    trained, _ = open_data(TrainingOptions("stylegan2", str(classes), labels="folders", most=10))
    assert trained.facts.count == 10
    assert trained.labels is not None
    assert np.array_equal(np.bincount(trained.labels.values), [5, 5])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--architecture", "dcgan"], "needs --data"),
        (["--architecture", "nothing", "--data", "x", "--run", "y"], "no architecture 'nothing'"),
        (["--resume", "nowhere"], "has no options.json"),
        (["--architecture", "dcgan", "--data", "missing", "--run", "run", "--preset", "tiny"], "missing"),
    ],
)
def test_wrong_calls_are_sentences(
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 1
    assert sentence in capsys.readouterr().err


def test_a_start_that_fails_leaves_the_folder_as_it_was(
    classes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    new = ["train", "--architecture", "gan", "--preset", "tiny", "--data", str(classes), "--resolution", "16",
           "--images", "8", "--run", str(run)]  # fmt: skip
    assert main([*new, "--start-from", str(tmp_path / "missing.pkl")]) == 1
    assert not run.exists()
    broken = classes / "apples" / "3.png"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:40])
    assert main([*new, "--images", "32"]) == 0
    assert "1 pictures could not be read; log.jsonl names them" in capsys.readouterr().out
    unreadable = [line["file"] for line in RunFolder.open(run).read_log() if line["event"] == "Unreadable"]
    assert unreadable == ["apples/3.png"]
    broken.write_bytes(whole)
    assert main(["train", "--resume", str(run), "--images", "40"]) == 1
    assert "have changed since the run began" in capsys.readouterr().err
    assert RunFolder.open(run).options.images == 32
    assert RunFolder.open(run).lock_holder() is None


def test_settings_are_json_or_text() -> None:
    assert parse_settings(("batch=16", "game=hinge", "channels=[8, 4]", "grow-from=null")) == {
        "batch": 16, "game": "hinge", "channels": [8, 4], "grow_from": None,
    }  # fmt: skip
    with pytest.raises(TrainingOptionsError, match="write --set NAME=VALUE"):
        parse_settings(("batch",))


def test_growth_follows_the_images_of_the_first_start() -> None:
    options = TrainOptions("progan", "x", Path("run"), images=5000, preset="tiny")
    assert new_run(options).recipe_options().images == 5000
    assert given_options(TrainOptions(resume=Path("run"), images=7)) == {"images": 7}
