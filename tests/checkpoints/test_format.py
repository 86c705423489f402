"""Our own model files: what is written is read back, by others too, and damage is named."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from ganstudio.architectures import cards, dcgan, stylegan2
from ganstudio.checkpoints.checkpoint import NETWORKS, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import BrokenFileError, CheckpointError, OversizeError, UnsupportedFileError
from ganstudio.core.errors import WrongInputError

PAIRS = [(card.id, name) for card in cards().values() for name in card.presets if name.startswith("tiny")]


def made(architecture: str, preset: str) -> Checkpoint:
    """A model with both networks, where there are two."""
    card, config = cards()[architecture], cards()[architecture].presets[preset]
    tensors = {"generator": card.build(config).network.state_dict()}
    if card.discriminator is None:
        return Checkpoint(architecture, config, tensors, {}, {"kimg": 7}, "CC0-1.0")
    kind = card.discriminator.config
    small = {"channels": (6, 5, 4), "widths": (6, 5)}
    critic = kind(**{field.name: small[field.name] for field in fields(kind) if field.name in small})
    tensors["discriminator"] = card.discriminator.build(critic).state_dict()
    return Checkpoint(architecture, config, tensors, {"discriminator": critic}, {"kimg": 7}, "CC0-1.0")


@pytest.mark.parametrize(("architecture", "preset"), PAIRS)
def test_every_architecture_round_trips(architecture: str, preset: str, tmp_path: Path) -> None:
    path, saved = tmp_path / "model.safetensors", made(architecture, preset)
    save_checkpoint(path, saved)
    found = read_checkpoint(path, NETWORKS)
    assert (found.architecture, found.config, found.licence) == (architecture, saved.config, "CC0-1.0")
    assert found.provenance == {"kimg": 7}
    assert found.configs.get("discriminator") == saved.configs.get("discriminator")
    for network, group in saved.tensors.items():
        assert found.tensors[network].keys() == group.keys()
        assert all(torch.equal(found.tensors[network][name], tensor) for name, tensor in group.items())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.safetensors"]


def test_the_file_is_plain_safetensors(tmp_path: Path) -> None:
    saved = made("dcgan", "tiny")
    half = {name: tensor.bfloat16() if tensor.is_floating_point() else tensor
            for name, tensor in saved.tensors["generator"].items()}  # fmt: skip
    save_checkpoint(tmp_path / "m.safetensors", replace(saved, tensors={"generator": half}))
    with safe_open(tmp_path / "m.safetensors", "pt") as file:
        header = json.loads(file.metadata()["ganstudio"])
        assert header["format"] == 1
        assert header["architecture"] == "dcgan"
        assert header["licence"] == "CC0-1.0"
        for name, tensor in half.items():
            assert torch.equal(file.get_tensor(f"generator.{name}"), tensor)
    loaded = read_checkpoint(tmp_path / "m.safetensors").tensors["generator"]
    assert loaded["main.0.weight"].dtype == torch.bfloat16


def test_views_are_written_as_they_look(tmp_path: Path) -> None:
    saved = made("dcgan", "tiny")
    turned = {name: tensor.transpose(0, 1).contiguous().transpose(0, 1) if tensor.ndim > 1 else tensor
              for name, tensor in saved.tensors["generator"].items()}  # fmt: skip
    save_checkpoint(tmp_path / "m.safetensors", replace(saved, tensors={"generator": turned}))
    found = read_checkpoint(tmp_path / "m.safetensors").tensors["generator"]
    assert all(torch.equal(found[name], tensor) for name, tensor in turned.items())


def rewritten(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Write a sound model whose header was changed."""
    saved = made("stylegan2", "tiny")
    save_checkpoint(path, saved)
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["ganstudio"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dictionary)
    change(header)
    save_file(tensors, path, {"ganstudio": json.dumps(header)})


