"""Kernels that are laid out once against torch's own convolutions in double precision."""

import pytest
import torch
import torch.nn.functional as F

from ganstudio.layers.packing import packed_convolution, packed_upsampling, packing_works

pytestmark = pytest.mark.skipif(not packing_works(torch.zeros(1, 1, 1, 1)), reason="this processor packs no kernels")


@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 5e-6), (torch.bfloat16, 8e-3)])
@pytest.mark.parametrize("shape", [(1, 24, 1, 1), (1, 24, 4, 4), (3, 24, 5, 7), (1, 24, 210, 211)])  # few, then many
@torch.no_grad()
def test_doubling_equals_the_transposed_convolution(
    shape: tuple[int, int, int, int], dtype: torch.dtype, limit: float
) -> None:
    x, weight = torch.randn(shape).to(dtype), torch.randn(24, 32, 3, 3).to(dtype)
    convolve = packed_upsampling(weight, x)
    expected = F.conv_transpose2d(x.double(), weight.double(), stride=2)
    found = convolve(x)
    assert found.dtype == dtype
    assert found.shape == expected.shape
    assert (found - expected).abs().max() < limit * expected.abs().max()
    rows = x[:, :, : max(1, shape[2] - 2)]  # a band of another height than the one that it was made for
    expected = F.conv_transpose2d(rows.double(), weight.double(), stride=2)
    assert (convolve(rows) - expected).abs().max() < limit * expected.abs().max()


@torch.no_grad()
def test_a_kernel_may_be_wider_than_high() -> None:
    x, weight = torch.randn(2, 8, 5, 6), torch.randn(4, 8, 1, 2)
    found = packed_convolution(weight, x, (0, 1))(x)
    torch.testing.assert_close(found, F.conv2d(x, weight, padding=(0, 1)), rtol=1e-4, atol=1e-5)
