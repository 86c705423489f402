"""Simple things that can be read off pictures: light, colours, and the geometry of a face where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganstudio.core.store import Array
from ganstudio.data.faces.framing import landmarks_of
from ganstudio.layers.face_network import FaceDetector

LUMA = np.array([0.2126, 0.7152, 0.0722])
PLAIN, LEAST = 2.0, 0.25
"""A mean change of so many standard errors, and of at least `LEAST` standard deviations, is worth a word."""


@dataclass(frozen=True, slots=True)
class Trait:
    """What is read off, and the words for less and more of it."""

    name: str
    less: str
    more: str


LOOKS = (
    Trait("lightness", "darker", "lighter"),
    Trait("contrast", "flatter", "more contrast"),
    Trait("saturation", "greyer", "more colourful"),
    Trait("warmth", "cooler", "warmer"),
)
GEOMETRY = (
    Trait("turn of the head", "turned left", "turned right"),
    Trait("width of the mouth", "narrower mouth", "wider mouth"),
    Trait("length of the face", "shorter face", "longer face"),
)
TRAITS = (*LOOKS, *GEOMETRY)


def looks(picture: Array) -> list[float]:
    """Return lightness, contrast, saturation and warmth of a picture uint8 `[H, W, 3]`, all in shares of full range."""
    colours = picture.astype(np.float64) / 255.0
    luma = colours @ LUMA
    spread = colours.max(axis=2) - colours.min(axis=2)
    warmth = colours[..., 0] - colours[..., 2]
    return [float(luma.mean()), float(luma.std()), float(spread.mean()), float(warmth.mean())]


def geometry(landmarks: Array | None) -> list[float]:
    """Return turn, width of the mouth and length of a face of landmarks `[5, 2]`, in distances of the eyes.

    The turn is how far the nose lies to the right of the eyes' middle. Without a face they are not numbers.
    """
    if landmarks is None:
        return [float("nan")] * len(GEOMETRY)
    eyes, mouth = landmarks[:2], landmarks[3:]
    across = eyes[1] - eyes[0]
    distance = max(float(np.linalg.norm(across)), 1e-6)
    middle = eyes.mean(axis=0)
    return [
        float((landmarks[2] - middle) @ across) / distance**2,
        float(np.linalg.norm(mouth[1] - mouth[0])) / distance,
        float(np.linalg.norm(mouth.mean(axis=0) - middle)) / distance,
    ]


def traits_of(pictures: Sequence[Array], detector: FaceDetector | None) -> Array:
    """Return the traits `[N, 7]` of pictures uint8 `[H, W, 3]`; without a detector no face is looked for."""
    rows = []
    for picture in pictures:
        channels_first = np.ascontiguousarray(picture.transpose(2, 0, 1))
        found = landmarks_of(detector, channels_first) if detector is not None else None
        rows.append([*looks(picture), *geometry(found)])
    return np.array(rows)


@dataclass(frozen=True, slots=True)
class Effect:
    """How a trait changed `[n pairs]`, in standard deviations of the trait over random pictures."""

    trait: Trait
    mean: float
    standard_error: float
    n: int

    @property
    def plain(self) -> bool:
        """Whether the change is worth a word."""
        return abs(self.mean) >= max(LEAST, PLAIN * self.standard_error)

    def in_words(self) -> str:
        """Say it as one reads it."""
        return f"{self.trait.more if self.mean > 0 else self.trait.less} {abs(self.mean):.1f} σ"


def effects_of(before: Array, after: Array, spread: Array) -> tuple[Effect, ...]:
    """Return what changed from traits `[N, 7]` to those of the same pictures edited, the strongest first.

    `spread` `[7]` are the standard deviations of traits over random pictures; pictures without a face do not count.
    """
    effects = []
    for place, trait in enumerate(TRAITS):
        change = (after[:, place] - before[:, place]) / max(float(spread[place]), 1e-9)
        change = change[np.isfinite(change)]
        if len(change) > 1 and np.isfinite(spread[place]):
            error = float(change.std(ddof=1)) / len(change) ** 0.5
            effects.append(Effect(trait, float(change.mean()), error, len(change)))
    return tuple(sorted(effects, key=lambda effect: -abs(effect.mean)))


def spread_of_traits(rows: Array) -> Array:
    """Return the standard deviations `[7]` of traits `[N, 7]`, not a number where fewer than half show a face."""
    enough = np.isfinite(rows).mean(axis=0) >= 0.5
    spread = np.full(rows.shape[1], np.nan)
    spread[enough] = np.nanstd(rows[:, enough], axis=0, ddof=1)
    return spread
