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


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A curve that shows it: images_seen and values float64 `[N]`, the value that counts, and the bound it passed."""

    title: str
    x: Array
    y: Array
    value: float
    bound: float | None = None
    log: bool = False  # whether it spans so much that a logarithmic axis shows it better

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

    def is_like(self, other: "Finding") -> bool:
        """Whether the other one tells the same, with other numbers perhaps."""
        return (self.title, self.severity, self.change) == (other.title, other.severity, other.change) and [
            evidence.title for evidence in self.evidence
        ] == [evidence.title for evidence in other.evidence]


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor found in a run's numbers so far."""

    steps: int
    images_seen: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PictureReport:
    """What the doctor found in a run's pictures: samples and their nearest training pictures uint8 `[N, 3, R, R]`.

    `distances` `[N]` are LPIPS to these; `usual` is the median for held-out pictures, NaN where there are none.
    `variety` is the mean LPIPS between two samples as a share of that between two training pictures.
    """

    images_seen: int
    samples: Array
    nearest: Array
    distances: Array
    usual: float
    variety: float
    looked_through: int
    findings: tuple[Finding, ...]
