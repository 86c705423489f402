"""The whole cause of a picture, as frozen values."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ganstudio.core.errors import WrongInputError
from ganstudio.core.joined_codes import JoinCodes
from ganstudio.core.store import ArrayRef

ROW_OF_SEEDS = 100
SEED_COUNT = 2**32
PSI_LOW, PSI_HIGH = -1.0, 2.0  # what is offered: beyond them nothing can be recognised
V = TypeVar("V")


class FrozenMap(Mapping[str, V], Generic[V]):
    """A mapping that never changes, keeps its order and can be hashed."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        """Take over the items of a mapping."""
        self._items: dict[str, V] = dict(items or {})

    def __getitem__(self, key: str) -> V:
        """Return the value under `key`."""
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    def __hash__(self) -> int:
        """Hash independently of the order, as equality does."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """Show the items."""
        return f"FrozenMap({self._items!r})"

    def with_item(self, key: str, value: V) -> "FrozenMap[V]":
        """Return a copy in which `key` has `value`."""
        return FrozenMap({**self._items, key: value})


@dataclass(frozen=True, slots=True)
class LatentPoint:
    """A place on the endless pad of seeds: whole places are seeds, between them latents are blended.

    The seed at whole (x, y) is x + 100 y, modulo 2³².
    """

    x: float = 0.0
    y: float = 0.0

    @staticmethod
    def of_seed(seed: int) -> "LatentPoint":
        """Return the place in the first row that stands for `seed`."""
        return LatentPoint(float(seed % SEED_COUNT), 0.0)

    @property
    def seed(self) -> int:
        """The nearest seed."""
        return _seed_at(round(self.x), round(self.y))

    def corners(self) -> tuple[tuple[int, float], ...]:
        """Return the (seed, weight) pairs around the place, weights bilinear, positive and summing to one."""
        x0, y0 = math.floor(self.x), math.floor(self.y)
        fx, fy = self.x - x0, self.y - y0
        weights = {(0, 0): (1 - fx) * (1 - fy), (1, 0): fx * (1 - fy), (0, 1): (1 - fx) * fy, (1, 1): fx * fy}
        return tuple((_seed_at(x0 + dx, y0 + dy), w) for (dx, dy), w in weights.items() if w > 0)


def _seed_at(x: int, y: int) -> int:
    return (x + ROW_OF_SEEDS * y) % SEED_COUNT


@dataclass(frozen=True, slots=True)
class LatentArray:
    """A latent kept in the store: z `[z_dim]`, w `[w_dim]` or ws `[n_latent, w_dim]`."""

    space: "Space"
    array: ArrayRef


class Space(StrEnum):
    """The latent spaces of the field."""

    Z = "z"
    W = "w"
    W_PLUS = "w+"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class LatentBlend:
    """Latents with weights, blended in `space`.

    In W the result is the weighted sum. In Z its direction lies on the arc between two parts, or along the weighted
    sum of more, and its norm is the weighted sum of their norms.
    """

    parts: "tuple[tuple[LatentValue, float], ...]"
    space: "Space"


LatentValue = LatentPoint | LatentArray | LatentBlend


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """A class by its index."""

    index: int = 0


@dataclass(frozen=True, slots=True)
class ClassBlend:
    """Classes by index with weights: their embeddings are interpolated."""

    parts: tuple[tuple[int, float], ...]


LARGEST_MAP = 4096
"""The pixels that a label map may have along a side."""


@dataclass(frozen=True, slots=True)
class PaintedMap:
    """A label map of uint8 class indices `[height, width]` in square tiles, row by row; those at the ends are smaller.

    A tile that is None is class 0 all over, so that a stroke adds no more than the tiles that it touched.
    """

    height: int
    width: int
    tile: int
    tiles: tuple[ArrayRef | None, ...]

    def __post_init__(self) -> None:
        """Refuse sizes that are none, and tiles that do not fill them."""
        if min(self.height, self.width, self.tile) < 1 or max(self.height, self.width) > LARGEST_MAP:
            raise WrongInputError(f"A label map of {self.height} × {self.width} px is none that can be painted.")
        rows, columns = (_pieces(side, self.tile) for side in (self.height, self.width))
        shapes = [(high, wide) for high in rows for wide in columns]
        refs = zip(self.tiles, shapes, strict=False)
        if len(shapes) != len(self.tiles) or any(
            ref is not None and (ref.shape, ref.dtype) != (shape, "|u1") for ref, shape in refs
        ):
            raise WrongInputError(f"The tiles of a label map do not fill its {self.height} × {self.width} px.")


def _pieces(side: int, tile: int) -> list[int]:
    return [min(tile, side - start) for start in range(0, side, tile)]


Condition = ClassChoice | ClassBlend | PaintedMap
"""What a picture is to show, beside the latent that says how."""

InputValue = LatentValue | Condition


class NoiseMode(StrEnum):
    """Where per-layer noise comes from: nowhere, the model's own constants, or a seed."""

    NONE = "none"
    FIXED = "fixed"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class LayerNoise:
    """What one layer does differently: it is off, weaker or stronger, has a seed of its own, or does not turn."""

    layer: int
    on: bool = True
    strength: float = 1.0
    seed: int | None = None
    still: bool = False


