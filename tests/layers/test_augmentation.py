"""Augmentations: twice differentiable, the same however a batch is split, and what each group promises."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from ganstudio.core.recipe import Draws
from ganstudio.layers.augmentation.chances import PercentileChances, RandomChances
from ganstudio.layers.augmentation.geometry import (
    Sampling,
    Spreading,
    doubled,
    halved,
    reflected,
    rotation,
    spread_in_order,
    translation,
    warp,
)
from ganstudio.layers.augmentation.pipeline import AugmentationPipeline
from ganstudio.layers.augmentation.strengths import MEMBERS, PRESETS, Strengths, Transformations
from ganstudio.layers.augmentation.wavelets import filter_bank, lowpass


def everything(p: float = 0.9) -> AugmentationPipeline:
    return AugmentationPipeline(PRESETS[Transformations.BGCFNC], p)


def grid_of(n: int, size: int) -> torch.Tensor:
    return (torch.rand(n, size, size, 2, dtype=torch.float64) - 0.5) * 2.6  # a part of it lies outside


def test_sampling_is_differentiable_twice() -> None:
    x, grid = torch.randn(2, 2, 5, 4, dtype=torch.float64, requires_grad=True), grid_of(2, 3)
    assert torch.autograd.gradcheck(lambda x: Sampling.apply(x, grid), x)
    assert torch.autograd.gradgradcheck(lambda x: Sampling.apply(x, grid).square(), x)
    y = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: Spreading.apply(y, grid, x.shape), y)


def test_sorted_spreading_is_the_same() -> None:
    y, grid, shape = torch.randn(2, 3, 6, 6, dtype=torch.float64), grid_of(2, 6), torch.Size([2, 3, 5, 7])
    torch.testing.assert_close(spread_in_order(y, grid, shape), Spreading.apply(y, grid, shape))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_whole_pipeline_is_differentiable_twice(channels: int) -> None:
    images = torch.randn(1, channels, 6, 5, dtype=torch.float64, requires_grad=True)
    chances = PercentileChances(0.7, torch.randn(1, channels, 6, 5, dtype=torch.float64))
    pipe = everything(1.0)
    direction = torch.randn(64, dtype=torch.float64)
    picked = torch.randint(0, images.numel(), (64,))

    def bent(x: torch.Tensor) -> torch.Tensor:
        drawn: torch.Tensor = pipe(x, chances)
        return (drawn.flatten()[picked] * direction).sum().square()

    assert torch.autograd.gradcheck(bent, images, fast_mode=True)
    assert torch.autograd.gradgradcheck(bent, images, fast_mode=True)


@pytest.mark.parametrize("group", list(Transformations))
def test_a_sample_does_not_depend_on_how_its_batch_is_split(group: Transformations) -> None:
    images = torch.randn(6, 3, 24, 24)
    pipe = AugmentationPipeline(PRESETS[group], 0.7)
    whole = pipe(images, RandomChances(Draws(5, 3, total=6), "real"))
    assert not torch.equal(whole, images)
    for first in range(3):
        part = pipe(images[first::3], RandomChances(Draws(5, 3, total=6, first=first, stride=3), "real"))
        torch.testing.assert_close(part, whole[first::3], rtol=1e-4, atol=1e-4)


def test_names_and_steps_draw_differently() -> None:
    images, pipe = torch.randn(4, 3, 16, 16), everything()
    first = pipe(images, RandomChances(Draws(5, 3, total=4), "real"))
    assert torch.equal(first, pipe(images, RandomChances(Draws(5, 3, total=4), "real")))
    assert not torch.equal(first, pipe(images, RandomChances(Draws(5, 3, total=4), "fake")))
    assert not torch.equal(first, pipe(images, RandomChances(Draws(5, 4, total=4), "real")))


def test_nothing_happens_at_probability_zero() -> None:
    images = torch.randn(2, 3, 16, 16)
    assert everything(0.0)(images, RandomChances(Draws(0, 0, total=2), "real")) is images
    pipe = AugmentationPipeline(Strengths(), 1.0)
    assert torch.equal(pipe(images, RandomChances(Draws(0, 0, total=2), "real")), images)


@pytest.mark.parametrize("flag", MEMBERS[Transformations.BGCFNC])
def test_each_transformation_happens_about_as_often_as_p_says(flag: str) -> None:
    n, p = 300, 0.3
    images = torch.randn(n, 3, 8, 8)
    pipe = AugmentationPipeline(dataclasses.replace(Strengths(), **{flag: 1.0}), p)
    changed = pipe(images, RandomChances(Draws(1, 0, total=n), "real"))
    still = AugmentationPipeline(dataclasses.replace(Strengths(), **{flag: 1.0}), 1e-9)
    plain = still(images, RandomChances(Draws(1, 0, total=n), "real"))
    share = float(((changed - plain).abs().amax(dim=(1, 2, 3)) > 1e-3).float().mean())
    identities = {"xflip": 0.5, "rotate90": 0.25, "lumaflip": 0.5}
    bands = {"imgfilter": 1 - (1 - p) ** 4}
    expected = bands.get(flag, p * (1 - identities.get(flag, 1 / 9 if flag == "xint" else 0.0)))
    assert abs(share - expected) < 0.09


def test_a_quarter_turn_and_a_whole_move_are_exact_in_the_middle() -> None:
    smooth = F.interpolate(torch.randn(1, 3, 4, 4), size=32, mode="bicubic")
    turned = warp(smooth, rotation(torch.full((1,), torch.pi / 2)), lowpass())
    torch.testing.assert_close(turned, smooth.rot90(1, dims=(2, 3)), rtol=0, atol=0.1)
    assert (turned - smooth.rot90(-1, dims=(2, 3))).abs().max() > 0.5
    moved = warp(smooth, translation(torch.full((1,), -5.0), torch.full((1,), 3.0)), lowpass())
    expected = smooth.roll((-3, 5), (2, 3))
    torch.testing.assert_close(moved[:, :, 4:-4, 8:-4], expected[:, :, 4:-4, 8:-4], atol=0.02, rtol=0)


def test_mirrored_padding_equals_torch_and_goes_on_where_torch_refuses() -> None:
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    torch.testing.assert_close(reflected(x, 3, 2, 3), F.pad(x, (3, 2, 0, 0), mode="reflect"))
    far = reflected(torch.tensor([[0.0, 1.0, 2.0]]), 6, 5, 1)
    index = torch.arange(-6, 8).remainder(4)
    torch.testing.assert_close(far[0], torch.minimum(index, 4 - index).float())
    assert reflected(torch.tensor([[5.0]]), 2, 1, 1).tolist() == [[5.0, 5.0, 5.0, 5.0]]


def test_resampling_there_and_back_keeps_the_picture() -> None:
    x = torch.randn(1, 1, 16, 16, dtype=torch.float64)
    taps = lowpass().double()
    up = doubled(F.pad(x, (3, 3, 3, 3)), taps)
    back = halved(up[:, :, 1:-1, 1:-1], taps)
    torch.testing.assert_close(back, x, rtol=0, atol=1e-6)


def test_the_bands_add_up_to_the_picture() -> None:
    impulse = torch.zeros(43)
    impulse[21] = 1.0
    torch.testing.assert_close(filter_bank().sum(dim=0), impulse, rtol=0, atol=1e-6)


def test_autocast_does_not_reach_the_pipeline() -> None:
    images, pipe = torch.randn(2, 3, 16, 16), everything()
    exact = pipe(images, RandomChances(Draws(0, 0, total=2), "real"))
    with torch.autocast("cpu", torch.bfloat16):
        inside = pipe(images, RandomChances(Draws(0, 0, total=2), "real"))
    assert inside.dtype == torch.float32
    assert torch.equal(exact, inside)
