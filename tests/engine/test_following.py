"""In a drag a newer document always waits; what follows the picture has its turn all the same."""

from collections.abc import Callable, Iterator

from ganstudio.core.document import Document
from ganstudio.core.frame import Frame
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.engine.compute import Backend, Compute
from tests.engine.test_compute import PICTURE, Box, SlowBackend

LAST = 12.0


class EndlessDrag(SlowBackend):
    """While it draws a document, the next one is asked for already."""

    compute: Compute

    def render(self, document: Document, stale: Callable[[], bool]) -> Iterator[Frame]:
        if document.psi < LAST:
            self.compute.draw(Document(psi=document.psi + 1.0))
        yield Frame(PICTURE, document, False, 1.0, ("b4",))


def test_what_follows_the_picture_sees_every_document_of_a_drag() -> None:
    box, backend = Box(), EndlessDrag()
    compute = backend.compute = Compute(box, lambda _store: backend)
    steps: list[tuple[str, float | None]] = []

    def job(name: str, count: int) -> Callable[[Backend], Iterator[Progress]]:
        def work(_backend: Backend) -> Iterator[Progress]:
            for step in range(count):
                steps.append((name, compute.drawn.psi if compute.drawn is not None else None))
                if name == "live":
                    while (drawn := compute.drawn) is not None and drawn.psi < LAST:
                        yield Progress(step, count)
                        steps.append((name, drawn.psi))
                yield Progress(step, count)

        return work

    compute.draw(Document(psi=0.0))
    compute.add_job("Thumbnails", job("quick", 1), Urgency.QUICK)
    compute.add_job("Layers", job("live", 1), Urgency.LIVE)
    compute.start()
    box.wait(lambda e: isinstance(e, JobStatus) and e.title == "Thumbnails" and e.is_over)
    assert compute.stop()
    assert {psi for name, psi in steps if name == "live"} >= {float(n) for n in range(int(LAST))}
    assert [psi for name, psi in steps if name == "quick"] == [LAST]
    assert compute.drawn == Document(psi=LAST)
