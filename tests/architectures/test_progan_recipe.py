"""ProGAN grows on schedule: what is drawn, what learns, and when optimizers forget."""

from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.progan.recipe import TINY, ProGANOptions, ProGANRecipe, UnsuitableOptionsError, growth_of
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


@pytest.mark.parametrize(
    ("options", "facts", "words"),
    [
        (OPTIONS, replace(FACTS, resolution=24), "24"),
        (OPTIONS, replace(FACTS, resolution=64), "3 widths"),
        (replace(OPTIONS, batch=5), FACTS, "groups of 2"),
        (replace(OPTIONS, first_resolution=6), FACTS, "first_resolution"),
    ],
)
def test_what_cannot_work_is_refused(options: ProGANOptions, facts: DataFacts, words: str) -> None:
    with pytest.raises(UnsuitableOptionsError, match=words):
        recipe_of(options, facts)
