"""A way through the latent space that a slider goes along."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ganstudio.core.store import Array

REACH = 3.0
"""How many standard deviations a slider goes to either side at first."""


class Origin(StrEnum):
    """Where a direction came from."""

    COMPONENT = "principal component"  # Härkönen et al. 2020
    CLOSED_FORM = "closed form"  # Shen and Zhou 2021
    PART = "part of the picture"  # Zhu et al. 2022
    BOUNDARY = "boundary of an attribute"
    TAUGHT = "thumbs up and down"
    DIFFERENCE = "difference of pictures"
    FILE = "file"


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A vector `[dim]` or one for each layer `[n_latent, dim]`, and what a slider along it needs.

    The norm is 1, of one for each layer the root mean square of the norms. `sigma` is the standard deviation of the
    model's own latents along it. It acts on the rows `layers` of ws, on all of them where none are named.
    """

    name: str
    vector: Array
    sigma: float
    origin: Origin
    layers: tuple[int, ...] = ()
    reach: float = REACH
    evidence: str = ""

    @property
    def step(self) -> Array:
        """What one standard deviation adds to a latent, float32."""
        moved: Array = (self.vector * self.sigma).astype(np.float32)
        return moved


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a person said of random pictures of a model: the seeds that got a thumb up, and those that got one down."""

    digest: str = ""
    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()

    def of(self, digest: str) -> "Ballot":
        """What was said of this model."""
        return self if self.digest == digest else Ballot(digest)

    def voted(self, seed: int, up: bool | None) -> "Ballot":
        """Give a seed a thumb up or down, or None of them."""
        liked = tuple(each for each in self.liked if each != seed)
        disliked = tuple(each for each in self.disliked if each != seed)
        if up is None:
            return Ballot(self.digest, liked, disliked)
        return Ballot(self.digest, (*liked, seed) if up else liked, disliked if up else (*disliked, seed))

    def vote(self, seed: int) -> bool | None:
        """Whether a seed has a thumb up, down, or none."""
        return True if seed in self.liked else False if seed in self.disliked else None


NO_VOTES = Ballot()
