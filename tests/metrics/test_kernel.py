"""Kernel distance: unbiased, steady in its draws, and honest about its error."""

import pytest
import torch

from ganstudio.metrics.kernel import (
    CHUNK,
    cubic_kernel,
    draw_subsets,
    kernel_distance,
    sampling_error,
    squared_discrepancy,
    witness,
)


def features(count: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    """Draw features `[count, 3]`."""
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed)) + shift


def draws(seed: int = 0) -> torch.Generator:
    """Return random numbers for subsets."""
    return torch.Generator().manual_seed(seed)


def test_by_hand() -> None:
    real, generated = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [3.0]])
    # k(1,2) = 27, k(0,3) = 1; k(1,0) = k(2,0) = 1, k(1,3) = 64, k(2,3) = 343
    assert squared_discrepancy(real, generated) == pytest.approx(27 + 1 - 2 * (1 + 1 + 64 + 343) / 4)
    torch.testing.assert_close(cubic_kernel(real, generated), torch.tensor([[1.0, 64.0], [1.0, 343.0]]))


def test_no_bias_between_equal_distributions() -> None:
    values = [squared_discrepancy(features(20, 2 * i), features(20, 2 * i + 1)) for i in range(400)]
    spread = torch.tensor(values).std().item()
    assert abs(sum(values) / len(values)) < 3.0 * spread / len(values) ** 0.5


def test_subsets_have_no_repetition() -> None:
    rows = draw_subsets(50, 30, 12, draws())
    assert rows.shape == (12, 30)
    assert all(len(set(row.tolist())) == 30 for row in rows)
    assert len({tuple(row.tolist()) for row in rows}) == 12


def test_the_same_draws_give_the_same_number() -> None:
    real, generated = features(1100, 1), features(1200, 2, 0.3)
    first = kernel_distance(real, generated, draws(5), subsets=3)
    assert kernel_distance(real, generated, draws(5), subsets=3) == first
    assert kernel_distance(real, generated, draws(6), subsets=3).value != first.value


def test_small_sets_are_compared_whole() -> None:
    real, generated = features(40, 1), features(40, 2, 1.0)
    assert kernel_distance(real, generated, draws()).value == pytest.approx(squared_discrepancy(real, generated))


def test_chunks_do_not_matter() -> None:
    samples, other = features(CHUNK + 7, 1), features(9, 2)
    whole = cubic_kernel(samples, samples).mean(dim=1) - cubic_kernel(samples, other).mean(dim=1)
    torch.testing.assert_close(witness(samples, samples, other), whole)


def test_some_samples_tell_the_error_of_all() -> None:
    own, other = features(4 * CHUNK, 1), features(300, 2, 0.5)
    exact = 2.0 * witness(own, own, other).double().std().item() / len(own) ** 0.5
    assert sampling_error(own, other) == pytest.approx(exact, rel=0.15)


def test_error_tells_how_much_results_scatter() -> None:
    pairs = [(features(100, 2 * i), features(100, 2 * i + 1, 0.5)) for i in range(50)]
    results = [kernel_distance(real, generated, draws(), subsets=2) for real, generated in pairs]
    scatter = torch.tensor([result.value for result in results]).std().item()
    stated = sum(result.error for result in results) / len(results)
    assert stated == pytest.approx(scatter, rel=0.3)
