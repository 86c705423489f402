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
    BOUNDARY = "boundary of an attribute"
    TAUGHT = "thumbs up and down"
    DIFFERENCE = "difference of pictures"
    FILE = "file"


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A vector `[dim]` or one for each layer `[n_latent, dim]`, and what a slider along it needs.

    The norm is 1, of one for each layer the root mean square of the norms. `sigma` is the standard deviation of the model's own latents along it. It acts on the rows `layers` of ws, on all
    of them where none are named.
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
