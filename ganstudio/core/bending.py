"""Network bending: what is done to units of an activation (Broad et al. 2021, arXiv 2005.12420)."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from ganstudio.core.document import SPATIAL, Bend, BendUnits

LEAST_ZOOM = 0.01
LARGEST = 1e6
HALF_PRECISION = (torch.bfloat16, torch.float16)


def bent(x: torch.Tensor, bends: Sequence[BendUnits]) -> torch.Tensor:
    """Return an activation `[N, C, H, W]` (or `[N, C]`) after bends, in order; x stays as it is."""
    spread = x.float().flatten(1).std(dim=1, correction=0).to(x.dtype)
    y = x
    for bend in bends:
        y = _bent(y, bend, spread)
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
