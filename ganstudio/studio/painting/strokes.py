"""From the places of a pointer to a changed map: what every tool does between press and release, without a window."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from ganstudio.core.store import Array
from ganstudio.studio.painting.brush import Brush, Place, Shape, swept
from ganstudio.studio.painting.filling import Pixel, component, filled
from ganstudio.studio.painting.regions import Shift, exchanged, mirrored, moved, with_label
from ganstudio.studio.painting.shapes import ellipse, outline, polygon, rectangle, squared, straightened

PIXELS_A_DOUBLING = 64.0


class Tool(StrEnum):
    """What the pointer does."""

    BRUSH = "brush"
    LINE = "line"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    LASSO = "lasso"
    BUCKET = "bucket"
    EXCHANGE = "exchange"
    SELECT = "select"
    MOVE = "move"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class Hand:
    """The tool and how it is set; `label` is the class that is painted, `other` the right button's.

    Shapes are `hollow` with a line as wide as the brush, or filled. A moved region leaves `left_behind`, or what is
    nearest around it where None.
    """

    tool: Tool = Tool.BRUSH
    label: int = 0
    other: int = 0
    brush: Brush = field(default_factory=Brush)
    hollow: bool = False
    gap: int = 0
    mirror: bool = False
    left_behind: int | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Where the pointer is, how hard a pen is pressed (1: a mouse), and whether Shift keeps it straight or square."""

    place: Place
    pressure: float = 1.0
    straight: bool = False

    def pixel(self, shape: Shape) -> Pixel:
        """The pixel (x, y) of the map under it, the nearest one where it is beside the map."""
        return (
            min(max(int(np.floor(self.place[0])), 0), shape[1] - 1),
            min(max(int(np.floor(self.place[1])), 0), shape[0] - 1),
        )

    def within(self, shape: Shape) -> bool:
        """Whether it is on the map."""
        return 0 <= self.place[0] < shape[1] and 0 <= self.place[1] < shape[0]


class Stroke:
    """One press, its moves and its release; `labels` is the map as it is now, never the one that was given."""

    def __init__(self, labels: Array, hand: Hand, first: Touch, *, other: bool = False, region: Array | None = None):
        """Begin with the map uint8 `[H, W]`; `region` bool `[H, W]` is what was selected before."""
        self.before, self.hand, self.other = labels, hand, other
        self.labels = labels
        self.region = region
        self._label = hand.other if other else hand.label
        self._first = self._last = first
        self._mask = np.zeros(labels.shape, bool)
        self._places = [first.place]
        self._at_once = {Tool.BUCKET: self._pour, Tool.EXCHANGE: self._exchange}.get(hand.tool)
        self._drawn: Callable[[Touch], Array] | None = {
            Tool.BRUSH: self._swept,
            Tool.LINE: self._line,
            Tool.RECTANGLE: self._rectangle,
            Tool.ELLIPSE: self._ellipse,
            Tool.LASSO: self._lasso,
        }.get(hand.tool)
        if self._at_once is not None:
            if first.within(labels.shape):
                self._at_once()
        elif hand.tool is Tool.MOVE:
            self._grip(first)
        else:
            self.go(first)

    def go(self, touch: Touch) -> None:
        """Follow the pointer."""
        self._places.append(touch.place)
        if self._drawn is not None:
            self._paint(self._drawn(touch))
        elif self.hand.tool is Tool.SELECT:
            self.region = polygon(self.before.shape, self._places)
        elif self.hand.tool is Tool.MOVE and self.region is not None:
            self._move(touch)
        self._last = touch

    def _paint(self, mask: Array) -> None:
        self._mask = mirrored(mask) if self.hand.mirror else mask
        self.labels = with_label(self.before, self._mask, self._label)

    def _swept(self, touch: Touch) -> Array:
        brush, last = self.hand.brush.pressed(touch.pressure), self.hand.brush.pressed(self._last.pressure)
        start, end = self._last.place, touch.place
        if touch.straight:
            return self._mask | self._line(touch)
        return self._mask | swept(self.before.shape, start, end, last, brush)

    def _line(self, touch: Touch) -> Array:
        end = straightened(self._first.place, touch.place) if touch.straight else touch.place
        return swept(self.before.shape, self._first.place, end, self.hand.brush)

    def _rectangle(self, touch: Touch) -> Array:
        return self._shape(rectangle(self.before.shape, self._first.place, self._opposite(touch)))

    def _ellipse(self, touch: Touch) -> Array:
        return self._shape(ellipse(self.before.shape, self._first.place, self._opposite(touch)))

    def _lasso(self, _touch: Touch) -> Array:
        return self._shape(polygon(self.before.shape, self._places))

    def _opposite(self, touch: Touch) -> Place:
        return squared(self._first.place, touch.place) if touch.straight else touch.place

    def _shape(self, mask: Array) -> Array:
        return outline(mask, self.hand.brush.size) if self.hand.hollow else mask

    def _pour(self) -> None:
        self._paint(filled(self.before, self._first.pixel(self.before.shape), self.hand.gap))

    def _exchange(self) -> None:
        x, y = self._first.pixel(self.before.shape)
        self.labels = exchanged(self.before, int(self.before[y, x]), self._label)

    def _grip(self, first: Touch) -> None:
        """Take hold of what is selected under the pointer, else of the part of its class."""
        pixel = first.pixel(self.before.shape)
        if not first.within(self.before.shape):
            self.region = None
        elif self.region is None or not self.region[pixel[1], pixel[0]]:
            self.region = component(self.before, pixel)
        self._held = self.region

    def _move(self, touch: Touch) -> None:
        assert self._held is not None
        right, down = np.subtract(touch.place, self._first.place)
        shift = Shift(round(right), round(down))
        if touch.straight:  # upwards it grows
            shift = Shift(scale=2.0 ** (-down / PIXELS_A_DOUBLING))
        self.labels = moved(self.before, self._held, shift, self.hand.left_behind)
        self.region = moved(self._held.astype(np.uint8), self._held, shift, 0).astype(bool)


def picked(labels: Array, touch: Touch) -> int | None:
    """Return the class under the pointer; None beside the map."""
    x, y = touch.pixel(labels.shape)
    return int(labels[y, x]) if touch.within(labels.shape) else None
