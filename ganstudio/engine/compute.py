"""The one thread that touches the device: newest document first, then commands, then jobs step by step."""

import itertools
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import DRAWING, Activity, DeviceReady, Frame, ModelOpened, Previews, Problem
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency, action_of
from ganstudio.core.store import Array, Store
from ganstudio.engine.pauses import shorten_pauses
from ganstudio.engine.slack import Slack

if TYPE_CHECKING:
    import torch

    from ganstudio.core.generator import Features
    from ganstudio.engine.model import Model

FOLLOWING_S = 0.03
LEAST_REST_S = 0.001
T = TypeVar("T")
Event = Frame | ModelOpened | DeviceReady | Problem | Activity | JobStatus


class Backend(Protocol):
    """What computes; made and used on the compute thread alone."""

    def open(self, name: str) -> ModelOpened:
        """Open a model by name or path."""

    def choose(self, device: str, precision: Precision) -> DeviceReady:
        """Move to a device."""

    def choose_previews(self, previews: Previews) -> None:
        """Show other previews from the next picture on."""

    def status(self) -> DeviceReady:
        """Describe the device in use and the choices there are."""

    def render(self, document: Document, stale: Callable[[], bool]) -> Iterator[Frame]:
        """Yield the pictures of a document, a preview first where the rest takes long; end after it where `stale`."""

    def pictures(self, documents: Sequence[Document], side: int | None = None) -> list[Array]:
        """Draw documents apart from the one in sight: uint8 `[H, W, 3]` each, at most `side` pixels wide and high."""

    def features(self, document: Document, stage: str) -> "Features":
        """What a stage leaves behind for a document; what was kept when it was drawn is used again."""

    def drawn(self, document: Document, *, aside: bool, precision: Precision | None = None) -> "torch.Tensor":
        """Draw a document as float32 `[1, C, H, W]` in [-1, 1], apart from the one in sight where it is `aside`."""

    def model(self, digest: str, name: str = "") -> "Model":
        """The open model with this digest, opened again where it was closed meanwhile, or first by its name."""


