"""Inception score of classifiers whose sureness and variety are known."""

import math

import pytest
import torch

from ganstudio.metrics.inception_score import inception_score, score, split_scores


def test_a_sure_and_varied_classifier_scores_its_classes() -> None:
    assert score(torch.eye(7).repeat(5, 1)) == pytest.approx(7.0)


@pytest.mark.parametrize("probabilities", [torch.full((20, 5), 0.2), torch.eye(5)[:1].repeat(20, 1)])
def test_without_variety_or_sureness_the_score_is_one(probabilities: torch.Tensor) -> None:
    result = inception_score(probabilities)
    assert result.value == pytest.approx(1.0)
    assert result.error == pytest.approx(0.0, abs=1e-6)


def test_splits_are_slices_in_order() -> None:
    sure, unsure = torch.eye(4), torch.full((4, 4), 0.25)
    scores = split_scores(torch.cat([sure, unsure, sure]), 3)
    torch.testing.assert_close(scores, torch.tensor([4.0, 1.0, 4.0]).double())
    result = inception_score(torch.cat([sure, unsure, sure]), 3)
    assert result.value == pytest.approx(3.0)
    assert result.error == pytest.approx(math.sqrt(3.0) / math.sqrt(3.0))
    assert len(split_scores(torch.eye(4).repeat(6, 1)[:23], 10)) == 10
