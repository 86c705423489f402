"""The shape of all long work: an iterator of progress."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work has come; `total` 0 means that the end is not known."""

    done: int
    total: int
    label: str = ""
    result: object = None  # what this step found: pictures, numbers; whoever asked for the job takes it

    @property
    def fraction(self) -> float:
        """The share that is done, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


class Urgency(IntEnum):
    """Which job takes its next step first."""

    LIVE = -1  # follows the picture: has a moment after each one, even while newer documents wait
    QUICK = 0  # a part of the window waits for it, such as a thumbnail
    WORK = 1  # asked for, with a line in the status bar
    PATIENT = 2  # asked for as well, but after all that a person waits for, such as an export
    IDLE = 3  # done when there is nothing else to do


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
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
    urgency: Urgency = Urgency.WORK

    @property
    def action(self) -> str:
        """What kind of work it is: the first word of its title."""
        return action_of(self.title)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


def action_of(title: str) -> str:
    """Return the first word of a piece of work's title, such as “Export”."""
    return title.partition(" ")[0]


Job = Iterator[Progress]
