"""Files of other programs that hold encoders and networks that enlarge."""

from pathlib import Path

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.checkpoints.networks import build_network, open_picture_network
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import UnknownFileError
from ganstudio.core.inputs import Ability
from tests.checkpoints import port_writer

CPU = torch.device("cpu")
Tensors = dict[str, torch.Tensor]


def tensors_of(architecture: str, preset: str) -> Tensors:
    torch.manual_seed(4)
    card = cards()[architecture]
    return {name: t.clone() for name, t in card.build(card.presets[preset]).network.state_dict().items()}


def saved(path: Path, value: object) -> Path:
    torch.save(value, path)
    return path


def same(checkpoint: Checkpoint, tensors: Tensors) -> bool:
    found = checkpoint.tensors["generator"]
    return found.keys() == tensors.keys() and all(torch.equal(found[name], tensors[name]) for name in tensors)


def older(tensors: Tensors) -> Tensors:
    names = {"conv_body": "trunk_conv", "conv_up1": "upconv1", "conv_up2": "upconv2", "conv_hr": "HRconv"}
    renamed = {name.replace("body.", "RRDB_trunk.").replace("rdb", "RDB"): t for name, t in tensors.items()
               if name.startswith("body.")}  # fmt: skip
    for name, tensor in tensors.items():
        layer, _, part = name.partition(".")
        if layer != "body":
            renamed[f"{names.get(layer, layer)}.{part}"] = tensor
    return renamed


def oldest(tensors: Tensors) -> Tensors:
    places = {"conv_first": "model.0", "conv_body": "model.1.sub.2", "conv_up1": "model.3", "conv_up2": "model.6",
              "conv_hr": "model.8", "conv_last": "model.10"}  # fmt: skip
    renamed = {}
    for name, tensor in tensors.items():
        layer, _, part = name.partition(".")
        if layer == "body":
            block, dense, convolution, part = part.split(".")
            renamed[f"model.1.sub.{block}.{dense.upper()}.{convolution}.0.{part}"] = tensor
        else:
            renamed[f"{places[layer]}.{part}"] = tensor
    return renamed


@pytest.mark.parametrize("preset", ["tiny", "tiny-srresnet", "tiny-plain"])
@pytest.mark.parametrize("wrapped", ["params_ema", "params", ""])
def test_generators_that_enlarge(preset: str, wrapped: str, tmp_path: Path) -> None:
    tensors = tensors_of("srgan", preset)
    path = saved(tmp_path / "net.pth", {wrapped: tensors} if wrapped else tensors)
    checkpoint = read_checkpoint(path)
    assert checkpoint.architecture == "srgan"
    assert checkpoint.config == cards()["srgan"].presets[preset]
    assert same(checkpoint, tensors)
    assert checkpoint.report is not None
    raw = any("raw ones (params)" in sentence for sentence in checkpoint.report.sentences())
    assert raw == (wrapped == "params" and preset == "tiny")


def test_averaged_weights_are_preferred(tmp_path: Path) -> None:
    tensors = tensors_of("srgan", "tiny")
    raw = {name: tensor + 1 for name, tensor in tensors.items()}
    assert same(read_checkpoint(saved(tmp_path / "net.pth", {"params": raw, "params_ema": tensors})), tensors)


@pytest.mark.parametrize("renamed", [older, oldest])
def test_older_names_of_esrgan(renamed: object, tmp_path: Path) -> None:
    tensors = tensors_of("srgan", "tiny")
    path = saved(tmp_path / "net.pth", renamed(tensors))  # type: ignore[operator]
    assert same(read_checkpoint(path), tensors)


def test_a_port_s_file_without_counters(tmp_path: Path) -> None:
    tensors = tensors_of("srgan", "tiny-srresnet")
    short = {f"module.{name}": tensor for name, tensor in tensors.items() if "num_batches" not in name}
    assert same(read_checkpoint(saved(tmp_path / "net.pth", short)), tensors)


@pytest.mark.parametrize("rows", [1, 6])
@pytest.mark.parametrize("design", ["Encoder4Editing", "GradualStyleEncoder"])
def test_a_file_of_e4e_opens_as_encoder_or_as_generator(design: str, rows: int, tmp_path: Path) -> None:
    encoder = tensors_of("encoder", "tiny")
    inside = {f"encoder.{name}": tensor for name, tensor in encoder.items() if name != "latent_avg"}
    config = cards()["stylegan2"].presets["tiny"]
    decoder = port_writer.generator(config, tensors_of("stylegan2", "tiny"))
    inside |= {f"decoder.{name}": tensor for name, tensor in decoder.items()}
    average = torch.randn(rows, 12) if rows > 1 else torch.randn(12)
    value = {"state_dict": inside, "latent_avg": average, "opts": {"encoder_type": design, "stylegan_size": 16}}
    path = saved(tmp_path / "e4e.pt", value)
    checkpoint = read_checkpoint(path, ability=Ability.ENCODING)
    assert checkpoint.architecture == "encoder"
    assert str(checkpoint.config.design) == {"E": "e4e", "G": "psp"}[design[0]]  # type: ignore[attr-defined]
    assert same(checkpoint, {**encoder, "latent_avg": average.expand(6, 12)})
    assert read_checkpoint(path).architecture == "stylegan2"
    opened, _ = open_picture_network(path, Ability.ENCODING, CPU)
    ours = build_network(cards()["encoder"], checkpoint)
    pictures = torch.rand(1, 3, 50, 40) * 2 - 1
    assert torch.equal(opened.answer(pictures), ours.answer(pictures))  # type: ignore[union-attr]
    assert opened.answer(pictures).shape == (1, 6, 12)


def test_an_encoder_alone_says_what_is_missing(tmp_path: Path) -> None:
    encoder = tensors_of("encoder", "tiny-psp")
    del encoder["latent_avg"]
    checkpoint = read_checkpoint(saved(tmp_path / "encoder.pt", encoder))
    assert checkpoint.report is not None
    said = " ".join(checkpoint.report.notes)
    assert "no mean latent" in said
    assert "e4e's way" in said
    assert not checkpoint.tensors["generator"]["latent_avg"].any()


@pytest.mark.parametrize("missing", ["conv_up1.weight", "body.1.rdb3.conv5.bias", "conv_first.weight"])
def test_incomplete_files_are_refused(missing: str, tmp_path: Path) -> None:
    tensors = tensors_of("srgan", "tiny")
    del tensors[missing]
    with pytest.raises(UnknownFileError):
        read_checkpoint(saved(tmp_path / "net.pth", {"params_ema": tensors}))