CHANGES: dict[str, tuple[Callable[[dict], None], type[CheckpointError], str]] = {  # type: ignore[type-arg]
    "format": (lambda h: h.update(format=99), UnsupportedFileError, "format 99.*Update"),
    "no format": (lambda h: h.pop("format"), BrokenFileError, "description"),
    "architecture": (lambda h: h.update(architecture="dreamgan"), UnsupportedFileError, "dreamgan.*stylegan2"),
    "unknown setting": (lambda h: h["config"].update(warp=3), UnsupportedFileError, "warp"),
    "wrong type": (lambda h: h["config"].update(z_dim="many"), BrokenFileError, "z_dim"),
    "wrong size": (lambda h: h["config"].update(z_dim=17), BrokenFileError, "fc0.weight"),
    "huge count": (lambda h: h["config"].update(mapping_layers=10**9), BrokenFileError, "settings"),
    "many blocks": (lambda h: h["config"].update(channels=[8] * 10_000), BrokenFileError, "settings"),
    "long": (lambda h: h.update(provenance={"text": "x" * (2 << 20)}), OversizeError, "longer"),
    "not finite": (lambda h: h["config"].update(mapping_lr=float("nan")), BrokenFileError, "mapping_lr is nan"),
    "negative": (lambda h: h["config"].update(conv_clamp=-2.0), BrokenFileError, "conv_clamp is -2.0"),
    "networks": (lambda h: h.update(networks=[]), BrokenFileError, "networks"),
    "wiring": (lambda h: h["config"].update(architecture="spiral"), BrokenFileError, "architecture"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_headers_that_do_not_fit_are_named(name: str, tmp_path: Path) -> None:
    change, kind, word = CHANGES[name]
    rewritten(tmp_path / "m.safetensors", change)
    with pytest.raises(kind, match=word) as caught:
        read_checkpoint(tmp_path / "m.safetensors")
    assert "m.safetensors" in str(caught.value)


def test_truncation_and_damage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_checkpoint(path, made("dcgan", "tiny"))
    content = path.read_bytes()
    for length in [*range(1, len(content), len(content) // 50), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"m\.safetensors"):
            read_checkpoint(path)
    for old, new in ((b'"shape"', b'"shope"'), (b'"F32"', b'"F31"'), (b"[0, ", b"[9, "), (b'"format', b'\xff"forma')):
        assert old in content or old.replace(b'"', b'\\"') in content
        path.write_bytes(content.replace(old, new, 1).replace(old.replace(b'"', b'\\"'), new.replace(b'"', b'\\"'), 1))
        with pytest.raises(CheckpointError, match=r"m\.safetensors"):
            read_checkpoint(path)


def test_not_finite_weights_are_reported(tmp_path: Path) -> None:
    saved = made("stylegan2", "tiny")
    saved.tensors["generator"]["synthesis.b4.const"][0] = torch.inf
    save_checkpoint(tmp_path / "m.safetensors", saved)
    report = read_checkpoint(tmp_path / "m.safetensors").report
    assert report is not None
    assert report.not_finite == ("generator.synthesis.b4.const",)
    assert "synthesis.b4.const" in str(report)


def test_number_types_that_do_not_fit_are_named(tmp_path: Path) -> None:
    saved = Checkpoint("dcgan", dcgan.TINY, {"generator": {"a": torch.zeros(2, dtype=torch.complex128)}})
    with pytest.raises(WrongInputError, match="complex128"):
        save_checkpoint(tmp_path / "m.safetensors", saved)
    assert not list(tmp_path.iterdir())


def test_foreign_safetensors_are_read_by_their_names(tmp_path: Path) -> None:
    weights = stylegan2.StyleGAN2Generator(stylegan2.TINY).network.state_dict()
    save_file(weights, tmp_path / "m.safetensors")
    found = read_checkpoint(tmp_path / "m.safetensors")
    assert found.config == stylegan2.TINY
    assert torch.equal(found.tensors["generator"]["synthesis.b4.const"], weights["synthesis.b4.const"])
