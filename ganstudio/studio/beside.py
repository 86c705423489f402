"""Long work that touches no device, such as reading logs or copying pictures: each on a thread of its own."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency, action_of
from ganstudio.engine.compute import problem_of

Steps = Callable[[], Iterator[Progress]]


class Beside:
    """Starts threads and delivers how they go; numbers are negative, so that no job of the computing has the same."""

    def __init__(self, deliver: Callable[[JobStatus | Problem], None]) -> None:
        """Events reach `deliver` on the thread that they come from."""
        self._deliver = deliver
        self._numbers = itertools.count(-1, -1)
        self._ends: dict[int, threading.Event] = {}
        self._held: dict[int, threading.Event] = {}  # set while a job may go on
        self._threads: dict[int, threading.Thread] = {}

    def add(self, title: str, steps: Steps, urgency: Urgency) -> int:
        """Start work and return its number."""
        number = next(self._numbers)
        self._ends[number], self._held[number] = threading.Event(), threading.Event()
        self._held[number].set()
        thread = threading.Thread(target=self._run, args=(number, title, steps, urgency), name=title, daemon=True)
        self._threads[number] = thread
        self._deliver(JobStatus(number, title, JobState.WAITING, Progress(0, 0), urgency))
        thread.start()
        return number

    def cancel(self, number: int) -> None:
        """End work before its next step."""
        if number in self._ends:
            self._ends[number].set()
            self._held[number].set()

    def pause(self, number: int, *, paused: bool) -> None:
        """Hold work before its next step, or let it go on."""
        held = self._held.get(number)
        if held is not None and paused:
            held.clear()
        elif held is not None:
            held.set()

    def stop(self, patience_s: float) -> bool:
        """Cancel everything and wait for a moment; tell whether all of it ended."""
        for number in list(self._ends):
            self.cancel(number)
        until = time.monotonic() + patience_s
        for thread in list(self._threads.values()):
            thread.join(max(until - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in list(self._threads.values()))

    def _run(self, number: int, title: str, steps: Steps, urgency: Urgency) -> None:
        state, progress, over = JobState.DONE, Progress(0, 0), self._ends[number]
        job = steps()
        try:
            for progress in job:
                self._deliver(JobStatus(number, title, JobState.RUNNING, progress, urgency))
                if not self._held[number].is_set():
                    self._deliver(JobStatus(number, title, JobState.PAUSED, progress, urgency))
                    self._held[number].wait()
                if over.is_set():
                    state = JobState.CANCELLED
                    break
            close = getattr(job, "close", None)
            if close is not None:
                close()
        except Exception as error:  # noqa: BLE001 - told on the main thread, like every problem
            state = JobState.FAILED
            self._deliver(replace(problem_of(error), action=action_of(title)))
        for kept in (self._ends, self._held, self._threads):
            kept.pop(number, None)
        self._deliver(JobStatus(number, title, state, Progress(progress.done, progress.total, progress.label), urgency))
