"""Exponential moving averages of weights, with half-lives counted in images."""

import copy
from collections.abc import Mapping

import torch

from ganstudio.core.recipe import Averaging
from ganstudio.losses.schedules import ema_beta


def decay_of(averaging: Averaging, batch: int, images_seen: int) -> float:
    """Return the share of the old average that one step of `batch` images keeps: 0.5 ** (batch / half-life)."""
    if averaging.half_life <= 0:
        return 0.0
    return ema_beta(batch, images_seen, averaging.half_life, averaging.ramp_up)


class Averages:
    """Averaged copies of networks; buffers are copied, not averaged."""

    def __init__(self, settings: Mapping[str, Averaging], networks: Mapping[str, torch.nn.Module]) -> None:
        """Start from the networks as they are."""
        self.settings = settings
        self.sources = {name: networks[setting.network] for name, setting in settings.items()}
        self.modules = {
            name: copy.deepcopy(module).eval().requires_grad_(False) for name, module in self.sources.items()
        }

    @torch.no_grad()
    def update(self, batch: int, images_seen: int) -> None:
        """Move every average towards its network after a step; `images_seen` counts this step's images too."""
        for name, module in self.modules.items():
            decay = decay_of(self.settings[name], batch, images_seen)
            source = self.sources[name]
            averages: list[torch.Tensor] = list(module.parameters())
            torch._foreach_lerp_(averages, list[torch.Tensor](source.parameters()), 1.0 - decay)
            for average, buffer in zip(module.buffers(), source.buffers(), strict=True):
                average.copy_(buffer)
