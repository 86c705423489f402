"""How many of a set of small pictures show a face, in the shipped detector's opinion."""

from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array
from ganstudio.data.faces.cascade import detect
from ganstudio.data.faces.found import resized
from ganstudio.layers.face_network import FaceDetector

LIKELY = 0.7
ENLARGED_TO = 192
EDGE = 48
LEAST_SHARE = 0.3
CONFIDENCE = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n` pictures, with the ends of its 95 % interval (Wilson 1927, eq. 3)."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        """The share and its interval in per cent."""
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%}, n = {self.n})"


def face_scores(detector: FaceDetector, pictures: Array) -> Array:
    """Return how likely it is `[N]` that pictures uint8 `[N, 3, R, R]` show a face of a good part of their size.

    0 where the cascade finds none. Each is enlarged and gets a border of its edge's colours, since faces may fill it.
    """
    scores = np.zeros(len(pictures))
    for row, picture in enumerate(pictures):
        found = detect(detector, *bordered(picture)).found.scores
        scores[row] = found.max() if len(found) else 0.0
    return scores


def bordered(picture: Array) -> tuple[Array, float]:
    """Return a picture uint8 `[3, R, R]` enlarged, with a border, as `[H, W, 3]`, and the least side of its face."""
    pixels = np.ascontiguousarray(picture.transpose(1, 2, 0))
    large = resized(pixels, ENLARGED_TO / pixels.shape[0])
    return np.pad(large, ((EDGE, EDGE), (EDGE, EDGE), (0, 0)), mode="edge"), ENLARGED_TO * LEAST_SHARE


def share_with_a_face(scores: Array, likely: float = LIKELY) -> Share:
    """Return the share of pictures with scores `[N]` that show a face at a threshold."""
    n = len(scores)
    value = float(np.mean(scores >= likely))
    weight = CONFIDENCE**2 / n
    centre = (value + weight / 2) / (1 + weight)
    half = CONFIDENCE * np.sqrt(value * (1 - value) / n + weight / (4 * n)) / (1 + weight)
    return Share(value, max(float(centre - half), 0.0), min(float(centre + half), 1.0), n)
