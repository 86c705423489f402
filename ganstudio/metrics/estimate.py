"""A number together with how far it can be trusted."""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value and its standard error; NaN where there are too few samples for one."""

    value: float
    error: float = math.nan


def error_of_mean(values: torch.Tensor) -> float:
    """Return the standard error of the mean of independent values `[N]`."""
    return values.double().std(unbiased=True).item() / math.sqrt(len(values)) if len(values) > 1 else math.nan


def combined_error(*errors: float) -> float:
    """Return the standard error of a sum whose parts err independently."""
    return math.hypot(*errors)
