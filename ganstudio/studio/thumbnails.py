"""Small pictures of documents for strips, boards and timelines, drawn when there is a moment."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend, JobFactory

SIDE_PX = 96
KEPT = 2000


class AddJob(Protocol):
    """The session's way to queue a job."""

    def __call__(
        self, title: str, factory: JobFactory, watch: Callable[[JobStatus], None] | None, urgency: Urgency
    ) -> int:
        """Queue a job and return its number."""


class Thumbnails:
    """Pictures uint8 `[H, W, 3]`, at most 96 pixels wide and high, by what they show; lives on the main thread."""

    arrived = Signal(Document)

    def __init__(self, add_job: AddJob) -> None:
        """Draw through jobs of the session's computing."""
        self._add_job = add_job
        self._pictures: OrderedDict[Document, Array] = OrderedDict()
        self._wanted: list[Document] = []
        self._refused: set[Document] = set()
        self._number: int | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is being drawn."""
        return self._number is None

    def get(self, document: Document) -> Array | None:
        """Return the picture of a document, or ask for it: `arrived` tells when it is there."""
        picture = self._pictures.get(document)
        if picture is not None:
            self._pictures.move_to_end(document)
        elif document.model.digest and document not in self._wanted and document not in self._refused:
            self._wanted.append(document)
            if self._number is None:
                self._number = self._add_job("Thumbnails", self._steps, self._take, Urgency.QUICK)
        return picture

    def _steps(self, backend: Backend) -> Iterator[Progress]:
        """Draw what is wanted, one at a time; runs on the compute thread."""
        done = 0
        while done < len(self._wanted):
            document = self._wanted[done]
            done += 1
            picture: Array | None = None
            with suppress(StudioError):  # a model that is gone has no pictures; opening it says why
                picture = backend.pictures([document], SIDE_PX)[0]
            yield Progress(done, 0, result=(document, picture))

    def _take(self, status: JobStatus) -> None:
        drawn = status.progress.result
        if isinstance(drawn, tuple):
            document, picture = drawn
            if picture is None:
                self._refused.add(document)
            elif document not in self._pictures:
                self._pictures[document] = picture
                if len(self._pictures) > KEPT:
                    self._pictures.popitem(last=False)
                self.arrived.emit(document)
        if status.is_over:
            late, self._wanted, self._number = self._wanted[status.progress.done :], [], None
            if status.state is JobState.DONE:
                for document in late:
                    self.get(document)
