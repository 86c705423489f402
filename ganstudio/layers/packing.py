"""Convolutions whose kernel is laid out once for the CPU's library instead of in every call.

At low resolutions most of a convolution's time goes into that laying out. The operators behind it are torch's own
but not public, so everything here has a plain way beside it.
"""

from collections.abc import Callable
from functools import cache
from itertools import product

import torch
import torch.nn.functional as F

FEW_PRODUCTS = 1 << 25  # of pixels and channels: to so many a doubling is bound by its calls

Convolution = Callable[[torch.Tensor], torch.Tensor]


def packing_works(x: torch.Tensor) -> bool:
    """Tell whether kernels for inputs like x `[N, I, H, W]` can be packed."""
    return (
        x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.bfloat16)
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_transpose_weight")
    )


@cache
def multiplies_matrices() -> bool:
    """Tell whether the processor has instructions for matrices of bfloat16."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def packed_convolution(
    weight: torch.Tensor,
    x: torch.Tensor,
    padding: tuple[int, int] | None = None,
    bias: torch.Tensor | None = None,
    *,
    rectified: bool = False,
) -> Convolution:
    """Return the convolution with `[O, I, k, l]` for inputs shaped like x `[N, I, H, W]`, by default of their size.

    A bias `[O]` and ReLU follow where asked for.
    """
    after = "relu" if rectified else "none"
    border, ones = list(padding or (weight.shape[2] // 2, weight.shape[3] // 2)), [1, 1]
    packed = torch.ops.mkldnn._reorder_convolution_weight(
        weight.contiguous(), border, ones, ones, 1, list(x.shape)
    )

    def convolve(y: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.ops.mkldnn._convolution_pointwise(
            y, packed, bias, border, ones, ones, 1, after, [], ""
        )
        return result

    return convolve


def packed_upsampling(weight: torch.Tensor, x: torch.Tensor) -> Convolution:
    """Return the stride-2 transposed convolution with `[I, O, k, k]` for inputs shaped like x `[N, I, H, W]`."""
    if x.dtype == torch.bfloat16:
        few = x.numel() * weight.shape[1] <= FEW_PRODUCTS
        return _upsampling_in_rows(weight, x) if few else _upsampling_in_phases(weight, x)
    zeros, ones, twos = [0, 0], [1, 1], [2, 2]
    packed = torch.ops.mkldnn._reorder_convolution_transpose_weight(
        weight.contiguous(), zeros, zeros, twos, ones, 1, list(x.shape)
    )

    def convolve(y: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.ops.mkldnn._convolution_transpose_pointwise(
            y, packed, None, zeros, zeros, twos, ones, 1, "none", [], ""
        )
        return result

    return convolve


def _upsampling_in_phases(weight: torch.Tensor, x: torch.Tensor) -> Convolution:
    """Return the same for `[I, O, 3, 3]` as four convolutions, one for each parity of the result's rows and columns.

    The library's transposed convolution takes three times as long in bfloat16, and as long as this in float32.
    """
    kernel = weight.transpose(0, 1)
    taps = ((2, 0), (1,))  # of the kernel, for even and for odd places
    phases = [
        (a, b, packed_convolution(kernel[:, :, taps[a]][:, :, :, taps[b]], x, (1 - a, 1 - b)))
        for a, b in product((0, 1), repeat=2)
    ]

    def convolve(y: torch.Tensor) -> torch.Tensor:
        N, _, H, W = y.shape
        result = y.new_empty(N, 2 * H + 1, 2 * W + 1, len(kernel))
        for a, b, phase in phases:
            result[:, a::2, b::2] = phase(y).permute(0, 2, 3, 1)
        return result.permute(0, 3, 1, 2)

    return convolve


def _upsampling_in_rows(weight: torch.Tensor, x: torch.Tensor) -> Convolution:
    """Return the same as two convolutions, one for each parity of the rows, whose channels are pairs of columns.

    A third more multiplications in half the calls, which at low resolutions take longer than the work in them.
    """
    kernel = weight.transpose(0, 1)
    pairs = torch.cat([kernel[..., [2, 0]], F.pad(kernel[..., [1]], (1, 0))])
    parities = [packed_convolution(pairs[:, :, taps], x, (1 - a, 1)) for a, taps in enumerate(((2, 0), (1,)))]

    def convolve(y: torch.Tensor) -> torch.Tensor:
        N, _, H, W = y.shape
        result = y.new_empty(N, 2 * H + 1, 2 * W + 1, len(kernel))
        for a, rows in enumerate(parities):
            result[:, a::2] = rows(y).permute(0, 2, 3, 1).reshape(N, H + 1 - a, 2 * W + 2, -1)[:, :, :-1]
        return result.permute(0, 3, 1, 2)

    return convolve


def packed_filter(kernel: torch.Tensor, gain: float, channels: int, x: torch.Tensor) -> Convolution:
    """Return the convolution of each of `channels` channels with `[T, T]` times `gain`, in a border of one zero.

    It is made for inputs of the type of x.
    """
    weight = (kernel.flip(0, 1) * gain).to(x.dtype).expand(channels, 1, *kernel.shape).contiguous()
    ones = [1, 1]
    packed = torch.ops.mkldnn._reorder_convolution_weight(
        weight, ones, ones, ones, channels, [1, channels, 2 * x.shape[2] + 1, 2 * x.shape[3] + 1]
    )

    def smooth(y: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = torch.ops.mkldnn._convolution_pointwise(
            y, packed, None, ones, ones, ones, channels, "none", [], ""
        )
        return result

    return smooth


def packed_products(kernels: torch.Tensor, rows: int) -> Convolution:
    """Return the products of every row of `[T, P, I]` with its own matrix of `[P, O, I]`: `[T, P, O]`, T about `rows`.

    They run as one grouped 1x1 convolution, which is quicker here than a batched matrix product.
    """
    count, n_out, n_in = kernels.shape
    zeros, ones = [0, 0], [1, 1]
    packed = torch.ops.mkldnn._reorder_convolution_weight(
        kernels.reshape(count * n_out, n_in, 1, 1), zeros, ones, ones, count, [1, count * n_in, 1, rows]
    )

    def multiply(y: torch.Tensor) -> torch.Tensor:
        as_line = y.reshape(1, 1, len(y), count * n_in).permute(0, 3, 1, 2)
        result: torch.Tensor = torch.ops.mkldnn._convolution_pointwise(
            as_line, packed, None, zeros, ones, ones, count, "none", [], ""
        )
        return result.permute(0, 2, 3, 1).reshape(len(y), count, n_out)

    return multiply
