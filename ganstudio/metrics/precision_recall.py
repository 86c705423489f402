"""Improved precision and recall by manifolds of nearest neighbours (Kynkäänniemi et al. 2019, eq. 1 to 3)."""

import math

import torch

from ganstudio.metrics.estimate import Estimate

NEIGHBOURS = 3
CHUNK = 1024


def squared_distances(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the squared euclidean distances `[N, M]` of float64 features `[N, D]` and `[M, D]`."""
    norms = first.square().sum(dim=1)[:, None] + second.square().sum(dim=1)
    return (norms - 2.0 * first @ second.T).clamp_min(0.0)


def squared_radii(features: torch.Tensor, neighbours: int = NEIGHBOURS) -> torch.Tensor:
    """Return the squared distance `[N]` of each of the features `[N, D]` to its k-th nearest other one.

    That is the (k + 1)-th smallest, because the nearest is the sample itself.
    """
    values = features.double()
    parts = torch.split(values, CHUNK)
    nearest = [squared_distances(part, values).topk(neighbours + 1, dim=1, largest=False).values for part in parts]
    return torch.cat(nearest)[:, neighbours]


def inside(samples: torch.Tensor, features: torch.Tensor, radii: torch.Tensor) -> torch.Tensor:
    """Tell which samples `[M, D]` lie in a ball of squared radius `[N]` around any of the features `[N, D]`."""
    values = features.double()
    parts = torch.split(samples.double(), CHUNK)
    return torch.cat([(squared_distances(part, values) <= radii).any(dim=1) for part in parts])


def coverage(samples: torch.Tensor, features: torch.Tensor, neighbours: int = NEIGHBOURS) -> Estimate:
    """Return the share of samples `[M, D]` on the manifold of features `[N, D]`, with its binomial error."""
    share = inside(samples, features, squared_radii(features, neighbours)).double().mean().item()
    return Estimate(share, math.sqrt(share * (1.0 - share) / len(samples)))


def precision(real: torch.Tensor, generated: torch.Tensor, neighbours: int = NEIGHBOURS) -> Estimate:
    """Return the share of generated features `[M, D]` that lie among the real ones `[N, D]`."""
    return coverage(generated, real, neighbours)


def recall(real: torch.Tensor, generated: torch.Tensor, neighbours: int = NEIGHBOURS) -> Estimate:
    """Return the share of real features `[N, D]` that lie among the generated ones `[M, D]`."""
    return coverage(real, generated, neighbours)
