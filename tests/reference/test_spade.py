"""SPADE's generator, encoder, discriminators and losses against the authors' own code."""

import re
from typing import Any

import pytest
import torch

from ganstudio.architectures.spade.discriminator import Discriminator, SpadeDiscriminatorConfig
from ganstudio.architectures.spade.encoder import StyleEncoder, drawn_style
from ganstudio.architectures.spade.networks import GeneratorNetwork, SpadeConfig, Upsampling, resized_planes
from ganstudio.architectures.spade.semantics import planes_of
from ganstudio.architectures.spade.settled import SettledNetwork
from ganstudio.architectures.spade.shapes import encoder_of, recognise, recognise_discriminator
from ganstudio.layers.spectral import Normalization, PatchNorm
from ganstudio.losses.adversarial import GAMES, Game
from ganstudio.losses.divergence import kl_from_normal
from ganstudio.losses.features import matched_features
from tests.reference.reference_case import (
    SPADE_ENCODER,
    SPADE_GENERATOR,
    SPADE_LOSSES,
    Case,
    Tensors,
    cases,
    deviations,
    shortened,
)

pytestmark = pytest.mark.reference
both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
NORMS = {"batch": Normalization.BATCH, "syncbatch": Normalization.BATCH, "instance": Normalization.INSTANCE}
GAME_NAMES = {"hinge": Game.HINGE, "ls": Game.LEAST_SQUARES, "original": Game.NON_SATURATING, "w": Game.WASSERSTEIN}


def generator_config(opt: dict[str, Any]) -> SpadeConfig:
    """Read the authors' options."""
    upsampling = Upsampling(opt["num_upsampling_layers"])
    times = {Upsampling.NORMAL: 32, Upsampling.MORE: 64, Upsampling.MOST: 128}[upsampling]
    across = opt["crop_size"] // times
    norm = re.search(r"spade(\D+)(\d+)x\d+", opt["norm_G"])
    assert norm is not None
    config = SpadeConfig(
        classes=tuple(f"class {i}" for i in range(opt["label_nc"])),
        unknown=opt["contain_dontcare_label"],
        edges=not opt["no_instance"],
        resolution=across * times,
        height=0 if opt["aspect_ratio"] == 1.0 else round(across / opt["aspect_ratio"]) * times,
        img_channels=opt["output_nc"],
        width=opt["ngf"],
        upsampling=upsampling,
        normalization=NORMS[norm[1]],
        kernel=int(norm[2]),
        spectral="spectral" in opt["norm_G"],
        z_dim=opt["z_dim"] if opt["use_vae"] else 0,
    )
    assert config.planes == opt["semantic_nc"]
    return config


def patch_norm(name: str) -> PatchNorm:
    """Read the authors' name of a normalisation outside the generator's blocks."""
    outputs = name.removeprefix("spectral")
    return PatchNorm(NORMS.get(outputs, Normalization.NONE), name.startswith("spectral"))


def generator_of(case: Case, tensors: Tensors, dtype: torch.dtype) -> GeneratorNetwork:
    config = generator_config(case.info["opt"])
    network = GeneratorNetwork(config).eval()
    network.load_state_dict(tensors, strict=True)
    return network.to(dtype)


def planes(case: Case, config: SpadeConfig, dtype: torch.dtype) -> torch.Tensor:
    inputs = case.part("in/")
    numbers = inputs["instance"][:, 0].long() if config.edges else None
    maps = inputs["label"][:, 0].long()
    return planes_of(maps, len(config.classes), unknown=config.unknown, instances=numbers).to(dtype)


def walked(network: GeneratorNetwork, given: torch.Tensor, z: torch.Tensor | None) -> tuple[torch.Tensor, Tensors]:
    """Return the pictures, and what every layer leaves by its published name."""
    seen: Tensors = {}

    def note(name: str) -> Any:
        return lambda _module, _args, output: seen.update({f"act/{name}": output})

    hooks = [module.register_forward_hook(note(name)) for name, module in network.named_children()]
    pictures = network(given, z)
    for hook in hooks:
        hook.remove()
    return pictures, seen


@both_types
@pytest.mark.parametrize("case", cases(SPADE_GENERATOR))
@torch.no_grad()
def test_generator(case: Case, dtype: torch.dtype) -> None:
    network, expected = generator_of(case, case.part("param/"), dtype), case.part("out/")
    config, z = network.config, case.inputs(dtype).get("z")
    given = planes(case, config, dtype)
    pictures, seen = walked(network, given, z)
    ours = {name: tensor for name, tensor in seen.items() if name in expected}
    ours["img"], ours["semantics_sum_per_channel"] = pictures, given.sum(dim=(2, 3))
    ours["edge_map_first"] = given[:1, -1:] if config.edges else given[:1, :1]  # what the files keep there
    ours["spade_head0_norm0"] = network.block(network.plans[0]).norm_0(seen["act/head_0"][:1], given[:1])
    if dtype == torch.float32:
        settled = SettledNetwork(network).eval()(given, z)
        assert not deviations(case, {"img": settled}, dtype)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    trained = network.train()(given, z)
    apart = 4 if case.info["opt"]["crop_size"] >= 128 else 1
    ours["img_train_mode"] = trained[:, :, ::apart, ::apart]
    for name, tensor in network.state_dict().items():
        named = f"after_train_forward/{name.replace('param_free_norm.', '')}"
        if named in expected:
            ours[named] = tensor
            assert not torch.equal(tensor, before[name])
    assert ours.keys() == expected.keys()
    assert not deviations(case, shortened(ours, case), dtype)


