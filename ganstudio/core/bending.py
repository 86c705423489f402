"""What is done to units of an activation: bent (Broad et al. 2021, arXiv 2005.12420) or painted (Bau et al. 2019)."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ganstudio.core.document import SPATIAL, Bend, BendUnits, PaintUnits, UnitEdit

LEAST_ZOOM = 0.01
LARGEST = 1e6
HALF_PRECISION = (torch.bfloat16, torch.float16)


def bent(x: torch.Tensor, bends: Sequence[UnitEdit], masks: Sequence[torch.Tensor] = ()) -> torch.Tensor:
    """Return an activation `[N, C, H, W]` (or `[N, C]`) after bends, in order; x stays as it is.

    `masks` `[1, 1, h, w]` are those of the painted units, in their order.
    """
    spread = x.float().flatten(1).std(dim=1, correction=0).to(x.dtype)
    y, places = x, iter(masks)
    for bend in bends:
        y = painted(y, bend, next(places)) if isinstance(bend, PaintUnits) else _bent(y, bend, spread)
    return y


def painted(x: torch.Tensor, paint: PaintUnits, mask: torch.Tensor) -> torch.Tensor:
    """Return an activation `[N, C, H, W]` whose units have come nearer to their values under the mask."""
    known = [(u, v) for u, v in zip(paint.units, paint.values, strict=False) if 0 <= u < x.shape[1]]
    if not known or x.ndim < 4:
        return x
    units, values = [unit for unit, _ in known], torch.tensor([value for _, value in known])
    share = F.interpolate(mask.float(), (x.shape[2], x.shape[3]), mode="bilinear", antialias=True).clamp(0.0, 1.0)
    share = (share * paint.amount).to(x).expand(len(x), len(units), -1, -1)
    y = x.clone()
    y[:, units] = torch.lerp(x[:, units], values.to(x)[:, None, None].expand_as(share), share)
    return y


def _bent(x: torch.Tensor, bend: BendUnits, spread: torch.Tensor) -> torch.Tensor:
    units = [unit for unit in bend.units if 0 <= unit < x.shape[1]]
    if (bend.units and not units) or (bend.bend in SPATIAL and x.ndim < 4):
        return x
    if not units:
        return _changed(x, bend, spread)
    y = x.clone()
    y[:, units] = _changed(x[:, units], bend, spread)
    return y


def _changed(x: torch.Tensor, bend: BendUnits, spread: torch.Tensor) -> torch.Tensor:
    if bend.bend in SPATIAL:
        return _moved(x, bend)
    limit = spread.reshape(-1, *(1,) * (x.ndim - 1)) * bend.amount
    match bend.bend:
        case Bend.ABLATE:
            return torch.zeros_like(x)
        case Bend.SCALE:
            return x * bend.amount
        case Bend.ADD:
            return x + limit
        case Bend.INVERT:
            return -x
        case Bend.THRESHOLD:
            return torch.where(x > limit, x, torch.zeros_like(x))
        case _:
            return torch.clamp(x, -limit.abs(), limit.abs())


def _moved(x: torch.Tensor, bend: BendUnits) -> torch.Tensor:
    if bend.bend is Bend.FLIP_X:
        return x.flip(3)
    if bend.bend is Bend.FLIP_Y:
        return x.flip(2)
    matrix = torch.tensor(affine_matrix(bend.bend, bend.amount), dtype=torch.float32, device=x.device)
    work = x.float() if x.dtype in HALF_PRECISION else x
    grid = F.affine_grid(matrix.to(work.dtype).expand(len(x), 2, 3), list(x.shape), align_corners=False)
    y = F.grid_sample(work, grid, mode="bilinear", padding_mode="reflection", align_corners=False).to(x.dtype)
    same_order = x.is_contiguous(memory_format=torch.channels_last)
    return y.contiguous(memory_format=torch.channels_last) if same_order else y


def affine_matrix(bend: Bend, amount: float) -> list[list[float]]:
    """Return the matrix `[2, 3]` from places in the result to places in the source, both in [-1, 1]."""
    amount = min(max(amount, -LARGEST), LARGEST)
    match bend:
        case Bend.MOVE_X:
            return [[1.0, 0.0, -2.0 * amount], [0.0, 1.0, 0.0]]
        case Bend.MOVE_Y:
            return [[1.0, 0.0, 0.0], [0.0, 1.0, -2.0 * amount]]
        case Bend.ROTATE:
            c, s = math.cos(math.radians(amount)), math.sin(math.radians(amount))
            return [[c, s, 0.0], [-s, c, 0.0]]
        case _:
            part = 1.0 / max(amount, LEAST_ZOOM)
            return [[part, 0.0, 0.0], [0.0, part, 0.0]]
