"""A lesson that is watched: played, slowed down, stepped through and changed, in short jobs of the computing."""

import time
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.studio.teaching_lesson import RING, STORIES, Lesson, Look, Story

if TYPE_CHECKING:
    from ganstudio.core.recipe import Subject
    from ganstudio.engine.compute import Backend
    from ganstudio.studio.session import Session
    from ganstudio.studio.teaching import Course
    from ganstudio.studio.teaching_data import Material

AT_ONCE_S = 0.018  # of learning in a job's step; looking comes on top
SLOW_S = 0.45


class Wanted(StrEnum):
    """How far a job goes."""

    LOOK = "look"
    TURN = "turn"
    STEP = "step"
    SOME = "some"  # as many steps as fit


class Desk:
    """What the compute thread keeps between jobs; nobody else touches it."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.course: Course | None = None
        self.materials: dict[Subject, Material] = {}

    def advance(self, lesson: Lesson, fresh: bool, wanted: Wanted) -> Iterator[Progress]:
        """Learn as far as wanted, and look."""
        from ganstudio.core.recipe import Subject
        from ganstudio.studio.teaching import Course, exercises
        from ganstudio.studio.teaching_data import Ring, read_digits

        subject = exercises()[lesson.example][1].subject
        if subject not in self.materials:
            self.materials[subject] = Ring() if subject is Subject.POINTS else (yield from read_digits())
        if fresh or self.course is None or not lesson.continues(self.course.lesson):
            self.course = Course(lesson, self.materials[subject])
        self.course.change(lesson)
        until = time.perf_counter() + AT_ONCE_S
        if wanted is Wanted.TURN:
            self.course.turn()
        elif wanted is not Wanted.LOOK:
            self.course.step()
        while wanted is Wanted.SOME and time.perf_counter() < until:
            self.course.step()
        yield Progress(1, 1, result=self.course.look())


class Lecture:
    """Lives on the main thread; `tick` lets it go on while it plays."""

    changed = Signal()  # the lesson, or whether it plays
    looked = Signal(Look)

    def __init__(self, session: "Session") -> None:
        """Begin with the ring, at rest."""
        self._session = session
        self._desk = Desk()
        self._job: int | None = None
        self._fresh = True
        self._slowed_at = 0.0
        self.lesson, self.story = RING, STORIES[0].key
        self.playing = False
        self.slow = False
        self.look: Look | None = None

    @property
    def busy(self) -> bool:
        """Whether a job is on its way."""
        return self._job is not None

    def tell(self, story: Story) -> None:
        """Begin a story from its start."""
        self.story, self.lesson = story.key, replace(story.lesson, seed=self.lesson.seed)
        self.restart()

    def set(self, lesson: Lesson) -> None:
        """Go on with other settings; where the networks cannot, begin again."""
        again = not lesson.continues(self.lesson)
        self.lesson = lesson
        if again:
            self.restart()
        else:
            self.changed.emit()

    def restart(self) -> None:
        """Begin again with the present settings."""
        self._fresh = True
        self.changed.emit()
        self._begin(Wanted.LOOK)

    def reseed(self) -> None:
        """Begin again with other random numbers."""
        self.lesson = replace(self.lesson, seed=self.lesson.seed + 1)
        self.restart()

    def play(self, *, playing: bool) -> None:
        """Go on, or rest."""
        self.playing = playing
        self.changed.emit()

    def slow_down(self, *, slow: bool) -> None:
        """Take one turn at a time, or as many steps as fit."""
        self.slow = slow
        self.changed.emit()

    def take(self, wanted: Wanted) -> None:
        """Take a single turn or step, and rest."""
        self.play(playing=False)
        self._begin(wanted)

    def tick(self, now: float) -> None:
        """Learn on, where it plays and nothing is on its way."""
        if self.look is None:
            self._begin(Wanted.LOOK)
        if not self.playing or self.busy or (self.slow and now - self._slowed_at < SLOW_S):
            return
        self._slowed_at = now
        self._begin(Wanted.TURN if self.slow else Wanted.SOME)

    def stop(self) -> None:
        """Rest, and give up what is on its way."""
        self.playing = False
        if self._job is not None:
            self._session.cancel_job(self._job)
            self._job = None
        self.changed.emit()

    def _begin(self, wanted: Wanted) -> None:
        if self.busy and not self._fresh:
            return
        if self._job is not None:
            self._session.cancel_job(self._job)
        lesson, fresh, desk = self.lesson, self._fresh, self._desk
        self._fresh = False

        def steps(_: "Backend") -> Iterator[Progress]:
            return desk.advance(lesson, fresh, wanted)

        self._job = self._session.add_job("Learning", steps, self._take, Urgency.QUICK)

    def _take(self, status: JobStatus) -> None:
        if status.number != self._job:
            return
        if isinstance(status.progress.result, Look) and not status.is_over:
            self.look = status.progress.result
            self.looked.emit(self.look)
        if status.is_over:
            self._job = None
