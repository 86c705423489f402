"""What every recipe promises, tried on its tiny presets."""

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.networks import teacher_of
from ganstudio.core.architecture import Architecture
from ganstudio.core.generator import Generator
from ganstudio.core.inputs import ClassLabel
from ganstudio.core.map_classes import MapClasses
from ganstudio.core.recipe import Batch, DataFacts, Draws, Recipe, Teacher

RESOLUTION, SEED = 16, 4


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small only wait for a second thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def conditional(card: Architecture[Any]) -> bool:
    return any(isinstance(item, ClassLabel) for config in card.presets.values() for item in card.inputs(config))


CASES = [
    pytest.param(card, card.recipe.presets[name], c_dim, id=f"{card.id}-{name}-{c_dim}-classes")
    for card in cards().values()
    if card.recipe is not None
    for name in card.recipe.presets
    if name.startswith("tiny")
    for c_dim in ((0, 3) if conditional(card) else (0,))
]
each_recipe = pytest.mark.parametrize(("card", "options", "c_dim"), CASES)


def built(card: Architecture[Any], options: Any, c_dim: int, channels: int = 3) -> Recipe:
    assert card.recipe is not None
    torch.manual_seed(SEED)
    recipe: Recipe = card.recipe.recipe(options, facts_of(card, channels, c_dim), untrained)
    return recipe


MAP_CLASSES = MapClasses(("sky", "sea", "land"), ((0, 0, 255), (0, 0, 80), (0, 99, 0)))


def facts_of(card: Architecture[Any], channels: int, c_dim: int) -> DataFacts:
    assert card.recipe is not None
    return DataFacts(RESOLUTION, channels, c_dim, 100, MAP_CLASSES if card.recipe.needs_maps else None)


def untrained(_name: str) -> Teacher:
    """A generator of the same size that recipes with a teacher learn from."""
    card = cards()["stylegan2"]
    config = card.presets["tiny"]
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        generator = card.build(config)
    assert isinstance(generator, Generator)
    assert config.resolution == RESOLUTION
    return teacher_of(card, config, generator, "untrained", "0" * 32)


def batch_of(step: int, options: Any, c_dim: int, first: int = 0, stride: int = 1) -> Batch:
    random = torch.Generator().manual_seed(step)
    images = torch.rand(options.batch, 3, RESOLUTION, RESOLUTION, generator=random) * 2 - 1
    labels = torch.eye(c_dim)[torch.arange(options.batch) % c_dim] if c_dim else None
    draws = Draws(SEED, step, options.batch, first, stride)
    maps = torch.randint(0, len(MAP_CLASSES), (options.batch, RESOLUTION, RESOLUTION), generator=random)
    shown = None if labels is None else labels[first::stride]
    return Batch(images[first::stride], shown, draws, maps=maps[first::stride])


