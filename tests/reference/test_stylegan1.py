"""StyleGAN against the numbers of its authors' code and of a PyTorch port of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from ganstudio.architectures.stylegan.checkpoint import (
    discriminator_from_port,
    discriminator_from_tensorflow,
    fused_from,
    generator_from_port,
    generator_from_tensorflow,
    settings_of,
)
from ganstudio.architectures.stylegan.discriminator import Discriminator
from ganstudio.architectures.stylegan.networks import GeneratorNetwork, Noises, StyleGANConfig, channel_plan
from ganstudio.architectures.stylegan.shapes import recognise, recognise_discriminator
from ganstudio.core.foreign import Mismatch, Weights
from ganstudio.core.latents import truncate
from tests.reference.reference_case import STYLEGAN1_PORT, STYLEGAN1_TF, Case, Tensors, cases, deviations

pytestmark = pytest.mark.reference
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])

Formulas = dict[str, Callable[[], torch.Tensor]]


class Published:
    """Both networks with a file's weights."""

    def __init__(self, case: Case, dtype: torch.dtype, generator: Weights | Mismatch, critic: Weights | None) -> None:
        assert not isinstance(generator, Mismatch)
        assert critic is not None
        config = recognise({name: tuple(tensor.shape) for name, tensor in generator.items()})
        critic_config = recognise_discriminator({name: tuple(tensor.shape) for name, tensor in critic.items()})
        assert config is not None
        assert critic_config is not None
        self.case, self.settings = case, case.info.get("kwargs") or case.info["G_ctor"]
        self.config = settings_of(self.settings, config)
        settings = case.info.get("D_extra") or case.info["D_ctor"]
        assert critic_config.mbstd_channels == settings["mbstd_num_features"]
        critic_config = replace(critic_config, mbstd_group=settings["mbstd_group_size"])
        self.generator, self.discriminator = GeneratorNetwork(self.config), Discriminator(critic_config)
        self.generator.load_state_dict(generator, strict=True)
        self.discriminator.load_state_dict(critic, strict=True)
        for network in (self.generator, self.discriminator):
            network.to(dtype).eval().requires_grad_(False)
        self.inputs = case.inputs(dtype)

    def ws(self, z: str, labels: str = "labels") -> torch.Tensor:
        """The latents of one of the inputs, all rows alike."""
        given = self.inputs.get(labels)
        w = self.generator.mapping(self.inputs[z], given if given is not None and given.shape[1] else None)
        return w[:, None].expand(-1, self.config.n_latent, -1)

    def mixed(self, first: str, second: str, crossover: int) -> torch.Tensor:
        """The first rows of one latent, the others of a second."""
        return torch.cat([self.ws(first)[:, :crossover], self.ws(second)[:, crossover:]], dim=1)

    def truncated(self, z: str, psi: float, cutoff: int) -> torch.Tensor:
        """The first rows pulled towards the mean."""
        return truncate(self.ws(z), self.generator.mapping.w_avg, psi, cutoff)

    def draw(self, ws: torch.Tensor, lod: float = 0.0, grown_only: bool = False) -> torch.Tensor:
        """The pictures of latents with the noise of the file."""
        given = [name for name in self.inputs if name.startswith("noise")]
        noises: Noises = tuple(self.inputs[f"noise{i}"] for i in range(len(given)))
        synthesis = self.generator.synthesis
        pictures: torch.Tensor = synthesis(ws, noises or synthesis.constant_noises(), lod=lod, grown_only=grown_only)
        return pictures

    def score(self, images: torch.Tensor, lod: float = 0.0) -> torch.Tensor:
        """The logits of pictures."""
        labels = self.inputs.get("images_labels")
        given = labels[: len(images)] if labels is not None and labels.shape[1] else None
        logits: torch.Tensor = self.discriminator(images, given, lod=lod)
        return logits


def from_tensorflow(case: Case, dtype: torch.dtype) -> Published:
    parts = {"G/": "", "G_mapping/": "mapping/", "G_synthesis/": "synthesis/"}
    variables = {new + name: t for old, new in parts.items() for name, t in case.part(f"param/{old}").items()}
    fused = fused_from(case.info["kwargs"]["fused_scale"])
    critic = discriminator_from_tensorflow(case.part("param/D/"))
    return Published(case, dtype, generator_from_tensorflow(variables, fused), critic)


def from_port(case: Case, dtype: torch.dtype) -> Published:
    generator = generator_from_port(case.part("param/G."))
    assert generator is not None
    layers = [name.removesuffix("noise_strength") for name in generator if name.endswith("noise_strength")]
    sides = {layer: int(layer.split(".")[1][1:]) for layer in layers}
    generator |= {f"{layer}noise_const": torch.zeros(side, side) for layer, side in sides.items()}
    return Published(case, dtype, generator, discriminator_from_port(case.part("param/D.")))


