"""What crosses from the computing to the window: 8-bit pictures, numbers and words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ganstudio.core.device import Precision
from ganstudio.core.document import Document
from ganstudio.core.inputs import Ability, Input, LabelMap, Latent
from ganstudio.core.store import Array


@dataclass(frozen=True, slots=True)
class Frame:
    """The pictures of one document, uint8 `[H, W, 3]` each; a preview is followed by the full ones."""

    pictures: Mapping[str, Array]
    document: Document
    preview: bool
    milliseconds: float
    stages_run: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where an architecture was published."""

    title: str
    authors: str
    year: int
    arxiv: str = ""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A device that this machine has, and whether its fast path is worth offering."""

    id: str
    title: str
    fast: bool


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One paragraph of an import report."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage that can be looked into: its units, their side in pixels, the style channels of its layers."""

    name: str
    units: int
    side: int
    styles: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the window knows of the open model."""

    name: str
    digest: str
    path: str
    architecture: str
    architecture_title: str
    paper: Paper
    resolution: int
    inputs: tuple[Input, ...]
    abilities: frozenset[Ability]
    n_latent: int
    parameters: int
    document: Document
    report: tuple[ReportSection, ...] = ()
    summary: str = ""
    licence: str = ""
    layer_resolutions: tuple[int, ...] = ()  # one per row of ws: the pixels that the row acts on
    noise_resolutions: tuple[int, ...] = ()  # one per layer that takes noise
    stages: tuple[StageInfo, ...] = ()  # those with units

    @property
    def searchable(self) -> bool:
        """Whether a latent decides the picture without a map, so that a search can come near to any picture."""
        kinds = {type(item) for item in self.inputs}
        return Latent in kinds and LabelMap not in kinds


@dataclass(frozen=True, slots=True)
class ModelOpened:
    """A model is open and ready to draw."""

    info: ModelInfo


@dataclass(frozen=True, slots=True)
class DeviceReady:
    """The device and precision now in use, and all that could be chosen."""

    device: str
    precision: Precision
    choices: tuple[DeviceChoice, ...]
    memory_used: int
    memory_total: int
    asked: str = ""  # the choice that led here; empty where nobody chose


DRAWING = "Drawing"
"""The action of a picture that could not be drawn; the next one that can takes the problem back."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong: a sentence for people, and details behind a click."""

    sentence: str
    details: str = ""
    harmless: bool = False  # something else was done instead, and all goes on
    action: str = ""  # what failed, in the first word of its title; a later success takes the problem back
    lasting: bool = False  # in sight until a person puts it away, whatever succeeds meanwhile


@dataclass(frozen=True, slots=True)
class Previews:
    """What is shown before a picture is finished: how wide at least (0: nothing), and where how much time is left."""

    pixels: int = 64
    after_ms: float = 40.0


@dataclass(frozen=True, slots=True)
class Activity:
    """What the computing is doing right now, in a few words; empty when idle."""

    words: str = ""
    names: tuple[str, ...] = field(default=())