def step(recipe: Recipe, number: int, images_seen: int, batch: Batch) -> set[str]:
    """Run the phases that are due, and return the names of the parameters that an optimizer was to move."""
    networks, moved, observed = recipe.networks(), set[str](), dict[str, float]()
    for phase in recipe.phases():
        if number % phase.interval:
            continue
        for name, module in networks.items():
            module.requires_grad_(name in phase.trains)
        optimizer = recipe.optimizers()[phase.optimizer]
        optimizer.zero_grad(set_to_none=True)
        scoped = dataclasses.replace(batch, draws=dataclasses.replace(batch.draws, scope=phase.name))
        losses = phase.losses(scoped, images_seen)
        assert losses.minimised
        for name, loss in losses.minimised.items():
            assert loss.ndim == 0, f"{phase.name}/{name}"
            assert torch.isfinite(loss), f"{phase.name}/{name}"
        torch.stack(list(losses.minimised.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        for name, tensor in losses.observed.items():
            assert not tensor.requires_grad, f"{phase.name}/{name}"
            observed[f"{phase.name}/{name}"] = float(tensor.float().mean())
        for name in phase.trains:
            parameters = networks[name].named_parameters()
            moved |= {f"{name}/{key}" for key, p in parameters if p.grad is not None and bool(p.grad.any())}
    recipe.update(images_seen + len(batch.images), observed)
    return moved


def parameters(recipe: Recipe) -> dict[str, torch.Tensor]:
    return {
        f"{name}/{key}": p.detach().clone()
        for name, module in recipe.networks().items()
        for key, p in module.named_parameters()
    }


@each_recipe
def test_the_card_is_complete(card: Architecture[Any], options: Any, c_dim: int) -> None:
    assert card.recipe is not None
    assert isinstance(options, card.recipe.options)
    assert all(isinstance(preset, card.recipe.options) for preset in card.recipe.presets.values())
    recipe = built(card, options, c_dim)
    networks, phases = recipe.networks(), recipe.phases()
    assert isinstance(recipe.config(), card.config)
    assert len({phase.name for phase in phases}) == len(phases)
    assert {name for phase in phases for name in phase.trains} <= networks.keys()
    assert {phase.optimizer for phase in phases} == recipe.optimizers().keys()
    assert any(phase.interval == 1 for phase in phases)
    assert "generator" in recipe.averaging()
    assert {average.network for average in recipe.averaging().values()} <= networks.keys()
    known = {f"{n}/{k}": p.shape for n, m in networks.items() for k, p in m.named_parameters()}
    optimized = [id(p) for o in recipe.optimizers().values() for group in o.param_groups for p in group["params"]]
    assert len(optimized) == len(set(optimized))
    assert set(optimized) <= {id(p) for m in networks.values() for p in m.parameters()}
    assert known


@each_recipe
def test_two_steps_move_what_is_trained_and_nothing_else(
    card: Architecture[Any], options: Any, c_dim: int
) -> None:
    recipe = built(card, options, c_dim)
    start, moved, seen = parameters(recipe), set[str](), 0
    for number in range(8):  # a growing recipe has all its layers by then
        if number >= 2 and set(start) == moved:
            break
        moved |= step(recipe, number, seen, batch_of(number, options, c_dim))
        seen += options.batch
    changed = {name for name, p in parameters(recipe).items() if not torch.equal(p, start[name])}
    assert changed == moved
    trained = {id(p) for o in recipe.optimizers().values() for group in o.param_groups for p in group["params"]}
    expected = {f"{n}/{k}" for n, m in recipe.networks().items() for k, p in m.named_parameters() if id(p) in trained}
    assert moved == expected


@each_recipe
def test_state_lies_in_networks_and_optimizers_alone(card: Architecture[Any], options: Any, c_dim: int) -> None:
    recipe = built(card, options, c_dim)
    step(recipe, 0, 0, batch_of(0, options, c_dim))
    resumed = built(card, options, c_dim)
    for name, module in resumed.networks().items():
        module.load_state_dict(copy.deepcopy(recipe.networks()[name].state_dict()), strict=True)
    for name, optimizer in resumed.optimizers().items():
        optimizer.load_state_dict(copy.deepcopy(recipe.optimizers()[name].state_dict()))
    for one in (recipe, resumed):
        step(one, 1, options.batch, batch_of(1, options, c_dim))
    for name, module in resumed.networks().items():
        for key, tensor in module.state_dict().items():
            assert torch.equal(tensor, recipe.networks()[name].state_dict()[key]), f"{name}/{key}"
    assert dict(resumed.read_outs()) == dict(recipe.read_outs())


@each_recipe
def test_two_halves_have_the_gradients_of_the_whole(card: Architecture[Any], options: Any, c_dim: int) -> None:
    assert card.recipe is not None
    if card.recipe.batch_statistics:
        pytest.skip("normalises over the batch")
    for number, phase in enumerate(built(card, options, c_dim).phases()):
        whole = gradients(built(card, options, c_dim), number, [batch_of(0, options, c_dim)])
        halves = gradients(built(card, options, c_dim), number, [batch_of(0, options, c_dim, i, 2) for i in range(2)])
        assert whole.keys() == halves.keys()
        largest = max(float(g.abs().max()) for g in whole.values())
        for key, gradient in whole.items():
            torch.testing.assert_close(
                halves[key], gradient, rtol=1e-3, atol=1e-4 * largest, msg=f"{phase.name} {key}"
            )


def gradients(recipe: Recipe, number: int, parts: list[Batch]) -> dict[str, torch.Tensor]:
    """Return a phase's gradients as processes with one part each have them.

    The first pass keeps what the parts want averaged, the second one averages it with the others'.
    """
    phase = recipe.phases()[number]
    for name, module in recipe.networks().items():
        module.requires_grad_(name in phase.trains)
    kept: list[list[torch.Tensor]] = [[] for _ in parts]
    losses = []
    for averages in (False, True):
        for place, part in enumerate(parts):
            taken = iter(range(100))

            def mean(
                value: torch.Tensor, own: int = place, taken: Iterator[int] = taken, first: bool = not averages
            ) -> torch.Tensor:
                if first:
                    kept[own].append(value)
                    return value
                turn = next(taken)
                others = [kept[i][turn] for i in range(len(parts)) if i != own]
                return torch.stack([value, *others]).mean(dim=0)

            buffers = [buffer for module in recipe.networks().values() for buffer in module.buffers()]
            before = [buffer.clone() for buffer in buffers]
            minimised = phase.losses(dataclasses.replace(part, mean_over_processes=mean), 0).minimised
            for buffer, value in zip(buffers, before, strict=True):
                if not torch.equal(buffer, value):
                    buffer.copy_(value)
            if averages:
                losses.append(torch.stack(list(minimised.values())).sum())
    torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
    named = ((n, k, p.grad) for n in phase.trains for k, p in recipe.networks()[n].named_parameters())
    return {f"{name}/{key}": gradient for name, key, gradient in named if gradient is not None}


@each_recipe
def test_samples_have_the_final_size(card: Architecture[Any], options: Any, c_dim: int) -> None:
    recipe = built(card, options, c_dim)
    generator = copy.deepcopy(recipe.networks()["generator"]).eval()
    z = torch.randn(3, recipe.z_dim)
    labels = torch.eye(c_dim)[:3] if c_dim else None
    with torch.no_grad():
        for images_seen in (0, 10**7):
            pictures = recipe.sample(generator, z, labels, images_seen)
            assert pictures.shape == (3, 3, RESOLUTION, RESOLUTION)
            assert torch.isfinite(pictures).all()


@each_recipe
def test_the_trained_generator_opens_as_its_architecture(
    card: Architecture[Any], options: Any, c_dim: int
) -> None:
    recipe = built(card, options, c_dim)
    tensors = recipe.networks()["generator"].state_dict()
    assert card.build(recipe.config()).network.state_dict().keys() == tensors.keys()
    card.build(recipe.config()).network.load_state_dict(tensors, strict=True)
    judge = recipe.discriminator_config()
    if judge is not None:
        assert card.discriminator is not None
        assert isinstance(judge, card.discriminator.config)
        card.discriminator.build(judge).load_state_dict(recipe.networks()["discriminator"].state_dict(), strict=True)
