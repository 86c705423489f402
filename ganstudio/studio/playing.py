"""Playing a path: its pictures are previews, the project stays as it is until a frame is taken."""

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.frame import Frame
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project, Timeline
from ganstudio.latent.path import document_at, latent_at, latent_input, own_clock, place_at, total_seconds
from ganstudio.studio.session import Session

SLOWEST, FASTEST = 0.25, 4.0
LONGEST_WAIT_S = 0.25


def has_w(session: Session) -> bool:
    """Whether the open model has a space W to go through."""
    return session.model is not None and Ability.TRUNCATION in session.model.abilities


class Player:
    """A clock on the project's timeline; lives on the main thread."""

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
        self._show()

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self.playing = False
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
        self._owed = self._owed + seconds if self.playing else 0.0
        if self.playing and (self._drawn or self._owed >= LONGEST_WAIT_S):
            self._go_on()

    def _go_on(self) -> None:
        reached = self.seconds + self._owed * self.speed
        self._owed = 0.0
        if reached >= self.total and not self.timeline.closed:
            self.playing = False
        self.seek(reached)

    def seek(self, seconds: float) -> None:
        """Show the path at a time."""
        self.seconds = own_clock(self.timeline, seconds)
        self._show()

    def set_speed(self, speed: float) -> None:
        """Play faster or slower; the path keeps its seconds."""
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self.changed.emit()

    def document(self) -> Document:
        """What the path shows now."""
        session = self._session
        return document_at(session.document, self.timeline, self.seconds, session.store, has_w(session))

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
        self._drawn = self._drawn or frame.document == self._session.previewed
        if self.playing and self._drawn and self._owed > 0.0:
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
            self.seconds = min(self.seconds, self.total)
            self._show()
