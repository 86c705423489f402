"""Encoders and networks that enlarge, against the authors' own code."""

import dataclasses

import pytest
import torch

from ganstudio.architectures.encoder import networks as encoders
from ganstudio.architectures.encoder.shapes import recognise as recognise_encoder
from ganstudio.architectures.srgan import networks as enlargers
from ganstudio.architectures.srgan.shapes import recognise, recognise_discriminator
from tests.reference.reference_case import ENCODER, ESRGAN, SRGAN, Case, Tensors, cases, deviations

both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
pytestmark = [pytest.mark.reference, pytest.mark.usefixtures("_no_gradients")]


@pytest.fixture
def _no_gradients() -> object:
    with torch.no_grad():
        yield


def shapes(tensors: Tensors) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def enlarger(case: Case, prefix: str, dtype: torch.dtype) -> torch.nn.Module:
    tensors = case.part(f"param/{prefix}.")
    config = recognise(shapes(tensors))
    assert config is not None
    network = enlargers.DESIGNS[config.design](config).eval()
    network.load_state_dict(tensors)
    return network.to(dtype)


@both_types
@pytest.mark.parametrize("case", cases(ESRGAN))
def test_esrgan(case: Case, dtype: torch.dtype) -> None:
    x = case.inputs(dtype)["x"]
    ours = {name: enlarger(case, name, dtype)(x) for name in case.info["ctor"]}
    assert ours.keys() == case.part("out/").keys()
    assert not deviations(case, ours, dtype)


@both_types
@pytest.mark.parametrize("case", cases(SRGAN))
def test_srgan(case: Case, dtype: torch.dtype) -> None:
    generator, inputs = enlarger(case, "G", dtype), case.inputs(dtype)
    tensors = case.part("param/D.")
    config = recognise_discriminator(shapes(tensors))
    assert config is not None
    judge = enlargers.Discriminator(config).eval()
    judge.load_state_dict(tensors)
    judge.to(dtype)
    drawn = generator(inputs["lr"])
    ours = {
        "sr": drawn,
        "D_hr": torch.sigmoid(judge(inputs["hr"])).flatten(),
        "D_sr": torch.sigmoid(judge(drawn)).flatten(),
        "block1": generator.get_submodule("block1")(inputs["lr"])[:1],
        "tv": enlargers.total_variation(drawn).reshape(1),
    }
    assert ours.keys() == case.part("out/").keys()
    assert not deviations(case, ours, dtype)


@both_types
@pytest.mark.parametrize("case", cases(ENCODER))
def test_encoder(case: Case, dtype: torch.dtype) -> None:
    tensors, inputs = case.part("param/E."), case.inputs(dtype)
    config = recognise_encoder(shapes(tensors))
    assert config is not None
    assert config.units == (3, 4, 14, 3)
    network = encoders.EncoderNetwork(config).eval()
    network.load_state_dict({**tensors, "latent_avg": torch.zeros(config.n_latent, config.w_dim)})
    network.to(dtype)
    pictures = inputs["img_uint8"].to(dtype) / 127.5 - 1.0
    assert pictures.shape[2] == config.resolution
    stages = {"latents": None, "latents_WTraining": 1, "latents_Delta2Training": 3, "latents_Delta5Training": 6}
    ours = {name: network(pictures, rows) for name, rows in stages.items()}
    ours["body_out_mean"] = network.pyramid(pictures)[2].mean(dim=(2, 3))
    parts = {
        "bottleneck_IR": ("IR", encoders.Bottleneck(16, 32, 2, encoders.Mode.IR), "feat"),
        "bottleneck_IR_SE": ("SE", encoders.Bottleneck(16, 32, 2, encoders.Mode.IR_SE), "feat"),
        "gradual_style_block": ("GS", encoders.StyleBlock(9, 11, 11, 8), "gfeat"),
    }
    for name, (prefix, module, given) in parts.items():
        module.load_state_dict(case.part(f"param/{prefix}."))
        ours[name] = module.eval().to(dtype)(inputs[given])
    ours["upsample_add"] = encoders.upsample_add(inputs["up_x"], inputs["up_y"])
    assert ours.keys() == case.part("out/").keys()
    assert not deviations(case, ours, dtype)
    rows = encoders.EncoderNetwork(dataclasses.replace(config, design=encoders.Design.PSP)).eval()
    rows.load_state_dict(network.state_dict())
    by_itself = rows.to(dtype)(pictures)  # pSp's rows are e4e's differences
    torch.testing.assert_close(by_itself[:, :1] + by_itself[:, 1:], ours["latents"][:, 1:])
    torch.testing.assert_close(by_itself[:, 0], ours["latents"][:, 0])
