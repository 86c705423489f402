"""What the two sides of an adversarial pair minimise, value by value, from raw logits (positive means real)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import torch
import torch.nn.functional as F

Term = Callable[[torch.Tensor], torch.Tensor]


class Game(StrEnum):
    """The published pairs of losses."""

    MINIMAX = "minimax"
    NON_SATURATING = "non-saturating"
    WASSERSTEIN = "wasserstein"
    HINGE = "hinge"
    LEAST_SQUARES = "least-squares"


def taken_for_fake(logits: torch.Tensor) -> torch.Tensor:
    """Return -log sigmoid(l) = softplus(-l): the surprise at a picture being real."""
    return F.softplus(-logits)


def taken_for_real(logits: torch.Tensor) -> torch.Tensor:
    """Return -log(1 - sigmoid(l)) = softplus(l): the surprise at a picture being fake."""
    return F.softplus(logits)


def taken_for_fake_minimax(logits: torch.Tensor) -> torch.Tensor:
    """Return log(1 - sigmoid(l)) = -softplus(l), which the generator of the minimax game minimises."""
    return -F.softplus(logits)


def negated(logits: torch.Tensor) -> torch.Tensor:
    """Return -l: high scores are wanted (Arjovsky et al. 2017)."""
    return -logits


def unchanged(logits: torch.Tensor) -> torch.Tensor:
    """Return l: low scores are wanted."""
    return logits


def below_one(logits: torch.Tensor) -> torch.Tensor:
    """Return max(0, 1 - l): real pictures are pushed above 1 and no further (Lim and Ye 2017)."""
    return F.relu(1.0 - logits)


def above_minus_one(logits: torch.Tensor) -> torch.Tensor:
    """Return max(0, 1 + l): generated pictures are pushed below -1 and no further."""
    return F.relu(1.0 + logits)


def off_one(logits: torch.Tensor) -> torch.Tensor:
    """Return (l - 1)² / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * (logits - 1.0).square()


def off_zero(logits: torch.Tensor) -> torch.Tensor:
    """Return l² / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * logits.square()


@dataclass(frozen=True, slots=True)
class Adversarial:
    """Three terms of logits: of D for real and for generated pictures, and of G for generated ones."""

    real: Term
    fake: Term
    generator: Term


GAMES: Mapping[Game, Adversarial] = MappingProxyType(
    {
        Game.MINIMAX: Adversarial(taken_for_fake, taken_for_real, taken_for_fake_minimax),
        Game.NON_SATURATING: Adversarial(taken_for_fake, taken_for_real, taken_for_fake),
        Game.WASSERSTEIN: Adversarial(negated, unchanged, negated),
        Game.HINGE: Adversarial(below_one, above_minus_one, negated),
        Game.LEAST_SQUARES: Adversarial(off_one, off_zero, off_one),
    }
)


def smoothed_real(term: Adversarial, logits: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Return D's term for real pictures whose label is 1 - smoothing (one-sided; Salimans et al. 2016, section 3.4)."""
    return (1.0 - smoothing) * term.real(logits) + smoothing * term.fake(logits) if smoothing else term.real(logits)
