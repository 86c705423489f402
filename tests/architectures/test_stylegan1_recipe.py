"""Training StyleGAN: growing from 4 to 16 px, what each phase trains, mixing, and the schedule's effects."""

import copy
import dataclasses
from collections.abc import Iterator, Mapping

import pytest
import torch
from torch import nn

from ganstudio.architectures.stylegan.networks import GeneratorNetwork
from ganstudio.architectures.stylegan.recipe import StyleGANRecipe, UnsuitableOptionsError
from ganstudio.architectures.stylegan.recipe_options import PRESETS, TINY, StyleGANOptions
from ganstudio.core.recipe import Batch, DataFacts, Draws
from ganstudio.layers.growing import Growth
from ganstudio.losses.penalties import input_gradients

FACTS = DataFacts(resolution=16, img_channels=3, c_dim=0, count=100)
FACTS_64 = dataclasses.replace(FACTS, resolution=64)


def batch_of(recipe: StyleGANRecipe, facts: DataFacts, step: int, phase: str) -> Batch:
    """Random pictures, labels where there are any, and the step's draws."""
    size, random = recipe.options.batch, torch.Generator().manual_seed(step)
    images = torch.rand(size, facts.img_channels, facts.resolution, facts.resolution, generator=random) * 2 - 1
    labels = torch.eye(facts.c_dim)[torch.arange(size) % facts.c_dim] if facts.c_dim else None
    return Batch(images, labels, Draws(5, step, size, scope=phase))


def values(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in module.named_parameters()}


def moved(before: Mapping[str, torch.Tensor], module: nn.Module) -> set[str]:
    return {name for name, parameter in module.named_parameters() if not torch.equal(parameter, before[name])}


def trained(recipe: StyleGANRecipe, facts: DataFacts, steps: int) -> Iterator[tuple[int, dict[str, set[str]]]]:
    """Run steps; yield the images seen before each and the names of the parameters that each phase moved."""
    for step in range(steps):
        images_seen = step * recipe.options.batch
        changed = {}
        for phase in recipe.phases():
            for name, module in recipe.networks().items():
                module.requires_grad_(name in phase.trains)
            before = {name: values(module) for name, module in recipe.networks().items()}
            optimizer = recipe.optimizers()[phase.optimizer]
            optimizer.zero_grad()
            losses = phase.losses(batch_of(recipe, facts, step, phase.name), images_seen)
            assert all(torch.isfinite(loss) for loss in losses.minimised.values())
            torch.stack(list(losses.minimised.values())).sum().backward()
            optimizer.step()
            changed[phase.name] = {
                f"{name}.{key}" for name, module in recipe.networks().items() for key in moved(before[name], module)
            }
        recipe.update(images_seen + recipe.options.batch, {})
        yield images_seen, changed


def sides(names: set[str]) -> set[int]:
    """The resolutions of the blocks that parameters belong to."""
    return {int(part[1:]) for name in names for part in name.split(".") if part[0] == "b" and part[1:].isdigit()}


@pytest.mark.parametrize("c_dim", [0, 3])
def test_growing_trains_the_blocks_that_are_reached(c_dim: int) -> None:
    facts = dataclasses.replace(FACTS, c_dim=c_dim)
    recipe = StyleGANRecipe(dataclasses.replace(TINY, style_mixing=0.5), facts)
    networks = {name: {f"{name}.{key}" for key in values(module)} for name, module in recipe.networks().items()}
    seen = set()
    for images_seen, changed in trained(recipe, facts, 8):
        resolution = recipe.growth.resolution(images_seen)
        seen.add(resolution)
        for phase, network in (("G", "generator"), ("D", "discriminator")):
            assert changed[phase] <= networks[network]
            assert sides(changed[phase]) == {side for side in (4, 8, 16) if side <= resolution}
        if recipe.growth.lod(images_seen) == 0.0:
            colours = {"generator.synthesis.b4.torgb", "generator.synthesis.b8.torgb"}
            entrances = {"discriminator.b4.fromrgb", "discriminator.b8.fromrgb"}
            unused = {name for name in networks["generator"] if name.rpartition(".")[0] in colours}
            assert networks["generator"] - changed["G"] == unused
            unused = {name for name in networks["discriminator"] if name.rpartition(".")[0] in entrances}
            assert networks["discriminator"] - changed["D"] <= unused | {"discriminator.b4.out.bias"}
    assert seen == {4, 8, 16}
    assert recipe.read_outs() == {"lod": 0.0, "resolution": 16.0}


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_builds(name: str) -> None:
    options = PRESETS[name]
    small = dataclasses.replace(options, channels=(8, 6, 4), z_dim=8, w_dim=8, batch=4)
    recipe = StyleGANRecipe(small, dataclasses.replace(FACTS, img_channels=1))
    for _, changed in trained(recipe, dataclasses.replace(FACTS, img_channels=1), 1):
        assert all(changed.values())
    sampled = recipe.sample(recipe.generator, torch.randn(2, recipe.z_dim), None, 4)
    assert sampled.shape == (2, 1, 16, 16)
    config = recipe.config()
    assert config.use_styles == (name not in ("config-a", "config-b", "tiny-wasserstein"))
    assert config.use_noise == (name not in ("config-a", "config-b", "config-c", "config-d", "tiny-wasserstein"))
    assert config.n_latent == (6 if config.use_styles else 1)


