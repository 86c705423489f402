"""Style mixing: which rows of ws are coarse, middle and fine, and what a weight of a source means."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ganstudio.core.document import Document, FrozenMap, InputValue, LatentPoint, LatentValue, StyleSource
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Latent

COARSE_PX, MIDDLE_PX = 8, 32
Sources = tuple[StyleSource, ...]
NamedLatent = tuple[LatentValue, str]


class LayerGroup(StrEnum):
    """The three parts of a style-based generator (Karras et al. 2019, section 3.1)."""

    COARSE = "coarse"
    MIDDLE = "middle"
    FINE = "fine"


MEANING = {
    LayerGroup.COARSE: "pose, the shape of the face, large things",
    LayerGroup.MIDDLE: "features, hair, eyes open or closed",
    LayerGroup.FINE: "colours and small details",
}


@dataclass(frozen=True, slots=True)
class LayerRows:
    """Some layers of a network that go together."""

    group: LayerGroup
    rows: tuple[int, ...]
    low: int
    high: int

    @property
    def pixels(self) -> str:
        """From which resolution to which its layers act."""
        return f"{self.low}" if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def title(self) -> str:
        """Its name with its resolutions."""
        return f"{self.group.value} {self.pixels}"


def layer_groups(resolutions: Sequence[int]) -> tuple[LayerRows, ...]:
    """Sort layers by the resolution that they act on: coarse up to 8, middle up to 32, fine beyond."""
    found: dict[LayerGroup, list[int]] = {group: [] for group in LayerGroup}
    for row, side in enumerate(resolutions):
        group = LayerGroup.COARSE if side <= COARSE_PX else LayerGroup.MIDDLE
        found[LayerGroup.FINE if side > MIDDLE_PX else group].append(row)
    return tuple(
        LayerRows(group, tuple(rows), min(resolutions[r] for r in rows), max(resolutions[r] for r in rows))
        for group, rows in found.items()
        if rows
    )


def weight_of(source: StyleSource, row: int) -> float:
    """The weight of a source in a row of ws."""
    return source.weights[row] if row < len(source.weights) else 0.0


def weighted(source: StyleSource, rows: Sequence[int], weight: float, count: int) -> StyleSource:
    """Give a source one weight in some rows of `count`."""
    weights = tuple(weight if row in rows else weight_of(source, row) for row in range(count))
    return dataclasses.replace(source, weights=weights)


def only_in(source: StyleSource, rows: Sequence[int], count: int) -> StyleSource:
    """Let a source have these rows whole, and no others."""
    return weighted(weighted(source, range(count), 0.0, count), rows, 1.0, count)


def loudness(source: StyleSource) -> float:
    """The largest weight of a source, which stands for the whole of it."""
    return max(source.weights, default=0.0)


def scaled_to(source: StyleSource, weight: float, count: int) -> StyleSource:
    """Scale a source so that its largest weight is this one; one without any gets it in every row."""
    before = loudness(source)
    if before <= 0.0:
        return weighted(source, range(count), weight, count)
    weights = tuple(weight_of(source, row) * weight / before for row in range(count))
    return dataclasses.replace(source, weights=weights)


def with_source(sources: Sources, index: int, source: StyleSource) -> Sources:
    """Put another source in a place."""
    return (*sources[:index], source, *sources[index + 1 :])


def own_share(sources: Sources, row: int) -> float:
    """What the sources leave of a row to the picture itself."""
    return max(1.0 - sum(weight_of(source, row) for source in sources), 0.0)


def new_source(sources: Sources, latent: LatentValue, name: str, groups: Sequence[LayerRows]) -> StyleSource:
    """Make a source that takes the first group of layers that no other source has a part in, else none."""
    count = sum(len(group.rows) for group in groups)
    blank = StyleSource(latent, (0.0,) * count, name)
    for group in groups:
        if all(own_share(sources, row) == 1.0 for row in group.rows):
            return only_in(blank, group.rows, count)
    return blank


def seed_source(seed: int) -> NamedLatent:
    """The latent of a seed, and the name that it goes by."""
    return LatentPoint.of_seed(seed), f"seed {seed}"


def latent_name(info: ModelInfo | None) -> str | None:
    """The name of the input that takes a latent."""
    return next((i.name for i in info.inputs if isinstance(i, Latent)), None) if info is not None else None


def plain_document(info: ModelInfo, document: Document, latent: LatentValue) -> Document:
    """What a latent alone looks like: of the document's classes, without truncation, mixing and edits."""
    inputs: FrozenMap[InputValue] = FrozenMap({**document.inputs, latent_name(info) or "": latent})
    return dataclasses.replace(info.document, inputs=inputs)