def expected_config(settings: dict[str, Any]) -> StyleGANConfig:
    return StyleGANConfig(
        z_dim=settings["latent_size"],
        c_dim=settings.get("label_size", 0),
        w_dim=settings["dlatent_size"],
        img_channels=settings["num_channels"],
        channels=channel_plan(settings["resolution"], settings["fmap_base"], settings["fmap_max"]),
        mapping_layers=settings["mapping_layers"],
        mapping_hidden=None if settings["mapping_fmaps"] == settings["dlatent_size"] else settings["mapping_fmaps"],
        blur_filter=tuple(map(float, settings["blur_filter"])),
    )


@pytest.mark.parametrize("case", [*cases(STYLEGAN1_TF), *cases(STYLEGAN1_PORT)])
def test_settings_are_read_back(case: Case) -> None:
    published = from_port(case, torch.float32) if "G_ctor" in case.info else from_tensorflow(case, torch.float32)
    assert published.config == expected_config(published.settings)
    assert published.discriminator.config.channels == published.config.channels


def lod_formulas(p: Published, expected: Tensors) -> Formulas:
    """Pictures and scores at every level of detail that the file has."""
    found: Formulas = {}
    for name in expected:
        kind, _, lod = name.partition("_lod")
        if kind == "images":
            found[name] = lambda lod=float(lod): p.draw(p.ws("latents"), lod)
        elif kind == "scores" and lod:
            found[name] = lambda lod=float(lod): p.score(p.inputs["images"], lod)
    return found


@PRECISIONS
@pytest.mark.parametrize("case", cases(STYLEGAN1_TF))
def test_the_authors_numbers(case: Case, dtype: torch.dtype) -> None:
    p, expected, calls = from_tensorflow(case, dtype), case.part("out/"), case.info["calls"]

    def truncated() -> torch.Tensor:
        return p.truncated("latents", calls["truncation_psi"], calls["truncation_cutoff"])

    def mixed() -> torch.Tensor:
        return p.mixed("latents", "latents2", calls["mix_crossover"])

    def gradient() -> torch.Tensor:
        images = p.inputs["images"].clone().requires_grad_()
        return torch.autograd.grad(p.score(images).sum(), images)[0][: len(expected["grad_images_lod0"])]

    formulas = lod_formulas(p, expected) | {
        "dlatents": lambda: p.ws("latents"),
        "dlatents_truncated": truncated,
        "dlatents_mixed": mixed,
        "images_truncated": lambda: p.draw(truncated()),
        "images_mixed": lambda: p.draw(mixed()),
        "scores_first4": lambda: p.score(p.inputs["images"][:4]),
        "grad_images_lod0": gradient,
    }
    assert expected.keys() <= formulas.keys()
    assert not deviations(case, {name: formulas[name]() for name in expected}, dtype)


@PRECISIONS
@pytest.mark.parametrize("case", cases(STYLEGAN1_PORT))
def test_the_ports_numbers(case: Case, dtype: torch.dtype) -> None:
    p, expected, info = from_port(case, dtype), case.part("out/"), case.info
    top = len(p.config.channels) - 1

    def truncated() -> torch.Tensor:
        return p.truncated("z", info["truncation_psi"], info["truncation_cutoff"])

    def mixed() -> torch.Tensor:
        return p.mixed("z", "z2", info["mix_crossover"])

    def average() -> torch.Tensor:
        p.generator.mapping.move_average(p.ws("z")[0, 0])
        return p.generator.mapping.w_avg

    formulas: Formulas = {
        "w": lambda: p.ws("z"),
        "w_truncated": truncated,
        "w_mixed": mixed,
        "img_truncated": lambda: p.draw(truncated()),
        "img_mixed": lambda: p.draw(mixed()),
        "avg_latent_after_update": average,
    }
    for name in expected:
        kind, _, at = name.partition("/depth")
        depth, _, alpha = at.partition("/alpha")
        if not at:
            continue
        lod = top - int(depth) + 1.0 - float(alpha)
        if kind == "img":
            formulas[name] = lambda lod=lod: p.draw(p.ws("z"), lod, grown_only=True)
        else:
            formulas[name] = lambda lod=lod, side=4 << int(depth): p.score(p.inputs[f"img{side}"], lod)
    assert expected.keys() <= formulas.keys()
    names = sorted(expected, key=lambda name: name == "avg_latent_after_update")  # it changes the network
    assert not deviations(case, {name: formulas[name]() for name in names}, dtype)
