"""What the doctor tells: diagnoses in plain words, the curves that show them, and what to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from ganstudio.core.store import Array


class Severity(IntEnum):
    """How much a finding matters; the larger, the sooner it is told."""

    NOTE = 1
    WARNING = 2
    GRAVE = 3


class Illness(StrEnum):
    """What can be wrong with a run."""

    DIVERGENCE = "divergence"
    COLLAPSE = "mode collapse"
    EXPLODING = "exploding gradients"
    VANISHING = "vanishing gradients"
    OVERFITTING = "overfitting"
    STRONG_JUDGE = "the discriminator wins"
    WEAK_JUDGE = "the discriminator is lost"
    PLATEAU = "plateau"
    SMALL_DATA = "too few pictures"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A curve that shows it: images_seen and values float64 `[N]`, the value that counts, and the bound it passed."""

    title: str
    x: Array
    y: Array
    value: float
    bound: float | None = None
    curve: str = ""  # its name in the run, where it is one

    def words(self) -> str:
        """The value beside its bound."""
        return f"{self.title}: {self.value:.3g}" + ("" if self.bound is None else f" (bound {self.bound:.3g})")


@dataclass(frozen=True, slots=True)
class Change:
    """Other options for a resumed or another run: fields of the recipe's options, and of the run's own."""

    words: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnosis."""

    illness: Illness
    severity: Severity
    title: str
    words: str
    evidence: tuple[Evidence, ...] = ()
    change: Change | None = None
