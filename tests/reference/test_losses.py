"""Losses, penalties and the phases of StyleGAN2's recipe against the numbers of their authors' code."""

from dataclasses import dataclass, field

import pytest
import torch

from ganstudio.architectures.stylegan2.networks import Wiring, channel_plan
from ganstudio.architectures.stylegan2.recipe import StyleGAN2Recipe
from ganstudio.architectures.stylegan2.recipe_options import StyleGAN2Options
from ganstudio.core.recipe import Batch, DataFacts, Draws, Losses
from ganstudio.losses.adversarial import GAMES, Adversarial, Game
from ganstudio.losses.penalties import (
    between,
    input_gradients,
    moved_mean,
    one_centred,
    path_lengths,
    path_penalty,
    zero_centred,
)
from tests.reference.published_config import discriminator_config, generator_config, with_square_filters
from tests.reference.reference_case import LOSSES, Case, Tensors, cases, deviations

pytestmark = pytest.mark.reference
FILES = pytest.mark.parametrize("case", cases(LOSSES))
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


@dataclass(frozen=True, slots=True)
class GivenDraws(Draws):
    """Draws that were made before."""

    given: Tensors = field(default_factory=dict)

    def normal(self, name: str, *shape: int) -> torch.Tensor:
        rows = self.given[name]
        assert rows.shape[1:] == shape
        return rows


def recipe_of(case: Case, dtype: torch.dtype, interval: int) -> StyleGAN2Recipe:
    """Return the recipe with a file's networks; an interval of 1 joins main losses and regularisers."""
    info, plan = case.info, channel_plan(16, 256, 12)
    options = StyleGAN2Options(
        batch=4, z_dim=12, w_dim=14, mapping_layers=2, channels=plan, use_noise=False, style_mixing=0.0,
        generator_wiring=Wiring.SKIP, discriminator_wiring=Wiring.RESIDUAL, r1_gamma=info["loss"]["r1_gamma"],
        path_weight=info["loss"]["pl_weight"], path_decay=info["loss"]["pl_decay"],
        path_batch_shrink=info["loss"]["pl_batch_shrink"], d_reg_interval=interval, g_reg_interval=interval,
    )  # fmt: skip
    recipe = StyleGAN2Recipe(options, DataFacts(16, 3, 0, 100))
    assert recipe.config() == generator_config(info["G_ctor"])
    assert recipe.discriminator_config() == discriminator_config(info["D_ctor"])
    for name, network in (("G.", recipe.generator), ("D.", recipe.discriminator)):
        network.load_state_dict(with_square_filters(case.part(f"param/{name}")), strict=True)
    for network in recipe.networks().values():
        network.to(dtype)
    recipe.paths.mean.fill_(info["loss"]["pl_mean_before"])
    return recipe


def batch_of(case: Case, dtype: torch.dtype) -> Batch:
    """Return the real pictures with the latents and the direction of a file."""
    inputs = case.inputs(dtype)
    spare = torch.zeros_like(inputs["pl_y"])  # rows of the direction that path lengths do not use
    given = {"z": inputs["z"], "direction": torch.cat([inputs["pl_y"], spare])}
    return Batch(inputs["real"], None, GivenDraws(0, 0, total=4, given=given))


def run_phase(recipe: StyleGAN2Recipe, name: str, batch: Batch) -> tuple[Losses, Tensors]:
    """Return a phase's losses, and all gradients of the network that it trains."""
    phase = next(phase for phase in recipe.phases() if phase.name == name)
    losses = phase.losses(batch, 0)
    torch.stack(list(losses.minimised.values())).sum().backward()  # type: ignore[no-untyped-call]
    network = recipe.networks()[phase.trains[0]]
    return losses, {key: p.grad for key, p in network.named_parameters() if p.grad is not None}


@PRECISIONS
@FILES
@pytest.mark.parametrize("name", ["Gmain", "Greg", "Dmain", "Dreg", "Gboth", "Dboth"])
def test_every_phase_and_its_gradients(case: Case, dtype: torch.dtype, name: str) -> None:
    interval = 1 if name.endswith("both") else 4
    recipe = recipe_of(case, dtype, interval)
    losses, gradients = run_phase(recipe, name, batch_of(case, dtype))
    gain = 1.0 / interval if name.endswith("reg") else 1.0  # the file's phases have a gain of one
    wanted = [key.removeprefix(f"grad/{name}/") for key in case.part("out/") if key.startswith(f"grad/{name}/")]
    assert wanted
    ours = {f"grad/{name}/{key}": gradients[key] * gain for key in wanted}
    ours[f"grad_sqnorm/{name}"] = sum(g.square().sum() for g in gradients.values()).reshape(1) * gain**2
    if name == "Gmain":
        ours["w_avg_after_Gmain"] = recipe.generator.mapping.w_avg
        ours["Gmain/Loss/scores/fake"] = losses.observed["logits_fake"].flatten()
    if name == "Greg":
        ours["Greg/pl_mean_after"] = recipe.paths.mean.reshape(1)
    if name == "Dmain":
        ours["Dmain/Loss/scores/fake"] = losses.observed["logits_fake"].flatten()
        ours["Dmain/Loss/scores/real"] = losses.observed["logits_real"].flatten()
    if name == "Dreg":
        ours["Dreg/Loss/r1_penalty"] = losses.observed["gradient"]
    assert not deviations(case, ours, dtype)


