"""The compute thread: order, newest first, jobs in between, errors as values."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from ganstudio.core.device import Precision
from ganstudio.core.document import Document
from ganstudio.core.errors import DeviceError, UnknownModelError
from ganstudio.core.frame import DeviceReady, Frame, ModelOpened, Problem
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend, ChooseDevice, Compute, Event, OpenModel
from ganstudio.engine.model import Model

PICTURE = {"picture": np.zeros((2, 2, 3), np.uint8)}
WAIT_S = 20.0


class SlowBackend:
    """Draws one preview and one full frame; the full one waits until `gate` is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.drawing = threading.Event()

    def open(self, name: str) -> ModelOpened:
        raise UnknownModelError(f"There is no model called {name}; choose another.")

    def choose(self, device: str, precision: Precision) -> DeviceReady:
        return DeviceReady(device, precision, (), 0, 0)

    def status(self) -> DeviceReady:
        return self.choose("cpu", Precision.EXACT)

    def render(self, document: Document, stale: Callable[[], bool]) -> Iterator[Frame]:
        if document.psi < -1:
            raise ZeroDivisionError("a slip")
        yield Frame(PICTURE, document, True, 1.0, ("b4",))
        self.drawing.set()
        assert self.gate.wait(WAIT_S)
        yield Frame(PICTURE, document, False, 2.0, ("b4", "b8"))

    def pictures(self, documents: Sequence[Document], side: int | None = None) -> list[Array]:
        return [np.full((2, 2, 3), int(document.psi), np.uint8) for document in documents]

    def model(self, digest: str, name: str = "") -> Model:
        raise UnknownModelError(f"There is no model {digest}; choose another.")


