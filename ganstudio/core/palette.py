"""Colours for the classes of label maps, told apart by most eyes."""

from functools import cache

import numpy as np
import numpy.typing as npt

Colour = tuple[int, int, int]
Numbers = npt.NDArray[np.float64]

OKABE_ITO: tuple[Colour, ...] = (
    (0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0),
    (204, 121, 167),
)  # fmt: skip
"""The first colours, chosen for all kinds of colour vision (Okabe and Ito 2008)."""

EYES: tuple[Numbers, ...] = (
    np.eye(3),
    np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
)  # fmt: skip
"""What linear RGB looks like to most people, without red cones and without green cones (Machado et al. 2009)."""

LMS_OF_RGB: Numbers = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
LAB_OF_LMS: Numbers = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
LEVELS = 9


@cache
def class_colours(count: int) -> tuple[Colour, ...]:
    """Return `count` colours; each is as far as can be from all before it to the eyes that tell the two apart worst.

    Distances are Euclidean in Oklab (Ottosson 2020). From 730 colours on some come twice.
    """
    chosen = list(OKABE_ITO[:count])
    if count > len(OKABE_ITO):
        levels = np.linspace(0, 255, LEVELS).round()
        lattice = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
        seen, own = _as_seen(lattice), _as_seen(np.array(OKABE_ITO, np.float64))
        nearest = np.min([_distances(seen, own[:, i]) for i in range(own.shape[1])], axis=0)
        while len(chosen) < count:
            place = int(np.argmax(nearest))
            red, green, blue = (int(value) for value in lattice[place])
            chosen.append((red, green, blue))
            nearest = np.minimum(nearest, _distances(seen, seen[:, place]))
    return tuple(chosen)


def _as_seen(colours: Numbers) -> Numbers:
    """Return colours `[N, 3]` (0 to 255) in Oklab as each kind of eye sees them `[eyes, N, 3]`."""
    scaled = colours / 255
    linear = np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4)
    lms = [np.cbrt(np.clip(linear @ eye.T, 0, 1) @ LMS_OF_RGB.T) for eye in EYES]
    return np.stack(lms) @ LAB_OF_LMS.T


def _distances(seen: Numbers, one: Numbers) -> Numbers:
    """Return how far colours `[eyes, N, 3]` lie from one `[eyes, 3]`, to the eyes that see them nearest `[N]`."""
    distances: Numbers = np.linalg.norm(seen - one[:, None], axis=-1).min(axis=0)
    return distances
