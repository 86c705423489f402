"""Growing: the schedule, the blend of two resolutions, and convolutions fused with doubling and halving."""

import math

import pytest
import torch
import torch.nn.functional as F

from ganstudio.layers.doubling import conv_doubled, conv_halved, doubled, halved
from ganstudio.layers.growing import Growth, at_lod, blended, share_of_lower
from ganstudio.layers.he_scaled import HeConv2d, HeLinear, Resampling

SCHEDULE = Growth(first=8, last=64, steady=600, fade=400)


@pytest.mark.parametrize(
    ("images", "lod", "resolution"),
    [(0, 3.0, 8), (600, 3.0, 8), (800, 2.5, 16), (1000, 2.0, 16), (1700, 1.75, 32), (2999, 0.0025, 64), (9e3, 0, 64)],
)
def test_schedule(images: int, lod: float, resolution: int) -> None:
    assert SCHEDULE.lod(images) == pytest.approx(lod)
    assert SCHEDULE.resolution(images) == resolution


def test_schedules_without_growth_or_fading() -> None:
    assert Growth(64, 64, 10, 10).lod(0) == 0.0
    assert Growth(8, 64, 0, 0).lod(0) == 0.0
    abrupt = Growth(8, 16, 100, 0)
    assert [abrupt.lod(n) for n in (0, 99, 100)] == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("pixels", [2, 32])  # around the size from which on one step is quicker than two
def test_fused_convolutions_equal_their_two_steps(size: int, pixels: int) -> None:
    x, weight = torch.randn(2, 3, pixels, 6, dtype=torch.float64), torch.randn(5, 3, size, size, dtype=torch.float64)
    plain = F.conv2d(doubled(x), weight, padding=size // 2)
    torch.testing.assert_close(conv_doubled(x, weight), plain)
    torch.testing.assert_close(conv_halved(x, weight), halved(F.conv2d(x, weight, padding=size // 2)))


def test_pictures_between_two_levels() -> None:
    pictures = torch.randn(2, 3, 8, 8)
    assert at_lod(pictures, 0.0) is pictures
    assert torch.equal(at_lod(pictures, 1.0), halved(pictures))
    half = halved(pictures)
    torch.testing.assert_close(at_lod(pictures, 1.25), 0.75 * half + 0.25 * doubled(halved(half)))
    assert [share_of_lower(1.25, level) for level in (0, 1, 2)] == [1.0, 0.25, 0.0]
    assert blended(pictures, half, 0.0) is pictures
    assert blended(pictures, half, 1.0) is half


def test_runtime_gains() -> None:
    dense = HeLinear(4, 3, gain=3.0, lr=0.01)
    assert dense.weight.std() > 20
    torch.nn.init.ones_(dense.bias)
    x = torch.randn(2, 4)
    torch.testing.assert_close(dense(x), F.linear(x, dense.weight * 0.01 * 3.0 / 2.0) + 0.01)
    conv = HeConv2d(2, 3, 3, resampling=Resampling.DOUBLE)
    picture = torch.randn(1, 2, 4, 4)
    expected = F.conv2d(doubled(picture), conv.weight * (math.sqrt(2.0) / math.sqrt(18.0)), padding=1)
    torch.testing.assert_close(conv(picture), expected)