def test_networks_of_the_paper_have_its_widths() -> None:
    with torch.device("meta"):
        full = StyleGANOptions(first_resolution=1024)
        recipe = StyleGANRecipe(full, DataFacts(1024, 3, 0, 1))
    assert recipe.config().channels == (512, 512, 512, 512, 256, 128, 64, 32, 16)
    millions = sum(parameter.numel() for parameter in recipe.generator.parameters()) / 1e6
    assert 26.1 < millions < 26.3  # table 1's text: 26.2 M


def test_the_schedule_follows_the_length_of_the_run() -> None:
    paper = StyleGANRecipe(dataclasses.replace(TINY, images=25_000_000, steady_share=0.024, fade_share=0.024), FACTS)
    assert paper.growth == Growth(4, 16, 600_000, 600_000)
    short = StyleGANRecipe(TINY, FACTS)
    lods = [short.growth.lod(images) for images in range(0, 33, 4)]
    assert lods == pytest.approx([2, 2, 1.5, 1, 1, 0.5, 0, 0, 0])


def test_moments_are_forgotten_and_rates_change_where_a_resolution_begins() -> None:
    recipe = StyleGANRecipe(TINY, FACTS)
    kept = {}
    for images_seen, _ in trained(recipe, FACTS, 7):
        after = images_seen + recipe.options.batch
        kept[after] = bool(recipe.optimizers()["generator"].state)
        rate = recipe.optimizers()["discriminator"].param_groups[0]["lr"]
        assert rate == (0.002 if recipe.growth.resolution(after) == 16 else 0.001)
    assert kept == {4: True, 8: False, 12: False, 16: True, 20: False, 24: False, 28: True}


def test_the_constant_begins_as_ones_or_at_random() -> None:
    ones, random = (
        StyleGANRecipe(dataclasses.replace(TINY, random_constant=chosen), FACTS).generator.get_parameter(
            "synthesis.b4.start.const"
        )
        for chosen in (False, True)
    )
    assert torch.equal(ones, torch.ones_like(ones))
    assert 0.8 < float(random.detach().std(dim=(1, 2)).mean()) < 1.1


def test_batches_of_the_authors_code_follow_the_resolution() -> None:
    recipe = StyleGANRecipe(dataclasses.replace(PRESETS["config-f"], channels=(8,) * 5, z_dim=8, w_dim=8), FACTS_64)
    assert [recipe.batch(millions * 1_000_000) for millions in (0, 1, 2, 4)] == [256, 128, 64, 32]


def test_second_styles_begin_at_the_crossover() -> None:
    recipe = StyleGANRecipe(dataclasses.replace(TINY, batch=64, style_mixing=0.75, mbstd_group=4), FACTS)
    batch = batch_of(recipe, FACTS, 0, "G")
    ws = recipe._ws(batch, 0.0, moves_average=False)
    first = recipe.generator.mapping(batch.draws.normal("z", 16), None)
    second = recipe.generator.mapping(batch.draws.normal("second z", 16), None)
    assert ws.shape == (64, 6, 12)
    crossovers = []
    for row, a, b in zip(ws, first, second, strict=True):
        is_first = [torch.equal(w, a) for w in row]
        assert is_first == sorted(is_first, reverse=True)
        assert all(torch.equal(w, b) for w, own in zip(row, is_first, strict=True) if not own)
        crossovers.append(sum(is_first))
    assert set(crossovers) == {1, 2, 3, 4, 5, 6}
    assert 8 <= crossovers.count(6) <= 26  # a quarter of 64 is not mixed
    lowest = recipe._ws(batch, 2.0, moves_average=False)
    assert all(torch.equal(row[0], a) for row, a in zip(lowest, first, strict=True))
    assert sum(not torch.equal(row[1], row[0]) for row in lowest) == 64 - crossovers.count(6)


