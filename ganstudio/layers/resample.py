"""Resampling with FIR filters (Karras et al. 2020, section 4.2; Zhang 2019)."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F


def fir_kernel(taps: Sequence[float]) -> torch.Tensor:
    """Return the separable kernel `[T, T]` of 1-D taps, normalised to a sum of one."""
    line = torch.tensor(taps, dtype=torch.float32)
    kernel = torch.outer(line, line)
    return kernel / kernel.sum()


SMOOTH = fir_kernel((1.0, 3.0, 3.0, 1.0))  # doubling with it is bilinear interpolation into a border of zeros


def filter2d(x: torch.Tensor, kernel: torch.Tensor, padding: tuple[int, int], gain: float = 1.0) -> torch.Tensor:
    """Convolve every channel of x `[N, C, H, W]` with `[T, T]`, zero-padded by (before, after) on both axes."""
    channels = x.shape[1]
    weight = (kernel.flip(0, 1) * gain).to(x.dtype).expand(channels, 1, *kernel.shape)
    before, after = padding
    if before == after and before >= 0:
        return F.conv2d(x, weight, padding=before, groups=channels)
    return F.conv2d(F.pad(x, (before, after, before, after)), weight, groups=channels)


def upsample2d(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Double the resolution of x `[N, C, H, W]`: zeros between pixels, then the filter with gain 4."""
    if kernel.device.type == "cpu" and torch.equal(kernel, SMOOTH.to(kernel.dtype)):
        smooth = F.interpolate(F.pad(x, (1, 1, 1, 1)), scale_factor=2, mode="bilinear", align_corners=False)
        return smooth[:, :, 2:-2, 2:-2]
    N, C, H, W = x.shape
    taps = kernel.shape[-1]
    spread = x.new_zeros(N, C, H, 2, W, 2)
    spread[:, :, :, 0, :, 0] = x
    return filter2d(spread.reshape(N, C, 2 * H, 2 * W), kernel, ((taps + 1) // 2, (taps - 2) // 2), gain=4.0)


def downsample2d(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Halve the resolution of x `[N, C, H, W]`: the filter, then every other pixel."""
    if kernel.device.type == "cpu" and torch.equal(kernel, SMOOTH.to(kernel.dtype)):
        halved: torch.Tensor = _Halved.apply(x, kernel)  # type: ignore[no-untyped-call]
        return halved
    return _every_other(x, kernel)


def _every_other(x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    taps = kernel.shape[-1]
    channels = x.shape[1]
    weight = kernel.flip(0, 1).to(x.dtype).expand(channels, 1, *kernel.shape)
    before, after = (taps - 1) // 2, (taps - 2) // 2
    if before != after:
        x = F.pad(x, (before, after, before, after))
        before = 0
    return F.conv2d(x, weight, stride=2, padding=before, groups=channels)


class _Halved(torch.autograd.Function):
    """Halving whose gradient is a quarter of doubling: far quicker than that of a strided convolution per channel."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(kernel)
        return _every_other(x, kernel)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (kernel,) = ctx.saved_tensors
        return upsample2d(gradient, kernel) * 0.25, None


def upsampling_padding(taps: int, size: int) -> tuple[int, int]:
    """Return the padding of the filter that follows a stride-2 transposed convolution with a `size`² kernel."""
    half = size // 2
    return half + (taps + 1) // 2 - (size - 1), half + (taps - 2) // 2 - (size - 2)


def conv_up(x: torch.Tensor, weight: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Convolve x `[N, I, H, W]` with `[O, I, k, k]` at twice its resolution: `[N, O, 2H, 2W]`.

    The kernel is applied as a true convolution through a stride-2 transposed convolution.
    """
    size = weight.shape[-1]
    if size == 1:
        return upsample2d(F.conv2d(x, weight), kernel)
    y = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
    return filter2d(y, kernel, upsampling_padding(kernel.shape[-1], size), gain=4.0)


def conv_down(
    x: torch.Tensor, weight: torch.Tensor, kernel: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """Filter x `[N, I, H, W]` and convolve it with `[O, I, k, k]` at half its resolution."""
    size, taps = weight.shape[-1], kernel.shape[-1]
    if size == 1:
        return F.conv2d(downsample2d(x, kernel), weight, bias)
    half = size // 2
    padding = half + (taps - 1) // 2, half + (taps - 2) // 2
    return F.conv2d(filter2d(x, kernel, padding), weight, bias, stride=2)
