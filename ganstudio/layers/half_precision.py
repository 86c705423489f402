"""Weights stored as half-precision numbers with a few bits of correction beside them."""

import torch

BYTE_STEPS = 127
NIBBLE_STEPS = 7
_NIBBLE_ZERO = 8
_HALF_FRACTION_BITS = 10
_HALF_EXPONENT_MASK = 31
_FLOAT32_FRACTION_BITS = 23
_SPACING_BIAS = 127 - 15 - _HALF_FRACTION_BITS  # float32's exponent bias in place of float16's


def spacing(half: torch.Tensor) -> torch.Tensor:
    """Return the distance (float32) from each float16 number to the next one."""
    exponent = (half.view(torch.int16) >> _HALF_FRACTION_BITS) & _HALF_EXPONENT_MASK
    biased = exponent.clamp_min(1).int() + _SPACING_BIAS
    return (biased << _FLOAT32_FRACTION_BITS).view(torch.float32)  # an exact power of two on every machine


def halve(weight: torch.Tensor, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Split float32 weights into float16 and the rounding error in units of spacing / (2 steps).

    With `BYTE_STEPS` the error is int8 in the weight's shape; with `NIBBLE_STEPS` two errors share a byte of
    a flat uint8 tensor, so the number of weights must be even.
    """
    half = weight.half()
    unit = spacing(half) / (2 * steps)
    error = torch.round((weight - half.float()) / unit).clamp(-steps, steps)
    if steps == BYTE_STEPS:
        return half, error.to(torch.int8)
    pairs = (error.flatten() + _NIBBLE_ZERO).to(torch.uint8).reshape(-1, 2)
    return half, pairs[:, 0] | (pairs[:, 1] << 4)


def restore(half: torch.Tensor, correction: torch.Tensor | None) -> torch.Tensor:
    """Return float32 weights from float16 ones and their correction, where there is one."""
    if correction is None:
        return half.float()
    steps = BYTE_STEPS
    if correction.dtype == torch.uint8:
        steps = NIBBLE_STEPS
        nibbles = torch.stack([correction & 15, correction >> 4], dim=1)
        correction = nibbles.to(torch.int8).reshape(half.shape) - _NIBBLE_ZERO
    return half.float() + correction.float() * (spacing(half) / (2 * steps))


def widened(x: torch.Tensor) -> torch.Tensor:
    """Return 16-bit activations as float32, others as they are."""
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
