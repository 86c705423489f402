"""What a person does to the path of the project; every act is one undo step."""

from collections.abc import Sequence
from dataclasses import replace

from ganstudio.core.document import Condition, Document, LatentPoint, LatentValue, Space
from ganstudio.core.project import Curve, Easing, KeptLatent, Keyframe, Timeline
from ganstudio.latent.path import (
    SHORTEST_S,
    blend_space,
    inserted,
    latent_input,
    moved,
    own_starts,
    own_time,
    stretched,
    with_keyframes,
    without,
)
from ganstudio.studio.playing import has_w
from ganstudio.studio.session import Session

LONGEST_S = 3600.0
MOST_TURNS, MOST_FPS = 99, 240


class PathEditor:
    """Edits the timeline of a session's project; times are seconds as the path is shown, re-timed or not."""

    def __init__(self, session: Session) -> None:
        """Edit through a session."""
        self._session = session

    @property
    def timeline(self) -> Timeline:
        """The path as it is."""
        return self._session.project.timeline

    def add(self, document: Document, seconds: float | None = None) -> int:
        """Add a document's latent as a keyframe at a time, at the end where none is given; return its number."""
        latent = latent_of(document)
        if latent is None:
            return -1
        return self._insert("Add a keyframe", [Keyframe(latent, name=seed_name(latent))], seconds)

    def add_kept(self, kept: Sequence[KeptLatent], seconds: float | None = None) -> int:
        """Add kept latents as keyframes at a time; return the number of the first."""
        frames = [Keyframe(each.latent, name=each.name) for each in kept]
        return self._insert("Add kept latents to the path", frames, seconds) if frames else -1

    def remove(self, index: int) -> None:
        """Take a keyframe out."""
        self._record("Remove a keyframe", without(self.timeline, index))

    def clear(self) -> None:
        """Take all keyframes out."""
        self._record("Clear the path", with_keyframes(self.timeline, ()))

    def move(self, origin: Timeline, index: int, seconds: float, gesture: str | None = None) -> int:
        """Move a keyframe of the path as it was when a drag began; return its number, past others where it goes.

        A re-timed path goes at its own pace again.
        """
        timeline, number = moved(origin, index, min(seconds, LONGEST_S))
        self._record("Move a keyframe", timeline, gesture)
        return number

    def rename(self, index: int, name: str) -> None:
        """Call a keyframe something else."""
        frames = list(self.timeline.keyframes)
        frames[index] = replace(frames[index], name=name.strip())
        self._record("Rename a keyframe", replace(self.timeline, keyframes=tuple(frames)))

    def replace_latent(self, index: int, document: Document) -> None:
        """Let a keyframe show a document's latent."""
        latent = latent_of(document)
        if latent is not None:
            frame = self.timeline.keyframes[index]
            self._set(index, "Replace a keyframe", replace(frame, latent=latent, name=seed_name(latent) or frame.name))

    def ease(self, index: int, easing: Easing) -> None:
        """Choose how the speed changes on the segment after a keyframe."""
        self._set(index, "Easing", replace(self.timeline.keyframes[index], easing=easing))

    def set_seconds(self, index: int, seconds: float) -> None:
        """Let the segment after a keyframe take so many seconds."""
        bounded = min(max(seconds, SHORTEST_S), LONGEST_S)
        self._set(index, "Length of a segment", replace(self.timeline.keyframes[index], seconds=bounded))

    def choose(self, space: Space, curve: Curve) -> None:
        """Choose where the path runs and how it goes through its keyframes; say where a keyframe forbids Z."""
        self._record("Kind of path", replace(self.timeline, space=space, curve=curve, timing=None))
        if space is Space.Z and blend_space(self.timeline, has_w(self._session)) is Space.W:
            self._session.noted.emit("A keyframe lies between seeds or was made in W, so the path goes through W.")

    def close(self, closed: bool) -> None:
        """Let the path end where it begins, or at its last keyframe."""
        self._record("Closed path", replace(self.timeline, closed=closed, timing=None))

    def set_turns(self, turns: int) -> None:
        """Let the noise go round so often along the path."""
        self._record("Noise loops", replace(self.timeline, noise_turns=min(max(turns, 0), MOST_TURNS)))

    def set_total(self, seconds: float) -> None:
        """Let the whole path take so many seconds."""
        self._record("Length of the path", stretched(self.timeline, min(max(seconds, SHORTEST_S), LONGEST_S)))

    def set_fps(self, fps: int) -> None:
        """Choose the pictures a second of what is exported."""
        self._record("Frames per second", replace(self.timeline, fps=min(max(fps, 1), MOST_FPS)))

    def _insert(self, label: str, frames: Sequence[Keyframe], seconds: float | None) -> int:
        before = self.timeline
        starts = own_starts(before)
        seconds = None if seconds is None else own_time(before, seconds, self._session.store)
        if seconds is None or len(before.keyframes) < 2 or seconds >= starts[-1]:
            first, after = len(before.keyframes), with_keyframes(before, (*before.keyframes, *frames))
        elif seconds <= 0.0:
            first, after = 0, with_keyframes(before, (*frames, *before.keyframes))
        else:
            first, after = int((starts <= seconds).sum()), before
            room = float(starts[first]) - seconds
            for i, frame in enumerate(frames):
                after = inserted(after, frame, seconds + room * i / len(frames))
        self._record(label, after)
        return first

    def _set(self, index: int, label: str, keyframe: Keyframe) -> None:
        frames = list(self.timeline.keyframes)
        frames[index] = keyframe
        self._record(label, with_keyframes(self.timeline, tuple(frames)))

    def _record(self, label: str, timeline: Timeline, gesture: str | None = None) -> None:
        self._session.change_project(label, {"timeline": timeline}, gesture)


def latent_of(document: Document) -> LatentValue | None:
    """The latent that a path would take from a document."""
    name = latent_input(document)
    value = None if name is None else document.inputs[name]
    return None if value is None or isinstance(value, Condition) else value


def seed_name(latent: LatentValue) -> str:
    """A name for a seed; nothing for what lies between seeds."""
    if isinstance(latent, LatentPoint) and latent.x == round(latent.x) and latent.y == round(latent.y):
        return f"seed {latent.seed}"
    return ""
