"""Playing a path: its pictures are previews, the project stays as it is until a frame is taken."""

import math

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.frame import Frame
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project, Timeline
from ganstudio.latent.path import document_at, latent_at, latent_input, own_clock, place_at, total_seconds
from ganstudio.studio.reel import Reel
from ganstudio.studio.session import Session

SLOWEST, FASTEST = 0.25, 4.0
LONGEST_WAIT_S = 0.25
BEAT_S = 0.016
SHORT_S, LONG_S = 0.008, 0.05


def has_w(session: Session) -> bool:
    """Whether the open model has a space W to go through."""
    return session.model is not None and Ability.TRUNCATION in session.model.abilities


class Player:
    """A clock on the project's timeline; lives on the main thread.

    A picture is asked for once the one before has come. Where that would take too long to keep the beat, and drawing
    several together saves time, they are drawn in a reel ahead of their time.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        """Stand at the beginning, showing nothing."""
        self._session = session
        self.seconds = 0.0
        self.speed = 1.0
        self.playing = False
        self.showing = False
        self._owed = 0.0  # seconds that went by while the picture before was still being drawn
        self._drawn = True
        self._each = 0.0  # seconds that a picture takes alone
        self._reel = Reel(session, self._document_at, self._begin_reel)
        self._clock = 0.0  # the path's time while a reel is shown
        session.project_changed.connect(self._project_changed)
        session.frame_arrived.connect(self._frame_arrived)

    def release(self) -> None:
        """Listen no longer, and give the picture back."""
        self._session.project_changed.disconnect(self._project_changed, missing_ok=True)
        self._session.frame_arrived.disconnect(self._frame_arrived, missing_ok=True)
        self.leave()

    @property
    def timeline(self) -> Timeline:
        """The project's path."""
        return self._session.project.timeline

    @property
    def total(self) -> float:
        """How long the path takes, in seconds."""
        return total_seconds(self.timeline)

    def play(self) -> None:
        """Go on from here, from the beginning where the end is reached."""
        if self.total <= 0.0 or self.playing:
            return
        if not self.timeline.closed and self.seconds >= self.total:
            self.seconds = 0.0
        self.playing, self._owed = True, 0.0
        if self.showing and self._wants_reel:
            self._start_reel()
            self.changed.emit()
        else:
            self._show()

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self.playing = False
            if self._reel.running:
                self._reel.stop()
                self._session.redraw()  # alone and with all its stages, for those who look into them
            self.changed.emit()

    def toggle(self) -> None:
        """Go on, or stand still."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def advance(self, seconds: float) -> None:
        """Let time go by; an open path ends at its end, a closed one begins again.

        The next picture is asked for once the one before is there, so that measuring finds room in between; at once
        where time has gone by since, rather than with the next beat of the clock.
        """
        if self._reel.running:
            self._roll(seconds)
            return
        self._owed = self._owed + seconds if self.playing else 0.0
        if self.playing and (self._drawn or self._owed >= LONGEST_WAIT_S):
            self._go_on()

    def _go_on(self) -> None:
        reached = self.seconds + self._owed * self.speed
        self._owed = 0.0
        if reached >= self.total and not self.timeline.closed:
            self.playing = False
        self.seek(reached)

    @property
    def _wants_reel(self) -> bool:
        return SHORT_S < self._each < LONG_S

    def _start_reel(self) -> None:
        self._clock = self.seconds + self._owed * self.speed
        self._reel.start(self._clock, self._each)
        self._roll(0.0)

    def _begin_reel(self, first: float) -> None:
        """Let the first picture of the reel be seen at once, and its time run from there."""
        self._clock = first
        self._roll(0.0)

    def _roll(self, seconds: float) -> None:
        """Show the picture of the reel whose time has come, and have the next ones drawn."""
        if self._reel.begun:
            self._clock += seconds * self.speed
        end = math.inf if self.timeline.closed else self.total
        due = self._reel.due(self._clock)
        if due is not None:
            self.seconds = own_clock(self.timeline, due[0])
            self._session.show(due[1])
            self.changed.emit()
        self._reel.wind(self._clock, end, self.speed, BEAT_S)
        if self._clock >= end and self._reel.is_over:
            self.pause()

    def seek(self, seconds: float) -> None:
        """Show the path at a time."""
        self._reel.stop()
        self.seconds = own_clock(self.timeline, seconds)
        self._show()

    def set_speed(self, speed: float) -> None:
        """Play faster or slower; the path keeps its seconds."""
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self.changed.emit()

    def document(self) -> Document:
        """What the path shows now."""
        return self._document_at(self.seconds)

    def _document_at(self, seconds: float) -> Document:
        session = self._session
        return document_at(session.document, self.timeline, seconds, session.store, has_w(session))

    def take(self) -> None:
        """Make what is shown the picture of the project, as one undo step."""
        session, timeline = self._session, self.timeline
        name = latent_input(session.document)
        if name is None or not timeline.keyframes:
            return
        place = place_at(timeline, self.seconds, session.store)
        noise = self.document().noise
        self.playing = False
        self.leave()
        values = {f"inputs.{name}": latent_at(timeline, place, has_w(session)), "noise": noise}
        session.change_many("Take a frame of the path", values)

    def leave(self) -> None:
        """Stop, and show the project's own picture again."""
        self.playing = False
        self._reel.stop()
        if self.showing:
            self.showing = False
            self._session.preview(None)
        self.changed.emit()

    def _show(self) -> None:
        if self.timeline.keyframes:
            self.showing, self._drawn = True, False
            self._session.preview(self.document())
        self.changed.emit()

    def _frame_arrived(self, frame: Frame) -> None:
        if self._reel.running:
            return
        if not frame.preview:
            self._each = frame.milliseconds / 1e3 if len(frame.pictures) == 1 else 0.0
        self._drawn = self._drawn or frame.document == self._session.previewed
        if self.playing and self._drawn and self._wants_reel:
            self._start_reel()
        elif self.playing and self._drawn and self._owed > 0.0:
            self._go_on()

    def _project_changed(self, after: Project, before: Project) -> None:
        if not self.showing:
            return
        name = latent_input(after.document)
        elsewhere = after.document.model != before.document.model or after.active != before.active
        moved = name is None or after.document.inputs.get(name) != before.document.inputs.get(name)
        if elsewhere or moved or not after.timeline.keyframes:
            self.leave()
        elif after.document != before.document or after.timeline != before.timeline:
            self.seek(min(self.seconds, self.total))
