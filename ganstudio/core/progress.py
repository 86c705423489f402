"""The shape of all long work: an iterator of progress."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work has come; `total` 0 means that the end is not known."""

    done: int
    total: int
    label: str = ""

    @property
    def fraction(self) -> float:
        """The share that is done, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """One line of the status bar."""

    number: int
    title: str
    state: JobState
    progress: Progress


Job = Iterator[Progress]
