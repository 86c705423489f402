"""Separability of attributes that a plane tells fully, not at all, and by halves."""

import pytest
import torch

from ganstudio.metrics.linear_separability import (
    conditional_entropy_bits,
    confident,
    joint_table,
    mutual_information_bits,
    pruned_table,
    separability,
)

TOLD = torch.tensor([[0.5, 0.0], [0.0, 0.5]], dtype=torch.float64)
UNTOLD = torch.full((2, 2), 0.25, dtype=torch.float64)


def test_known_tables() -> None:
    tables = torch.stack([TOLD, UNTOLD])
    torch.testing.assert_close(conditional_entropy_bits(tables), torch.tensor([0.0, 1.0]).double())
    torch.testing.assert_close(mutual_information_bits(tables), torch.tensor([1.0, 0.0]).double())
    assert separability(tables) == pytest.approx(2.0)
    assert separability(TOLD[None]) == pytest.approx(1.0)


def test_tables_are_indexed_by_decision_then_target() -> None:
    decisions, targets = torch.tensor([0, 0, 0, 1]), torch.tensor([1, 1, 0, 1])
    assert joint_table(decisions, targets).tolist() == [[0.25, 0.5], [0.0, 0.25]]


def test_the_surest_samples_are_kept() -> None:
    first = torch.tensor([0.5, 0.99, 0.02, 0.6, 0.3])
    probabilities = torch.stack([first, 1.0 - first], dim=1)
    assert sorted(confident(probabilities, 3).tolist()) == [1, 2, 4]
    decisions = torch.tensor([1, 0, 1, 1, 0])
    assert pruned_table(probabilities, decisions, 2).tolist() == TOLD.tolist()
