"""What a generator asks for and what it can do, declared by its card."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ganstudio.core.palette import Colour, class_colours


@dataclass(frozen=True, slots=True)
class Latent:
    """A vector z `[N, dim]` drawn from N(0, I)."""

    name: str
    dim: int


@dataclass(frozen=True, slots=True)
class ClassLabel:
    """One of `count` classes, given to the network as a one-hot vector `[N, count]`."""

    name: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A semantic map of class indices `[height, resolution]`; `colours` are what the classes are painted in."""

    name: str
    classes: tuple[str, ...]
    resolution: int
    colours: tuple[Colour, ...] = ()
    height: int = 0  # as high as wide where it is 0

    @property
    def size(self) -> tuple[int, int]:
        """The height and width of the map that the network takes."""
        return self.height or self.resolution, self.resolution

    @property
    def palette(self) -> tuple[Colour, ...]:
        """A colour for each class: the model's own, or ones that most eyes tell apart."""
        return self.colours if len(self.colours) == len(self.classes) else class_colours(len(self.classes))


@dataclass(frozen=True, slots=True)
class SourceImage:
    """A picture to be translated or restored."""

    name: str
    resolution: int | None = None


@dataclass(frozen=True, slots=True)
class StyleImages:
    """Pictures that lend their style."""

    name: str
    at_most: int


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence that describes the picture."""

    name: str
    embedding_dim: int


Input = Latent | ClassLabel | LabelMap | SourceImage | StyleImages | Caption


def with_class_names(inputs: Sequence[Input], names: Sequence[str]) -> tuple[Input, ...]:
    """Name the classes of inputs that have exactly as many."""
    return tuple(
        replace(item, names=tuple(names)) if isinstance(item, ClassLabel) and item.count == len(names) else item
        for item in inputs
    )


class Ability(StrEnum):
    """What can be done with a model beyond giving it its inputs."""

    TRUNCATION = "truncation"  # psi pulls w towards the average w
    RESAMPLING = "resampling"  # psi bounds |z|; values outside are drawn again
    STYLE_MIXING = "style mixing"
    NOISE = "noise"
    ENCODING = "encoding"  # from a picture to ws
    STYLE_ENCODING = "style encoding"  # from a picture to the z of its style
    ENLARGING = "enlarging"  # from a picture to a larger one
    SEGMENTING = "segmenting"  # from a picture to a label map