def test_the_penalty_is_r1_at_the_present_resolution() -> None:
    recipe = StyleGANRecipe(TINY, FACTS)
    batch = batch_of(recipe, FACTS, 0, "D")
    losses = recipe.judge_losses(batch, 0).minimised
    reduced = nn.functional.avg_pool2d(batch.images, 4).requires_grad_(True)
    logits = recipe.discriminator(reduced, None, 2.0)
    penalty = input_gradients(logits, reduced).square().sum(dim=(1, 2, 3)).mean() * 5.0
    torch.testing.assert_close(losses["r1"], penalty)
    torch.testing.assert_close(losses["real"], nn.functional.softplus(-logits).mean())
    recipe = StyleGANRecipe(dataclasses.replace(TINY, r1_gamma=0.0), FACTS)
    assert "r1" not in recipe.judge_losses(batch, 0).minimised


def test_a_lazy_penalty_is_as_strong_and_its_optimizer_is_corrected() -> None:
    torch.manual_seed(1)
    every = StyleGANRecipe(TINY, FACTS)
    torch.manual_seed(1)
    lazy = StyleGANRecipe(dataclasses.replace(TINY, r1_interval=4), FACTS)
    assert [(phase.name, phase.interval) for phase in lazy.phases()] == [("D", 1), ("R1", 4), ("G", 1)]
    batch = batch_of(every, FACTS, 0, "D")
    assert "r1" not in lazy.judge_losses(batch, 0).minimised
    penalty = lazy.r1_losses(batch, 0).minimised["r1"]
    torch.testing.assert_close(penalty, 4 * every.judge_losses(batch, 0).minimised["r1"])
    group = lazy.optimizers()["discriminator"].param_groups[0]
    assert group["lr"] == pytest.approx(0.001 * 4 / 5)
    assert group["betas"] == pytest.approx((0.0, 0.99 ** (4 / 5)))
    assert lazy.optimizers()["generator"].param_groups[0]["betas"] == (0.0, 0.99)


def test_the_mean_w_moves_in_the_generators_phase_alone() -> None:
    recipe = StyleGANRecipe(TINY, FACTS)
    recipe.judge_losses(batch_of(recipe, FACTS, 0, "D"), 0)
    assert not recipe.generator.mapping.w_avg.any()
    batch = batch_of(recipe, FACTS, 0, "G")
    recipe.generator_losses(batch, 0)
    w = recipe.generator.mapping(batch.draws.normal("z", 16), None)
    torch.testing.assert_close(recipe.generator.mapping.w_avg, 0.005 * w.mean(dim=0).detach())


def test_samples_are_drawn_with_the_module_that_is_given() -> None:
    recipe = StyleGANRecipe(TINY, FACTS)
    other = copy.deepcopy(recipe.generator)
    assert isinstance(other, GeneratorNetwork)
    nn.init.constant_(other.synthesis.b4.torgb.bias, 9.0)
    z = torch.randn(1, 16)
    coarse = recipe.sample(other, z, None, 0)
    torch.testing.assert_close(coarse - recipe.sample(recipe.generator, z, None, 0), torch.full_like(coarse, 9.0))
    assert coarse.shape == (1, 3, 16, 16)
    assert torch.equal(coarse[:, :, ::4, ::4], coarse[:, :, 3::4, 3::4])


@pytest.mark.parametrize(
    ("options", "resolution", "sentence"),
    [
        (TINY, 24, "not 24"),
        (TINY, 64, "gives 4 widths where pictures of 64 px need 5"),
        (dataclasses.replace(TINY, batch=5), 16, "do not divide a batch of 5"),
        (dataclasses.replace(TINY, batch_up_to=((8, 6),)), 16, "no multiple of the batch of 4"),
    ],
)
def test_unsuitable_options_are_sentences(options: StyleGANOptions, resolution: int, sentence: str) -> None:
    with pytest.raises(UnsuitableOptionsError, match=sentence):
        StyleGANRecipe(options, dataclasses.replace(FACTS, resolution=resolution))
