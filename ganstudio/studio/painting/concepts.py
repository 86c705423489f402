"""Painting concepts into pictures of ordinary generators: units that stand for a class are set where a brush went.

After Bau et al. 2019, “GAN Dissection”, and “Semantic Photo Manipulation with a Generative Image Prior”.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from ganstudio.core.document import Document, PaintUnits
from ganstudio.core.frame import ModelInfo
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.core.store import Array, ArrayRef
from ganstudio.engine.compute import Backend
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.strokes import Hand, Stroke, Tool, Touch
from ganstudio.studio.pursuit import Pursuit, Refusal

if TYPE_CHECKING:
    from ganstudio.engine.segmenting import Segmentation
    from ganstudio.engine.units import Effect, Parts
    from ganstudio.latent.unit_effects import UnitPaint
    from ganstudio.layers.perceptual import PerceptualDistance
    from ganstudio.studio.session import Session

REGION = 64  # the side of the regions that are painted
_gestures = count(1)


@dataclass(frozen=True, slots=True)
class Concept:
    """What the brush adds or removes."""

    name: str = ""
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """Documents before and after an edit, the region, and the class whose share in it is measured."""

    before: Document
    after: Document
    mask: ArrayRef
    index: int


def can_paint_concepts(info: ModelInfo | None) -> bool:
    """Whether a model has a latent, no map, and units with places; and whether a segmenter ships to name them."""
    from ganstudio.checkpoints.shipped import shipped_segmenter

    if info is None or not info.searchable or not shipped_segmenter().is_file():
        return False
    return any(stage.side > 1 for stage in info.stages)


class Concepts:
    """Lives on the main thread; what is painted are edits of the document, one for a run of strokes of one kind."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Look for units only when somebody wants to paint."""
        self._session = session
        self.found: Parts | None = None
        self.concept = Concept()
        self.brush = Brush(8)
        self.words = ""
        self.effect: Effect | None = None
        self.searching = False
        self._number = 0
        self._stroke: Stroke | None = None
        self._document = session.document  # without what the stroke under way paints
        self._amount = 1.0
        self._gesture = ""
        self._measuring = Pursuit("Effect", session.add_job, self._wanted, self._measure, self._measured, Urgency.IDLE)
        self._watched = False
        session.model_changed.connect(self._model_changed)
        session.project_changed.connect(lambda *_told: self._measuring.wake())
        session.frame_arrived.connect(lambda *_told: self._write())

    @property
    def possible(self) -> bool:
        """Whether the open model can be painted on."""
        return can_paint_concepts(self._session.model)

    @property
    def paint(self) -> "UnitPaint | None":
        """How the chosen class is added or removed; None before it is known, and where nothing does that clearly."""
        return None if self.found is None else self.found.paint_of(self.concept.name, remove=self.concept.remove)

    @property
    def note(self) -> str:
        """What the chosen class did when it was tried, and which classes cannot be painted; empty before that."""
        if self.found is None:
            return ""
        return " ".join(
            part for part in (tried_in_words(self.concept, self.paint), missing_in_words(self.found)) if part
        )

    @property
    def region(self) -> Array | None:
        """Where the stroke under way has been, bool `[64, 64]`."""
        return None if self._stroke is None else self._stroke.labels.astype(bool)

    def watch(self, *, watched: bool) -> None:
        """Measure effects while somebody looks."""
        self._watched = watched
        self._measuring.wake()

    def look(self) -> None:
        """Find which units stand for which class, which takes a while the first time."""
        info = self._session.model
        if info is None or self.searching or self.found is not None or not self.possible:
            return
        digest = info.digest

        def steps(backend: Backend) -> Iterator[Progress]:
            from ganstudio.engine.segmenting import open_segmenter
            from ganstudio.engine.units import find_units

            model = backend.model(digest)
            return find_units(model, open_segmenter(device=model.generator.device))

        self.searching, self.words = True, "Looking for the units of hair, skin and so on…"
        self._number = self._session.add_job("Units of classes", steps, self._take)
        self.changed.emit()

    def stop(self) -> None:
        """Look no further."""
        self._session.cancel_job(self._number)

    def choose(self, concept: Concept) -> None:
        """Add or remove something else with the next stroke."""
        if concept != self.concept:
            self.concept = concept
            self.changed.emit()

    def begin(self, touch: Touch) -> None:
        """Press the brush on the picture; the touch counts in pixels of the region."""
        if self.paint is None:
            return
        self.end()
        self._gesture = f"concept-{next(_gestures)}"
        self._document, before = self._session.document, np.zeros((REGION, REGION), np.uint8)
        last = self._document.edits[-1] if self._document.edits else None
        if isinstance(last, PaintUnits) and self._continues(last):
            before = (self._session.store.get(last.mask) > 0).astype(np.uint8)
            self._document = replace(self._document, edits=self._document.edits[:-1])
            self._amount = last.amount
        else:  # as far as it was tried
            self._amount = self.paint.strength
        self._stroke = Stroke(before, Hand(Tool.BRUSH, label=1, brush=self.brush), touch)
        self._write()
        self.changed.emit()

    def go(self, touch: Touch) -> None:
        """Move the brush."""
        if self._stroke is not None:
            self._stroke.go(touch)
            frame = self._session.frame
            if frame is not None and frame.document == self._session.document:
                self._write()
            self.changed.emit()

    def end(self) -> None:
        """Let the brush go."""
        if self._stroke is not None:
            self._write()
            self._stroke = None
            self._session.end_gesture()
            self.changed.emit()
            self._measuring.wake()

    def _continues(self, last: PaintUnits) -> bool:
        """Whether the next stroke goes on with an edit instead of beginning another one."""
        edit = self._edit(last.mask, last.amount)
        return edit == last and last.mask.shape == (REGION, REGION)

    def _write(self) -> None:
        if self._stroke is not None:
            mask = self._session.store.put(self._stroke.labels.astype(np.float32))
            edit = self._edit(mask, self._amount)
            self._session.change(edit.name, "edits", (*self._document.edits, edit), self._gesture)

    def _edit(self, mask: ArrayRef, amount: float) -> PaintUnits:
        from ganstudio.engine.units import unit_paint

        assert self.found is not None
        return unit_paint(self.found, self.concept.name, mask, remove=self.concept.remove, amount=amount)

    def _take(self, status: JobStatus) -> None:
        if status.number != self._number:
            return
        from ganstudio.engine.units import Parts

        if isinstance(status.progress.result, Parts):
            self.found = status.progress.result
            self.words = ""
            names = self.found.names
            if names and self.concept.name not in names:
                self.concept = replace(self.concept, name=names[min(1, len(names) - 1)])
        if status.is_over:
            self.searching = False
            if self.found is None:
                self.words = ""
        self.changed.emit()

    def _model_changed(self, *_told: object) -> None:
        self.found, self.effect, self._stroke = None, None, None
        if self.searching:
            self.stop()
        self.searching, self._number, self.words = False, 0, ""
        self.changed.emit()

    def _wanted(self) -> Measured | None:
        """The last painted edit, once the brush rests."""
        document, found = self._session.document, self.found
        if not self._watched or found is None or self._stroke is not None or not document.edits:
            return None
        last = document.edits[-1]
        name = last.name.partition(" ")[2] if isinstance(last, PaintUnits) else ""
        if not isinstance(last, PaintUnits) or name not in found.classes:
            return None
        before = replace(document, edits=document.edits[:-1])
        return Measured(before, document, last.mask, found.classes.index(name))

    def _measure(self, backend: Backend, wish: Measured) -> Iterator[object]:
        from ganstudio.engine.units import effect_of

        pictures = [backend.drawn(document, aside=True) for document in (wish.before, wish.after)]
        mask = self._session.store.get(wish.mask)
        segment, distance = judges(str(pictures[0].device))
        yield effect_of(pictures[0], pictures[1], mask, wish.index, segment, distance)

    def _measured(self, found: object) -> None:
        self.effect = None if isinstance(found, Refusal) else found  # type: ignore[assignment]
        self.changed.emit()


