"""Pixel blits and geometric transformations, composed into one matrix per sample (ADA, appendix B)."""

import math

import torch
import torch.nn.functional as F

from ganstudio.layers.augmentation.chances import Chances
from ganstudio.layers.augmentation.strengths import Strengths

Size = tuple[int, int]


def stacked(rows: list[list[torch.Tensor | float]], like: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, rows, columns]` of entries that are numbers or tensors `[N]`."""
    entries = [e if isinstance(e, torch.Tensor) else torch.full_like(like, e) for row in rows for e in row]
    return torch.stack(entries, dim=-1).reshape(*like.shape, len(rows), len(rows[0]))


def translation(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 3, 3]` that move by x and y `[N]`."""
    return stacked([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]], x)


def scaling(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 3, 3]` that stretch by x and y `[N]`."""
    return stacked([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]], x)


def rotation(angle: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 3, 3]` that turn by an angle `[N]`."""
    sine, cosine = torch.sin(angle), torch.cos(angle)
    return stacked([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]], angle)


def draw_blits(strengths: Strengths, chances: Chances, p: torch.Tensor, size: Size) -> list[torch.Tensor]:
    """Draw mirroring, quarter turns and whole-pixel moves: maps `[N, 3, 3]` from output to input coordinates."""
    height, width = size
    maps = []
    if strengths.xflip > 0:
        mirrored = torch.floor(chances.uniform("xflip") * 2) * chances.happens("xflip", strengths.xflip * p)
        maps.append(scaling(1.0 - 2.0 * mirrored, torch.ones_like(mirrored)))
    if strengths.rotate90 > 0:
        turns = torch.floor(chances.uniform("rotate90") * 4) * chances.happens("rotate90", strengths.rotate90 * p)
        maps.append(rotation(turns * (math.pi / 2)))
    if strengths.xint > 0:
        share = (chances.uniform("xint", 2) * 2 - 1) * strengths.xint_max
        share = share * chances.happens("xint", strengths.xint * p)[:, None]
        maps.append(translation(-torch.round(share[:, 0] * width), -torch.round(share[:, 1] * height)))
    return maps


def draw_warps(strengths: Strengths, chances: Chances, p: torch.Tensor, size: Size) -> list[torch.Tensor]:
    """Draw scaling, rotation before and after stretching, and moves: maps `[N, 3, 3]` from output to input."""
    height, width = size
    maps = []

    def power(name: str, std: float, strength: float) -> torch.Tensor:
        exponent = chances.normal(name) * std
        return torch.exp2(-exponent * chances.happens(name, strength * p))

    turning = 1 - torch.sqrt((1 - strengths.rotate * p).clamp(0, 1))  # twice with it makes once with rotate · p
    if strengths.scale > 0:
        shrink = power("scale", strengths.scale_std, strengths.scale)
        maps.append(scaling(shrink, shrink))
    if strengths.rotate > 0:
        angle = (chances.uniform("rotate") * 2 - 1) * (math.pi * strengths.rotate_max)
        maps.append(rotation(angle * chances.happens("rotate", turning)))
    if strengths.aniso > 0:
        shrink = power("aniso", strengths.aniso_std, strengths.aniso)
        maps.append(scaling(shrink, 1.0 / shrink))
    if strengths.rotate > 0:
        angle = (chances.uniform("rotate after") * 2 - 1) * (math.pi * strengths.rotate_max)
        maps.append(rotation(angle * chances.happens_again("rotate", turning)))
    if strengths.xfrac > 0:
        share = chances.normal("xfrac", 2) * strengths.xfrac_std
        share = share * chances.happens("xfrac", strengths.xfrac * p)[:, None]
        maps.append(translation(-share[:, 0] * width, -share[:, 1] * height))
    return maps


def reflected(x: torch.Tensor, before: int, after: int, dim: int) -> torch.Tensor:
    """Pad a dimension by mirroring about its first and last values, over again where the padding is longer.

    Made of slices, whose gradients are the same in every run, unlike those of reflection padding on CUDA.
    """
    while before > 0 or after > 0:
        length = x.shape[dim]
        if length == 1:
            return torch.cat([x] * (1 + before + after), dim)
        first, last = min(before, length - 1), min(after, length - 1)
        head, tail = x.narrow(dim, 1, first).flip(dim), x.narrow(dim, length - 1 - last, last).flip(dim)
        x = torch.cat([head, x, tail], dim)
        before, after = before - first, after - last
    return x


def doubled(x: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """Double height and width of `[M, 1, H, W]`: zeros between pixels, then the even number of taps along each axis."""
    pad = len(taps) // 2 - 1
    line = 2.0 * taps
    x = F.conv_transpose2d(x, line.reshape(1, 1, 1, -1), stride=(1, 2), padding=(0, pad))
    return F.conv_transpose2d(x, line.reshape(1, 1, -1, 1), stride=(2, 1), padding=(pad, 0))


def halved(x: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """Correlate `[M, 1, H, W]` with taps along each axis and keep every other value; borders are lost."""
    x = F.conv2d(x, taps.reshape(1, 1, 1, -1), stride=(1, 2))
    return F.conv2d(x, taps.reshape(1, 1, -1, 1), stride=(2, 1))


class Sampling(torch.autograd.Function):
    """Bilinear sampling of pictures at a fixed grid: linear in the pictures, so its gradient has a gradient."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
        """Sample x `[N, C, H, W]` at grid `[N, h, w, 2]` in [-1, 1]; zero outside."""
        ctx.save_for_backward(grid)
        ctx.shape = x.shape  # type: ignore[attr-defined]
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Spread the gradients back."""
        (grid,) = ctx.saved_tensors  # type: ignore[attr-defined]
        spread: torch.Tensor = Spreading.apply(gradients[0], grid, ctx.shape)  # type: ignore[attr-defined, no-untyped-call]
        return spread, None


class Spreading(torch.autograd.Function):
    """The transpose of `Sampling`."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, y: torch.Tensor, grid: torch.Tensor, shape: torch.Size
    ) -> torch.Tensor:
        """Add y `[N, C, h, w]` to the four pixels around each place of the grid, of a picture of that shape."""
        ctx.save_for_backward(grid)
        if y.is_cuda and torch.are_deterministic_algorithms_enabled():
            return spread_in_order(y, grid, shape)
        unread = y.new_zeros(()).expand(shape)
        spread: torch.Tensor = torch.ops.aten.grid_sampler_2d_backward(
            y.contiguous(), unread, grid, 0, 0, False, (True, False)
        )[0]
        return spread

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor, None, None]:
        """Sample the gradients."""
        (grid,) = ctx.saved_tensors  # type: ignore[attr-defined]
        sampled: torch.Tensor = Sampling.apply(gradients[0], grid)  # type: ignore[no-untyped-call]
        return sampled, None, None


def spread_in_order(y: torch.Tensor, grid: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Do what `Spreading` does by sorted addition, which gives the same sums in every run on CUDA."""
    N, C, H, W = shape
    place = ((grid + 1.0) * grid.new_tensor([W, H]) - 1.0) / 2.0
    corner = place.floor()
    share = place - corner
    sheet = y.new_zeros(N, H * W, C)
    samples = torch.arange(N, device=y.device)[:, None].expand(N, grid[0, :, :, 0].numel())
    values = y.flatten(2).transpose(1, 2)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = corner[..., 0].long() + dx, corner[..., 1].long() + dy
        weight = (share[..., 0] if dx else 1.0 - share[..., 0]) * (share[..., 1] if dy else 1.0 - share[..., 1])
        weight = weight * ((column >= 0) & (column < W) & (row >= 0) & (row < H))
        index = (row.clamp(0, H - 1) * W + column.clamp(0, W - 1)).flatten(1)
        sheet.index_put_((samples, index), values * weight.flatten(1)[..., None], accumulate=True)
    return sheet.transpose(1, 2).reshape(shape)


def warp(images: torch.Tensor, maps: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """Draw images `[N, C, H, W]` through maps `[N, 3, 3]` from output to input pixels about the centre.

    Pictures are mirrored over their borders, sampled at twice their resolution and filtered down. How far they are
    mirrored follows from each sample's own map, so that a sample does not depend on the rest of its batch.
    """
    N, C, H, W = images.shape
    border = len(taps) // 4
    margins = mirrored_margins(maps, (H, W), border)
    left, top, right, bottom = (int(m) for m in margins.amax(dim=0))
    x = reflected(reflected(images, left, right, 3), top, bottom, 2)
    x = x * within(margins, (left, top, right, bottom), (H, W))
    ones = torch.ones(N, dtype=maps.dtype, device=maps.device)
    maps = translation((left - right) / 2 * ones, (top - bottom) / 2 * ones) @ maps
    x = doubled(x.reshape(N * C, 1, *x.shape[2:]), taps)
    x = x.reshape(N, C, *x.shape[2:])
    maps = scaling(2 * ones, 2 * ones) @ maps @ scaling(ones / 2, ones / 2)
    maps = translation(-ones / 2, -ones / 2) @ maps @ translation(ones / 2, ones / 2)
    height, width = (H + border * 2) * 2, (W + border * 2) * 2
    maps = scaling(2 / x.shape[3] * ones, 2 / x.shape[2] * ones) @ maps @ scaling(ones * width / 2, ones * height / 2)
    grid = F.affine_grid(maps[:, :2], [N, C, height, width], align_corners=False)
    sampled: torch.Tensor = Sampling.apply(x, grid)  # type: ignore[no-untyped-call]
    inner = sampled[:, :, 1:-1, 1:-1]
    return halved(inner.reshape(N * C, 1, *inner.shape[2:]), taps).reshape(N, C, H, W)


def mirrored_margins(maps: torch.Tensor, size: Size, border: int) -> torch.Tensor:
    """Return how many pixels each sample needs beyond its left, top, right and bottom: whole numbers `[N, 4]`."""
    height, width = size
    cx, cy = (width - 1) / 2, (height - 1) / 2
    corners = maps.new_tensor([[-cx, -cy, 1], [cx, -cy, 1], [cx, cy, 1], [-cx, cy, 1]])
    places = (maps @ corners.T)[:, :2]
    reach = torch.cat([-places, places], dim=1).amax(dim=2)
    reach = reach + maps.new_tensor([border * 2 - cx, border * 2 - cy] * 2)
    most = maps.new_tensor([width - 1, height - 1] * 2)
    return torch.minimum(reach.clamp(min=0), most).ceil()


def within(margins: torch.Tensor, padded: tuple[int, int, int, int], size: Size) -> torch.Tensor:
    """Return masks `[N, 1, H', W']` of what lies inside each sample's own margins of a padded batch."""
    left, top, right, bottom = padded
    height, width = size

    def line(length: int, before: int, after: int, own: torch.Tensor) -> torch.Tensor:
        place = torch.arange(-before, length + after, device=margins.device)
        return (place >= -own[:, :1]) & (place < length + own[:, 1:])

    columns = line(width, left, right, margins[:, (0, 2)])
    rows = line(height, top, bottom, margins[:, (1, 3)])
    return rows[:, None, :, None] & columns[:, None, None, :]


