"""Pictures of a path that are drawn before they are shown, several at a time: together they take less each."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ganstudio.core.document import Document
from ganstudio.core.frame import Frame
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.core.store import Store
from ganstudio.engine.compute import Backend, JobFactory
from ganstudio.studio.session import Session

FIRST, LENGTH, ENOUGH = 2, 4, 8  # pictures drawn together at first and later, and those in store that are enough
SMOOTH = 0.3
LATE_S = 0.02
ROOM = 1.1  # drawing must be this much quicker than showing


class Reel:
    """What follows the picture in sight; lives on the main thread."""

    def __init__(
        self, session: Session, document_at: Callable[[float], Document], ready: Callable[[float], None]
    ) -> None:
        """Begin empty; `document_at` says what the path shows at a time, `ready` is told that of the first picture."""
        self._session, self._document_at, self._ready = session, document_at, ready
        self._frames: deque[tuple[float, Frame]] = deque()
        self._job: int | None = None
        self._last = 0.0  # the time of the last picture that was asked for
        self._each = 0.0  # seconds that a picture takes
        self._wish = (0.0, 0.0, 1.0, 1.0)
        self.running = False
        self.begun = False  # whether the first pictures have come

    def start(self, seconds: float, each: float) -> None:
        """Begin after a time; `each` is how many seconds a picture takes to draw alone."""
        self.stop()
        self.running, self.begun, self._last, self._each = True, False, seconds, each

    def stop(self) -> None:
        """Drop what is drawn, and draw no more."""
        if self._job is not None:
            self._session.cancel_job(self._job)
        self._frames.clear()
        self._job, self.running = None, False

    @property
    def is_over(self) -> bool:
        """Whether nothing waits to be shown or drawn."""
        return not self._frames and self._job is None

    def due(self, now: float) -> tuple[float, Frame] | None:
        """Return the picture to be shown now with its time, or nothing where it is in sight already.

        None is left out for the sake of a beat that comes a little late.
        """
        found = None
        while self._frames and self._frames[0][0] <= (now if found is None else now - LATE_S):
            found = self._frames.popleft()
        return found

    def wind(self, now: float, end: float, speed: float, beat: float) -> None:
        """Have the next pictures drawn where few are left; `beat` is how many seconds each is shown, `end` the last."""
        self._wish = (now, end, speed, beat)
        if self._job is not None or len(self._frames) > ENOUGH:
            return
        step = max(beat, self._each * ROOM) * speed
        first = max(self._last + step, now)
        count = LENGTH if self.begun else FIRST
        times = [min(first + step * i, end) for i in range(count)] if self._last < end else []
        times = [seconds for i, seconds in enumerate(times) if i == 0 or seconds > times[i - 1]]
        if times:
            self._last = times[-1]
            factory = drawing([self._document_at(seconds) for seconds in times], self._session.store)
            self._job = self._session.add_job("Playing", factory, partial(self._take, deque(times)), Urgency.LIVE)

    def _take(self, times: deque[float], status: JobStatus) -> None:
        if status.number != self._job:
            return
        if status.state is JobState.RUNNING and isinstance(status.progress.result, tuple):
            for frame in status.progress.result:
                self._frames.append((times.popleft(), frame))
                self._each += (frame.milliseconds / 1e3 - self._each) * SMOOTH
            if not self.begun:
                self.begun = True
                self._ready(self._frames[0][0])
        elif status.is_over:
            self._job = None
            if status.state is JobState.DONE:  # what failed is not asked for again before the next beat
                self.wind(*self._wish)


def drawing(documents: Sequence[Document], store: Store) -> JobFactory:
    """Draw documents of one model together; each step's result is a tuple of their next frames."""

    def steps(backend: Backend) -> Iterator[Progress]:
        from ganstudio.core.pixels import to_pixels
        from ganstudio.engine.sheets import batch_of, draw_together

        model, done = backend.model(documents[0].model.digest), 0
        title = next(iter(model.generator.outputs()))
        stages = tuple(stage.name for stage in model.generator.stages())
        began = time.perf_counter()
        for drawn in draw_together(model.generator, documents, store, batch_of(model.info.resolution)):
            if drawn.pictures is None:
                continue
            each = (time.perf_counter() - began) * 1e3 / len(drawn.places)
            shown = zip(drawn.places, to_pixels(drawn.pictures), strict=True)
            frames = tuple(Frame({title: pixels}, documents[i], False, each, stages) for i, pixels in shown)
            done += len(frames)
            yield Progress(done, len(documents), result=frames)
            began = time.perf_counter()

    return steps
