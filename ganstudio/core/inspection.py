"""What is asked about the inside of a model, and the pictures and numbers that answer."""

from dataclasses import dataclass
from enum import StrEnum

from ganstudio.core.document import Document
from ganstudio.core.store import Array


class View(StrEnum):
    """How an activation becomes a picture."""

    CHANNEL = "channel"
    COLOURS = "colours"  # three channels as red, green and blue
    COMPONENTS = "components"  # the three principal components of all channels
    PICTURE = "picture"  # the RGB picture so far, where the stage has one


class Order(StrEnum):
    """How channels are sorted."""

    INDEX = "index"
    MEAN = "mean"
    STD = "std"


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a stage, a view of it, the channels of that view, and how the sheet is sorted."""

    stage: str
    view: View = View.COMPONENTS
    channels: tuple[int, ...] = (0, 1, 2)
    order: Order = Order.INDEX

    @property
    def looked_at(self) -> tuple[int, ...]:
        """The channels that the view shows; all of them when empty."""
        return {View.CHANNEL: self.channels[:1], View.COLOURS: self.channels[:3]}.get(self.view, ())


@dataclass(frozen=True, slots=True)
class Statistics:
    """Numbers about values; `zeros` is a share in [0, 1]."""

    mean: float
    std: float
    least: float
    most: float
    zeros: float


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How many values lie in each of equally wide bins from `low` to `high`; only each `every`-th one was counted."""

    low: float
    high: float
    counts: Array
    every: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Power over frequency, averaged over directions.

    `frequency` `[K]` is in cycles per pixel of the stage; `power` `[K]` in decibels, where white noise with a
    standard deviation of one has 0 dB everywhere; `plane` is the whole spectrum as a uint8 picture `[H, W, 3]`.
    """

    frequency: Array
    power: Array
    plane: Array


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a look shows: a uint8 picture `[H, W, 3]`, and numbers about the values behind it.

    Where `codes` are drawn side by side that join later, they are those of the first one.
    """

    look: Look
    document: Document
    picture: Array
    statistics: Statistics
    histogram: Histogram
    spectrum: Spectrum | None
    explained: tuple[float, ...] = ()  # the shares of the variance that the components carry
    codes: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A part of a stage's contact sheet: uint8 pictures `[K, s, s]` of the channels from place `start` on."""

    look: Look
    document: Document
    order: tuple[int, ...]  # all channels of the stage as they are sorted
    start: int
    pictures: Array


@dataclass(frozen=True, slots=True)
class ActiveChannels:
    """The style channels of a layer that lie furthest from their mean here, in standard deviations over random w."""

    layer: str
    document: Document
    channels: tuple[tuple[int, float], ...]
