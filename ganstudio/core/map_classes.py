"""The classes of label maps: names, colours, and which trade places in a mirror."""

import colorsys
from dataclasses import dataclass

Colour = tuple[int, int, int]

MOST_MAP_CLASSES = 256
GOLDEN_TURN = 0.618034  # of a circle: hues that follow one another stay apart however many there are


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


def default_colours(count: int) -> tuple[Colour, ...]:
    """Return colours that can be told apart; the first one is black."""
    found: list[Colour] = [(0, 0, 0)]
    for number in range(1, count):
        shades = colorsys.hsv_to_rgb(number * GOLDEN_TURN % 1.0, 0.45 + 0.45 * (number % 2), 0.95 - 0.2 * (number % 3))
        red, green, blue = (round(255 * shade) for shade in shades)
        found.append((red, green, blue))
    return tuple(found[:count])
