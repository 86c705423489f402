"""The linear support vector machine with squared hinge loss, solved in the primal by Newton's method."""

from dataclasses import dataclass

import torch

MOST_STEPS = 100
CLOSE_ENOUGH = 1e-10
HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Plane:
    """Decides by the sign of x · normal + offset; `normal` is `[dim]` in float64, not of norm 1."""

    normal: torch.Tensor
    offset: float

    def decide(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the signed decisions `[N]` of rows `[N, dim]`."""
        return rows.double() @ self.normal + self.offset


def linear_svm(
    rows: torch.Tensor, labels: torch.Tensor, penalty: float = 1.0, weights: torch.Tensor | None = None
) -> Plane:
    """Return the plane that tells labels `[N]` (true or false) of rows `[N, dim]` apart.

    It is the minimum of (|v|² + b²)/2 + C Σ s max(0, 1 - y (v · x + b))², with weights s `[N]`, by the finite Newton
    method (Keerthi and DeCoste 2005): after a few steps exact. The minimum lies in the span of the rows, so it is
    searched for there.
    """
    x = torch.cat([rows.double(), rows.new_ones(len(rows), 1).double()], dim=1)
    signs = labels.double() * 2.0 - 1.0
    costs = penalty * (torch.ones_like(signs) if weights is None else weights.double())
    narrow = x.shape[0] < x.shape[1]
    basis, within = torch.linalg.qr(x.T) if narrow else (torch.eye(x.shape[1], dtype=x.dtype), x.T)
    found = basis @ _minimum(within.T.contiguous(), signs, costs)
    return Plane(found[:-1], float(found[-1]))


def _minimum(x: torch.Tensor, signs: torch.Tensor, costs: torch.Tensor) -> torch.Tensor:
    point = x.new_zeros(x.shape[1])
    identity = torch.eye(x.shape[1], dtype=x.dtype)
    for _ in range(MOST_STEPS):
        missing = 1.0 - signs * (x @ point)
        active = missing > 0
        inside, pull = x[active], costs[active]
        gradient = point - 2.0 * inside.T @ (pull * signs[active] * missing[active])
        if float(gradient.norm()) <= CLOSE_ENOUGH * (1.0 + float(point.norm())):
            break
        hessian = identity + 2.0 * inside.T @ (inside * pull[:, None])
        step = torch.linalg.solve(hessian, gradient)
        point = point - _length(x, signs, costs, point, step) * step
    return point


def _length(
    x: torch.Tensor, signs: torch.Tensor, costs: torch.Tensor, point: torch.Tensor, step: torch.Tensor
) -> float:
    """Return how much of a Newton step lowers the sum: all of it, or half, or a quarter, and so on."""
    before, length = _sum(x, signs, costs, point), 1.0
    for _ in range(HALVINGS):
        if _sum(x, signs, costs, point - length * step) <= before:
            break
        length /= 2.0
    return length


def _sum(x: torch.Tensor, signs: torch.Tensor, costs: torch.Tensor, point: torch.Tensor) -> float:
    missing = (1.0 - signs * (x @ point)).clamp_min(0.0)
    return float(point @ point) / 2.0 + float(costs @ missing.square())
