"""Files in the layouts of other programs, with the reference weights, give the authors' pictures when opened."""

from pathlib import Path

import pytest
import torch

from ganstudio.architectures.stylegan2 import TINY
from ganstudio.architectures.stylegan2.discriminator import Discriminator
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, Wiring
from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.engine.model import open_model
from tests.checkpoints import nvidia_writer as nvidia
from tests.checkpoints import port_writer as port
from tests.reference.published_config import discriminator_config, generator_config
from tests.reference.reference_case import DISCRIMINATORS, GENERATORS, Case, cases, deviations

pytestmark = pytest.mark.reference


def drawn(path: Path, case: Case) -> dict[str, torch.Tensor]:
    """What an opened file computes from the reference inputs."""
    model = open_model(path, device="cpu")
    inputs = case.inputs(torch.float32)
    ws = model.mapping(inputs["z"], inputs.get("c"))
    found = {"ws": ws, "img_const": model.synthesis(ws, "const"), "img_none": model.synthesis(ws, "none")}
    return {name: tensor for name, tensor in found.items() if f"out/{name}" in case.tensors}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("flat", [False, True], ids=["nested", "flat"])
@pytest.mark.parametrize("case", cases(GENERATORS))
def test_a_snapshot_draws_the_authors_pictures(case: Case, flat: bool, protocol: int, tmp_path: Path) -> None:
    config = generator_config(case.info["ctor"])
    made = nvidia.snapshot(G_ema=nvidia.generator(config, case.part("param/"), flat=flat))
    path = nvidia.write_pickle(tmp_path / "network-snapshot.pkl", made, protocol)
    assert read_checkpoint(path).config == config
    found = drawn(path, case)
    assert "img_const" in found
    assert not deviations(case, found, torch.float32)


@pytest.mark.parametrize("case", cases(GENERATORS))
def test_the_port_draws_the_authors_pictures(case: Case, tmp_path: Path) -> None:
    config = generator_config(case.info["ctor"])
    if config.architecture is not Wiring.SKIP or config.c_dim or config.img_channels != 3 or config.conv_clamp:
        pytest.skip("the port has no such network")
    parameters = case.part("param/")
    torch.save({"g_ema": port.generator(config, parameters), "latent_avg": parameters["mapping.w_avg"]},
               tmp_path / "converted.pt")  # fmt: skip
    assert not deviations(case, drawn(tmp_path / "converted.pt", case), torch.float32)


@pytest.mark.parametrize("case", cases(DISCRIMINATORS))
def test_a_kept_critic_gives_the_authors_scores(case: Case, tmp_path: Path) -> None:
    config = discriminator_config(case.info["ctor"])
    weights = GeneratorNetwork(TINY).state_dict()
    made = nvidia.snapshot(G_ema=nvidia.generator(TINY, weights),
                           D=nvidia.discriminator(config, case.part("param/")))  # fmt: skip
    found = read_checkpoint(nvidia.write_pickle(tmp_path / "a.pkl", made, 4), NETWORKS)
    assert found.configs["discriminator"] == config
    network = Discriminator(config)
    network.load_state_dict(found.tensors["discriminator"], strict=True)
    inputs = case.inputs(torch.float32)
    with torch.no_grad():
        logits = network(inputs["img"], inputs.get("c"))
    assert not deviations(case, {"logits": logits}, torch.float32)
