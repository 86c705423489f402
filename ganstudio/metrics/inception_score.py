"""Inception score: how sure and how varied a classifier is (Salimans et al. 2016, section 4)."""

from itertools import pairwise

import torch

from ganstudio.metrics.estimate import Estimate, error_of_mean

SPLITS = 10


def score(probabilities: torch.Tensor) -> float:
    """Return exp E KL(p(y|x) ‖ p(y)) of class probabilities `[N, K]`, in float64."""
    p = probabilities.double()
    divergences = torch.xlogy(p, p).sum(dim=1) - torch.xlogy(p, p.mean(dim=0)).sum(dim=1)
    return divergences.mean().exp().item()


def split_scores(probabilities: torch.Tensor, splits: int = SPLITS) -> torch.Tensor:
    """Return the scores `[splits]` of the rows from i N / splits to (i + 1) N / splits, whole numbers."""
    count = len(probabilities)
    bounds = [i * count // splits for i in range(splits + 1)]
    parts = [score(probabilities[first:last]) for first, last in pairwise(bounds)]
    return torch.tensor(parts, dtype=torch.float64)


def inception_score(probabilities: torch.Tensor, splits: int = SPLITS) -> Estimate:
    """Return the mean score of the splits of probabilities `[N, K]` and the standard error of that mean."""
    scores = split_scores(probabilities, splits)
    return Estimate(scores.mean().item(), error_of_mean(scores))
