"""Half-precision weights with corrections come back closer than half precision alone."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.layers.half_precision import BYTE_STEPS, NIBBLE_STEPS, halve, restore, spacing

STEPS = pytest.mark.parametrize("steps", [BYTE_STEPS, NIBBLE_STEPS])


def weights(scale: float = 1.0) -> torch.Tensor:
    """Return 4096 numbers of very different sizes."""
    generator = torch.Generator().manual_seed(3)
    values = torch.randn(64, 64, generator=generator)
    return values * scale * 10.0 ** torch.randint(-6, 2, values.shape, generator=generator)


@given(st.floats(min_value=-60000.0, max_value=60000.0, width=16))
def test_spacing_is_the_distance_to_the_next_number(value: float) -> None:
    half = torch.tensor([value]).half()
    above = torch.nextafter(half.abs(), torch.full_like(half, math.inf))
    assert spacing(half).item() == above.float().item() - half.abs().float().item()


@STEPS
def test_correction_divides_the_error(steps: int) -> None:
    original = weights()
    half, correction = halve(original, steps)
    restored = restore(half, correction)
    unit = spacing(half) / (2 * steps)
    assert restored.dtype == torch.float32
    assert ((restored - original).abs() <= unit * 0.5 + original.abs() * 2.0**-23).all()
    alone = (restore(half, None) - original).abs().mean()
    assert (restored - original).abs().mean() < alone / steps


def test_storage_is_a_byte_or_half_a_byte() -> None:
    half, whole = halve(weights(), BYTE_STEPS)
    assert (half.dtype, whole.dtype, whole.shape) == (torch.float16, torch.int8, half.shape)
    _, packed = halve(weights(), NIBBLE_STEPS)
    assert (packed.dtype, packed.numel()) == (torch.uint8, half.numel() // 2)


@STEPS
def test_exact_numbers_stay_exact(steps: int) -> None:
    exact = torch.tensor([0.0, 1.0, -0.5, 2.0**-24, 1024.0, -65504.0])
    assert torch.equal(restore(*halve(exact, steps)), exact)
