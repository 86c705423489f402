"""Fréchet distance of two Gaussians fitted to features (Heusel et al. 2017, eq. 6)."""

from dataclasses import dataclass

import torch

from ganstudio.metrics.estimate import Estimate, combined_error, error_of_mean

ROUNDING = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Moments:
    """Count, mean `[D]` and sum of squared deviations `[D, D]` of samples, in float64; parts can be joined."""

    count: int
    mean: torch.Tensor
    scatter: torch.Tensor

    @classmethod
    def of(cls, features: torch.Tensor) -> "Moments":
        """Return the moments of features `[N, D]`."""
        values = features.double()
        mean = values.mean(dim=0)
        centred = values - mean
        return cls(len(values), mean, centred.T @ centred)

    def joined(self, other: "Moments") -> "Moments":
        """Return the moments of both sets of samples together (Chan et al. 1979, eq. 2.1)."""
        count = self.count + other.count
        step = other.mean - self.mean
        mean = self.mean + step * (other.count / count)
        between = torch.outer(step, step) * (self.count * other.count / count)
        return Moments(count, mean, self.scatter + other.scatter + between)

    def covariance(self, unbiased: bool = False) -> torch.Tensor:
        """Return the covariance `[D, D]`: scatter / N, or scatter / (N - 1)."""
        return self.scatter / (self.count - 1 if unbiased else self.count)


def symmetric_power(matrix: torch.Tensor, power: float) -> torch.Tensor:
    """Return a power of a symmetric positive semi-definite matrix `[D, D]`, on its range only."""
    values, vectors = torch.linalg.eigh(matrix)
    smallest = values.max() * len(matrix) * ROUNDING
    scaled = torch.where(values > smallest, values.clamp_min(smallest).pow(power), 0.0)
    result: torch.Tensor = (vectors * scaled) @ vectors.T
    return result


def distance_of_moments(real: Moments, generated: Moments, unbiased: bool = False) -> float:
    """Return |m1 - m2|² + Tr(C1 + C2 - 2 (C1^½ C2 C1^½)^½), for singular covariances as well.

    The trace of the root is the sum of the singular values of C1^½ C2^½, where no square root magnifies rounding.
    """
    first, second = real.covariance(unbiased), generated.covariance(unbiased)
    overlap = torch.linalg.svdvals(symmetric_power(first, 0.5) @ symmetric_power(second, 0.5)).sum()
    shift = (real.mean - generated.mean).square().sum()
    return float(shift + first.trace() + second.trace() - 2.0 * overlap)


def transport_map(source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the matrix that takes N(0, source) to N(0, target) on the shortest way (Olkin and Pukelsheim 1982)."""
    root = symmetric_power(target, 0.5)
    return root @ symmetric_power(root @ source @ root, -0.5) @ root


def first_order_error(features: torch.Tensor, own: Moments, other: Moments) -> float:
    """Return the standard error that drawing features `[N, D]` causes, by the distance's influence function.

    One sample x moves the distance by 2 (m - m')·(x - m) + (x - m)ᵀ (I - T) (x - m) beyond a constant, with the
    transport map T from C to C' (delta method).
    """
    covariance = own.covariance()
    curvature = torch.eye(len(covariance), dtype=torch.float64, device=covariance.device)
    curvature -= transport_map(covariance, other.covariance())
    centred = features.double() - own.mean
    influence = 2.0 * centred @ (own.mean - other.mean) + ((centred @ curvature) * centred).sum(dim=1)
    return error_of_mean(influence)


def frechet_distance(real: torch.Tensor, generated: torch.Tensor) -> Estimate:
    """Return the distance between features `[N, D]` and `[M, D]`, with covariances divided by N and M.

    The distance of finite samples is biased upwards, the more the fewer they are; the error does not hold that.
    """
    first, second = Moments.of(real), Moments.of(generated)
    error = combined_error(first_order_error(real, first, second), first_order_error(generated, second, first))
    return Estimate(distance_of_moments(first, second), error)
