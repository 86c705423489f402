"""What training an architecture means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import torch


@dataclass(frozen=True, slots=True)
class Batch:
    """Real pictures `[N, C, H, W]` in [-1, 1], one-hot labels `[N, c_dim]` or None, and latents z `[N, z_dim]`."""

    images: torch.Tensor
    labels: torch.Tensor | None
    z: torch.Tensor


class Phase(Protocol):
    """One kind of step: which modules it trains, how often, and its losses."""

    name: str
    interval: int
    optimizer: torch.optim.Optimizer

    def modules(self) -> tuple[torch.nn.Module, ...]:
        """Return the modules whose parameters this phase changes."""

    def losses(self, batch: Batch, images_seen: int) -> Mapping[str, torch.Tensor]:
        """Return named scalars whose sum is minimised."""


class Recipe(Protocol):
    """The networks of a training run and its phases, in order."""

    def networks(self) -> Mapping[str, torch.nn.Module]:
        """Return every network that the run trains, by name."""

    def phases(self) -> tuple[Phase, ...]:
        """Return the phases in the order in which they run."""
