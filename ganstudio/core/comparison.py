"""Two sides of a comparison, and what comparing them gives."""

from dataclasses import dataclass
from enum import StrEnum

from ganstudio.core.device import Precision
from ganstudio.core.document import Document
from ganstudio.core.store import Array


class SideKind(StrEnum):
    """What stands on a side."""

    PRESENT = "present"
    PINNED = "pinned"  # a document as it was
    MODEL = "model"  # another model with the present inputs
    PRECISION = "precision"  # the present state, computed in another way
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its kind, its words, and what its kind needs."""

    kind: SideKind = SideKind.NOTHING
    title: str = ""
    document: Document | None = None
    model: str = ""
    precision: Precision | None = None


NOTHING = Side(title="Nothing")
PRESENT = Side(SideKind.PRESENT, "Present state")


class Contrast(StrEnum):
    """How differences are shown."""

    SIGNED = "signed"  # B minus A around mid-grey
    ABSOLUTE = "absolute"  # from black


@dataclass(frozen=True, slots=True)
class Amplified:
    """A contrast and its factor."""

    contrast: Contrast = Contrast.SIGNED
    gain: float = 4.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Two sides for one present document."""

    a: Side
    b: Side
    present: Document
    shown: Amplified = Amplified()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Both pictures and their difference, uint8 `[H, W, 3]`, of one size; `error` is their mean absolute error of 255.

    `enlarged` names the side whose picture had fewer pixels.
    """

    wish: Wish
    a: Array
    b: Array
    difference: Array
    error: float
    enlarged: str = ""


@dataclass(frozen=True, slots=True)
class Distance:
    """The perceptual distance of both pictures, None where they are too small for its network."""

    wish: Wish
    network: str
    value: float | None
