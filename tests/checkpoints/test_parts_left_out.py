"""Files that hold less than a whole network: what can be made is made, and said."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganstudio.architectures import dcgan, stylegan2
from ganstudio.architectures.progan import TINY as PROGAN
from ganstudio.architectures.progan.networks import GeneratorNetwork as ProGANNetwork
from ganstudio.architectures.stylegan2.discriminator import Discriminator, StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, Wiring
from ganstudio.checkpoints.checkpoint import NETWORKS, Checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import HostileFileError
from tests.architectures.test_progan_checkpoint import as_original
from tests.checkpoints import port_writer as port
from tests.checkpoints.tensorflow_writer import Network, write

BUFFERS = ("resample_filter", "noise_const")
RAW = "is missing, so the raw one"


class Hook:
    """A class that only its maker knows."""


def said(found: Checkpoint) -> str:
    """The report's text."""
    assert found.report is not None
    return str(found.report)


@pytest.mark.parametrize("wiring", Wiring)
def test_weights_without_buffers_open_with_the_usual_ones(wiring: Wiring, tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = replace(stylegan2.TINY, architecture=wiring)
    critic_config = StyleGAN2DiscriminatorConfig(channels=(10, 8, 6), architecture=wiring)
    whole, critic = GeneratorNetwork(config).state_dict(), Discriminator(critic_config).state_dict()
    file = {
        "G_ema": {name: tensor for name, tensor in whole.items() if not name.endswith(BUFFERS)},
        "D": {name: tensor for name, tensor in critic.items() if not name.endswith(BUFFERS)},
    }
    torch.save(file, tmp_path / "a.pt")
    found = read_checkpoint(tmp_path / "a.pt", NETWORKS)
    assert found.config == config
    assert found.configs["discriminator"] == critic_config
    for name, tensor in whole.items():
        if not name.endswith("noise_const"):
            assert torch.equal(found.tensors["generator"][name], tensor), name
    for name, tensor in critic.items():
        assert torch.equal(found.tensors["discriminator"][name], tensor), name
    noise = "synthesis.b8.conv1.noise_const"
    again = read_checkpoint(tmp_path / "a.pt").tensors["generator"]
    assert torch.equal(again[noise], found.tensors["generator"][noise])
    assert "no noise maps; reproducible ones were made" in said(found)
    assert "no resampling filters; the usual ones were taken" in said(found)


def test_a_network_without_noise_gets_none(tmp_path: Path) -> None:
    config = replace(stylegan2.TINY, use_noise=False)
    torch.save(GeneratorNetwork(config).state_dict(), tmp_path / "a.pt")
    found = read_checkpoint(tmp_path / "a.pt")
    assert found.config == config
    assert "noise maps" not in said(found)
    assert "resampling filters" not in said(found)


@pytest.mark.parametrize(("keys", "raw"), [(("g",), True), (("g", "g_ema"), False), (("g_ema",), False)])
def test_the_port_says_when_it_uses_raw_weights(keys: tuple[str, ...], raw: bool, tmp_path: Path) -> None:
    state = port.generator(stylegan2.TINY, GeneratorNetwork(stylegan2.TINY).state_dict())
    torch.save(dict.fromkeys(keys, state), tmp_path / "a.pt")
    assert (RAW in said(read_checkpoint(tmp_path / "a.pt"))) is raw


@pytest.mark.parametrize(("key", "raw"), [("G", True), ("G_ema", False), ("state_dict", False)])
def test_plain_weights_say_when_they_are_raw(key: str, raw: bool, tmp_path: Path) -> None:
    torch.save({key: GeneratorNetwork(stylegan2.TINY).state_dict()}, tmp_path / "a.pt")
    assert (RAW in said(read_checkpoint(tmp_path / "a.pt"))) is raw


def test_assumed_strides_are_said(tmp_path: Path) -> None:
    torch.save(dcgan.DCGANGenerator(dcgan.TINY).network.state_dict(), tmp_path / "a.pth")
    assert "do not show strides" in said(read_checkpoint(tmp_path / "a.pth"))


def trio(path: Path, place: int) -> Path:
    """Write (G, D, Gs) of a small ProGAN with an unknown class inside one of them."""
    torch.manual_seed(0)
    variables = as_original(ProGANNetwork(PROGAN), PROGAN.resolution, fused=True)
    networks = [Network("G_paper", 2, {}, variables) for _ in range(3)]
    networks[place].state["static_kwargs"] = {"hook": Hook()}
    return write(path, tuple(networks), 2)


def test_an_unknown_class_in_an_unused_network_of_three(tmp_path: Path) -> None:
    found = read_checkpoint(trio(tmp_path / "a.pkl", 0))
    assert found.config == PROGAN
    assert "Hook" in said(found)


def test_an_unknown_class_in_the_wanted_network_of_three(tmp_path: Path) -> None:
    with pytest.raises(HostileFileError, match="Hook"):
        read_checkpoint(trio(tmp_path / "a.pkl", 2))
