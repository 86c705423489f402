"""One picture by several codes at once (Gu et al. 2020, mGANprior, arXiv 1912.07116).

Every code is drawn up to a stage, where the features are composed with a weight for each channel; one picture goes on.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.core.document import Document
from ganstudio.core.generator import Features, Generator
from ganstudio.core.store import Store
from ganstudio.latent.dragging import chosen_stage
from ganstudio.latent.inversion import InversionError, Wanted
from ganstudio.latent.staged import StagedDocument

LEAST_CODES = 2
FIRST_SPREAD = 0.5


@dataclass(frozen=True)
class MultiCodeOptions:
    """How many codes are composed, where, and how they are searched for."""

    codes: int = 8
    stage: str = ""
    """Where features are composed; none means the stage at half the resolution."""
    steps: int = 200
    lr: float = 0.1
    """In standard deviations of the codes, and of the weights' first value."""
    perceptual_weight: float = 1.0
    pixel_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class MultiCodeStep:
    """One step: its picture, and the best so far with its codes `[K, rows, dim]` and channel weights `[K, C]`."""

    number: int
    steps: int
    picture: torch.Tensor
    best_picture: torch.Tensor
    best_perceptual: float
    best_pixel: float
    codes: torch.Tensor
    weights: torch.Tensor


class MultiCode:
    """Searches for codes and weights around the code of a document, whose noise and edits hold."""

    def __init__(
        self,
        generator: Generator,
        document: Document,
        store: Store,
        wanted: Wanted,
        distance: nn.Module | None,
        options: MultiCodeOptions | None = None,
        *,
        unit: float = 1.0,
    ) -> None:
        """Take the standard deviation `unit` of one coordinate of a code; raises InversionError for too few codes."""
        self.options = options or MultiCodeOptions()
        if self.options.codes < LEAST_CODES:
            raise InversionError("Several codes are at least two; one code is what the plain search finds.")
        self._staged = StagedDocument(generator, document, store)
        self.stage = chosen_stage(self._staged.stages, self.options.stage).name
        self._wanted, self._likeness, self._unit = wanted, wanted.likeness(distance), unit
        random = torch.Generator().manual_seed(self.options.seed)
        start, count = self._staged.code, self.options.codes
        apart = torch.randn(count, 1, start.shape[2], generator=random).to(start) * FIRST_SPREAD * unit
        self._from = start + apart
        units = self._staged.stages[self.stage].units
        self._weights = torch.full((count, units), 1.0 / count, device=start.device)

    def compose(self, codes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Draw the one picture `[1, C, H, W]` of codes `[K, rows, dim]` with channel weights `[K, C]`."""
        found = self._staged.run(codes, until=self.stage)[self.stage]
        joined = (found.activation * weights[:, :, None, None].to(found.activation)).sum(dim=0, keepdim=True)
        so_far = None
        if found.picture is not None:
            shares = weights.mean(dim=1)[:, None, None, None].to(found.picture)
            so_far = (found.picture * shares).sum(dim=0, keepdim=True)
        before = list(self._staged.stages)[: list(self._staged.stages).index(self.stage)]
        known = dict.fromkeys([*before, self.stage], Features(joined, so_far))
        return self._staged.picture(codes.mean(dim=0, keepdim=True), known)

    def steps(self) -> Iterator[MultiCodeStep]:
        """Search step by step; what is best is kept."""
        options = self.options
        moved = torch.zeros_like(self._from).requires_grad_(True)
        gains = torch.ones_like(self._weights).requires_grad_(True)
        optimizer = torch.optim.Adam([moved, gains], lr=options.lr, betas=(0.9, 0.999))
        best: MultiCodeStep | None = None
        for number in range(1, options.steps + 1):
            codes, weights = self._from + moved * self._unit, gains * self._weights
            picture = self.compose(codes, weights)
            seen = picture if self._wanted.degrade is None else self._wanted.degrade(picture)
            if seen.shape[1:] != self._wanted.picture.shape[1:]:
                raise InversionError("The wanted picture is not as large as the model's; crop it to that size.")
            found = self._likeness(seen)
            perceptual, pixel = found.perceptual.sum(), found.pixel.sum()
            loss = perceptual * options.perceptual_weight + pixel * options.pixel_weight
            if not math.isfinite(float(loss.detach())):
                raise InversionError("The search left all bounds; choose a smaller learning rate.")
            drawn = picture.detach()
            distances = float(perceptual.detach()), float(pixel.detach())
            if best is None or float(loss.detach()) < self._score(best):
                kept = drawn, *distances, codes.detach().clone(), weights.detach().clone()
                best = MultiCodeStep(number, options.steps, drawn, *kept)
            else:
                kept = best.best_picture, best.best_perceptual, best.best_pixel, best.codes, best.weights
                best = MultiCodeStep(number, options.steps, drawn, *kept)
            yield best
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    def _score(self, step: MultiCodeStep) -> float:
        options = self.options
        return step.best_perceptual * options.perceptual_weight + step.best_pixel * options.pixel_weight
