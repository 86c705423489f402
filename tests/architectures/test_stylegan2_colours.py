"""The layer that turns activations into colours against its formula in double precision."""

import pytest
import torch

from ganstudio.architectures.stylegan2.networks import FEW_NUMBERS, RGBLayer, StyleGAN2Config

SIDES = (4, 48)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@torch.no_grad()
def test_colours_are_the_modulated_sum_over_channels(n: int, side: int, dtype: torch.dtype, limit: float) -> None:
    random = torch.Generator().manual_seed(side)
    layer = RGBLayer(StyleGAN2Config(w_dim=8), 32)
    for tensor in layer.parameters():
        tensor.copy_(torch.randn(tensor.shape, generator=random))
    x = torch.randn(n, side, side, 32, generator=random).to(dtype).permute(0, 3, 1, 2)
    w = torch.randn(n, 8, generator=random)
    found = layer(x, w)
    styles = layer.affine(w).double() / 32**0.5
    expected = torch.einsum("nihw,ni,oi->nohw", x.double(), styles, layer.weight.flatten(1).double())
    expected = expected + layer.bias.double()[:, None, None]
    assert found.shape == expected.shape
    assert found.dtype == torch.float32
    assert float((found - expected).abs().max()) < limit * float(expected.abs().max())


def test_the_sides_lie_on_both_sides_of_the_bound() -> None:
    assert 32 * SIDES[0] ** 2 <= FEW_NUMBERS < 32 * SIDES[1] ** 2
