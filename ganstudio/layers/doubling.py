"""Doubling and halving by blocks of two by two pixels, alone and fused with a convolution (Karras et al. 2018)."""

import torch
import torch.nn.functional as F


def doubled(x: torch.Tensor) -> torch.Tensor:
    """Repeat every pixel of x `[N, C, H, W]` as a block of two by two."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def halved(x: torch.Tensor) -> torch.Tensor:
    """Average every block of two by two pixels of x `[N, C, H, W]`."""
    return F.avg_pool2d(x, 2)


def conv_doubled(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Correlate `doubled(x)` with `[O, I, k, k]`, k odd, as one transposed convolution with less than half the work.

    Where the kernel has more numbers than x, preparing it would cost more than it saves.
    """
    if x.numel() < weight.numel():
        return F.conv2d(doubled(x), weight.to(x.dtype), padding=weight.shape[-1] // 2)
    kernel = overlapped(weight.flip(2, 3)).transpose(0, 1).to(x.dtype)
    return F.conv_transpose2d(x, kernel, stride=2, padding=weight.shape[-1] // 2)


def conv_halved(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Correlate x with `[O, I, k, k]`, k odd, and halve the result, as one convolution with less than half the work.

    Where the kernel is large beside x, preparing it would cost more than it saves.
    """
    if x.numel() < 4 * weight.numel():
        return halved(F.conv2d(x, weight.to(x.dtype), padding=weight.shape[-1] // 2))
    return F.conv2d(x, (overlapped(weight) * 0.25).to(x.dtype), stride=2, padding=weight.shape[-1] // 2)


def overlapped(weight: torch.Tensor) -> torch.Tensor:
    """Sum four copies of `[O, I, k, k]`, one pixel apart: `[O, I, k + 1, k + 1]`."""
    return F.avg_pool2d(F.pad(weight, (1, 1, 1, 1)), 2, stride=1, divisor_override=1)
