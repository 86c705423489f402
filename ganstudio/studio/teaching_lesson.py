"""What a learning example is, what there is to see of it, and what that means in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from ganstudio.core.store import Array

G, D = "generator", "discriminator"
SURFACE_REACH = 1.1  # the surface goes from minus to plus that
HEAPS = 8
MOST_HEAPS = 7  # from here on a ring counts as learned: the last heap comes and goes
ALIKE = 0.6  # of the real examples' variety: below that they sit together
YOUNG = 60  # steps before there is anything to say
CERTAIN = 0.1  # of D's loss at chance (2 log 2): D makes no mistakes any more
AT_CHANCE = 1.386
FADED = 0.05  # of the generator's strongest gradient


class Example(StrEnum):
    """Which networks learn which data, by the names that recipe cards give their exercises."""

    RING = "ring"
    DIGITS = "digits"
    CONVOLUTIONS = "convolutions"


@dataclass(frozen=True, slots=True)
class Lesson:
    """Everything that decides how an example goes."""

    example: Example = Example.RING
    generator_lr: float = 0.005
    discriminator_lr: float = 0.005
    discriminator_steps: int = 1
    minimax: bool = False
    z_dim: int = 4
    seed: int = 0

    def continues(self, other: "Lesson") -> bool:
        """Tell whether networks that began with another lesson can go on with this one."""
        return (self.example, self.z_dim, self.seed) == (other.example, other.z_dim, other.seed)


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to see. Points are float32 `[N, 2]` in [-1, 1], pictures one uint8 sheet `[H, W, 3]`."""

    lesson: Lesson
    steps: int
    next_turn: str
    real: Array
    fake: Array
    surface: Array  # [S, S], what D thinks from the lower left: 0 generated, 1 real; empty for pictures
    arrows: Array  # [A, 4], points and where G's loss pulls them; empty for pictures
    curves: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)  # steps and values, by name
    heaps: int = 0
    near: float = 0.0
    variety: float = 0.0

    def latest(self, name: str) -> float:
        """A curve's mean over its last tenth; NaN where there is none."""
        _, values = self.curves.get(name, (np.zeros(0), np.zeros(0)))
        return float(values[-max(len(values) // 10, 1) :].mean()) if len(values) else float("nan")


@dataclass(frozen=True, slots=True)
class Story:
    """Settings that show one thing."""

    key: str
    title: str
    words: str
    lesson: Lesson


RING = Lesson()
STORIES: tuple[Story, ...] = (
    Story(
        "ring", "It learns",
        "Both learn at the same pace. At first G's points roam; then D tells G where points are missing, and all eight "
        "heaps are found.",
        RING,
    ),
    Story(
        "collapse", "Mode collapse",
        "G learns ten times as fast as D. All its points jump to wherever D is fooled just now; before D has learned "
        "that place, they are somewhere else.",
        replace(RING, generator_lr=0.02, discriminator_lr=0.002),
    ),
    Story(
        "vanishing", "Vanishing gradients",
        "In the minimax game a D that makes no mistakes sends hardly any gradient back: the curve of gradients falls "
        "by hundreds, and G stays where it is. Switch to the other game and it gets moving.",
        Lesson(Example.DIGITS, generator_lr=0.0001, discriminator_lr=0.004, minimax=True, z_dim=16),
    ),
    Story(
        "digits", "Digits",
        "Two perceptrons, as in the first paper, learn handwritten digits of 8 × 8 pixels.",
        Lesson(Example.DIGITS, generator_lr=0.0005, discriminator_lr=0.001, z_dim=16),
    ),
    Story(
        "convolutions", "Digits, by convolution",
        "Convolutions learn the same digits: neighbouring pixels share their weights.",
        Lesson(Example.CONVOLUTIONS, generator_lr=0.0005, discriminator_lr=0.001, z_dim=16),
    ),
)  # fmt: skip


def narrated(look: Look) -> str:
    """Say what there is to see, from its numbers."""
    if look.steps < YOUNG:
        return "Both networks are new: D guesses, and G draws whatever its random weights make of the latents."
    gradients = look.curves.get(f"{G} gradient", (np.zeros(0), np.zeros(0)))[1]
    strongest = float(gradients.max()) if len(gradients) else 0.0
    if look.latest(f"{D} loss") < CERTAIN * AT_CHANCE and look.latest(f"{G} gradient") < FADED * strongest:
        share = look.latest(f"{G} gradient") / strongest
        return f"D makes no mistakes any more; G's gradient is down to {share:.1%} of its peak, so G learns nothing."
    if look.lesson.example is not Example.RING:
        return _pictures_narrated(look)
    if look.heaps >= MOST_HEAPS:
        return f"G has found {look.heaps} of {HEAPS} heaps; {look.near:.0%} of its points lie in one."
    if look.variety < ALIKE:
        alike = f"G's points sit together: they are {look.variety:.0%} as varied as real ones."
        return f"{alike} That is mode collapse; watch them jump."
    found = f"G has found {look.heaps} of {HEAPS} heaps; {look.near:.0%} of its points lie in one."
    return f"{found} The others are on their way."


def _pictures_narrated(look: Look) -> str:
    if look.variety < ALIKE:
        return f"G's pictures are nearly all alike: {look.variety:.0%} as varied as real ones."
    return f"G's pictures are {look.variety:.0%} as varied as real ones; look whether you can read them."


def next_in_words(look: Look) -> str:
    """Say what the next turn does."""
    what = "points" if look.lesson.example is Example.RING else "pictures"
    if look.next_turn == D:
        return f"Next, D looks at real and generated {what} and moves its judgement."
    along = ", along the arrows." if what == "points" else "."
    return f"Next, G moves its {what} to where D takes them for real{along}"
