"""Pivotal tuning: the generator itself is tuned around a code (Roich et al. 2021, arXiv 2106.05744)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.core.generator import Generator, LatentCode
from ganstudio.latent.inversion import InversionError, InversionStep, Wanted
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.layers.quick_distance import quick_distance
from ganstudio.losses.likeness import Likeness

MAPPING = "mapping."
REACH = 30.0
"""How far from the pivot the neighbours lie whose pictures are held (section 3.3 of the paper)."""


@dataclass(frozen=True)
class TuningOptions:
    """How a generator is tuned; the weights are the paper's, the rate suits networks of a few million weights."""

    steps: int = 100
    lr: float = 1e-3
    perceptual_weight: float = 1.0
    pixel_weight: float = 1.0
    locality_weight: float = 0.1
    """Holds the pictures of neighbouring codes as they were (eq. 5)."""
    locality_interval: int = 4
    good_enough: float = 0.02
    """LPIPS below which tuning ends."""
    seed: int = 0


class PivotalTuning:
    """Tunes `tuned`, a copy of `original`, until its picture of a fixed code is the one that is wanted."""

    def __init__(
        self,
        original: Generator,
        tuned: Generator,
        wanted: Wanted,
        distance: nn.Module | None,
        code: LatentCode,
        options: TuningOptions,
        *,
        z_dim: int,
        labels: torch.Tensor | None = None,
    ) -> None:
        """Free the weights of synthesis; the mapping network stays as it is."""
        self.original, self.tuned, self.options = original, tuned, options
        self._wanted, self._code = wanted, code.detached()
        assert distance is None or isinstance(distance, PerceptualDistance)
        self._likeness = wanted.likeness(None if distance is None else quick_distance(distance, torch.float32))
        self._z_dim, self._labels = z_dim, labels
        self._random = torch.Generator().manual_seed(options.seed)
        self._free = [p for name, p in tuned.network.named_parameters() if not name.startswith(MAPPING)]
        for parameter in self._free:
            parameter.requires_grad_(True)

    def steps(self) -> Iterator[InversionStep]:
        """Tune step by step; each one shows the picture of the pivot, which only the weights change."""
        options = self.options
        optimizer = torch.optim.Adam(self._free, lr=options.lr, betas=(0.9, 0.999))
        try:
            for number in range(1, options.steps + 1):
                picture = self.tuned.guided(self._code)
                seen = picture if self._wanted.degrade is None else self._wanted.degrade(picture)
                difference = self._likeness(seen)
                perceptual, pixel = difference.perceptual.sum(), difference.pixel.sum()
                total = perceptual * options.perceptual_weight + pixel * options.pixel_weight
                losses = {"perceptual": float(perceptual.detach()), "pixel": float(pixel.detach())}
                if options.locality_weight and number % options.locality_interval == 0:
                    local = self._locality()
                    total = total + local * options.locality_weight
                    losses["locality"] = float(local.detach())
                if not math.isfinite(sum(losses.values())):
                    raise InversionError("The tuning left all bounds; choose a smaller learning rate.")
                drawn = picture.detach()
                yield InversionStep(
                    number,
                    options.steps,
                    losses,
                    drawn,
                    self._code,
                    drawn,
                    losses["perceptual"],
                    losses["pixel"],
                )
                if self._likeness.distance is not None and losses["perceptual"] < options.good_enough:
                    return
                optimizer.zero_grad(set_to_none=True)
                total.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        finally:
            for parameter in self._free:
                parameter.requires_grad_(False)
                parameter.grad = None

    def changes(self) -> dict[str, torch.Tensor]:
        """Return what was added to every tensor that changed, by name."""
        before = self.original.network.state_dict()
        after = self.tuned.network.state_dict()
        found = {name: after[name] - before[name] for name in before if before[name].is_floating_point()}
        return {name: change for name, change in found.items() if bool((change != 0).any())}

    def _locality(self) -> torch.Tensor:
        """Return how far the picture of a neighbour of the pivot has moved."""
        z = torch.randn(1, self._z_dim, generator=self._random).to(self._code.ws)
        with torch.no_grad():
            away = self.original.mapping(z, self._labels).to(self._code.ws) - self._code.ws
            reach = REACH / math.sqrt(512 / away.shape[2])
            share = min(1.0, reach / max(float(away[0, 0].norm()), 1e-6))
            neighbour = LatentCode(self._code.ws + away * share, self._code.styles, self._code.noises)
            wanted = self.original.guided(neighbour)
        difference = Likeness(self._likeness.distance, wanted)(self.tuned.guided(neighbour))
        return difference.perceptual.sum() + difference.pixel.sum()
