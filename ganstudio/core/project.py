"""What undo, journal and files work on: the documents, the kept latents and the timeline."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from ganstudio.core.direction import NO_VOTES, Ballot
from ganstudio.core.document import Document, LatentValue, Space
from ganstudio.core.store import ArrayRef


@dataclass(frozen=True, slots=True)
class KeptLatent:
    """A picture worth coming back to: its whole cause, and the latent that it lends to sources and paths."""

    name: str
    document: Document
    latent: LatentValue
    tags: tuple[str, ...] = ()


class Curve(StrEnum):
    """How a path runs through its keyframes."""

    LINEAR = "linear"  # in W a straight line, in Z an arc of a great circle
    CUBIC = "cubic"


class Easing(StrEnum):
    """How the speed changes between two keyframes."""

    EVEN = "even"
    IN = "in"
    OUT = "out"
    IN_OUT = "in and out"


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A latent on the timeline; `seconds` lie between it and the next one."""

    latent: LatentValue
    seconds: float = 2.0
    easing: Easing = Easing.EVEN
    name: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A path through the latent space.

    `timing` maps times to places along the path, evenly spaced in time `[K]` from 0 to the number of segments;
    without it every segment takes its own seconds.
    """

    keyframes: tuple[Keyframe, ...] = ()
    space: Space = Space.W
    curve: Curve = Curve.LINEAR
    closed: bool = False
    noise_turns: int = 0
    timing: ArrayRef | None = None
    fps: int = 30


@dataclass(frozen=True, slots=True)
class Project:
    """Everything a person made; one of the documents is the one in sight."""

    documents: tuple[Document, ...] = (Document(),)
    active: int = 0
    kept: tuple[KeptLatent, ...] = ()
    timeline: Timeline = Timeline()
    ballot: Ballot = NO_VOTES

    @property
    def document(self) -> Document:
        """The document in sight."""
        return self.documents[self.active]

    def with_document(self, document: Document) -> "Project":
        """Return a copy in which the document in sight is `document`."""
        before, after = self.documents[: self.active], self.documents[self.active + 1 :]
        return dataclasses.replace(self, documents=(*before, document, *after))

    def with_copy(self) -> "Project":
        """Return a copy in which the document in sight stands twice, and the second one is in sight."""
        first, rest = self.documents[: self.active + 1], self.documents[self.active + 1 :]
        return dataclasses.replace(self, documents=(*first, self.document, *rest), active=self.active + 1)

    def without(self, index: int) -> "Project":
        """Return a copy without a document; the last one stays, and the one in sight where it is another."""
        if len(self.documents) < 2 or not 0 <= index < len(self.documents):
            return self
        documents = self.documents[:index] + self.documents[index + 1 :]
        active = self.active - (index < self.active)
        return dataclasses.replace(self, documents=documents, active=min(active, len(documents) - 1))
