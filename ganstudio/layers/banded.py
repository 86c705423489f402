"""Convolutions in bands of rows whose intermediate results stay in the cache."""

from collections.abc import Callable

import torch

from ganstudio.layers.finish import Finish
from ganstudio.layers.packing import Convolution

BAND_NUMBERS = 1 << 20  # about so many numbers of a result at a time

Place = Callable[[tuple[int, int, int, int], torch.Tensor], torch.Tensor]


def fresh(shape: tuple[int, int, int, int], like: torch.Tensor) -> torch.Tensor:
    """Return new memory for `[N, H, W, C]` numbers of the kind of `like`."""
    return like.new_empty(shape)


def in_bands(
    x: torch.Tensor,
    n_out: int,
    up: int,
    convolve: Convolution,
    scale: torch.Tensor,
    finish: Finish,
    place: Place = fresh,
) -> torch.Tensor:
    """Return `[N, O, up H, up W]`: `convolve(x)` for x `[N, I, H, W]` times a factor `[N, O]`, finished.

    Every row of `convolve(x)` may depend on one row of x on either side; a band reads these as well, and the rows that
    are not complete are left out.
    """
    N, _, H, W = x.shape
    if up * up * N * H * W * n_out <= BAND_NUMBERS:
        return finish(convolve(x), scale)
    y = place((N, up * H, up * W, n_out), x)
    height = min(H, max(1, BAND_NUMBERS // (up * up * W * n_out)))
    pictures = max(1, BAND_NUMBERS // (up * up * H * W * n_out))
    for n in range(0, N, pictures):
        samples = slice(n, min(N, n + pictures))
        for top in range(0, H, height):
            end = min(H, top + height)
            first, last = max(0, top - 1), min(H, end + 1)
            wide = convolve(x[samples, :, first:last])
            rows, kept = slice(up * top, up * end), slice(up * (top - first), up * (end - first))
            finish.scaled(wide.permute(0, 2, 3, 1)[:, kept], scale[samples, None, None], y[samples, rows])
            finish.closed(y[samples, rows].permute(0, 3, 1, 2), samples, rows)
    return y.permute(0, 3, 1, 2)