def tried_in_words(concept: Concept, paint: "UnitPaint | None") -> str:
    """Say what adding or removing a class did to the pictures that it was tried on."""
    if not concept.name:
        return ""
    if paint is None:
        verb = "removes" if concept.remove else "adds"
        return f"Nothing that was tried {verb} {concept.name} clearly in this model's pictures."
    where = "of where it was" if concept.remove else "of a rim around it"
    return (
        f"Tried on {paint.pictures} pictures: {concept.name} filled {paint.before * 100:.0f} % {where} before, "
        f"{paint.after * 100:.0f} % after; elsewhere {paint.outside * 100:.0f} % changed."
    )


def missing_in_words(found: "Parts") -> str:
    """Say which classes are not offered, and why."""
    never = [name for name in found.classes if name in found.never_seen]
    weak = [name for name in found.classes if name not in found.names and name not in never]
    seen = f"Its pictures show no {', '.join(never)}, so that cannot be painted." if never else ""
    moved = f"No units change {', '.join(weak)} clearly." if weak else ""
    return " ".join(part for part in (moved, seen) if part)


@lru_cache(maxsize=1)
def judges(device: str) -> "tuple[Segmentation, PerceptualDistance]":
    """Return what measures effects: the shipped segmenter and LPIPS."""
    import torch

    from ganstudio.engine.segmenting import open_segmenter
    from ganstudio.losses.perceptual import lpips_vgg16

    return open_segmenter(device=torch.device(device)), lpips_vgg16().to(device)
