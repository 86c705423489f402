"""One update: what may move, what stops it, and the loss scale."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganstudio.core.recipe import Averaging, Batch, Draws, Losses, Phase, Recipe
from ganstudio.training.average import Averages, decay_of
from ganstudio.training.options import Arithmetic
from ganstudio.training.parallel import Processes
from ganstudio.training.update import MOST_OVERFLOWS, LossScale, NotFiniteError, Updater

ALONE = Processes(0, 1, torch.device("cpu"))
Plant = Callable[[torch.Tensor], torch.Tensor]


def as_is(loss: torch.Tensor) -> torch.Tensor:
    return loss


class Lines(Recipe):
    """Two linear layers that fit the mean of a picture; `plant` spoils the loss."""

    def __init__(self, plant: Plant = as_is) -> None:
        self.plant = plant
        self.modules = {"generator": nn.Linear(3, 2), "discriminator": nn.Linear(2, 1)}
        self.sgd = {name: torch.optim.SGD(m.parameters(), 0.1) for name, m in self.modules.items()}

    def networks(self) -> dict[str, nn.Module]:
        return dict(self.modules)

    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return dict(self.sgd)

    def phases(self) -> tuple[Phase, ...]:
        return (Phase("G", ("generator",), "generator", self.losses),)

    def losses(self, batch: Batch, images_seen: int) -> Losses:
        logits = self.modules["discriminator"](self.modules["generator"](batch.images.mean(dim=(2, 3))))
        return Losses({"fit": self.plant((logits - 1.0).square().mean())}, {"logits": logits})

    def averaging(self) -> dict[str, Averaging]:
        return {"generator": Averaging("generator", 100.0)}

    def config(self) -> object:
        return None

    def sample(self, generator: nn.Module, z: torch.Tensor, labels: object, images_seen: int) -> torch.Tensor:
        return z

    @property
    def z_dim(self) -> int:
        return 3


def batch(value: float = 0.5, first: int = 0, stride: int = 1) -> Batch:
    images = torch.linspace(-1, 1, 4 * 3 * 4).reshape(4, 3, 2, 2) * value
    return Batch(images[first::stride], None, Draws(0, 0, 4, first, stride))


def updater(recipe: Lines, arithmetic: Arithmetic = Arithmetic.FLOAT32, scale: float = 1.0) -> Updater:
    return Updater(recipe, ALONE, arithmetic, LossScale(scale))


def weights(recipe: Lines) -> list[torch.Tensor]:
    return [p.detach().clone() for m in recipe.modules.values() for p in m.parameters()]


def test_only_the_phases_networks_move() -> None:
    recipe = Lines()
    before = weights(recipe)
    report = updater(recipe).update(recipe.phases()[0], [batch()], 0)
    after = weights(recipe)
    assert all(not torch.equal(a, b) for a, b in zip(after[:2], before[:2], strict=True))
    assert all(torch.equal(a, b) for a, b in zip(after[2:], before[2:], strict=True))
    assert report.losses["fit"] > 0
    assert report.gradient_norm > 0
    assert report.observed.keys() == {"logits"}


def test_parts_of_a_batch_add_up_to_the_whole() -> None:
    torch.manual_seed(1)
    whole, parts = Lines(), Lines()
    for name, module in parts.modules.items():
        module.load_state_dict(whole.modules[name].state_dict())
    one = updater(whole).update(whole.phases()[0], [batch()], 0)
    two = updater(parts).update(parts.phases()[0], [batch(first=0, stride=2), batch(first=1, stride=2)], 0)
    for a, b in zip(weights(whole), weights(parts), strict=True):
        torch.testing.assert_close(a, b)
    assert two.losses["fit"] == pytest.approx(one.losses["fit"])
    assert two.gradient_norm == pytest.approx(one.gradient_norm)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", ["batch", "loss", "gradient", "weight"])
def test_numbers_that_are_none_stop_before_the_step(bad: float, place: str) -> None:
    plant: Plant = as_is
    if place == "loss":
        plant = lambda loss: loss * bad  # noqa: E731
    if place == "gradient":
        plant = lambda loss: loss + _Spoilt.apply(loss, bad)  # noqa: E731
    recipe = Lines(plant)
    if place == "weight":
        recipe.modules["discriminator"].weight.data[0, 0] = bad  # type: ignore[operator]
    before = weights(recipe)
    spoilt = batch(bad) if place == "batch" else batch()
    sentence = r"stopped at 96 images before a step, because the (loss|gradient)"
    with pytest.raises(NotFiniteError, match=sentence) as said:
        updater(recipe).update(recipe.phases()[0], [spoilt], 96)
    if place == "gradient":
        assert "generator.weight" in str(said.value)
    for a, b in zip(weights(recipe), before, strict=True):
        assert torch.equal(a, b) or not torch.isfinite(b).all()


class _Spoilt(torch.autograd.Function):
    @staticmethod
    def forward(ctx: object, x: torch.Tensor, bad: float) -> torch.Tensor:
        ctx.bad = bad  # type: ignore[attr-defined]
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx: object, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:  # type: ignore[override]
        return gradient * ctx.bad, None  # type: ignore[attr-defined]


def test_an_overflow_skips_the_step_and_lowers_the_scale() -> None:
    faults = [float("inf")]
    recipe = Lines(lambda loss: loss * (faults[0] if faults else 1.0))
    scaled = updater(recipe, Arithmetic.FLOAT16, 1024.0)
    before = weights(recipe)
    report = scaled.update(recipe.phases()[0], [batch()], 0)
    assert report.overflow is not None
    assert "the loss G/fit" in report.overflow
    assert all(torch.equal(a, b) for a, b in zip(weights(recipe), before, strict=True))
    assert scaled.scale.value == 512.0
    faults.clear()
    assert scaled.update(recipe.phases()[0], [batch()], 0).overflow is None
    assert scaled.scale.overflows_in_a_row == 0
    faults.append(float("nan"))

    def overflow_again_and_again() -> None:
        for _ in range(MOST_OVERFLOWS):
            scaled.update(recipe.phases()[0], [batch()], 0)

    with pytest.raises(NotFiniteError):
        overflow_again_and_again()


def test_the_scale_changes_no_result() -> None:
    torch.manual_seed(2)
    plain, scaled = Lines(), Lines()
    for name, module in scaled.modules.items():
        module.load_state_dict(plain.modules[name].state_dict())
    updater(plain).update(plain.phases()[0], [batch()], 0)
    updater(scaled, scale=4096.0).update(scaled.phases()[0], [batch()], 0)
    for a, b in zip(weights(plain), weights(scaled), strict=True):
        torch.testing.assert_close(a, b)


def test_an_average_follows_with_its_half_life() -> None:
    recipe = Lines()
    averages = Averages(recipe.averaging(), recipe.networks())
    start = averages.modules["generator"].weight.detach().clone()  # type: ignore[operator, union-attr]
    recipe.modules["generator"].weight.data += 1.0
    for step in range(10):
        averages.update(10, 10 * (step + 1))
    moved = averages.modules["generator"].weight - start  # type: ignore[operator]
    torch.testing.assert_close(moved, torch.full_like(moved, 0.5), rtol=1e-4, atol=1e-5)
    assert decay_of(Averaging("generator", 0.0), 10, 10) == 0.0
    assert decay_of(Averaging("generator", 1e4, ramp_up=0.05), 32, 3200) == pytest.approx(0.5 ** (32 / 160))
