"""What a training run tells: the window plots it, the terminal prints it, a test takes three and stops."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Started:
    """A process took the run up, from the beginning or from its last checkpoint."""

    images_seen: int
    threads: int
    processes: int
    device: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of all due phases: means of losses and of what was observed, gradient norms, speed."""

    images_seen: int
    step: int
    losses: Mapping[str, float]
    observed: Mapping[str, float] = field(default_factory=dict)
    gradient_norms: Mapping[str, float] = field(default_factory=dict)
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    read_outs: Mapping[str, float] = field(default_factory=dict)
    images_per_second: float = 0.0
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Logits:
    """What the discriminator said of real, fake and held-out pictures in one step.

    `counts` are histograms over equal bins from `low` to `high`; `r_v` is None where no picture is held out.
    """

    images_seen: int
    low: float
    high: float
    counts: Mapping[str, tuple[int, ...]]
    means: Mapping[str, float]
    r_v: float | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """A grid of pictures on pinned latents was written."""

    images_seen: int
    path: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The averaged generator was written for looking back."""

    images_seen: int
    path: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The whole state was written; a killed run continues from here."""

    images_seen: int
    path: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A metric was measured; its feature network, count and error come with it."""

    images_seen: int
    metric: str
    value: float
    error: float
    n: int
    network: str
    larger_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A 16-bit overflow: the step was left out and the loss scale lowered."""

    images_seen: int
    tensor: str
    loss_scale: float


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits for `resume` or `stop`."""

    images_seen: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The run ended; `model` is the path of the averaged model when all images were seen."""

    images_seen: int
    reason: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture could not be read; the next whole one stands in for it."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended with an error; it is only in the log, because whoever runs the loop meets the error itself."""

    reason: str


Event = (
    Started | Step | Logits | Samples | Snapshot | Saved | Evaluated | Skipped | Paused | Finished | Unreadable | Failed
)
