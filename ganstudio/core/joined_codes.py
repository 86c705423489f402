"""Several codes that draw one picture together (Gu et al. 2020, mGANprior, arXiv 1912.07116)."""

import math
from dataclasses import dataclass

from ganstudio.core.store import ArrayRef


@dataclass(frozen=True, slots=True)
class JoinCodes:
    """Draw several codes up to a stage, and join there what they have drawn; from there on there is one picture.

    `stages` run for every code, in order, and at the last one they meet. The codes lie at `offsets` `[K, rows, dim]`
    around the picture's latent, so that whatever moves it moves all of them, and `weights` `[K, C]` say how much of
    each code a channel takes. An `amount` of 0 draws the latent alone.
    """

    stages: tuple[str, ...]
    offsets: ArrayRef
    weights: ArrayRef
    amount: float = 1.0
    on: bool = True

    @property
    def stage(self) -> str:
        """Where they meet."""
        return self.stages[-1] if self.stages else ""

    @property
    def count(self) -> int:
        """How many codes there are."""
        return self.offsets.shape[0] if self.offsets.shape else 0

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.on and bool(self.stages) and math.isfinite(self.amount) and self.amount != 0.0
