"""3x3 convolutions with a quarter of the multiplications, for inference on the processor.

Winograd's minimal filtering on tiles of 4x4 pixels, F(4x4, 3x3) (Lavin & Gray 2016, arXiv 1509.09308). At the usual
points 0, ±1, ±2 rounding errors grow about threefold; at 0, ±√½, ±√2 they stay like those of the direct convolution.
In bfloat16 a layer is off by 1.6 % instead of 0.4 %, a picture by little more than with direct convolutions.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from types import MappingProxyType

import torch

from ganstudio.layers.banded import Place, fresh
from ganstudio.layers.finish import NOTHING, Finish
from ganstudio.layers.packing import multiplies_matrices, packed_products, packing_works

TILE, POINTS = 4, 6  # pixels that a tile gives, and that it reads, along one axis
NEAR, FAR = 0.5, 2.0  # squares of the points
FEWEST_CHANNELS = MappingProxyType({torch.float32: 128, torch.bfloat16: 256})  # below, the direct one was as quick
FEWEST_TILES = 16
BAND = 128  # tiles at a time: what they grow into stays in the cache


def winograd_pays(weight: torch.Tensor, x: torch.Tensor) -> bool:
    """Tell whether convolving x `[N, I, H, W]` with `[O, I, 3, 3]` is quicker this way."""
    N, _, H, W = x.shape
    return (
        weight.shape[-1] == 3
        and min(weight.shape[:2]) >= FEWEST_CHANNELS.get(x.dtype, math.inf)
        and not (x.dtype == torch.bfloat16 and multiplies_matrices())
        and H % TILE == W % TILE == 0
        and N * H * W >= FEWEST_TILES * TILE * TILE
        and packing_works(x)
    )


class WinogradConvolution:
    """The same-size convolution with one kernel `[O, I, 3, 3]`, which takes four times its memory here."""

    def __init__(self, weight: torch.Tensor, x: torch.Tensor) -> None:
        """Transform the kernel for inputs shaped like x `[N, I, H, W]`."""
        n_out, n_in = weight.shape[:2]
        both = torch.kron(_kernel_matrix(), _kernel_matrix()).float()
        kernels = both @ weight.reshape(n_out * n_in, 9).T
        tiles = min(BAND, x.shape[0] * x.shape[2] * x.shape[3] // TILE**2)
        self.multiply = packed_products(kernels.to(x.dtype).reshape(POINTS**2, n_out, n_in), tiles)
        self.scatter = torch.kron(_input_matrix(), _input_matrix()).to(x.dtype)
        self.gather = torch.kron(_output_matrix(), _output_matrix()).to(x.dtype)
        self.n_out = n_out

    def __call__(
        self,
        x: torch.Tensor,
        before: torch.Tensor,
        after: torch.Tensor | None,
        finish: Finish = NOTHING,
        place: Place = fresh,
    ) -> torch.Tensor:
        """Convolve x `[N, I, H, W]` times `before` `[N, I]`; multiply the result by `after` `[N, O]`, finish it."""
        N, _, H, W = x.shape
        before = before.to(x.dtype)
        after = x.new_ones(N, self.n_out) if after is None else after.to(x.dtype)
        y = place((N, H, W, self.n_out), x)
        pixels = x.permute(0, 2, 3, 1)
        for samples, rows in _bands(N, H, W):
            products = self.multiply(_input_tiles(pixels[samples], before[samples], rows, self.scatter))
            band = y[samples, rows]
            self._draw(products, after[samples], finish, band)
            finish.closed(band.permute(0, 3, 1, 2), samples, rows)
        return y.permute(0, 3, 1, 2)

    def _draw(self, products: torch.Tensor, after: torch.Tensor, finish: Finish, y: torch.Tensor) -> None:
        """Write products `[T, 36, O]` times `after` `[n, O]`, and the bias, as pixels `[n, h, W, O]`."""
        n, h, W, n_out = y.shape
        T = len(products)
        tiles = torch.bmm(self.gather.expand(T, *self.gather.shape), products)
        tiles = tiles.view(n, h // TILE, W // TILE, TILE, TILE, n_out).transpose(2, 3)
        blocks = y.view(n, h // TILE, TILE, W // TILE, TILE, n_out)
        finish.scaled(tiles, after[:, None, None, None, None], blocks)


def _bands(N: int, H: int, W: int) -> Iterator[tuple[slice, slice]]:
    """Cut N pictures of H x W pixels into pieces of about `BAND` tiles: whole pictures, or rows of one."""
    across, down = W // TILE, H // TILE
    rows = TILE * min(down, max(1, BAND // across))
    pictures = max(1, BAND // (across * down))
    for n, top in product(range(0, N, pictures), range(0, H, rows)):
        yield slice(n, min(N, n + pictures)), slice(top, min(H, top + rows))


def _input_tiles(pixels: torch.Tensor, before: torch.Tensor, rows: slice, scatter: torch.Tensor) -> torch.Tensor:
    """Return the transformed tiles `[T, 36, I]` of some rows of `[n, H, W, I]`, times `before` `[n, I]`."""
    n, H, W, n_in = pixels.shape
    height = rows.stop - rows.start
    first, last = max(0, rows.start - 1), min(H, rows.stop + 1)
    padded = pixels.new_zeros(n, height + 2, W + 2, n_in)
    skipped = first - (rows.start - 1)
    inside = padded[:, skipped : skipped + last - first, 1:-1]
    torch.mul(pixels[:, first:last], before[:, None, None], out=inside)
    tiles = padded.unfold(1, POINTS, TILE).unfold(2, POINTS, TILE).permute(0, 1, 2, 4, 5, 3)
    read = tiles.reshape(-1, POINTS**2, n_in)
    return torch.bmm(scatter.expand(len(read), *scatter.shape), read)


def _roots() -> tuple[float, ...]:
    return (0.0, math.sqrt(NEAR), -math.sqrt(NEAR), math.sqrt(FAR), -math.sqrt(FAR))


def _input_matrix() -> torch.Tensor:
    """Return Bᵀ `[6, 6]`: the polynomials that are zero at all points but one, and the one that is zero at all."""
    roots = _roots()
    rows = [_polynomial([r for r in roots if r != point]) for point in roots]
    return torch.tensor([*([*row, 0.0] for row in rows), _polynomial(roots)], dtype=torch.float64)


def _polynomial(roots: Sequence[float]) -> list[float]:
    """Return the coefficients of Π (x - r), the constant one first."""
    found = [1.0]
    for r in roots:
        found = [above - r * here for above, here in zip([0.0, *found], [*found, 0.0], strict=True)]
    return found


def _kernel_matrix() -> torch.Tensor:
    """Return G `[6, 3]`: a kernel's values at the points, over those of the polynomials of `_input_matrix`."""
    near, far = 2 * NEAR * (NEAR - FAR), 2 * FAR * (FAR - NEAR)
    scales = (NEAR * FAR, near, near, far, far)
    rows = [[p**k / scale for k in range(3)] for p, scale in zip(_roots(), scales, strict=True)]
    return torch.tensor([*rows, [0.0, 0.0, 1.0]], dtype=torch.float64)


def _output_matrix() -> torch.Tensor:
    """Return Aᵀ `[4, 6]`: the powers of the points."""
    rows = [[p**k for p in _roots()] + [float(k == TILE - 1)] for k in range(TILE)]
    return torch.tensor(rows, dtype=torch.float64)
