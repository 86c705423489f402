"""ProGAN files of two other code bases: opened, they hold our weights again and draw the authors' pictures."""

import contextlib
import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from ganstudio.architectures.progan import TINY
from ganstudio.architectures.progan.discriminator import Discriminator, ProGANDiscriminatorConfig
from ganstudio.architectures.progan.networks import GeneratorNetwork, ProGANConfig
from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import CheckpointError
from ganstudio.engine.model import open_model
from tests.checkpoints.tensorflow_writer import Network, conv, dense, write
from tests.reference.reference_case import PROGAN, Case, cases, deviations

CRITIC = ProGANDiscriminatorConfig(channels=TINY.channels)
THEIR_LAYERS = {"conv0": "Conv0", "conv1": "Conv1", "conv": "Conv", "fc": "Dense0", "out": "Dense1", "dense": "Dense"}


def drawn_randomly(network: torch.nn.Module, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in network.parameters():
            tensor.copy_(torch.randn(tensor.shape, generator=random))


def as_original(network: torch.nn.Module, resolution: int, *, fused: bool) -> dict[str, torch.Tensor]:
    """Our tensors under the authors' names and in their layouts."""
    theirs = {"lod": network.lod.clone()}
    for name, tensor in network.state_dict().items():
        if name == "lod":
            continue
        name = "b4.dense.bias" if name == "b4.bias" else name
        block, layer, part = name.split(".")
        side = int(block[1:])
        if layer in ("torgb", "fromrgb"):
            level = (resolution // side).bit_length() - 1
            path = f"{'ToRGB' if layer == 'torgb' else 'FromRGB'}_lod{level}"
        else:
            suffix = {"conv0": "_up"} if isinstance(network, GeneratorNetwork) else {"conv1": "_down"}
            path = f"{side}x{side}/{THEIR_LAYERS[layer]}{suffix.get(layer, '') if fused else ''}"
        if part == "bias":
            value = tensor.flatten()
        elif tensor.ndim == 2:
            value = dense(tensor)
        else:
            value = conv(tensor.flip(2, 3)).transpose(2, 3) if path.endswith("_up") else conv(tensor)
        theirs[f"{path}/{part}"] = value.contiguous()
    return theirs


def original_file(
    path: Path, config: ProGANConfig, settings: dict[str, object], *, fused: bool
) -> tuple[Path, GeneratorNetwork, Discriminator]:
    """Write (G, D, Gs) as the authors' training does and return what is in it."""
    generator, critic = GeneratorNetwork(config), Discriminator(replace(CRITIC, c_dim=config.c_dim, fused_scale=fused))
    drawn_randomly(generator, 1)
    generator.lod.fill_(0.25)
    drawn_randomly(critic, 2)
    made = Network("G_paper", 2, settings, as_original(generator, config.resolution, fused=fused))
    other = Network("D_paper", 2, {"mbstd_group_size": 4}, as_original(critic, config.resolution, fused=fused))
    first = Network("G_paper", 2, settings, as_original(GeneratorNetwork(config), config.resolution, fused=fused))
    return write(path, (first, other, made), 2), generator, critic


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "plain"])
@pytest.mark.parametrize("c_dim", [0, 3])
def test_the_authors_pickle_opens(c_dim: int, fused: bool, tmp_path: Path) -> None:
    config = replace(TINY, c_dim=c_dim)
    path, generator, critic = original_file(tmp_path / "network-final.pkl", config, {"label_size": c_dim}, fused=fused)
    found = read_checkpoint(path, NETWORKS)
    assert found.architecture == "progan"
    assert found.config == config
    assert found.configs["discriminator"] == replace(CRITIC, c_dim=c_dim, fused_scale=fused)
    for name, network in (("generator", generator), ("discriminator", critic)):
        expected = network.state_dict()
        assert found.tensors[name].keys() == expected.keys()
        for key, tensor in found.tensors[name].items():
            assert torch.equal(tensor, expected[key]), key
    assert found.report is not None
    assert any("growing" in note for note in found.report.notes)
    assert found.report.ignored == ("G",)
    assert len(found.report.code) == 1


def test_an_unfinished_model_draws_the_resolution_it_had_reached(tmp_path: Path) -> None:
    path, generator, _ = original_file(tmp_path / "a.pkl", TINY, {}, fused=True)
    z = torch.randn(2, TINY.z_dim, generator=torch.Generator().manual_seed(3))
    model = open_model(path, device="cpu")
    with torch.no_grad():
        expected, finished = generator(z, lod=0.25), generator(z, lod=0.0)
    drawn = model.synthesis(model.mapping(z))
    torch.testing.assert_close(drawn, expected)
    assert not torch.allclose(drawn, finished)


