"""StyleGAN2 taught by a generator whose latents are known."""

import dataclasses

import pytest
import torch

from ganstudio.architectures.stylegan2.recipe import StyleGAN2Recipe
from ganstudio.architectures.stylegan2.recipe_networks import UnsuitableOptionsError
from ganstudio.architectures.stylegan2.recipe_options import PRESETS
from ganstudio.architectures.stylegan2.teaching import NoTeacherError, Teaching
from ganstudio.core.recipe import Batch, DataFacts, Draws

FACTS = DataFacts(16, 3, 0, 100)
TAUGHT = dataclasses.replace(PRESETS["tiny"], adversarial=False, taught_weight=2.0, generator_lr=0.01)


def lesson(step: int, count: int = 8) -> Batch:
    """Pictures in one colour that three values of z decide."""
    draws = Draws(3, step, count)
    z = draws.normal("teacher", 16)
    images = torch.tanh(z[:, :3, None, None]).expand(-1, 3, 16, 16).contiguous()
    return Batch(images, None, draws, latents=z)


def test_it_learns_to_draw_what_the_teacher_draws() -> None:
    torch.manual_seed(1)
    recipe = StyleGAN2Recipe(TAUGHT, FACTS)
    (phase,) = recipe.phases()
    assert phase.trains == ("generator",)
    optimizer = recipe.optimizers()[phase.optimizer]
    distances = []
    for step in range(120):
        losses = phase.losses(lesson(step), step * 8)
        loss = losses.minimised["taught"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        distances.append(float(losses.observed["distance"].mean()))
        assert float(loss.detach()) == pytest.approx(2.0 * distances[-1])
    assert sum(distances[-10:]) < 0.7 * sum(distances[:10])
    assert recipe.generator.mapping.w_avg.abs().sum() > 0


def test_the_lesson_can_stand_beside_the_game() -> None:
    recipe = StyleGAN2Recipe(dataclasses.replace(TAUGHT, adversarial=True), FACTS)
    assert [phase.name for phase in recipe.phases()] == ["Gtaught", "Gmain", "Greg", "Dmain", "Dreg"]


def test_no_lesson_without_latents_that_fit() -> None:
    recipe = StyleGAN2Recipe(TAUGHT, FACTS)
    batch = lesson(0)
    with pytest.raises(NoTeacherError, match="--mirror"):
        recipe.taught_losses(dataclasses.replace(batch, latents=None), 0)
    with pytest.raises(NoTeacherError, match="set z_dim to 5"):
        recipe.taught_losses(dataclasses.replace(batch, latents=torch.zeros(8, 5)), 0)
    with pytest.raises(UnsuitableOptionsError, match="Nothing is left to learn"):
        StyleGAN2Recipe(dataclasses.replace(TAUGHT, taught_weight=0.0), FACTS)


def test_distances_are_zero_for_equal_pictures_and_count_every_part() -> None:
    teaching = Teaching(64)
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert teaching(pictures, pictures).abs().max() < 1e-6
    darker = (pictures - 0.5).clamp(-1, 1)
    with_lpips, without = teaching(pictures, darker), Teaching(32)(pictures, darker)
    assert (with_lpips > without).all()
    fine = pictures + 0.5 * (-1.0) ** torch.arange(64)  # stripes that vanish at 16 px
    assert Teaching(32)(pictures, fine) == pytest.approx(torch.full((2,), 0.5), abs=1e-5)