@dataclass(frozen=True, slots=True)
class NoiseSetting:
    """Per-layer noise; `strength` multiplies what the model learned.

    Seeded noise moves on a circle of equally strong noises: `turn` 0 and 1 are the same noise. `maps` `[r, r]` stand in
    for the model's own constants, layer by layer, where an inversion found better ones.
    """

    mode: NoiseMode = NoiseMode.FIXED
    seed: int = 0
    strength: float = 1.0
    turn: float = 0.0
    layers: tuple[LayerNoise, ...] = ()
    maps: tuple[ArrayRef | None, ...] = ()

    def of_layer(self, layer: int) -> "LayerNoise":
        """What the layer with this index does."""
        return next((entry for entry in self.layers if entry.layer == layer), LayerNoise(layer))


@dataclass(frozen=True, slots=True)
class StyleSource:
    """Another latent whose ws is mixed in: one weight per row of ws, rows beyond the last weight take nothing.

    What the weights of all sources leave of 1 in a row stays the picture's own; beyond 1 they are scaled to sum to 1.
    """

    latent: LatentValue
    weights: tuple[float, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class MoveAlong:
    """Add `amount` times a direction `[w_dim]` (or `[z_dim]`) to the rows `layers` of ws, all when empty.

    Its slider goes from -reach to reach.
    """

    direction: ArrayRef
    amount: float
    layers: tuple[int, ...] = ()
    name: str = ""
    on: bool = True
    reach: float = 3.0

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.on and math.isfinite(self.amount) and self.amount != 0.0


class Bend(StrEnum):
    """What can be done to units, the channels of a stage's activation (Broad et al. 2021)."""

    ABLATE = "ablate"  # to zero
    SCALE = "scale"
    ADD = "add"
    INVERT = "invert"  # the other sign
    THRESHOLD = "threshold"  # what is not above the amount becomes zero
    CLIP = "clip"
    MOVE_X = "move x"  # by shares of the width, to the right
    MOVE_Y = "move y"  # by shares of the height, down
    ROTATE = "rotate"  # by degrees, clockwise
    ZOOM = "zoom"
    FLIP_X = "flip x"  # left and right change places
    FLIP_Y = "flip y"


SPATIAL = frozenset({Bend.MOVE_X, Bend.MOVE_Y, Bend.ROTATE, Bend.ZOOM, Bend.FLIP_X, Bend.FLIP_Y})
"""The bends that move what a unit shows."""

NEUTRAL = {Bend.SCALE: 1.0, Bend.ADD: 0.0, Bend.MOVE_X: 0.0, Bend.MOVE_Y: 0.0, Bend.ROTATE: 0.0, Bend.ZOOM: 1.0}
"""The amounts that change nothing, of the bends that have one."""


@dataclass(frozen=True, slots=True)
class BendUnits:
    """Bend `units` of a stage's activation, all of them where none are named, before what follows uses it.

    `add`, `threshold` and `clip` count in standard deviations of the stage's whole activation.
    """

    stage: str
    units: tuple[int, ...] = ()
    bend: Bend = Bend.ABLATE
    amount: float = 0.0
    on: bool = True

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.on and math.isfinite(self.amount) and NEUTRAL.get(self.bend) != self.amount


@dataclass(frozen=True, slots=True)
class PaintUnits:
    """Bring `units` of a stage's activation to `values` where `mask` `[h, w]` (0 to 1) lies (Bau et al. 2019).

    An `amount` of 1 sets them there, 0.5 goes half of the way. The mask lies over the whole picture at any size.
    """

    stage: str
    units: tuple[int, ...]
    values: tuple[float, ...]
    mask: ArrayRef
    amount: float = 1.0
    on: bool = True
    name: str = ""

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.on and bool(self.units) and math.isfinite(self.amount) and self.amount != 0.0


class OfOneLayer:
    """An edit of a layer's styles; `layer` is `stage.layer`."""

    __slots__ = ()
    layer: str
    amount: float
    on: bool

    @property
    def stage(self) -> str:
        """The stage that the layer is a part of."""
        return self.layer.partition(".")[0]

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.on and math.isfinite(self.amount) and self.amount != 0.0


@dataclass(frozen=True, slots=True)
class ShiftStyle(OfOneLayer):
    """Add `amount` of a style channel's standard deviations over random w to it; `layer` is `stage.layer`."""

    layer: str
    channel: int
    amount: float = 0.0
    on: bool = True


@dataclass(frozen=True, slots=True)
class OffsetStyles(OfOneLayer):
    """Add `amount` times `offsets` `[C]`, in the network's units, to a layer's styles; `layer` is `stage.layer`."""

    layer: str
    offsets: ArrayRef
    amount: float = 1.0
    on: bool = True


UnitEdit = BendUnits | PaintUnits
StageEdit = UnitEdit | ShiftStyle | OffsetStyles | JoinCodes
Edit = MoveAlong | StageEdit


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The model a picture comes from, by the digest of its weights."""

    name: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that changes the picture."""

    model: ModelRef = ModelRef()
    inputs: FrozenMap[InputValue] = field(default_factory=FrozenMap)
    psi: float = 1.0
    cutoff: int | None = None
    noise: NoiseSetting = NoiseSetting()
    mixing: tuple[StyleSource, ...] = ()
    edits: tuple[Edit, ...] = ()


def replaced(value: Any, path: Sequence[str], new: Any) -> Any:
    """Return a copy of a frozen value in which the field that `path` leads to is `new`."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, FrozenMap):
        if head not in value:
            raise WrongInputError(f"There is no input called {head!r}; there are: {', '.join(value) or 'none'}.")
        return value.with_item(head, replaced(value[head], rest, new))
    if not dataclasses.is_dataclass(value) or head not in {f.name for f in dataclasses.fields(value)}:
        raise WrongInputError(f"{type(value).__name__} has no field called {head!r}.")
    return dataclasses.replace(value, **{head: replaced(getattr(value, head), rest, new)})  # type: ignore[type-var]


def value_at(value: Any, path: Sequence[str]) -> Any:
    """Return the field of a frozen value that `path` leads to."""
    for name in path:
        value = value[name] if isinstance(value, FrozenMap) else getattr(value, name)
    return value


def joined_codes(document: Document) -> JoinCodes | None:
    """Return the codes that draw a document together, None where its latent draws it alone."""
    return next((edit for edit in reversed(document.edits) if isinstance(edit, JoinCodes) and edit.acts), None)