def test_the_published_meaning_of_a_fused_kernel(tmp_path: Path) -> None:
    path, _, _ = original_file(tmp_path / "a.pkl", TINY, {}, fused=True)
    ours = read_checkpoint(path).tensors["generator"]["b8.conv0.weight"]
    stored = conv(ours.flip(2, 3)).transpose(2, 3)  # [k, k, out, in]
    x = torch.randn(1, ours.shape[1], 4, 4)
    spread = torch.zeros(1, ours.shape[0], 10, 10)
    wide = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    for row in range(8):
        for column in range(8):
            amounts = torch.einsum("ni,aboi->noab", wide[:, :, row, column], stored)
            spread[:, :, row : row + 3, column : column + 3] += amounts
    torch.testing.assert_close(F.conv2d(wide, ours, padding=1), spread[:, :, 1:-1, 1:-1], rtol=1e-4, atol=1e-4)


class BaseConfig:
    """Stands for the port's settings object."""


@contextlib.contextmanager
def port_names() -> Iterator[None]:
    """Let the pickler find the settings object where the port has it."""
    module = types.ModuleType("models.utils.config")
    module.BaseConfig = BaseConfig  # type: ignore[attr-defined]
    added = {"models": types.ModuleType("models"), "models.utils": types.ModuleType("utils"), module.__name__: module}
    sys.modules.update(added)
    here, BaseConfig.__module__ = BaseConfig.__module__, module.__name__
    try:
        yield
    finally:
        BaseConfig.__module__ = here
        for name in added:
            del sys.modules[name]


def port_file(path: Path, case: Case, alpha: float, averaged: str = "avgG", **settings: object) -> Path:
    config = BaseConfig()
    vars(config).update(alpha=alpha, categoryVectorDim=0, leakyReluLeak=0.2, equalizedlR=True, lossCriterion="WGANGP")
    vars(config).update(settings)
    generator = case.part("param/G.")
    raw = {name: tensor + 1.0 for name, tensor in generator.items()}
    with port_names():
        torch.save({"config": config, "netG": raw, "netD": case.part("param/D."), averaged: generator}, path)
    return path


PORT_FILES = [p for p in cases(PROGAN) if not p.values[0] or "ctor" in p.values[0].info]
ORIGINAL_FILES = [p for p in cases(PROGAN) if not p.values[0] or "kwargs" in p.values[0].info]


@pytest.mark.reference
@pytest.mark.parametrize("case", PORT_FILES)
def test_the_port_draws_its_pictures(case: Case, tmp_path: Path) -> None:
    z = case.inputs(torch.float32)["z"]
    top = max(int(name.split("/")[0].removeprefix("res")) for name in case.part("out/G/"))
    for alpha in (0, 0.25, 0.7):
        model = open_model(port_file(tmp_path / "PGAN.pth", case, alpha), device="cpu")
        name = f"G/res{top}/alpha{alpha}"
        count = len(case.tensors[f"out/{name}"])
        assert not deviations(case, {name: model.synthesis(model.mapping(z[:count]))}, torch.float32)
    found = read_checkpoint(tmp_path / "PGAN.pth", NETWORKS)
    critic = Discriminator(found.configs["discriminator"])
    critic.load_state_dict(found.tensors["discriminator"])
    with torch.no_grad():
        scores = critic(case.inputs(torch.float32)[f"img{top}"])
    assert not deviations(case, {f"D/res{top}/alpha0": scores}, torch.float32)


@pytest.mark.reference
@pytest.mark.parametrize("case", PORT_FILES)
def test_the_port_without_averages_says_so(case: Case, tmp_path: Path) -> None:
    found = read_checkpoint(port_file(tmp_path / "a.pth", case, 0, averaged="tmp"))
    assert found.report is not None
    assert any("avgG" in note for note in found.report.notes)
    with pytest.raises(CheckpointError, match="lossCriterion"):
        read_checkpoint(port_file(tmp_path / "b.pth", case, 0, lossCriterion="DCGAN"))


@pytest.mark.reference
@pytest.mark.parametrize("case", ORIGINAL_FILES)
def test_the_authors_pickle_draws_their_pictures(case: Case, tmp_path: Path) -> None:
    settings, inputs = case.info["kwargs"], case.inputs(torch.float32)
    levels = [name for name in case.part("out/") if name.startswith("images_lod")]
    for name in levels:
        lod = torch.tensor(float(name.removeprefix("images_lod")))
        generator = Network("G_paper", 2, settings, case.part("param/G/") | {"lod": lod})
        critic = Network("D_paper", 2, settings, case.part("param/D/") | {"lod": lod})
        model = open_model(write(tmp_path / "a.pkl", (generator, critic, generator), 2), device="cpu")
        labels = inputs["labels"] if inputs["labels"].shape[1] else None
        assert not deviations(case, {name: model.synthesis(model.mapping(inputs["latents"], labels))}, torch.float32)


def test_other_networks_are_refused_with_reasons(tmp_path: Path) -> None:
    variables = as_original(GeneratorNetwork(TINY), TINY.resolution, fused=True)
    for function, settings, changed, reason in (
        ("G_other", {}, {}, "G_other"),
        ("G_paper", {"tanh_at_end": True}, {}, "tanh_at_end"),
        ("G_paper", {}, {"4x4/Strange/weight": torch.zeros(2, 2)}, "names"),
    ):
        made = Network(function, 2, settings, variables | changed)
        with pytest.raises(CheckpointError, match=reason):
            read_checkpoint(write(tmp_path / "a.pkl", made, 2))
