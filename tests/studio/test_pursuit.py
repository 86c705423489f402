"""The newest wish wins, nothing is done twice, and a refusal is a sentence."""

from collections.abc import Iterator
from typing import Any

from ganstudio.core.errors import WrongInputError
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.engine.compute import JobFactory
from ganstudio.studio.pursuit import Pursuit, Refusal


class Bench:
    """Runs a pursuit's job step by step on the test's thread."""

    def __init__(self) -> None:
        self.wish: int | None = None
        self.found: list[object] = []
        self.begun: list[int] = []
        self.steps: Iterator[Progress] | None = None
        self.watch: Any = None
        self.jobs = 0
        self.pursuit = Pursuit("Test", self.add_job, lambda: self.wish, self.work, self.found.append)

    def add_job(self, title: str, factory: JobFactory, watch: Any, urgency: Urgency) -> int:
        assert urgency is Urgency.QUICK
        self.jobs += 1
        self.steps, self.watch = factory(None), watch  # type: ignore[arg-type]
        return self.jobs

    def work(self, _backend: object, wish: int) -> Iterator[object]:
        self.begun.append(wish)
        if wish < 0:
            raise WrongInputError("No negative numbers.")
        for part in "abc":
            yield f"{wish}{part}"

    def step(self) -> bool:
        assert self.steps is not None
        try:
            progress, state = next(self.steps), JobState.RUNNING
        except StopIteration:
            progress, state = Progress(0, 0), JobState.DONE
        self.watch(JobStatus(self.jobs, "Test", state, progress, Urgency.QUICK))
        return state is JobState.RUNNING

    def finish(self) -> None:
        while not self.pursuit.idle:
            self.step()


def test_a_wish_is_fulfilled_once() -> None:
    bench = Bench()
    bench.pursuit.wake()
    assert bench.jobs == 0
    bench.wish = 1
    bench.pursuit.wake()
    bench.pursuit.wake()
    bench.finish()
    assert bench.found == ["1a", "1b", "1c"]
    bench.pursuit.wake()
    assert (bench.jobs, bench.pursuit.idle) == (1, True)
    bench.pursuit.again()
    bench.finish()
    assert bench.begun == [1, 1]


def test_a_newer_wish_takes_over_between_two_steps() -> None:
    bench = Bench()
    bench.wish = 1
    bench.pursuit.wake()
    bench.step()
    bench.wish = 2
    bench.step()
    bench.wish = 1
    bench.finish()
    assert bench.jobs == 1
    assert bench.begun == [1, 2, 1]
    assert bench.found == ["1a", "2a", "1a", "1b", "1c"]


def test_a_wish_that_comes_with_the_last_step_is_not_lost() -> None:
    bench = Bench()
    bench.wish = 1
    bench.pursuit.wake()
    steps = bench.steps
    assert steps is not None
    for _ in range(3):
        bench.step()
    assert next(steps, None) is None
    bench.wish = 2
    bench.watch(JobStatus(1, "Test", JobState.DONE, Progress(3, 0), Urgency.QUICK))
    assert bench.jobs == 2
    bench.finish()
    assert bench.begun == [1, 2]


def test_a_refusal_is_told_and_not_tried_again() -> None:
    bench = Bench()
    bench.wish = -1
    bench.pursuit.wake()
    bench.finish()
    assert bench.found == [Refusal("No negative numbers.")]
    bench.pursuit.wake()
    assert bench.pursuit.idle
    bench.wish = None
    bench.pursuit.wake()
    assert bench.pursuit.idle