JobFactory = Callable[[Backend], Iterator[Progress]]


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Ask for a model."""

    name: str


@dataclass(frozen=True, slots=True)
class ChooseDevice:
    """Ask for a device and a precision."""

    device: str
    precision: Precision
    if_possible: bool = False  # else the fastest device is taken, with a word


Command = OpenModel | ChooseDevice | Previews


@dataclass(slots=True)
class RunningJob:
    """A job on its way; `steps` exists from its first step on."""

    number: int
    title: str
    factory: JobFactory
    urgency: Urgency = Urgency.WORK
    paused: bool = False
    steps: Iterator[Progress] | None = None
    progress: Progress = field(default_factory=lambda: Progress(0, 0))


def rendering_backend(store: Store) -> Backend:
    """Load the real computing, which takes a moment."""
    from ganstudio.architectures import cards
    from ganstudio.engine.rendering import Rendering

    cards()
    shorten_pauses()
    return Rendering(store)


class Compute:
    """Runs a backend on a thread of its own and delivers events from there."""

    def __init__(
        self, deliver: Callable[[Event], None], backend: Callable[[Store], Backend] = rendering_backend
    ) -> None:
        """Events reach `deliver` on the compute thread; the window's bridge carries them across."""
        self._deliver, self._make_backend = deliver, backend
        self.store = Store()
        self._wake = threading.Condition()
        self._newest: Document | None = None
        self.drawn: Document | None = None  # the last one whose full pictures were delivered
        self._commands: deque[Command] = deque()
        self._jobs: list[RunningJob] = []
        self._cancelled: set[int] = set()
        self._numbers = itertools.count(1)
        self._stopping = False
        self._slack = Slack()
        self._thread = threading.Thread(target=self._run, name="compute", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Ask the thread to end after its current step and wait; tell whether it did."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def tell(self, event: Event) -> None:
        """Deliver an event of work that is done elsewhere."""
        self._deliver(event)

    def draw(self, document: Document) -> None:
        """Draw a document; it takes the place of any that still waits."""
        with self._wake:
            self._newest = document
            self._wake.notify()

    def send(self, command: Command) -> None:
        """Queue a command; commands run in order and before pictures."""
        with self._wake:
            self._commands.append(command)
            self._wake.notify()

    def add_job(self, title: str, factory: JobFactory, urgency: Urgency = Urgency.WORK) -> int:
        """Queue a job behind those that are as urgent, and return its number."""
        with self._wake:
            job = RunningJob(next(self._numbers), title, factory, urgency)
            self._jobs.append(job)
            self._jobs.sort(key=lambda each: (each.urgency, each.number))
            self._wake.notify()
            self._deliver(_status(job, JobState.WAITING))  # before the thread can tell that it is over
        return job.number

    def cancel(self, number: int) -> None:
        """Cancel a job before its next step."""
        with self._wake:
            self._cancelled.add(number)
            self._wake.notify()

    def pause(self, number: int, *, paused: bool) -> None:
        """Hold a job before its next step, or let it go on."""
        with self._wake:
            for job in self._jobs:
                if job.number == number:
                    job.paused = paused
                    self._deliver(_status(job, JobState.PAUSED if paused else JobState.WAITING))
            self._wake.notify()

    @property
    def newer_waits(self) -> bool:
        """Whether a document or command arrived that makes the current picture old."""
        return self._newest is not None or bool(self._commands) or self._stopping

    def _run(self) -> None:
        self._deliver(Activity("Loading PyTorch"))
        backend = self._guarded(lambda: self._make_backend(self.store))
        self._deliver(Activity())
        if backend is not None:
            self._deliver(backend.status())
        while backend is not None:
            with self._wake:
                while not (self.newer_waits or self._next_job()):
                    resting = any(not job.paused for job in self._jobs)
                    self._wake.wait(max(self._slack.wait_s(), LEAST_REST_S) if resting else None)
                if self._stopping:
                    return
                command = self._commands.popleft() if self._commands else None
                document = None
                if command is None:
                    document, self._newest = self._newest, None
            if command is not None:
                self._obey(backend, command)
            elif document is not None:
                self._draw(backend, document)
                self._follow(backend)
            else:
                self._step_job(backend)

    def _obey(self, backend: Backend, command: Command) -> None:
        event: ModelOpened | DeviceReady | None
        if isinstance(command, Previews):
            backend.choose_previews(command)
            return
        if isinstance(command, OpenModel):
            self._deliver(Activity("Opening", (command.name,)))
            event = self._guarded(lambda: backend.open(command.name))
        else:
            event = self._choose(backend, command)
        self._deliver(Activity())
        if event is not None:
            self._deliver(event)

    def _choose(self, backend: Backend, command: ChooseDevice) -> DeviceReady | None:
        try:
            return backend.choose(command.device, command.precision)
        except Exception as error:  # noqa: BLE001 - an error is delivered like a picture, the thread lives on
            self._deliver(replace(problem_of(error), harmless=command.if_possible))
        return self._guarded(lambda: backend.choose(AUTO, command.precision)) if command.if_possible else None

    def _draw(self, backend: Backend, document: Document) -> None:
        def frames() -> None:
            for frame in backend.render(document, lambda: self.newer_waits):
                if not frame.preview:
                    self.drawn = document
                self._slack.drew()
                self._deliver(frame)
                if frame.preview and self.newer_waits:
                    return

        self._guarded(frames, DRAWING)

    def _follow(self, backend: Backend) -> None:
        """Give what follows the picture a moment, even where a newer document waits: in a drag one always does."""
        until = time.perf_counter() + FOLLOWING_S
        while time.perf_counter() < until and self._step_job(backend, Urgency.LIVE):
            pass

    def _next_job(self, least: Urgency = Urgency.IDLE) -> RunningJob | None:
        resting = self._slack.wait_s() > 0.0
        for job in self._jobs:
            if job.number in self._cancelled or not (job.paused or (resting and job.urgency is Urgency.IDLE)):
                return job if job.urgency <= least else None
        return None

    def _step_job(self, backend: Backend, least: Urgency = Urgency.IDLE) -> bool:
        """Take a step of the first job that is at least as urgent; tell whether there was one."""
        with self._wake:
            job = self._next_job(least)
        if job is None:
            return False
        state = JobState.RUNNING
        if job.number in self._cancelled:
            state = JobState.CANCELLED
        else:
            try:
                if job.steps is None:
                    job.steps = job.factory(backend)
                started = time.perf_counter()
                job.progress = next(job.steps)
                if job.urgency is Urgency.IDLE:
                    self._slack.spent(time.perf_counter() - started)
                elif job.urgency is Urgency.LIVE:
                    self._slack.drew()
            except StopIteration:
                state = JobState.DONE
            except Exception as error:  # noqa: BLE001 - a job's failure is shown, the thread lives on
                state = JobState.FAILED
                self._deliver(replace(problem_of(error), action=action_of(job.title)))
        if state is not JobState.RUNNING:
            close = getattr(job.steps, "close", None)
            if close is not None:
                self._guarded(close)
            with self._wake:
                self._jobs.remove(job)
                self._cancelled.discard(job.number)
        self._deliver(_status(job, JobState.PAUSED if job.paused and state is JobState.RUNNING else state))
        return True

    def _guarded(self, work: Callable[[], T], action: str = "") -> T | None:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - an error is delivered like a picture, the thread lives on
            self._deliver(replace(problem_of(error), action=action))
            return None


def _status(job: RunningJob, state: JobState) -> JobStatus:
    return JobStatus(job.number, job.title, state, job.progress, job.urgency)


def problem_of(error: BaseException) -> Problem:
    """Say an error in one sentence; what was not foreseen says so and keeps its traceback."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, StudioError):
        return Problem(str(error), details)
    what = f"{type(error).__name__}: {error}"
    return Problem(f"Something unforeseen went wrong ({what}); your work is kept. Please report the details.", details)
