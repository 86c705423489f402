"""Work that follows what is wanted: the newest wish wins, and nothing is done twice."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.engine.compute import Backend
from ganstudio.studio.thumbnails import AddJob

W = TypeVar("W")


class Refusal(str):
    """A sentence that says why a wish cannot be fulfilled."""

    __slots__ = ()


class Pursuit(Generic[W]):
    """Runs `steps(backend, wish)` for the newest `wanted()` as a job; lives on the main thread.

    `take` gets what every step found; a wish that something speaks against gives a `Refusal`.
    """

    def __init__(
        self,
        title: str,
        add_job: AddJob,
        wanted: Callable[[], W | None],
        steps: Callable[[Backend, W], Iterator[object]],
        take: Callable[[object], None],
        urgency: Urgency = Urgency.QUICK,
    ) -> None:
        """Do nothing before the first `wake`."""
        self._title, self._add_job, self._urgency = title, add_job, urgency
        self._wanted, self._make, self._take_result = wanted, steps, take
        self._tried: W | None = None
        self._number: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is being done."""
        return self._number is None

    def wake(self) -> None:
        """Look whether something else is wanted now."""
        if self._number is None and self._missing() is not None:
            self._number = self._add_job(self._title, self._steps, self._take, self._urgency)

    def again(self) -> None:
        """Do the same once more: something else that it depends on has changed."""
        self._tried = None
        self.wake()

    def _missing(self) -> W | None:
        wish = self._wanted()
        return None if wish == self._tried else wish

    def _steps(self, backend: Backend) -> Iterator[Progress]:
        """Fulfil wishes until there is no newer one; runs on the compute thread."""
        done = 0
        while (wish := self._missing()) is not None:
            self._tried = wish
            for found in self._told(backend, wish):
                done += 1
                yield Progress(done, 0, result=found)
                if self._wanted() != wish:
                    self._tried = None  # not finished, should it be wanted again
                    break

    def _told(self, backend: Backend, wish: W) -> Iterator[object]:
        try:
            yield from self._make(backend, wish)
        except StudioError as error:
            yield Refusal(str(error))

    def _take(self, status: JobStatus) -> None:
        if status.is_over:
            self._number = None
            self.wake()
        elif status.progress.result is not None:
            self._take_result(status.progress.result)
