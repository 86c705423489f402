"""Fréchet distance on Gaussians whose distance is known by formula, and how far it can be trusted."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.metrics.frechet import (
    Moments,
    distance_of_moments,
    first_order_error,
    frechet_distance,
    symmetric_power,
    transport_map,
)

DIM = 4


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    """Draw N(0, 1) in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def covariance(seed: int) -> torch.Tensor:
    """Return a positive definite matrix `[DIM, DIM]`."""
    root = random(DIM, DIM, seed=seed)
    return root @ root.T + 0.1 * torch.eye(DIM, dtype=torch.float64)


def moments(mean: torch.Tensor, matrix: torch.Tensor) -> Moments:
    """Return the moments of a Gaussian."""
    return Moments(1, mean, matrix)


def test_axis_aligned_gaussians() -> None:
    spread, other = torch.tensor([1.0, 4.0, 9.0, 0.0]).double(), torch.tensor([4.0, 1.0, 0.0, 0.25]).double()
    shift = torch.tensor([1.0, 0.0, -2.0, 0.0]).double()
    first, second = moments(torch.zeros(DIM).double(), spread.diag()), moments(shift, other.diag())
    expected = 5.0 + (spread.sqrt() - other.sqrt()).square().sum().item()
    assert distance_of_moments(first, second) == pytest.approx(expected, rel=1e-12)
    assert distance_of_moments(second, first) == pytest.approx(expected, rel=1e-12)


def test_same_features_are_at_distance_zero() -> None:
    features = random(30, DIM)
    assert frechet_distance(features, features).value == pytest.approx(0.0, abs=1e-10)
    few = random(3, 40)
    assert frechet_distance(few, few).value == pytest.approx(0.0, abs=1e-10)


def test_transport_takes_one_covariance_to_the_other() -> None:
    source, target = covariance(1), covariance(2)
    carried = transport_map(source, target)
    torch.testing.assert_close(carried @ source @ carried, target, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(carried, carried.T)


def test_powers_stay_on_the_range() -> None:
    column = random(DIM, 1)
    singular = column @ column.T
    inverse_root = symmetric_power(singular, -0.5)
    torch.testing.assert_close(inverse_root @ inverse_root @ singular @ singular, singular, rtol=1e-9, atol=1e-9)
    assert not symmetric_power(torch.zeros(DIM, DIM).double(), -0.5).any()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_parts_join_to_the_whole(sizes: list[int]) -> None:
    features = random(sum(sizes), DIM, seed=len(sizes)) * 3.0 + 100.0
    parts = [Moments.of(part) for part in features.split(sizes)]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.joined(part)
    assert joined.count == len(features)
    torch.testing.assert_close(joined.mean, features.mean(dim=0))
    torch.testing.assert_close(joined.covariance(), torch.cov(features.T, correction=0).reshape(DIM, DIM))
    if len(features) > 1:
        torch.testing.assert_close(joined.covariance(unbiased=True), torch.cov(features.T).reshape(DIM, DIM))


def test_error_tells_how_much_results_scatter() -> None:
    roots = random(2, DIM, DIM, seed=3)
    real = random(4000, DIM, seed=4) @ roots[0]
    draws = [random(500, DIM, seed=5 + i) @ roots[1] + 0.5 for i in range(200)]
    fixed = Moments.of(real)
    values = torch.tensor([distance_of_moments(fixed, Moments.of(draw)) for draw in draws])
    stated = torch.tensor([first_order_error(draw, Moments.of(draw), fixed) for draw in draws])
    assert stated.mean().item() == pytest.approx(values.std().item(), rel=0.15)
    both = frechet_distance(real, draws[0]).error
    assert both == pytest.approx(math.hypot(stated[0].item(), first_order_error(real, fixed, Moments.of(draws[0]))))
