"""Convolutions with fewer multiplications against the direct one in double precision."""

import pytest
import torch
import torch.nn.functional as F

from ganstudio.layers.modulation import ModulatedConv2d, Way
from ganstudio.layers.packing import packing_works
from ganstudio.layers.resample import SMOOTH
from ganstudio.layers.winograd import BAND, WinogradConvolution, winograd_pays

pytestmark = pytest.mark.skipif(not packing_works(torch.zeros(1, 1, 1, 1)), reason="this processor packs no kernels")

MATRICES = bool(torch.cpu.get_capabilities().get("amx_bf16"))  # then direct convolutions are quicker in bfloat16


def error(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize(
    "shape",
    [
        (1, 16, 16),
        (1, 64, 64),  # two bands of rows
        (5, 12, 20),  # several pictures in a band
        (3, 48, 64),  # a last band that is smaller
        (BAND // 4 + 3, 8, 8),  # a last band of fewer pictures
        (2, 4, 4 * BAND + 4),  # a row of tiles that is longer than a band
    ],
)
@torch.no_grad()
def test_equals_the_direct_convolution(shape: tuple[int, int, int]) -> None:
    N, H, W = shape
    x = torch.randn(N, 32, H, W).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(48, 32, 3, 3)
    before, after = torch.rand(N, 32) + 0.5, torch.rand(N, 48) + 0.5
    found = WinogradConvolution(weight, x)(x, before, after)
    scaled = x.double() * before.double()[:, :, None, None]
    expected = F.conv2d(scaled, weight.double(), padding=1) * after.double()[:, :, None, None]
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert error(found, expected) < 5e-6
    typical = (found - expected).square().mean().sqrt() / expected.square().mean().sqrt()
    assert typical < 9e-7  # with the points 0, ±1, ±2 it is 1.3e-6


@torch.no_grad()
def test_pictures_in_the_default_layout_are_taken_too() -> None:
    x, weight = torch.randn(2, 16, 8, 8), torch.randn(16, 16, 3, 3)
    found = WinogradConvolution(weight, x)(x, torch.ones(2, 16), None)
    assert error(found, F.conv2d(x.double(), weight.double(), padding=1)) < 5e-6


@torch.no_grad()
def test_half_the_digits_stay_near() -> None:
    x = torch.randn(2, 256, 16, 16).contiguous(memory_format=torch.channels_last)
    weight, before, after = torch.randn(256, 256, 3, 3), torch.rand(2, 256) + 0.5, torch.rand(2, 256) + 0.5
    short = x.bfloat16()
    found = WinogradConvolution(weight, short)(short, before, after)
    scaled = short.double() * before.double()[:, :, None, None]
    expected = F.conv2d(scaled, weight.double(), padding=1) * after.double()[:, :, None, None]
    assert found.dtype == torch.bfloat16
    typical = (found - expected).square().mean().sqrt() / expected.square().mean().sqrt()
    assert typical < 0.02


@pytest.mark.parametrize(
    ("n_in", "n_out", "shape", "dtype", "pays"),
    [
        (128, 128, (1, 16, 16), torch.float32, True),
        (128, 128, (4, 8, 8), torch.float32, True),
        (128, 128, (1, 8, 8), torch.float32, False),
        (64, 128, (1, 16, 16), torch.float32, False),
        (128, 128, (1, 18, 16), torch.float32, False),
        (128, 128, (1, 16, 16), torch.float64, False),
        (128, 256, (1, 16, 16), torch.bfloat16, False),
        (256, 256, (1, 16, 16), torch.bfloat16, not MATRICES),
    ],
)
def test_is_taken_where_it_pays(
    n_in: int, n_out: int, shape: tuple[int, int, int], dtype: torch.dtype, pays: bool
) -> None:
    N, H, W = shape
    assert winograd_pays(torch.zeros(n_out, n_in, 3, 3), torch.zeros(N, n_in, H, W, dtype=dtype)) is pays


def test_a_layer_takes_it_without_gradients_alone() -> None:
    layer = ModulatedConv2d(128, 128, 3)
    x, styles = torch.randn(2, 128, 16, 16), torch.randn(2, 128)
    learned = layer.convolve(x, styles, SMOOTH, gain=1.5)
    assert layer._way(x) is Way.PLAIN
    with torch.no_grad():
        assert layer._way(x) is Way.WINOGRAD
        torch.testing.assert_close(layer.convolve(x, styles, SMOOTH, gain=1.5), learned, rtol=1e-4, atol=1e-4)
        layer.weight.mul_(-2.0)
        torch.testing.assert_close(layer.convolve(x, styles, SMOOTH, gain=1.5), -learned, rtol=1e-4, atol=1e-4)


def test_one_picture_and_a_sheet_share_a_layer() -> None:
    layer = ModulatedConv2d(128, 128, 3)
    x, styles = torch.randn(4, 128, 8, 8), torch.randn(4, 128)
    with torch.no_grad():
        sheet = layer.convolve(x, styles, SMOOTH)
        alone = torch.cat([layer.convolve(x[i : i + 1], styles[i : i + 1], SMOOTH) for i in range(4)])
    torch.testing.assert_close(sheet, alone, rtol=1e-4, atol=1e-4)
    assert set(layer._prepared) == {Way.WINOGRAD, Way.PACKED}
