"""Modulated convolution against the published formulation, and the resampling around it."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.layers.minibatch import minibatch_stddev
from ganstudio.layers.modulation import ModulatedConv2d, Way
from ganstudio.layers.resample import conv_down, conv_up, downsample2d, filter2d, fir_kernel, upsample2d


def published(x: torch.Tensor, weight: torch.Tensor, styles: torch.Tensor, fir: torch.Tensor | None) -> torch.Tensor:
    """Grouped convolution with a weight for every sample, in float64 (Karras et al. 2020, eq. 1 and 3)."""
    x, weight, styles = x.double(), weight.double(), styles.double()
    modulated = weight[None] * styles[:, None, :, None, None]
    modulated = modulated * (modulated.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    rows = []
    for sample, kernel in zip(x, modulated, strict=True):
        if fir is None:
            rows.append(F.conv2d(sample[None], kernel, padding=1))
            continue
        spread = torch.zeros(1, sample.shape[0], 2 * sample.shape[1], 2 * sample.shape[2], dtype=torch.float64)
        spread[:, :, ::2, ::2] = sample
        convolved = F.conv2d(F.pad(spread, (2, 1, 2, 1)), kernel.flip(2, 3))
        rows.append(filter2d(convolved, fir.double(), (1, 1), gain=4.0))
    return torch.cat(rows)


@given(
    n=st.integers(1, 3), n_in=st.integers(1, 7), n_out=st.integers(1, 7), size=st.integers(2, 9), up=st.booleans(),
    grad=st.booleans(), seed=st.integers(0, 10**6),
)  # fmt: skip
def test_equals_the_published_formulation(
    n: int, n_in: int, n_out: int, size: int, up: bool, grad: bool, seed: int
) -> None:
    random = torch.Generator().manual_seed(seed)
    layer = ModulatedConv2d(n_in, n_out, 3, up=up)
    layer.weight.data = torch.randn(layer.weight.shape, generator=random)
    x = torch.randn(n, n_in, size, size, generator=random)
    styles = torch.randn(n, n_in, generator=random) + 1
    fir = fir_kernel((1, 3, 3, 1))
    with torch.set_grad_enabled(grad):
        drawn = layer.convolve(x, styles, fir, gain=1.5)
    expected = 1.5 * published(x, layer.weight.detach(), styles, fir if up else None)
    assert drawn.shape == expected.shape
    torch.testing.assert_close(drawn.double(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("up", [False, True])
def test_one_picture_and_a_batch_take_different_ways_to_the_same_result(up: bool) -> None:
    layer = ModulatedConv2d(4, 6, 3, up=up)
    x, styles = torch.randn(2, 4, 24, 24), torch.randn(2, 4)
    fir = fir_kernel((1, 3, 3, 1))
    with torch.no_grad():
        assert layer._way(x[:1]) is Way.FOLDED
        assert layer._way(x) is not Way.FOLDED
        alone = torch.cat([layer.convolve(x[i : i + 1], styles[i : i + 1], fir) for i in range(2)])
        torch.testing.assert_close(alone, layer.convolve(x, styles, fir), rtol=1e-4, atol=1e-5)


def test_a_changed_weight_is_noticed() -> None:
    layer = ModulatedConv2d(3, 3, 3)
    x, styles, fir = torch.randn(1, 3, 8, 8), torch.randn(1, 3), fir_kernel((1, 3, 3, 1))
    with torch.no_grad():
        before = layer.convolve(x, styles, fir)
        layer.weight[0].mul_(-3.0)
        after = layer.convolve(x, styles, fir)
        torch.testing.assert_close(after[:, 0], -before[:, 0], rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(after[:, 1:], before[:, 1:], rtol=1e-5, atol=1e-6)
        layer.weight = torch.nn.Parameter(torch.zeros_like(layer.weight))
        assert layer.convolve(x, styles, fir).abs().max() == 0


def test_the_weight_learns_through_both_factors() -> None:
    layer = ModulatedConv2d(3, 2, 3, up=True).double()
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    styles = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    fir = fir_kernel((1, 3, 3, 1)).double()

    def drawn(weight: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.func.functional_call(_Convolving(layer, x, fir), {"layer.weight": weight}, (s,))
        return result

    assert torch.autograd.gradcheck(drawn, (layer.weight, styles))


class _Convolving(torch.nn.Module):
    def __init__(self, layer: ModulatedConv2d, x: torch.Tensor, fir: torch.Tensor) -> None:
        super().__init__()
        self.layer, self.x, self.fir = layer, x, fir

    def forward(self, styles: torch.Tensor) -> torch.Tensor:
        return self.layer.convolve(self.x, styles, self.fir)


@given(height=st.integers(1, 9), width=st.integers(1, 9), taps=st.sampled_from([(1, 1), (1, 2, 1), (1, 3, 3, 1)]))
def test_upsampling_keeps_brightness_and_size(height: int, width: int, taps: tuple[int, ...]) -> None:
    x = torch.randn(2, 3, height, width)
    up = upsample2d(x, fir_kernel(taps))
    assert up.shape == (2, 3, 2 * height, 2 * width)
    middle = upsample2d(torch.ones(1, 1, 8, 8), fir_kernel(taps))[0, 0, 4:12, 4:12]
    torch.testing.assert_close(middle, torch.ones(8, 8))


def test_upsampling_is_bilinear_away_from_the_border() -> None:
    x = torch.randn(1, 2, 6, 6)
    smooth = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(upsample2d(x, fir_kernel((1, 3, 3, 1)))[..., 1:-1, 1:-1], smooth[..., 1:-1, 1:-1])


@given(half=st.integers(1, 6), taps=st.sampled_from([(1, 1), (1, 2, 1), (1, 3, 3, 1), (1, 5, 10, 10, 5, 1)]))
def test_downsampling_halves_and_keeps_brightness(half: int, taps: tuple[int, ...]) -> None:
    down = downsample2d(torch.randn(1, 2, 2 * half, 2 * half), fir_kernel(taps))
    assert down.shape == (1, 2, half, half)
    assert math.isclose(float(downsample2d(torch.ones(1, 1, 16, 16), fir_kernel(taps))[0, 0, 4, 4]), 1.0, rel_tol=1e-5)


def test_halving_can_be_differentiated_twice() -> None:
    x = torch.randn(1, 2, 6, 8, dtype=torch.float64, requires_grad=True)
    fir = fir_kernel((1, 3, 3, 1)).double()
    assert torch.autograd.gradcheck(lambda y: downsample2d(y, fir), x)
    assert torch.autograd.gradgradcheck(lambda y: downsample2d(y, fir).square(), x)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("taps", [(1, 2, 1), (1, 3, 3, 1)])
def test_strided_convolutions_have_the_expected_sizes(size: int, taps: tuple[int, ...]) -> None:
    x, weight, fir = torch.randn(1, 3, 8, 8), torch.randn(5, 3, size, size), fir_kernel(taps)
    assert conv_up(x, weight, fir).shape == (1, 5, 16, 16)
    assert conv_down(x, weight, fir).shape == (1, 5, 4, 4)


def test_minibatch_groups_are_strided() -> None:
    x = torch.zeros(4, 2, 1, 1)
    x[2:] = 2.0  # samples 0 and 2 form a group, so do 1 and 3
    appended = minibatch_stddev(x, group=2)[:, 2]
    torch.testing.assert_close(appended, torch.full((4, 1, 1), math.sqrt(1.0 + 1e-8)))
    x[:, :] = torch.tensor([0.0, 5.0, 0.0, 5.0])[:, None, None, None]
    assert minibatch_stddev(x, group=2)[:, 2].max() < 1e-3
    assert minibatch_stddev(x, group=None).shape == (4, 3, 1, 1)
