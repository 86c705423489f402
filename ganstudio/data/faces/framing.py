"""Where a model's training pictures have eyes, nose and mouth, and the square that puts a photo's there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganstudio.core.errors import WrongInputError
from ganstudio.core.square import Point, Square
from ganstudio.core.store import Array
from ganstudio.data.faces.acceptance import EDGE, ENLARGED_TO, bordered
from ganstudio.data.faces.found import MIRRORED, faces_in
from ganstudio.layers.face_network import FaceDetector

LANDMARKS = 5
ENOUGH = 0.5
NARROW = 0.6
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Framing:
    """The usual places of the five landmarks in the unit square of a model's pictures."""

    landmarks: tuple[Point, ...]

    def __post_init__(self) -> None:
        """Refuse another number of landmarks."""
        if len(self.landmarks) != LANDMARKS or not np.isfinite(self.landmarks).all():
            raise WrongInputError(
                f"A framing has {LANDMARKS} landmarks of two numbers (eyes, nose, corners of the mouth), not "
                f"{len(self.landmarks)}; measure it again."
            )

    def square(self, landmarks: Sequence[Point]) -> Square:
        """Return the square in which a photo's landmarks lie as near as can be to these (least squares; Umeyama 1991).

        A face in profile has its eyes so near to each other that the line from eyes to mouth alone gives the size.
        """
        own, there = complex_points(self.landmarks) - (0.5 + 0.5j), complex_points(landmarks)
        spread = own - own.mean()
        factor = complex(np.vdot(spread, there - there.mean()) / np.vdot(spread, spread).real)
        centre = complex(there.mean() - factor * own.mean())
        height = abs(down_of(there)) / abs(down_of(own))
        if abs(there[1] - there[0]) < NARROW * height * abs(own[1] - own[0]):
            centre += complex((there.mean() - centre) * (1 - height / max(abs(factor), 1e-9)))
            factor *= height / max(abs(factor), 1e-9)
        return Square(centre.real, centre.imag, max(abs(factor), 1.0), math.atan2(factor.imag, factor.real))


def complex_points(points: Sequence[Point]) -> Array:
    """Return points as complex numbers, x + iy."""
    return np.array([complex(*point) for point in points])


def down_of(points: Array) -> complex:
    """Return the line from between the eyes to the middle of the mouth."""
    return complex(points[3:].mean() - points[:2].mean())


def published_square(landmarks: Sequence[Point]) -> Square:
    """Return the square of the published face data sets CelebA-HQ and FFHQ (Karras et al. 2018, appendix C).

    Its direction is that of the eyes and of the line from eyes to mouth, turned by a quarter; half its side is the
    larger of twice the eyes' distance and 1.8 times the way from eyes to mouth; its centre lies a tenth of that way
    below the eyes.
    """
    points = complex_points(landmarks)
    eyes, down = complex(points[1] - points[0]), down_of(points)
    across = eyes - 1j * down
    half = max(2.0 * abs(eyes), 1.8 * abs(down))
    centre = complex(points[:2].mean()) + 0.1 * down
    return Square(centre.real, centre.imag, max(2.0 * half, 1.0), math.atan2(across.imag, across.real))


def landmarks_of(detector: FaceDetector, picture: Array) -> Array | None:
    """Return the landmarks `[5, 2]` in the unit square of a model's picture uint8 `[3, R, R]`, None without a face."""
    large, least = bordered(picture)
    faces = faces_in(detector, large, large, 0.0, least)
    if not faces:
        return None
    placed: Array = (np.array(faces[0].landmarks) - EDGE) / ENLARGED_TO
    return placed


def measured_framing(detector: FaceDetector, pictures: Array) -> Framing | None:
    """Return the median landmarks of a model's pictures uint8 `[N, 3, R, R]` and of their mirror images.

    None where fewer than half of them show a face: such a model has no use for the frame of one.
    """
    found = [landmarks for picture in pictures if (landmarks := landmarks_of(detector, picture)) is not None]
    return median_framing(found, len(pictures))


def median_framing(found: Sequence[Array], looked_at: int) -> Framing | None:
    """Return the median of landmarks `[5, 2]` that so many pictures showed, None where that were too few."""
    if len(found) < ENOUGH * looked_at or not found:
        return None
    points = np.stack(found)
    mirrored = (points * (-1, 1) + (1, 0))[:, MIRRORED]
    median = np.median(np.concatenate([points, mirrored]), axis=0).round(DIGITS)
    return Framing(tuple((float(x), float(y)) for x, y in median))