class Box:
    """Collects events and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.arrived = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self.arrived:
            self.events.append(event)
            self.arrived.notify_all()

    def wait(self, wanted: Callable[[Event], bool]) -> Event:
        def found() -> Event | None:
            return next((event for event in self.events if wanted(event)), None)

        with self.arrived:
            assert self.arrived.wait_for(lambda: found() is not None, WAIT_S), self.events
            event = found()
        assert event is not None
        return event


@pytest.fixture
def parts() -> Iterator[tuple[Compute, SlowBackend, Box]]:
    box, backend = Box(), SlowBackend()
    compute = Compute(box, lambda _store: backend)
    compute.start()
    yield compute, backend, box
    backend.gate.set()
    assert compute.stop()


def frames(box: Box) -> list[tuple[float, bool]]:
    return [(event.document.psi, event.preview) for event in box.events if isinstance(event, Frame)]


def test_in_a_drag_every_preview_comes_and_stale_refinements_are_skipped(
    parts: tuple[Compute, SlowBackend, Box],
) -> None:
    compute, backend, box = parts
    compute.draw(Document(psi=0.1))
    assert backend.drawing.wait(WAIT_S)
    for psi in (0.2, 0.3, 0.4):
        compute.draw(Document(psi=psi))
    backend.gate.set()
    box.wait(lambda e: isinstance(e, Frame) and e.document.psi == 0.4 and not e.preview)
    shown = frames(box)
    assert shown[0] == (0.1, True)
    assert shown[-2:] == [(0.4, True), (0.4, False)]
    assert not {0.2, 0.3} & {psi for psi, _ in shown}


def test_an_error_is_a_value_and_the_thread_lives_on(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, backend, box = parts
    backend.gate.set()
    compute.send(OpenModel("nothing"))
    problem = box.wait(lambda e: isinstance(e, Problem))
    assert isinstance(problem, Problem)
    assert problem.sentence == "There is no model called nothing; choose another."
    compute.draw(Document(psi=-2.0))
    slip = box.wait(lambda e: isinstance(e, Problem) and "a slip" in e.sentence)
    assert isinstance(slip, Problem)
    assert "unforeseen" in slip.sentence
    assert "ZeroDivisionError" in slip.details
    compute.draw(Document(psi=0.7))
    box.wait(lambda e: isinstance(e, Frame) and not e.preview)


def test_commands_run_in_order_and_before_pictures(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, backend, box = parts
    compute.draw(Document(psi=0.1))
    assert backend.drawing.wait(WAIT_S)
    compute.draw(Document(psi=0.2))
    compute.send(ChooseDevice("one", Precision.FAST))
    compute.send(ChooseDevice("two", Precision.EXACT))
    backend.gate.set()
    box.wait(lambda e: isinstance(e, Frame) and e.document.psi == 0.2)
    order = [e.device if isinstance(e, DeviceReady) else e.document.psi for e in box.events
             if isinstance(e, DeviceReady | Frame)]  # fmt: skip
    assert order.index("one") < order.index("two") < order.index(0.2)


def test_between_two_steps_of_a_job_the_newest_document_is_drawn(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, backend, box = parts
    backend.gate.set()
    stepped, go_on = threading.Event(), threading.Event()

    def job(_: Backend) -> Iterator[Progress]:
        yield Progress(1, 3)
        stepped.set()
        assert go_on.wait(WAIT_S)
        yield Progress(2, 3)
        yield Progress(3, 3)

    number = compute.add_job("walk", job)
    assert stepped.wait(WAIT_S)
    compute.draw(Document(psi=0.5))
    go_on.set()
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.DONE)
    shown = [e for e in box.events if isinstance(e, Frame) or (isinstance(e, JobStatus) and e.number == number)]
    second = next(i for i, e in enumerate(shown) if isinstance(e, JobStatus) and e.progress.done == 2)
    third = next(i for i, e in enumerate(shown) if isinstance(e, JobStatus) and e.progress.done == 3)
    drawn = next(i for i, e in enumerate(shown) if isinstance(e, Frame))
    assert second < drawn < third


def test_steps_of_what_follows_the_picture_count_as_pictures(
    parts: tuple[Compute, SlowBackend, Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    compute, _, box = parts
    drawn: list[str] = []
    monkeypatch.setattr(compute._slack, "drew", lambda: drawn.append("a step"))
    for urgency in (Urgency.LIVE, Urgency.WORK):
        number = compute.add_job("walk", lambda _: iter([Progress(1, 2), Progress(2, 2)]), urgency)
        box.wait(lambda e, n=number: isinstance(e, JobStatus) and e.number == n and e.state is JobState.DONE)
    assert len(drawn) == 2, "those of the first job"


def test_a_job_can_be_cancelled_and_cleans_up(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, _, box = parts
    closed = threading.Event()

    def endless(_: Backend) -> Iterator[Progress]:
        try:
            while True:
                yield Progress(1, 0)
        finally:
            closed.set()

    number = compute.add_job("endless", endless)
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.RUNNING)
    compute.cancel(number)
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.CANCELLED)
    assert closed.is_set()


def test_a_failing_job_says_so_and_the_next_one_runs(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, _, box = parts

    def failing(_: Backend) -> Iterator[Progress]:
        yield Progress(0, 2)
        raise UnknownModelError("The model is gone; open it again.")

    compute.add_job("failing", failing)
    second = compute.add_job("fine", lambda _: iter([Progress(1, 1)]))
    box.wait(lambda e: isinstance(e, JobStatus) and e.number == second and e.state is JobState.DONE)
    states = [e.state for e in box.events if isinstance(e, JobStatus) and e.title == "failing"]
    assert states[-1] is JobState.FAILED
    assert any(isinstance(e, Problem) and "gone" in e.sentence for e in box.events)


def test_that_a_job_waits_is_told_before_anything_else_of_it() -> None:
    begun = threading.Event()
    box = Box()

    def slowly(event: Event) -> None:
        if isinstance(event, JobStatus) and event.state is JobState.WAITING:
            begun.wait(0.2)  # gives the job every chance to be first
        box(event)

    def job(_: Backend) -> Iterator[Progress]:
        begun.set()
        return iter(())

    compute = Compute(slowly, lambda _store: SlowBackend())
    compute.start()
    compute.add_job("over at once", job)
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.DONE)
    assert compute.stop()
    assert [e.state for e in box.events if isinstance(e, JobStatus)] == [JobState.WAITING, JobState.DONE]


def test_a_backend_that_cannot_start_is_reported() -> None:
    box = Box()

    def broken(_store: Store) -> Backend:
        raise ImportError("libtorch is damaged")

    compute = Compute(box, broken)
    compute.start()
    box.wait(lambda e: isinstance(e, Problem) and "libtorch" in e.sentence)
    assert compute.stop()


def test_progress_fractions() -> None:
    assert Progress(1, 4).fraction == 0.25
    assert replace(Progress(1, 4), total=0).fraction == 0.0


class NoGpu(SlowBackend):
    """Has no device but the CPU."""

    def choose(self, device: str, precision: Precision) -> DeviceReady:
        if device == "cuda":
            raise DeviceError("The device 'cuda' does not answer; choose auto.")
        return DeviceReady("cpu", precision, (), 0, 0, asked=device)


def test_a_remembered_device_that_is_gone_is_replaced_with_a_word() -> None:
    box = Box()
    compute = Compute(box, lambda _store: NoGpu())
    compute.start()
    compute.send(ChooseDevice("cuda", Precision.FAST, if_possible=True))
    ready = box.wait(lambda e: isinstance(e, DeviceReady) and e.asked == "auto")
    assert isinstance(ready, DeviceReady)
    assert ready.precision is Precision.FAST
    problems = [e for e in box.events if isinstance(e, Problem)]
    assert [p.harmless for p in problems] == [True]
    compute.send(ChooseDevice("cuda", Precision.EXACT))
    box.wait(lambda e: isinstance(e, Problem) and not e.harmless)
    assert compute.stop()


def test_quick_jobs_pass_work_and_idle_ones_wait(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, backend, box = parts
    order: list[str] = []

    def steps(name: str) -> Callable[[Backend], Iterator[Progress]]:
        def run(_backend: Backend) -> Iterator[Progress]:
            for i in range(2):
                order.append(name)
                yield Progress(i + 1, 2, result=name)

        return run

    compute.draw(Document())  # holds the thread until the gate opens
    assert backend.drawing.wait(WAIT_S)
    compute.add_job("idle", steps("idle"), Urgency.IDLE)
    compute.add_job("patient", steps("patient"), Urgency.PATIENT)
    paused = compute.add_job("paused", steps("paused"))
    compute.pause(paused, paused=True)
    compute.add_job("work", steps("work"))
    compute.add_job("quick", steps("quick"), Urgency.QUICK)
    backend.gate.set()
    box.wait(lambda e: isinstance(e, JobStatus) and e.title == "idle" and e.state is JobState.DONE)
    assert order == ["quick", "quick", "work", "work", "patient", "patient", "idle", "idle"]
    assert any(isinstance(e, JobStatus) and e.progress.result == "quick" for e in box.events)
    compute.pause(paused, paused=False)
    box.wait(lambda e: isinstance(e, JobStatus) and e.title == "paused" and e.state is JobState.DONE)
    assert order[-2:] == ["paused", "paused"]


def test_a_paused_job_can_be_cancelled(parts: tuple[Compute, SlowBackend, Box]) -> None:
    compute, backend, box = parts
    backend.gate.set()
    gate = threading.Event()

    def endless(_backend: Backend) -> Iterator[Progress]:
        while True:
            gate.set()
            yield Progress(0, 0)

    number = compute.add_job("endless", endless)
    assert gate.wait(WAIT_S)
    compute.pause(number, paused=True)
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.PAUSED)
    compute.cancel(number)
    box.wait(lambda e: isinstance(e, JobStatus) and e.state is JobState.CANCELLED)
