"""ProGAN grows on schedule: what is drawn, what learns, and when optimizers forget."""

from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.progan.recipe import (
    PRESETS,
    TINY,
    ProGANOptions,
    ProGANRecipe,
    UnsuitableOptionsError,
    growth_of,
)
from ganstudio.core.recipe import Batch, DataFacts, Draws, Phase

FACTS = DataFacts(resolution=16, img_channels=3, c_dim=0, count=64)
OPTIONS = replace(TINY, channels=(9, 8, 7), steady_images=8, fade_images=8)


def recipe_of(options: ProGANOptions = OPTIONS, facts: DataFacts = FACTS) -> ProGANRecipe:
    torch.manual_seed(5)
    return ProGANRecipe(options, facts)


def batch_of(step: int, count: int = 4, side: int = 16) -> Batch:
    images = torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(step)) * 2 - 1
    return Batch(images, None, Draws(3, step, count))


def update(recipe: ProGANRecipe, phase: Phase, batch: Batch, images_seen: int) -> dict[str, float]:
    for name, network in recipe.networks().items():
        network.requires_grad_(name in phase.trains)
    optimizer = recipe.optimizers()[phase.optimizer]
    optimizer.zero_grad(set_to_none=True)
    losses = phase.losses(batch, images_seen).minimised
    torch.stack(list(losses.values())).sum().backward()
    optimizer.step()
    return {name: float(value.detach()) for name, value in losses.items()}


def test_growing_from_4_to_16_trains_everything_in_its_turn() -> None:
    recipe = recipe_of()
    networks = recipe.networks()
    state = {f"{n}.{k}": p for n, m in networks.items() for k, p in m.named_parameters()}
    moved_at: dict[str, set[float]] = {name: set() for name in state}
    levels = []
    for step in range(10):
        before = {name: p.detach().clone() for name, p in state.items()}
        for phase in recipe.phases():
            losses = update(recipe, phase, batch_of(step), 4 * step)
            assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())
        levels.append(float(networks["generator"].lod))
        assert float(networks["discriminator"].lod) == levels[-1]
        for name, p in state.items():
            if not torch.equal(p, before[name]):
                moved_at[name].add(levels[-1])
    assert levels == [2.0, 2.0, 2.0, 1.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    assert moved_at["generator.b4.conv.weight"] == moved_at["discriminator.b4.out.weight"] == {2.0, 1.5, 1.0, 0.5, 0.0}
    assert moved_at["generator.b8.conv0.weight"] == {1.5, 1.0, 0.5, 0.0}
    assert moved_at["discriminator.b16.conv1.weight"] == {0.5, 0.0}
    assert moved_at["generator.b4.torgb.weight"] == moved_at["discriminator.b4.fromrgb.bias"] == {2.0, 1.5}
    assert moved_at["generator.b8.torgb.weight"] == moved_at["discriminator.b8.fromrgb.weight"] == {1.5, 1.0, 0.5}
    assert moved_at["generator.b16.torgb.weight"] == {0.5, 0.0}


@pytest.mark.parametrize("reset", [True, False])
def test_optimizers_forget_when_layers_come_or_go(reset: bool) -> None:
    recipe = recipe_of(replace(OPTIONS, reset_optimizers=reset, fade_images=12))
    network, optimizer = recipe.networks()["generator"], recipe.optimizers()["generator"]
    ages = []
    for step in range(6):
        update(recipe, recipe.phases()[1], batch_of(step), 4 * step)
        ages.append(int(optimizer.state[network.get_parameter("b4.conv.weight")]["step"]))
    assert ages == ([1, 2, 3, 1, 2, 1] if reset else [1, 2, 3, 4, 5, 6])


def test_real_pictures_meet_the_critic_at_the_grown_resolution() -> None:
    recipe = recipe_of()
    seen: list[torch.Tensor] = []
    recipe.discriminator.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].detach().clone()))
    batch = batch_of(0)
    recipe.critic_losses(batch, 0)
    torch.testing.assert_close(seen[0], torch.nn.functional.avg_pool2d(batch.images, 4))
    assert all(x.shape == (4, 3, 4, 4) for x in seen)
    seen.clear()
    recipe.critic_losses(batch, 12)
    half = torch.nn.functional.avg_pool2d(batch.images, 2)
    older = torch.nn.functional.avg_pool2d(half, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(seen[0], 0.5 * half + 0.5 * older)


def test_the_losses_are_the_papers() -> None:
    recipe, batch = recipe_of(), batch_of(1)
    found = recipe.critic_losses(batch, 10**6).minimised
    critic, generator = recipe.discriminator, recipe.generator
    with torch.no_grad():
        real = critic(batch.images, 0.0)
        fakes = generator(batch.draws.normal("z", recipe.z_dim), lod=0.0)
        fake = critic(fakes, 0.0)
    torch.testing.assert_close(found["real"] + found["fake"], fake.mean() - real.mean())
    torch.testing.assert_close(found["drift"].detach(), 0.001 * real.square().mean())
    share = batch.draws.uniform("share").reshape(-1, 1, 1, 1)
    mixed = (share * batch.images + (1 - share) * fakes).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(mixed, 0.0).sum(), mixed)
    expected = 10.0 * (gradient.flatten(1).norm(dim=1) - 1.0).square().mean()
    torch.testing.assert_close(found["gradient penalty"].detach(), expected)
    torch.testing.assert_close(recipe.generator_losses(batch, 10**6).minimised["fake"].detach(), -fake.mean())


