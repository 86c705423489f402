"""What undo, journal and files work on: the documents, the kept latents and the timeline."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from ganstudio.core.direction import NO_VOTES, REACH, Ballot, Origin
from ganstudio.core.document import Document, LatentValue, Space
from ganstudio.core.errors import WrongInputError
from ganstudio.core.square import Square
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
class PhotoInHand:
    """A person's photo that is being edited, and the square of it that a model draws.

    `pixels` uint8 `[h, w, 3]` is the photo as it is shown, smaller than the file where that is large; squares count in
    the file's pixels, of which it has `width` x `height`. `faces` are the squares around those that were found, the
    largest first, and `face` is the number of the chosen one, from 1 on, 0 where the square is elsewhere. `mask` uint8
    `[n, n]` says what in the square counts, all of it where None. `found` is what an inversion came to, and
    `framed_for` the digest of the model whose pictures the faces were framed like.
    """

    name: str
    path: str
    width: int
    height: int
    pixels: ArrayRef
    square: Square
    faces: tuple[Square, ...] = ()
    face: int = 0
    mask: ArrayRef | None = None
    notes: tuple[str, ...] = ()
    found: Document | None = None
    framed_for: str = ""

    def __post_init__(self) -> None:
        """Refuse arrays that are no pictures."""
        shape = self.pixels.shape
        shown = len(shape) == 3 and shape[2] == 3 and self.pixels.dtype == "|u1"
        masked = self.mask is None or (len(self.mask.shape) == 2 and self.mask.dtype == "|u1")
        if not shown or not masked or min(self.width, self.height, *shape) < 1:
            raise WrongInputError(f"What is kept of the photo {self.name} is no picture; open the photo again.")

    @property
    def scale(self) -> float:
        """How many of the shown pixels there are for one of the file's."""
        return self.pixels.shape[1] / self.width

    @property
    def shown_square(self) -> Square:
        """The square in the shown pixels."""
        square = self.square
        return Square(square.x * self.scale, square.y * self.scale, square.side * self.scale, square.angle)


@dataclass(frozen=True, slots=True)
class HeldStyle:
    """A style to go back to or to go between: `slot` is A or B, `model` the digest of the model that draws in it.

    `picture` uint8 `[h, w, 3]` is how it looks.
    """

    slot: str
    name: str
    latent: LatentValue
    model: str
    picture: ArrayRef | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What is painted over a picture: `mask` uint8 `[n, n]` says where, `colours` uint8 `[n, n, 3]` in which colour."""

    mask: ArrayRef
    colours: ArrayRef | None = None


@dataclass(frozen=True, slots=True)
class DragPoint:
    """Where something is and where it shall go, in shares of the picture from its upper left corner."""

    at: tuple[float, float]
    target: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DragMarks:
    """Points to drag, a handle that waits for its target, and the mask uint8 `[n, n]` of what may change."""

    points: tuple[DragPoint, ...] = ()
    waiting: tuple[float, float] | None = None
    mask: ArrayRef | None = None


@dataclass(frozen=True, slots=True)
class DeletedDirection:
    """A direction that was deleted from those saved for the model with a digest; see `Direction`.

    `vector` is `[dim]` or `[n_latent, dim]` in `space`, and `model` what the model was called.
    """

    digest: str
    model: str
    space: Space
    name: str
    vector: ArrayRef
    sigma: float
    origin: Origin
    layers: tuple[int, ...] = ()
    reach: float = REACH
    evidence: str = ""


class Edge(StrEnum):
    """How a picture's edges become the photo's that it is put back into."""

    FEATHER = "feather"
    POISSON = "poisson"


@dataclass(frozen=True, slots=True)
class PasteOptions:
    """How a picture is put back; `only_change` puts only what differs from the reconstruction on the photo.

    With `enlarge` it is made four times as large before by the shipped network, which draws details.
    """

    edge: Edge = Edge.FEATHER
    feather: float = 0.12
    only_change: bool = False
    enlarge: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """Everything a person made; one of the documents is the one in sight."""

    documents: tuple[Document, ...] = (Document(),)
    active: int = 0
    kept: tuple[KeptLatent, ...] = ()
    timeline: Timeline = Timeline()
    ballot: Ballot = NO_VOTES
    photo: PhotoInHand | None = None
    styles: tuple[HeldStyle, ...] = ()
    strokes: Marks | None = None
    drag: DragMarks | None = None
    paste: PasteOptions = PasteOptions()
    deleted: tuple[DeletedDirection, ...] = ()

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