@PRECISIONS
@FILES
def test_values_of_every_sample(case: Case, dtype: torch.dtype) -> None:
    recipe, batch = recipe_of(case, dtype, 4), batch_of(case, dtype)
    outputs, ours, weight = case.part("out/"), dict[str, torch.Tensor](), case.info["loss"]
    game = GAMES[Game.NON_SATURATING]
    fake, real = outputs["Dmain/Loss/scores/fake"].to(dtype), outputs["Dmain/Loss/scores/real"].to(dtype)
    ours["Dmain/Loss/D/loss"] = game.fake(fake) + game.real(real)
    ours["Gmain/Loss/G/loss"] = game.generator(outputs["Gmain/Loss/scores/fake"].to(dtype))
    images = batch.images.clone().requires_grad_()
    logits = recipe.discriminator(images)
    penalty = zero_centred(input_gradients(logits, images))
    ours["Dreg/Loss/scores/real"], ours["Dreg/Loss/r1_penalty"] = logits.flatten(), penalty
    ours["Dreg/Loss/D/reg"] = penalty * weight["r1_gamma"] / 2
    assert not deviations(case, ours, dtype)


@PRECISIONS
@FILES
def test_path_lengths_of_every_sample(case: Case, dtype: torch.dtype) -> None:
    recipe, weight = recipe_of(case, dtype, 4), case.info["loss"]
    inputs = case.inputs(dtype)
    ws = recipe.generator.mapping(inputs["z"][:2], None)[:, None].expand(-1, 6, -1)
    lengths = path_lengths(recipe.generator.synthesis(ws, (None,) * 6), ws, inputs["pl_y"])
    mean = moved_mean(torch.tensor(weight["pl_mean_before"], dtype=dtype), lengths.mean(), weight["pl_decay"])
    penalty = path_penalty(lengths, mean)
    ours = {"Greg/Loss/pl_penalty": penalty, "Greg/Loss/G/reg": penalty * weight["pl_weight"]}
    assert not deviations(case, ours | {"Greg/pl_mean_after": mean.reshape(1)}, dtype)


@PRECISIONS
@FILES
def test_other_games_and_penalties(case: Case, dtype: torch.dtype) -> None:
    inputs, recipe = case.inputs(dtype), recipe_of(case, dtype, 4)
    fake, real = inputs["logits_fake"], inputs["logits_real"]
    logistic, hinge, wasserstein = GAMES[Game.NON_SATURATING], GAMES[Game.HINGE], GAMES[Game.WASSERSTEIN]
    ours = {
        **{f"ganzoo_logistic_{k}": v for k, v in means(logistic, real, fake).items()},
        **{f"ganzoo_wgangp_{k}": v * len(real) for k, v in means(wasserstein, real, fake).items()},
        **{f"hinge_{k}": v for k, v in sides(means(hinge, real, fake)).items()},
        **{f"nonsat_{k}": v for k, v in sides(means(logistic, real, fake)).items()},
    }
    mixed = between(inputs["real"], inputs["fake"], inputs["gp_alpha"])
    gradients = input_gradients(recipe.discriminator(mixed), mixed)
    ours["wgan_gp_sum_weight10"] = 10 * one_centred(gradients).sum()
    ours["wgan_gp_mean_lambda10"] = 10 * one_centred(gradients, offset=1e-16).mean()
    images = inputs["real"].clone().requires_grad_()
    ours["logistic_gp_weight5"] = 5 * zero_centred(input_gradients(recipe.discriminator(images), images)).mean()
    assert not deviations(case, {name: value.reshape(1) for name, value in ours.items()}, dtype)


def means(game: Adversarial, real: torch.Tensor, fake: torch.Tensor) -> Tensors:
    """Return the means of a game's three terms."""
    return {"real": game.real(real).mean(), "fake": game.fake(fake).mean(), "gen": game.generator(fake).mean()}


def sides(values: Tensors) -> Tensors:
    """Return the same values by the network that minimises them."""
    return {"D_real": values["real"], "D_fake": values["fake"], "G": values["gen"]}
