"""Retouching the picture in sight, or restoring the photo: the tool, its strokes, and the job that searches for it."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.document import Document
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobState, JobStatus
from ganstudio.core.project import KeptLatent, Marks, Project
from ganstudio.core.store import Array, is_mask, is_picture
from ganstudio.studio.face_context import face_region
from ganstudio.studio.photo_run import Best, codes_in_words
from ganstudio.studio.photo_search import BUSY
from ganstudio.studio.retouch_run import (
    NO_ENCODER,
    OF_PHOTO,
    PLACED,
    SEES_PHOTO,
    WITH_OTHER,
    RetouchRun,
    RetouchSight,
    Tool,
    Wish,
    can_retouch,
)

if TYPE_CHECKING:
    from ganstudio.studio.session import Session

TITLE = "Retouch"
STEPS = 150
SEVERAL = (
    "This picture is drawn by several codes, but strokes, joints and textures need one: turn off “Draw with all codes” "
    "under “The photo's latent” first."
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose: the tool, the kept picture that lends what is painted, and how."""

    tool: Tool = Tool.COLOUR
    other: str = ""
    strength: float = 1.0
    factor: int = 4
    context: str = ""
    """The kept picture that a face is set into; the one in sight where none is named."""
    context_file: str = ""
    """Another photo that it is set into, before either."""
    steps: int = STEPS


