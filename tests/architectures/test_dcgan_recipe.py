"""Training DCGAN: its game, its outputs, its averages, data that do not fit."""

import dataclasses

import pytest
import torch

from ganstudio.architectures.dcgan.networks import Output
from ganstudio.architectures.dcgan.recipe import PRESETS, DCGANRecipe, UnsuitableDataError
from ganstudio.core.recipe import Batch, DataFacts, Draws
from ganstudio.losses.adversarial import Game

TINY = PRESETS["tiny"]
FACTS = DataFacts(16, 3, 0, 100)


def batch_of(count: int = 4) -> Batch:
    return Batch(torch.rand(count, 3, 16, 16) * 2 - 1, None, Draws(3, 0, count))


def test_the_paper_s_network_and_optimizer() -> None:
    recipe = DCGANRecipe(PRESETS["paper"], DataFacts(64, 3, 0, 100))
    assert recipe.config().channels == (1024, 512, 256, 128)
    assert recipe.discriminator_config().channels == (64, 128, 256, 512)
    for optimizer in recipe.optimizers().values():
        assert optimizer.param_groups[0]["lr"] == 0.0002
        assert optimizer.param_groups[0]["betas"] == (0.5, 0.999)
    assert PRESETS["paper"].batch == 128
    assert recipe.averaging()["generator"].half_life == 0.0


def test_minimax_and_non_saturating_differ_in_the_generator_alone() -> None:
    batch, losses = batch_of(), {}
    for game in (Game.MINIMAX, Game.NON_SATURATING):
        torch.manual_seed(0)
        recipe = DCGANRecipe(dataclasses.replace(TINY, game=game), FACTS)
        judged = recipe.judge_losses(batch, 0).minimised
        losses[game] = (judged["real"].item(), judged["fake"].item(), recipe.generator_losses(batch, 0))
    minimax, other = losses[Game.MINIMAX], losses[Game.NON_SATURATING]
    assert minimax[:2] == other[:2]
    assert minimax[2].minimised["loss"] < 0 < other[2].minimised["loss"]


@pytest.mark.parametrize("output", list(Output))
def test_either_output_draws_between_minus_one_and_one(output: Output) -> None:
    recipe = DCGANRecipe(dataclasses.replace(TINY, output=output), FACTS)
    pictures = recipe.sample(recipe.generator.eval(), torch.randn(5, 8) * 50, None, 0)
    assert pictures.shape == (5, 3, 16, 16)
    assert pictures.abs().max() <= 1
    assert pictures.min() < 0 < pictures.max()


def test_a_few_steps_tell_constant_pictures_from_noise() -> None:
    recipe = DCGANRecipe(dataclasses.replace(TINY, discriminator_lr=0.005), FACTS)
    white = Batch(torch.ones(4, 3, 16, 16) * 0.9, None, Draws(3, 0, 4))
    optimizer = recipe.optimizers()["discriminator"]
    sums = []
    for _ in range(15):
        optimizer.zero_grad()
        losses = recipe.judge_losses(white, 0)
        total = losses.minimised["real"] + losses.minimised["fake"]
        total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        sums.append(total.item())
    assert sums[-1] < 0.5 * sums[0]


@pytest.mark.parametrize("side", [0, 4, 20, 48, 100])
def test_other_sizes_are_refused(side: int) -> None:
    with pytest.raises(UnsuitableDataError, match=f"not {side}"):
        DCGANRecipe(TINY, DataFacts(side, 3, 0, 10))