def test_samples_show_how_far_a_run_has_come() -> None:
    recipe = recipe_of()
    z = torch.randn(2, recipe.z_dim)
    with torch.no_grad():
        young, grown = (recipe.sample(recipe.generator, z, None, images) for images in (0, 10**6))
    blocks = young.reshape(2, 3, 4, 4, 4, 4)
    assert torch.equal(blocks, blocks[:, :, :, :1, :, :1].expand_as(blocks))
    assert not torch.equal(young, grown)
    recipe.grow(12)
    assert recipe.read_outs() == {"lod": 1.5, "resolution": 8.0}


def test_both_phases_scale_with_the_length_of_the_run() -> None:
    schedule = growth_of(replace(OPTIONS, images=1000, growing_share=0.6), 16)
    assert schedule.lod(0) == 2.0
    assert schedule.lod(150) == 2.0
    assert schedule.lod(225) == pytest.approx(1.5)
    assert schedule.lod(599) > 0.0
    assert schedule.lod(600) == 0.0
    assert growth_of(replace(OPTIONS, first_resolution=64), 16).lod(0) == 0.0
    assert growth_of(ProGANOptions(), 1024).lod(1_200_000) == 7.0


def test_a_short_run_has_grown_up_after_a_third() -> None:
    schedule = growth_of(replace(PRESETS["faces-32"], images=60_000), 32)
    assert (schedule.first, schedule.last) == (8, 32)
    assert [schedule.resolution(images) for images in (0, 6000, 16_000, 20_000)] == [8, 8, 16, 32]
    assert schedule.lod(20_400) == 0.0 < schedule.lod(20_000)


def distance_to_two_colours(learning_rate: float) -> float:
    """Train 150 steps on pictures that are all blue or all its opposite; how far are drawn ones from the nearer?"""
    blue = torch.tensor([-0.5, -0.2, 0.8])[:, None, None].expand(3, 4, 4)
    options = replace(PRESETS["faces-32"], channels=(16,), z_dim=8, batch=8, learning_rate=learning_rate)
    recipe = recipe_of(options, replace(FACTS, resolution=4))
    for step in range(150):
        coins = torch.rand(8, 1, 1, 1, generator=torch.Generator().manual_seed(step))
        pictures = torch.where(coins < 0.5, blue, -blue)
        for phase in recipe.phases():
            update(recipe, phase, Batch(pictures, None, Draws(3, step, 8, scope=phase.name)), 8 * step)
    with torch.no_grad():
        drawn = recipe.generator(torch.randn(64, 8, generator=torch.Generator().manual_seed(1)), lod=0.0)
    either = torch.stack([(drawn - colour).square().mean(dim=(1, 2, 3)) for colour in (blue, -blue)])
    return float(either.amin(dim=0).mean())


def test_the_short_presets_rate_learns_in_steps_that_leave_the_papers_at_noise() -> None:
    short, paper = (distance_to_two_colours(o.learning_rate) for o in (PRESETS["faces-32"], PRESETS["paper"]))
    assert short < 0.3
    assert paper > 2.0 * short


@pytest.mark.parametrize(
    ("options", "facts", "words"),
    [
        (OPTIONS, replace(FACTS, resolution=24), "24"),
        (OPTIONS, replace(FACTS, resolution=64), "3 widths"),
        (replace(OPTIONS, batch=5), FACTS, "groups of 2"),
        (replace(OPTIONS, batch_up_to=((4, 10),)), FACTS, "no multiple of the batch of 4"),
        (replace(OPTIONS, first_resolution=6), FACTS, "first_resolution"),
    ],
)
def test_what_cannot_work_is_refused(options: ProGANOptions, facts: DataFacts, words: str) -> None:
    with pytest.raises(UnsuitableOptionsError, match=words):
        recipe_of(options, facts)
