"""The support vector machine: its minimum is one, margins are as wide as they can be, few rows and wide rows."""

import pytest
import torch

from ganstudio.core.linear_svm import linear_svm


def cloud(count: int, dim: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, dim, generator=torch.Generator().manual_seed(seed))


def loss(point: torch.Tensor, rows: torch.Tensor, labels: torch.Tensor, penalty: float) -> torch.Tensor:
    signs = labels.double() * 2 - 1
    decided = rows.double() @ point[:-1] + point[-1]
    return point @ point / 2 + penalty * (1 - signs * decided).clamp_min(0).square().sum()


@pytest.mark.parametrize(("count", "dim"), [(200, 6), (12, 80)])
@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_the_minimum_is_one_in_all_dimensions(count: int, dim: int, penalty: float) -> None:
    rows = cloud(count, dim)
    labels = rows[:, 0] + cloud(count, 1, 1)[:, 0] > 0.2
    plane = linear_svm(rows, labels, penalty)
    point = torch.cat([plane.normal, torch.tensor([plane.offset], dtype=torch.float64)]).requires_grad_()
    found = loss(point, rows, labels, penalty)
    (slope,) = torch.autograd.grad(found, point)
    assert float(slope.norm()) < 1e-6 * (1 + penalty)


def test_two_points_are_told_apart_in_the_middle() -> None:
    rows = torch.tensor([[1.0, 3.0], [5.0, 3.0]])
    plane = linear_svm(rows, torch.tensor([False, True]), 1e6)
    assert plane.decide(rows).tolist() == pytest.approx([-1.0, 1.0], abs=1e-4)
    assert float(plane.normal[1].abs()) < 1.0


def test_weights_count_like_repeated_rows() -> None:
    rows = cloud(40, 3)
    labels = rows[:, 0] > rows[:, 1]
    weights = torch.ones(40)
    weights[:5] = 3.0
    repeated = torch.cat([rows, rows[:5], rows[:5]]), torch.cat([labels, labels[:5], labels[:5]])
    plane, other = linear_svm(rows, labels, 0.5, weights), linear_svm(*repeated, 0.5)
    assert torch.allclose(plane.normal, other.normal)
    assert plane.offset == pytest.approx(other.offset)
