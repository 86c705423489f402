"""Training SRGAN: pixels first, what relativistic judging compares, samples, and data that do not fit."""

import dataclasses

import pytest
import torch

from ganstudio.architectures.srgan.networks import Design
from ganstudio.architectures.srgan.recipe import PRESETS, SRGANRecipe, UnsuitableDataError
from ganstudio.core.recipe import Batch, DataFacts, Draws

FACTS = DataFacts(32, 3, 0, 100)
PLAIN = dataclasses.replace(PRESETS["tiny"], content_weight=0.0)


def recipe_of(options: object = PLAIN) -> SRGANRecipe:
    torch.manual_seed(1)
    return SRGANRecipe(options, FACTS)  # type: ignore[arg-type]


def batch_of(count: int = 4) -> Batch:
    coarse = torch.rand(count, 3, 5, 5, generator=torch.Generator().manual_seed(5)) * 2 - 1
    images = torch.nn.functional.interpolate(coarse, 32, mode="bilinear")
    return Batch(images, None, Draws(3, 0, count))


def test_pixels_alone_come_first() -> None:
    recipe = recipe_of(dataclasses.replace(PLAIN, pretrain_images=100))
    recipe.batch(96)
    assert [phase.name for phase in recipe.phases()] == ["Gmain"]
    assert set(recipe.generator_losses(batch_of(), 96).minimised) == {"pixel"}
    recipe.batch(100)
    assert [phase.name for phase in recipe.phases()] == ["Dmain", "Gmain"]
    assert set(recipe.generator_losses(batch_of(), 100).minimised) == {"variation", "adversarial"}


def test_a_few_steps_come_closer() -> None:
    options = dataclasses.replace(PLAIN, design=Design.PLAIN, pretrain_images=1000, generator_lr=0.005)
    recipe, found = recipe_of(options), []
    for _ in range(25):
        losses = recipe.generator_losses(batch_of(), 0)
        recipe.optimizers()["generator"].zero_grad()
        losses.minimised["pixel"].backward()  # type: ignore[no-untyped-call]
        recipe.optimizers()["generator"].step()
        found.append(float(losses.observed["psnr"].mean()))
    assert found[-1] > found[0] + 3


def test_relativistic_judging_sees_differences_alone() -> None:
    recipe = recipe_of(dataclasses.replace(PLAIN, relativistic=True, adversarial_weight=1.0))
    last = list(recipe.discriminator.net)[-1]
    assert isinstance(last, torch.nn.Conv2d)
    assert last.bias is not None
    before = recipe.judge_losses(batch_of(), 0).minimised, recipe.generator_losses(batch_of(), 0).minimised
    with torch.no_grad():
        last.bias.add_(7.0)
    after = recipe.judge_losses(batch_of(), 0).minimised, recipe.generator_losses(batch_of(), 0).minimised
    for old, new in zip(before, after, strict=True):
        for name in old:
            torch.testing.assert_close(new[name], old[name], rtol=1e-3, atol=1e-5)
    plain = recipe_of(dataclasses.replace(PLAIN, adversarial_weight=1.0))
    assert float(plain.judge_losses(batch_of(), 0).minimised["real"].detach()) > 0


def test_samples_show_small_and_enlarged_pictures_in_turn() -> None:
    recipe, batch = recipe_of(), batch_of()
    recipe.generator_losses(batch, 0)
    shown = recipe.sample(recipe.generator, torch.zeros(6, 1), None, 0)
    assert shown.shape == (6, 3, 32, 32)
    small = recipe.shrunk(batch.images)
    assert torch.equal(shown[0, :, ::4, ::4], small[0])
    assert torch.equal(shown[4, :, 1::4, 2::4], small[2])
    torch.testing.assert_close(shown[1], (recipe.generator((small[:1] + 1) / 2) * 2 - 1)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("side", "scale"), [(36, 4), (8, 4), (32, 3), (32, 16)])
def test_data_that_do_not_fit(side: int, scale: int) -> None:
    with pytest.raises(UnsuitableDataError, match=f"Pictures of {side} px"):
        SRGANRecipe(dataclasses.replace(PRESETS["tiny"], scale=scale), DataFacts(side, 3, 0, 10))
