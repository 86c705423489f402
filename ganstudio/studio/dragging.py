"""Dragging points of the picture in sight: handles with targets, a mask, and the job that moves the latent."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.document import Document, MoveAlong
from ganstudio.core.frame import ModelInfo
from ganstudio.core.progress import JobState, JobStatus, Progress
from ganstudio.core.project import DragMarks, DragPoint, Project
from ganstudio.core.store import Array, is_mask
from ganstudio.engine.compute import Backend

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.model import Model
    from ganstudio.studio.session import Session

TITLE = "Drag points"
NAME = "Dragged points"
STEPS = 200
THERE_PX = 1.5
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DragSight:
    """One step as the window sees it: the picture uint8 `[H, W, 3]`, and what was added to the code `[rows, dim]`."""

    number: int
    steps: int
    points: tuple[DragPoint, ...]
    picture: Array
    moved: Array
    arrived: bool


def can_drag(info: ModelInfo | None) -> bool:
    """Whether the layers of a model have places."""
    return info is not None and any(stage.side > 1 for stage in info.stages)


class PointDragging:
    """Holds the points and the job; what it comes to is one edit of the document, in one step of undo."""

    changed = Signal()
    sight_arrived = Signal(object)

    def __init__(self, session: "Session") -> None:
        """Nothing is dragged before `start`."""
        self._session = session
        self.sight: DragSight | None = None
        self.words = ""
        self._state: JobState | None = None
        self._number = 0
        self._begun: Document | None = None
        session.project_changed.connect(self._project_changed)

    def release(self) -> None:
        """End the dragging and listen no longer."""
        self.stop()
        self._session.project_changed.disconnect(self._project_changed, missing_ok=True)

    @property
    def _marks(self) -> DragMarks:
        return self._session.project.drag or DragMarks()

    @property
    def points(self) -> tuple[DragPoint, ...]:
        """The points: where they are by now while they are being dragged."""
        return self._marks.points if self.sight is None else self.sight.points

    @property
    def waiting(self) -> Place | None:
        """A handle without a target yet."""
        return self._marks.waiting

    @property
    def mask(self) -> Array | None:
        """Where the picture may change, uint8 `[n, n]`; everywhere where there is none."""
        ref = self._marks.mask
        return self._session.store.get(ref) if is_mask(ref) else None

    @property
    def busy(self) -> bool:
        """Whether points are being dragged."""
        return self._state in (JobState.WAITING, JobState.RUNNING, JobState.PAUSED)

    @property
    def ready(self) -> bool:
        """Whether there is something to drag."""
        return bool(self.points) and not self.busy and can_drag(self._session.model)

    def place(self, at: Place) -> None:
        """Set a handle, or the target of the one that was set before."""
        if self.busy:
            return
        inside = (min(max(at[0], 0.0), 1.0), min(max(at[1], 0.0), 1.0))
        if self.waiting is None:
            self._change("Set a point", replace(self._marks, waiting=inside))
        else:
            points = (*self.points, DragPoint(self.waiting, inside))
            self._change("Say where it goes", replace(self._marks, points=points, waiting=None))

    def clear(self) -> None:
        """Take away all points and the mask."""
        if not self.busy:
            self.words = ""
            self._change("Clear the points", replace(self._marks, points=(), waiting=None, mask=None))
            self.changed.emit()

    def take_back(self) -> None:
        """Take away what was set last."""
        if self.busy:
            return
        if self.waiting is not None:
            self._change("Take a point back", replace(self._marks, waiting=None))
        else:
            self._change("Take a point back", replace(self._marks, points=self.points[:-1]))

    def paint_mask(self, mask: Array | None) -> None:
        """Let the picture change only where a mask uint8 `[n, n]` is 255; everywhere where there is none."""
        kept = None if mask is None else self._session.store.put(mask)
        self._change("Paint what may change", replace(self._marks, mask=kept))

    def _change(self, words: str, marks: DragMarks) -> None:
        kept = None if marks == DragMarks() else marks
        if kept != self._session.project.drag:
            self._session.change_project(words, {"drag": kept})

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.drag != before.drag:
            self.changed.emit()

    def start(self) -> None:
        """Drag until all points have arrived."""
        if not self.ready:
            return
        document, points, mask, store = self._session.document, self.points, self.mask, self._session.store

        def steps(backend: Backend) -> Iterator[Progress]:
            from ganstudio.core.pixels import to_pixels
            from ganstudio.latent.dragging import Dragging, DragOptions, Handle

            model = backend.model(document.model.digest)
            side = model.info.resolution
            yield Progress(0, STEPS, "Getting ready")
            handles = [Handle(pixel(each.at, side), pixel(each.target, side)) for each in points]
            dragging = Dragging(
                model.generator,
                document,
                store,
                handles,
                DragOptions(steps=STEPS),
                mask=None if mask is None else free_part(mask, side),
                unit=unit_of(model),
                dims=model.z_dim if model.w_avg is None else None,
            )
            first: torch.Tensor | None = None
            for step in dragging.steps():
                first = step.code if first is None else first
                now = tuple(DragPoint(share(each.at, side), share(each.target, side)) for each in step.handles)
                moved = (step.code - first)[0].cpu().numpy()[:, : model.z_dim if model.w_avg is None else None]
                sight = DragSight(step.number, step.steps, now, to_pixels(step.picture)[0], moved, step.arrived)
                words = "The points have arrived." if step.arrived else f"{step.distance:.1f} px to go"
                yield Progress(step.number, step.steps, words, result=sight)

        self._begun, self.sight, self.words = document, None, "Getting ready…"
        self._state = JobState.WAITING
        self._number = self._session.add_job(TITLE, steps, self._watch)
        self.changed.emit()

    def stop(self) -> None:
        """End; what was reached so far stays."""
        if self.busy:
            self._session.cancel_job(self._number)

    def _watch(self, status: JobStatus) -> None:
        before, self._state = self._state, status.state
        sight = status.progress.result
        if isinstance(sight, DragSight) and sight is not self.sight:
            self.sight = sight
            self.words = status.progress.label
            self.sight_arrived.emit(sight)
        if status.is_over:
            self._end()
        if before is not status.state:
            self.changed.emit()

    def _end(self) -> None:
        session, sight, begun = self._session, self.sight, self._begun
        self.sight = self._begun = None
        if sight is None or begun is None or not sight.moved.any():
            self.words = ""
            return
        if session.document != begun:
            self.words = "The picture was changed meanwhile, so it stays as it is; drag again."
            return
        move = MoveAlong(session.store.put(sight.moved), 1.0, name=NAME)
        resolution = session.model.resolution if session.model is not None else 1
        left = tuple(each for each in sight.points if math.dist(each.at, each.target) * resolution > THERE_PX)
        moved = session.project.with_document(replace(begun, edits=(*begun.edits, move)))
        marks = replace(self._marks, points=left)
        values = {"documents": moved.documents, "drag": None if marks == DragMarks() else marks}
        session.change_project(TITLE, values)
        self.words = "The points have arrived." if sight.arrived else f"Stopped after {sight.number} steps."


def unit_of(model: "Model") -> float:
    """Return the standard deviation of a coordinate of w, of one class where there are several; that of z is 1."""
    import torch

    from ganstudio.latent.inversion import spread_of

    if model.w_avg is None:
        return 1.0
    labels = torch.eye(model.c_dim, device=model.generator.device)[:1] if model.c_dim else None
    return spread_of(model.generator, model.z_dim, labels).deviation


def pixel(at: Place, side: int) -> Place:
    """Return a place in pixels, whose whole numbers are centres of pixels."""
    x, y = (min(max(value * side - 0.5, 0.0), side - 1.0) for value in at)
    return x, y


def share(at: Place, side: int) -> Place:
    """Return a place in shares of the picture."""
    return (at[0] + 0.5) / side, (at[1] + 0.5) / side


def free_part(mask: Array, side: int) -> "torch.Tensor":
    """Return a mask uint8 `[n, n]` as `[side, side]` in [0, 1]."""
    import torch
    import torch.nn.functional as F

    given = torch.from_numpy(mask.copy()).float()[None, None] / 255.0
    return F.interpolate(given, size=(side, side), mode="area")[0, 0]
