"""Changes of a model: small files that open as the changed model where the model itself is found."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from ganstudio.checkpoints.format import KEY
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import CheckpointError
from ganstudio.checkpoints.shipped import locate
from ganstudio.checkpoints.tensor_file import write_tensor_file
from ganstudio.checkpoints.tuned import BaseMissingError, save_tuned

NAME = "synthesis.b4.conv1.weight"


@pytest.fixture
def base(styled_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(styled_model, tmp_path / "base.safetensors"))


def changes_of(base: Path) -> dict[str, torch.Tensor]:
    weight = read_checkpoint(base).tensors["generator"][NAME]
    return {NAME: torch.full(weight.shape, 0.25)}


def test_changes_are_added_to_the_model_that_they_name(base: Path, tmp_path: Path) -> None:
    tuned = tmp_path / "photo.safetensors"
    save_tuned(tuned, base, changes_of(base))
    assert tuned.stat().st_size < base.stat().st_size / 2
    before, after = (read_checkpoint(path) for path in (base, tuned))
    assert (after.architecture, after.config) == (before.architecture, before.config)
    for name, tensor in before.tensors["generator"].items():
        expected = tensor + 0.25 if name == NAME else tensor
        torch.testing.assert_close(after.tensors["generator"][name], expected)
    assert after.provenance["tuned from"] == {"name": str(base), "digest": after.provenance["tuned from"]["digest"]}
    assert after.report is not None
    assert "changes of the model base.safetensors" in after.report.what


def test_the_model_is_found_beside_its_changes_after_both_moved(base: Path, tmp_path: Path) -> None:
    save_tuned(tmp_path / "photo.safetensors", base, changes_of(base))
    there = tmp_path / "there"
    there.mkdir()
    shutil.move(base, there / "another name.safetensors")
    moved = Path(shutil.move(tmp_path / "photo.safetensors", there))
    assert read_checkpoint(moved).architecture == "stylegan2"
    (there / "another name.safetensors").unlink()
    with pytest.raises(BaseMissingError, match=r"the model 'base\.safetensors', which is not here; put"):
        read_checkpoint(moved)


def test_a_shipped_model_is_named_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    weights = read_checkpoint(locate("faces-dcgan")).tensors["generator"]
    name = next(iter(weights))
    save_tuned(path, locate("faces-dcgan"), {name: torch.zeros_like(weights[name], dtype=torch.float32)})
    torch.testing.assert_close(read_checkpoint(path).tensors["generator"][name], weights[name].float())


def test_changes_that_fit_nothing_are_refused(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    save_tuned(path, base, {"synthesis.b4.const": torch.zeros(3)})
    with pytest.raises(CheckpointError, match=r"synthesis\.b4\.const.*fits no tensor"):
        read_checkpoint(path)
    write_tensor_file(path, {}, {KEY: json.dumps({"format": 1, "changes": {"name": 3}})})
    with pytest.raises(CheckpointError, match="does not say which model"):
        read_checkpoint(path)


def test_a_model_named_from_its_folder_is_found_from_any_other(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(base.parent)
    file = tmp_path / "elsewhere" / "tuned.safetensors"
    file.parent.mkdir()
    save_tuned(file, Path(base.name), changes_of(base))
    monkeypatch.chdir(tmp_path)
    assert read_checkpoint(file).provenance["tuned from"]
