"""Precision and recall on points whose neighbours are plain to see."""

import math

import pytest
import torch

from ganstudio.metrics.precision_recall import CHUNK, inside, precision, recall, squared_distances, squared_radii


def points(*values: float) -> torch.Tensor:
    """Return places on a line `[N, 1]`."""
    return torch.tensor(values)[:, None]


def test_radii_leave_the_point_itself_out() -> None:
    assert squared_radii(points(0, 1, 3, 7), 1).tolist() == [1.0, 1.0, 4.0, 16.0]
    assert squared_radii(points(0, 1, 3, 7), 2).tolist() == [9.0, 4.0, 9.0, 36.0]
    assert squared_radii(points(5, 5, 5), 1).tolist() == [0.0, 0.0, 0.0]


def test_the_border_belongs_to_the_ball() -> None:
    real = points(0, 1, 3)
    radii = squared_radii(real, 1)
    assert inside(points(-1, -1.5, 5, 5.5, 1.5), real, radii).tolist() == [True, False, True, False, True]


def test_precision_and_recall_ask_opposite_questions() -> None:
    real, generated = points(0, 1, 2, 3, 100, 101, 102, 103), points(0.5, 1.5, 2.5, 3.5)
    assert precision(real, generated, 1).value == 1.0
    found = recall(real, generated, 1)
    assert found.value == 0.5
    assert found.error == pytest.approx(math.sqrt(0.25 / 8))


def test_chunks_do_not_matter() -> None:
    generator = torch.Generator().manual_seed(0)
    real, samples = torch.randn(2, CHUNK + 5, 2, generator=generator).double()
    distances = torch.cdist(real, real).square()
    torch.testing.assert_close(squared_radii(real, 3), distances.sort(dim=1).values[:, 3], atol=1e-12, rtol=1e-9)
    radii = squared_radii(real, 3)
    expected = (torch.cdist(samples, real).square() <= radii).any(dim=1)
    assert torch.equal(inside(samples, real, radii), expected)
    assert 0 < expected.sum() < len(samples)


def test_distances_are_never_negative() -> None:
    far = torch.full((3, 2), 1e8, dtype=torch.float64) + torch.rand(3, 2, generator=torch.Generator().manual_seed(0))
    assert (squared_distances(far, far) >= 0.0).all()