class Retouching:
    """Lives on the main thread; what a search comes to is one step of undo, and is recorded while it runs."""

    changed = Signal()
    sight_arrived = Signal(object)

    def __init__(self, session: "Session") -> None:
        """Nothing is searched for before `start`."""
        self._session = session
        self.choices = Choices()
        self.sight: RetouchSight | None = None
        self.words = ""
        self._state: JobState | None = None
        self._number = self._runs = 0
        self._run: RetouchRun | None = None
        self._shown: Document | None = None
        self._recorded: Best | None = None
        self._came_to: Document | None = None
        session.project_changed.connect(self._project_changed)

    def release(self) -> None:
        """End the search and listen no longer."""
        self.stop()
        self._session.project_changed.disconnect(self._project_changed, missing_ok=True)

    @property
    def mask(self) -> Array | None:
        """Where strokes are: uint8 `[n, n]`; for a face that is set in an oval, until something is painted."""
        marks = self._session.project.strokes
        if marks is None:
            return face_region() if self.choices.tool is Tool.FACE else None
        return self._session.store.get(marks.mask) if is_mask(marks.mask) else None

    @property
    def strokes(self) -> Array | None:
        """Their colours, uint8 `[n, n, 3]`."""
        marks = self._session.project.strokes
        return self._session.store.get(marks.colours) if marks is not None and is_picture(marks.colours) else None

    @property
    def busy(self) -> bool:
        """Whether a search waits, runs or is held."""
        return self._state in BUSY

    @property
    def in_sight(self) -> bool:
        """Whether what the last search came to is looked at, and nothing was painted since."""
        return self._came_to is not None and self._session.document == self._came_to

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that the model can follow."""
        return tuple(tool for tool in Tool if can_retouch(self._session.model, tool))

    @property
    def others(self) -> tuple[KeptLatent, ...]:
        """The kept pictures of this model, which can lend what is painted."""
        digest = self._session.document.model.digest
        return tuple(kept for kept in self._session.project.kept if kept.document.model.digest == digest)

    @property
    def missing(self) -> str:
        """What has to be done before a search can begin, empty where nothing has."""
        tool, session = self.choices.tool, self._session
        if not can_retouch(session.model, tool):
            return "This model cannot follow that; choose another tool."
        if tool is Tool.FACE and session.model is not None and not session.photo.encoders.serve(session.model):
            return NO_ENCODER
        if tool in SEES_PHOTO and session.photo.aligned is None:
            return "Open a photo first: drop one anywhere on the window."
        if tool in WITH_OTHER and self._other() is None:
            return "Keep another picture of this model first; what is painted comes from it."
        if tool not in SEES_PHOTO and codes_in_words(session.document):
            return SEVERAL
        painted = self.mask is not None and bool(self.mask.any())
        if tool in PLACED and not painted:
            return "Paint where the picture shall change."
        return ""

    def choose(self, choices: Choices) -> None:
        """Go on with another tool or other settings; strokes stay."""
        if not self.busy:
            self.choices, self._came_to = choices, None
            self.words = ""
            self.changed.emit()

    def paint(self, mask: Array | None, strokes: Array | None = None) -> None:
        """Say where: a mask uint8 `[n, n]`, and which colours: strokes uint8 `[n, n, 3]`."""
        if self.busy:
            return
        store, marks = self._session.store, None
        if mask is not None:
            marks = Marks(store.put(mask), None if strokes is None else store.put(strokes))
        if marks != self._session.project.strokes:
            self.words, self._came_to = "", None
            words = "Paint where it shall change" if marks is not None else "Clear the strokes"
            self._session.change_project(words, {"strokes": marks})

    def clear(self) -> None:
        """Take all strokes away."""
        self.paint(None)

    def start(self) -> None:
        """Search for what the tool asks for."""
        session, choices = self._session, self.choices
        if self.busy:
            return
        if self.missing or session.model is None:
            session.failed.emit(Problem(self.missing))
            return
        other = self._other()
        mask, strokes = (None if given is None else given.copy() for given in (self.mask, self.strokes))
        wish = Wish(
            choices.tool, choices.steps, choices.strength, choices.factor, mask, strokes,
            session.photo.aligned, None if other is None else other.document, self._context(),
            session.photo.encoders.files,
        )  # fmt: skip
        self._run = RetouchRun(session.store, session.model, session.document, wish)
        self._shown, self._recorded, self.sight, self.words = session.document, None, None, "Getting ready…"
        self._runs += 1
        self._state = JobState.WAITING
        self._number = session.add_job(TITLE, self._run.steps, self._watch)
        self.changed.emit()

    def stop(self) -> None:
        """End the search; the best so far stays."""
        if self.busy:
            self._session.cancel_job(self._number)

    def _project_changed(self, after: Project, before: Project) -> None:
        left = self._came_to is not None and after.document != self._came_to
        if left:
            self.words, self._came_to = "", None
        if left or after.strokes != before.strokes:
            self.changed.emit()

    def _context(self) -> Document | Path:
        """What a face is set into."""
        choices = self.choices
        if choices.context_file:
            return Path(choices.context_file)
        named = next((kept.document for kept in self.others if kept.name == choices.context), None)
        return named or self._session.document

    def _other(self) -> KeptLatent | None:
        named = next((kept for kept in self.others if kept.name == self.choices.other), None)
        return named or next(iter(self.others), None)

    def _watch(self, status: JobStatus) -> None:
        before, self._state = self._state, status.state
        sight = status.progress.result
        if isinstance(sight, RetouchSight) and sight is not self.sight and not status.is_over:
            self.sight, self.words = sight, status.progress.label
            self._record()
            self.sight_arrived.emit(sight)
        if status.is_over:
            self._end()
        if before is not status.state:
            self.changed.emit()

    def _record(self) -> None:
        """Make the best the document in sight, as long as nobody looks at another one; all in one step."""
        run, session = self._run, self._session
        best = run.best if run is not None else None
        if best is None or best is self._recorded or session.document != self._shown:
            return
        self._recorded, self._shown = best, best.document
        values: dict[str, object] = {"documents": session.project.with_document(best.document).documents}
        hand = session.project.photo
        if self.choices.tool in OF_PHOTO and hand is not None:
            values["photo"] = dataclasses.replace(hand, found=best.document)
        session.change_project(TITLE, values, f"retouch {self._runs}")

    def _end(self) -> None:
        self._record()
        self._session.end_gesture()
        done = self.sight is not None and self._recorded is not None
        lost = done and self._session.document != self._shown
        steps = self.sight.number if self.sight is not None else 0
        self.words = f"Done after {steps} steps; undo takes it back." if done and not lost else ""
        if done and not lost and self.choices.tool in SEES_PHOTO:
            self._session.photo.page_wanted.emit("Before and after")
        if lost:
            self.words = "The picture was changed meanwhile, so it stays as it is; start again."
        self._came_to = self._session.document if done and not lost else None
        self.sight = self._run = self._shown = None