@pytest.mark.parametrize("case", cases(SPADE_GENERATOR))
def test_shapes_show_the_generator(case: Case) -> None:
    config = generator_config(case.info["opt"])
    found = recognise({name: tuple(tensor.shape) for name, tensor in case.part("param/").items()})
    assert found is not None
    assert (found.planes, found.width, found.kernel, found.z_dim) == (
        config.planes, config.width, config.kernel, config.z_dim,
    )  # fmt: skip
    assert (found.normalization, found.spectral, found.hidden) == (
        config.normalization, config.spectral, config.hidden,
    )  # fmt: skip


@both_types
@pytest.mark.parametrize("case", cases(SPADE_ENCODER))
@torch.no_grad()
def test_encoder(case: Case, dtype: torch.dtype) -> None:
    tensors, inputs = case.part("param/"), case.inputs(dtype)
    found = encoder_of({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    assert found is not None
    width, layers, norm = found
    assert width == case.info["opt"]["ngf"]
    assert norm == patch_norm(case.info["opt"]["norm_E"])
    encoder = StyleEncoder(inputs["img"].shape[1], width, layers, len(tensors["fc_mu.bias"]), norm).eval()
    encoder.load_state_dict(tensors, strict=True)
    mean, log_variance = encoder.to(dtype)(inputs["img"])
    ours = {"mu": mean, "logvar": log_variance, "z": drawn_style(mean, log_variance, inputs["eps"])}
    ours["kld"] = kl_from_normal(mean, log_variance).sum().reshape(1)
    assert ours.keys() == case.part("out/").keys()
    assert not deviations(case, ours, dtype)


@both_types
@pytest.mark.parametrize("case", cases(SPADE_LOSSES))
def test_discriminators_and_losses(case: Case, dtype: torch.dtype) -> None:
    opt, inputs, expected = case.info["opt"], case.inputs(dtype), case.part("out/")
    generator = generator_of(case, case.part("param/G."), dtype)
    tensors = case.part("param/D.")
    config = SpadeDiscriminatorConfig(
        opt["semantic_nc"], opt["output_nc"], opt["ndf"], opt["n_layers_D"], opt["num_D"], patch_norm(opt["norm_D"])
    )
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    assert recognise_discriminator(shapes, opt["output_nc"]) == config
    judge = Discriminator(config).eval()
    judge.load_state_dict(tensors, strict=True)
    judge.to(dtype)
    given = planes(case, generator.config, dtype)
    fake = generator(given, inputs.get("z"))
    both = judge(torch.cat([given, given]), torch.cat([fake, inputs["real"]]))
    fakes = [[features.chunk(2)[0] for features in scale] for scale in both]
    reals = [[features.chunk(2)[1] for features in scale] for scale in both]
    ours: Tensors = {"fake": fake}
    for number, (of_fake, of_real) in enumerate(zip(fakes, reals, strict=True)):
        ours.update({f"D_fake/scale{number}/layer{i}": features for i, features in enumerate(of_fake)})
        ours[f"D_real/scale{number}/logits"] = of_real[-1]
    for name, chosen in GAME_NAMES.items():
        game, doubled = GAMES[chosen], 2.0 if chosen is Game.LEAST_SQUARES else 1.0  # theirs has no half
        sides = {"G_GAN": (game.generator, fakes), "D_fake": (game.fake, fakes), "D_real": (game.real, reals)}
        for side, (term, judged) in sides.items():
            values = torch.stack([term(scale[-1]).mean() for scale in judged])
            ours[f"{name}/{side}"] = values.mean().reshape(1) * doubled
    matching = matched_features(fakes, reals) * opt["lambda_feat"]
    ours["G_feature_matching"] = matching.reshape(1)
    total = ours["hinge/G_GAN"].sum() + (0.0 if opt["no_ganFeat_loss"] else matching)
    total.backward()  # type: ignore[no-untyped-call]
    for name, parameter in generator.named_parameters():
        if f"grad_total/{name}" in expected:
            assert parameter.grad is not None
            ours[f"grad_total/{name}"] = parameter.grad
    ours = {name: tensor for name, tensor in ours.items() if name in expected}
    assert ours.keys() == expected.keys()
    assert not deviations(case, shortened(ours, case), dtype)


def test_planes_are_resized_as_the_published_networks_do() -> None:
    maps = torch.arange(16).reshape(1, 1, 4, 4).float()
    assert torch.equal(resized_planes(maps, (2, 2)), maps[:, :, ::2, ::2])
