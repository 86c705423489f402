"""Kernel distance: the unbiased squared maximum mean discrepancy of features (Binkowski et al. 2018, eq. 4)."""

import math

import torch

from ganstudio.metrics.estimate import Estimate, combined_error, error_of_mean

LARGEST_SUBSET = 1000
SUBSETS = 100
CHUNK = 1024


def cubic_kernel(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return (x·y / D + 1)³ `[N, M]` of features `[N, D]` and `[M, D]`."""
    inner = (first @ second.T / first.shape[1]).add_(1.0)
    return inner * inner * inner


def squared_discrepancy(real: torch.Tensor, generated: torch.Tensor) -> float:
    """Return the unbiased squared discrepancy of equally many features `[M, D]`, in float64."""
    count = len(real)
    x, y = real.double(), generated.double()
    within = sum(kernel.sum() - kernel.trace() for kernel in (cubic_kernel(x, x), cubic_kernel(y, y)))
    return (within / (count * (count - 1)) - 2.0 * cubic_kernel(x, y).mean()).item()


def draw_subsets(count: int, size: int, subsets: int, generator: torch.Generator) -> torch.Tensor:
    """Draw rows `[subsets, size]` of `count` samples, without a repetition inside a subset."""
    return torch.stack([torch.randperm(count, generator=generator)[:size] for _ in range(subsets)])


def subset_discrepancies(
    real: torch.Tensor, generated: torch.Tensor, real_rows: torch.Tensor, generated_rows: torch.Tensor
) -> torch.Tensor:
    """Return the discrepancy of each pair of subsets, whose rows are `[S, M]`, as `[S]`."""
    pairs = zip(real_rows.long(), generated_rows.long(), strict=True)
    return torch.tensor([squared_discrepancy(real[r], generated[g]) for r, g in pairs], dtype=torch.float64)


def witness(samples: torch.Tensor, own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return how much closer samples `[N, D]` are to their own set than to the other one, on average `[N]`."""
    parts = torch.split(samples, CHUNK)
    return torch.cat([cubic_kernel(part, own).mean(dim=1) - cubic_kernel(part, other).mean(dim=1) for part in parts])


def sampling_error(own: torch.Tensor, other: torch.Tensor) -> float:
    """Return the standard error that drawing the samples `own` `[N, D]` causes, seen on about 1000 of them."""
    shown = own[:: max(1, len(own) // CHUNK)]
    return 2.0 * error_of_mean(witness(shown, own, other)) * math.sqrt(len(shown) / len(own))


def kernel_distance(
    real: torch.Tensor, generated: torch.Tensor, generator: torch.Generator, subsets: int = SUBSETS
) -> Estimate:
    """Return the mean discrepancy of pairs of subsets of at most 1000 of the features `[N, D]`, `[M, D]`.

    The error joins the drawing of subsets and, to first order, the drawing of the samples (Serfling 1980, 5.5.1).
    """
    size = min(len(real), len(generated), LARGEST_SUBSET)
    generated_rows = draw_subsets(len(generated), size, subsets, generator)
    real_rows = draw_subsets(len(real), size, subsets, generator)
    parts = subset_discrepancies(real, generated, real_rows.to(real.device), generated_rows.to(generated.device))
    sampling = [sampling_error(a, b) for a, b in ((real, generated), (generated, real))]
    drawing = error_of_mean(parts)
    return Estimate(parts.mean().item(), combined_error(*sampling, 0.0 if math.isnan(drawing) else drawing))
