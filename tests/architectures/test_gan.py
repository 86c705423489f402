"""The perceptron GAN: both forms of its game, dropout, and learning a simple distribution."""

from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.gan import card, recognise
from ganstudio.architectures.gan.networks import Discriminator, GANConfig, GANDiscriminatorConfig, Output
from ganstudio.architectures.gan.recipe import TINY, GANOptions, GANRecipe
from ganstudio.core.recipe import Batch, DataFacts, Draws
from ganstudio.losses.adversarial import Game

FACTS = DataFacts(resolution=4, img_channels=1, c_dim=0, count=64)


def recipe_of(options: GANOptions = TINY) -> GANRecipe:
    torch.manual_seed(2)
    return GANRecipe(options, FACTS)


def batch_of(step: int, options: GANOptions) -> Batch:
    """Grey pictures of one brightness each, from -0.6 to 0.8."""
    levels = torch.rand(options.batch, 1, 1, 1, generator=torch.Generator().manual_seed(step)) * 1.4 - 0.6
    return Batch(levels.expand(-1, 1, 4, 4), None, Draws(1, step, options.batch))


@pytest.mark.parametrize("game", [Game.MINIMAX, Game.NON_SATURATING])
def test_the_losses_are_the_papers(game: Game) -> None:
    recipe = recipe_of(replace(TINY, game=game, dropout=0.0))
    batch = batch_of(0, recipe.options)
    with torch.no_grad():
        drawn = recipe.generator(batch.draws.normal("z", recipe.z_dim))
        real, fake = recipe.discriminator(batch.images).sigmoid(), recipe.discriminator(drawn).sigmoid()
    judged = recipe.judge_losses(batch, 0).minimised
    torch.testing.assert_close(judged["real"].detach(), -real.log().mean())
    torch.testing.assert_close(judged["fake"].detach(), -(1 - fake).log().mean())
    expected = (1 - fake).log().mean() if game is Game.MINIMAX else -fake.log().mean()
    torch.testing.assert_close(recipe.generator_losses(batch, 0).minimised["loss"].detach(), expected)


def test_the_discriminator_takes_k_steps_for_one() -> None:
    judge, generator = recipe_of(replace(TINY, discriminator_steps=3)).phases()
    assert (judge.interval, generator.interval) == (1, 3)


def test_dropout_leaves_out_units_and_keeps_the_mean() -> None:
    network = Discriminator(GANDiscriminatorConfig(resolution=4, widths=(4000,), dropout=0.5))
    images = torch.randn(2, 1, 4, 4)
    kept = torch.rand(2, 4000, generator=torch.Generator().manual_seed(0)) >= 0.5
    whole = torch.nn.functional.leaky_relu(network.layers[0](images.flatten(1)), 0.2)
    torch.testing.assert_close(network(images, [kept]), network.layers[1](whole * kept * 2.0))
    recipe = recipe_of(replace(TINY, dropout=0.5))
    batch = batch_of(0, recipe.options)
    masks = recipe._kept(batch, "real")
    assert masks is not None
    assert [mask.shape[1] for mask in masks] == list(TINY.discriminator_widths)
    assert recipe_of(replace(TINY, dropout=0.0))._kept(batch, "real") is None


def test_any_number_of_pixels_is_read_back() -> None:
    for config in (GANConfig(3, 7, 1, (5,)), GANConfig(9, 6, 3, (4, 5, 6), Output.SIGMOID)):
        shapes = {name: tuple(t.shape) for name, t in card.build(config).network.state_dict().items()}
        assert recognise(shapes) == replace(config, output=Output.TANH)
        assert recognise(shapes | {"extra.weight": (2, 2)}) is None
    odd = {"layers.0.weight": (5, 3), "layers.0.bias": (5,), "layers.1.weight": (7, 5), "layers.1.bias": (7,)}
    assert recognise(odd) is None


def test_it_learns_the_brightness_of_pictures() -> None:
    options = GANOptions(
        batch=64, z_dim=4, generator_widths=(32, 32), discriminator_widths=(32, 32), generator_lr=0.002,
        discriminator_lr=0.002, dropout=0.0,
    )  # fmt: skip
    recipe = recipe_of(options)
    z = torch.randn(512, 4, generator=torch.Generator().manual_seed(9))
    for step in range(200):
        batch = batch_of(step, options)
        for phase in recipe.phases():
            for name, network in recipe.networks().items():
                network.requires_grad_(name in phase.trains)
            optimizer = recipe.optimizers()[phase.optimizer]
            optimizer.zero_grad()
            losses = phase.losses(replace(batch, draws=replace(batch.draws, scope=phase.name)), 64 * step)
            torch.stack(list(losses.minimised.values())).sum().backward()
            optimizer.step()
    with torch.no_grad():
        pictures = recipe.sample(recipe.generator, z, None, 0)
    levels = pictures.mean(dim=(1, 2, 3))
    assert abs(levels.mean() - 0.1) < 0.2
    assert 0.2 < levels.std() < 0.6  # of U(-0.6, 0.8): 0.40
    assert (pictures.std(dim=(2, 3)) < 0.25).float().mean() > 0.8
