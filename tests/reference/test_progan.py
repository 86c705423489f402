"""ProGAN against the numbers of its authors' code and of the port whose checkpoints are opened."""

import math
import re
from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.progan.checkpoint import (
    discriminator_from_port,
    discriminator_from_tensorflow,
    generator_from_port,
    generator_from_tensorflow,
)
from ganstudio.architectures.progan.discriminator import Discriminator, ProGANDiscriminatorConfig, neighbour_stddev
from ganstudio.architectures.progan.networks import GeneratorNetwork, ProGANConfig, channel_plan, enlarged
from tests.reference.reference_case import PROGAN, Case, Tensors, cases, deviations

pytestmark = pytest.mark.reference
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def is_original(case: Case) -> bool:
    return "kwargs" in case.info


def of_kind(original: bool) -> list[object]:
    """The files of one of the two code bases; the file's own settings say which."""
    return [p for p in cases(PROGAN) if p.values[0] is None or is_original(p.values[0]) is original]


def agreed(
    case: Case, generator: ProGANConfig, discriminator: ProGANDiscriminatorConfig
) -> tuple[ProGANConfig, ProGANDiscriminatorConfig]:
    """Check what was read from shapes with a file's settings, which also tell what no shape shows."""
    if is_original(case):
        settings = case.info["kwargs"]
        channels = channel_plan(settings["resolution"], settings["fmap_base"], settings["fmap_max"])
        z_dim, colours, norm = settings["latent_size"], settings["num_channels"], settings.get("use_pixelnorm", True)
        assert discriminator.fused_scale == settings.get("fused_scale", True)
    else:
        settings = case.info["ctor"]
        channels = tuple(settings["scale_depths"])
        z_dim, colours, norm = settings["dimLatent"], settings["dimOutput"], settings["normalization"]
        assert (discriminator.mbstd_group == 4) == settings["miniBatchNormalization"]
    assert (generator.z_dim, generator.channels, generator.img_channels) == (z_dim, channels, colours)
    assert (discriminator.channels, discriminator.img_channels) == (channels, colours)
    return replace(generator, pixel_norm=norm), discriminator


def networks(case: Case, dtype: torch.dtype) -> tuple[GeneratorNetwork, Discriminator]:
    """Both networks with a file's weights, brought over as checkpoints are."""
    theirs_g, theirs_d = case.part("param/G"), case.part("param/D")
    if is_original(case):
        settings = case.info["kwargs"]
        made_g = generator_from_tensorflow({n[1:]: t for n, t in theirs_g.items()}, settings.get("label_size", 0))
        made_d = discriminator_from_tensorflow({n[1:]: t for n, t in theirs_d.items()}, 4)
    else:
        made_g = generator_from_port({n[1:]: t for n, t in theirs_g.items()}, 0)
        made_d = discriminator_from_port({n[1:]: t for n, t in theirs_d.items()})
    assert made_g is not None
    assert made_d is not None
    config_g, config_d = agreed(case, made_g[0], made_d[0])
    generator, discriminator = GeneratorNetwork(config_g), Discriminator(config_d)
    for network, made in ((generator, made_g[1]), (discriminator, made_d[1])):
        network.load_state_dict({name: torch.as_tensor(t) for name, t in made.items()}, strict=True)
        network.to(dtype).eval().requires_grad_(False)
    return generator, discriminator


@PRECISIONS
@pytest.mark.parametrize("case", of_kind(original=True))
def test_every_level_of_detail_of_the_original(case: Case, dtype: torch.dtype) -> None:
    (generator, discriminator), inputs = networks(case, dtype), case.inputs(dtype)
    expected = case.part("out/")
    ours: Tensors = {}
    for name in expected:
        if found := re.fullmatch(r"images_lod([\d.]+)", name):
            ours[name] = generator(inputs["latents"], inputs["labels"], lod=float(found[1]))
        elif found := re.fullmatch(r"scores_lod([\d.]+)", name):
            ours[name] = discriminator(inputs["images"], lod=float(found[1]))[:, :1]
    ours["scores_first4"] = discriminator(inputs["images"][:4])[:, :1]
    pictures = inputs["images"].requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(pictures)[:, 0].sum(), pictures)
    ours["grad_images_lod0"] = gradient[: len(expected["grad_images_lod0"])]
    assert expected.keys() == ours.keys()
    assert not deviations(case, ours, dtype)


@PRECISIONS
@pytest.mark.parametrize("case", of_kind(original=False))
def test_every_blend_of_the_port(case: Case, dtype: torch.dtype) -> None:
    (generator, discriminator), inputs = networks(case, dtype), case.inputs(dtype)
    expected = case.part("out/")
    full = generator.config.resolution
    ours: Tensors = {}
    for name in expected:
        found = re.fullmatch(r"([GD])/res(\d+)/(alpha[\d.]+|feature)", name)
        if found is None:
            assert name.startswith("mbstd_")
            continue
        resolution = int(found[2])
        older_share = float(found[3].removeprefix("alpha")) if found[3] != "feature" else 0.0
        lod = math.log2(full // resolution) + older_share
        if found[3] == "feature":
            ours[name] = discriminator.b4.features(discriminator.trunk(inputs[f"img{resolution}"], lod))
        elif found[1] == "D":
            ours[name] = discriminator(inputs[f"img{resolution}"], lod=lod)
        else:
            ours[name] = enlarged(generator.draw(inputs["z"][: len(expected[name])], lod), resolution)
    for letter in "ab":
        ours[f"mbstd_{letter}"] = neighbour_stddev(inputs[f"mbstd_{letter}"], 4)
    single = [inputs[f"mbstd_{letter}"][:1] for letter in "ab"]
    fits = [x for x in single if x.shape[2:] == expected["mbstd_single"].shape[2:]]
    ours["mbstd_single"] = neighbour_stddev(fits[0], 4)
    assert expected.keys() == ours.keys()
    assert not deviations(case, ours, dtype)


@pytest.mark.parametrize("case", of_kind(original=True))
def test_a_kernel_in_the_other_direction_shows(case: Case) -> None:
    generator, _ = networks(case, torch.float32)
    weight = generator.blocks[1].conv0.weight
    weight.copy_(weight.flip(2, 3))
    pictures = generator(case.inputs(torch.float32)["latents"])
    assert deviations(case, {"images_lod0": pictures}, torch.float32)
