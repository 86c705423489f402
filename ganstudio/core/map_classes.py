"""The classes of label maps: names, colours, and which trade places in a mirror."""

from dataclasses import dataclass

from ganstudio.core.palette import Colour

MOST_MAP_CLASSES = 256


@dataclass(frozen=True, slots=True)
class MapClasses:
    """What the indices 0, 1, ... of label maps mean: names, and colours of 0 to 255.

    `swapped` holds pairs of indices such as left and right eye, which trade places when a picture is mirrored;
    `instances` tells whether maps that number the objects come with the label maps.
    """

    names: tuple[str, ...]
    colours: tuple[Colour, ...]
    swapped: tuple[tuple[int, int], ...] = ()
    instances: bool = False

    def __len__(self) -> int:
        """Return how many classes there are."""
        return len(self.names)

    @property
    def mirrored(self) -> tuple[int, ...]:
        """The class that each one becomes in a mirror."""
        found = list(range(len(self.names)))
        for one, other in self.swapped:
            found[one], found[other] = other, one
        return tuple(found)
