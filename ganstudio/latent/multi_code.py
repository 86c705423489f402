"""One picture by several codes at once (Gu et al. 2020, mGANprior, arXiv 1912.07116).

Every code is drawn up to a stage, where the features are composed with a weight for each channel; one picture goes on.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from torch import nn

from ganstudio.core.document import Document, joined_codes
from ganstudio.core.generator import Features, Generator, met
from ganstudio.core.joined_codes import JoinCodes
from ganstudio.core.store import Store
from ganstudio.latent.dragging import DraggingError, chosen_stage
from ganstudio.latent.inversion import InversionError, Wanted
from ganstudio.latent.staged import StagedDocument

LEAST_CODES = 2
MOST_CODES = 64
FIRST_SPREAD = 0.5


@dataclass(frozen=True)
class MultiCodeOptions:
    """How many codes are composed, where, and how they are searched for."""

    codes: int = 8
    stage: str = ""
    """Where features are composed; none means the stage at half the resolution."""
    adaptive: bool = True
    """Whether the weights of the channels are searched for, too (section 3.1); else all codes count alike."""
    steps: int = 200
    lr: float = 0.1
    """In standard deviations of the codes, and of the weights' first value."""
    perceptual_weight: float = 1.0
    pixel_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SeveralCodes:
    """Codes at offsets `[K, rows, dim]` around a latent, which meet at the last of `stages` by weights `[K, C]`."""

    stages: tuple[str, ...]
    offsets: torch.Tensor
    weights: torch.Tensor

    def as_edit(self, store: Store) -> JoinCodes:
        """Return the edit that draws them, its arrays in a store."""
        offsets, weights = (each.detach().float().cpu().numpy() for each in (self.offsets, self.weights))
        return JoinCodes(self.stages, store.put(offsets), store.put(weights))


@dataclass(frozen=True, slots=True)
class MultiCodeStep:
    """One step: its picture and losses, and the best so far with its codes `[K, rows, dim]` and weights `[K, C]`."""

    number: int
    steps: int
    losses: Mapping[str, float]
    picture: torch.Tensor
    best_picture: torch.Tensor
    best_perceptual: float
    best_pixel: float
    codes: torch.Tensor
    weights: torch.Tensor


class MultiCode:
    """Searches for codes and weights around the code of a document, whose noise and edits hold.

    It goes on from codes that draw the document together already, where they are as many and meet at the same stage.
    """

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
        dims: int | None = None,
    ) -> None:
        """Take the standard deviation `unit` of one coordinate of a code; raises InversionError for what cannot be.

        Only the first `dims` coordinates move: labels may stand behind them.
        """
        self.options = options or MultiCodeOptions()
        if not LEAST_CODES <= self.options.codes <= MOST_CODES:
            raise InversionError(
                f"Several codes are at least two and at most {MOST_CODES}, not {self.options.codes}; one code is what "
                "the plain search finds."
            )
        before = joined_codes(document)
        alone = replace(document, edits=tuple(each for each in document.edits if not isinstance(each, JoinCodes)))
        self._staged = StagedDocument(generator, alone, store)
        self.stage = meeting_stage(self._staged, self.options.stage)
        names = list(self._staged.stages)
        self.stages = tuple(names[: names.index(self.stage) + 1])
        self._wanted, self._likeness, self._unit = wanted, wanted.likeness(distance), unit
        random = torch.Generator().manual_seed(self.options.seed)
        start, count = self._staged.code, self.options.codes
        self._acting = torch.ones_like(start[:1])
        self._acting[..., dims or start.shape[2] :] = 0.0
        apart = torch.randn(count, 1, start.shape[2], generator=random).to(start) * FIRST_SPREAD * unit * self._acting
        units = self._staged.stages[self.stage].units
        self._weights = torch.full((count, units), 1.0 / count, device=start.device)
        self._gains = torch.ones_like(self._weights)
        if before is not None and before.stages == self.stages and before.count == count:
            stored = (store.get(each).copy() for each in (before.offsets, before.weights))
            apart, weights = (torch.from_numpy(each).to(start) for each in stored)
            self._gains = weights / self._weights
        self._from = start + apart

    def compose(self, codes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Draw the one picture `[1, C, H, W]` of codes `[K, rows, dim]` with channel weights `[K, C]`."""
        joined = met(self._staged.run(codes, until=self.stage)[self.stage], weights)
        known: dict[str, Features] = dict.fromkeys(self.stages, joined)
        return self._staged.picture(codes.mean(dim=0, keepdim=True), known)

    def several(self, step: MultiCodeStep) -> tuple[torch.Tensor, SeveralCodes]:
        """Return the mean `[1, rows, dim]` of a step's best codes, and the codes around it."""
        middle = step.codes.mean(dim=0, keepdim=True)
        return middle, SeveralCodes(self.stages, step.codes - middle, step.weights)

    def steps(self) -> Iterator[MultiCodeStep]:
        """Search step by step; what is best is kept."""
        options = self.options
        moved = torch.zeros_like(self._from).requires_grad_(True)
        gains = self._gains.clone().requires_grad_(options.adaptive)
        free = [moved, gains] if options.adaptive else [moved]
        optimizer = torch.optim.Adam(free, lr=options.lr, betas=(0.9, 0.999))
        best: MultiCodeStep | None = None
        for number in range(1, options.steps + 1):
            codes, weights = self._from + moved * self._acting * self._unit, gains * self._weights
            picture = self.compose(codes, weights)
            found = self._likeness(self._seen(picture))
            perceptual, pixel = found.perceptual.sum(), found.pixel.sum()
            losses = {
                "perceptual": perceptual * options.perceptual_weight,
                "pixel": pixel * options.pixel_weight,
            }
            loss = torch.stack(list(losses.values())).sum()
            if not math.isfinite(float(loss.detach())):
                raise InversionError("The search left all bounds; choose a smaller learning rate.")
            drawn, values = picture.detach(), {name: float(each.detach()) for name, each in losses.items()}
            if best is None or sum(values.values()) < self._score(best):
                near = float(perceptual.detach()), float(pixel.detach())
                kept = codes.detach().clone(), weights.detach().clone()
                best = MultiCodeStep(number, options.steps, values, drawn, drawn, *near, *kept)
            else:
                best = replace(best, number=number, losses=values, picture=drawn)
            yield best
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    def _seen(self, picture: torch.Tensor) -> torch.Tensor:
        seen = picture if self._wanted.degrade is None else self._wanted.degrade(picture)
        if seen.shape[1:] != self._wanted.picture.shape[1:]:
            raise InversionError("The wanted picture is not as large as the model's; crop it to that size.")
        return seen

    def _score(self, step: MultiCodeStep) -> float:
        options = self.options
        return step.best_perceptual * options.perceptual_weight + step.best_pixel * options.pixel_weight


def meeting_stage(staged: StagedDocument, name: str) -> str:
    """Return the stage of a name where codes can meet, else the one at half the resolution; raises InversionError."""
    try:
        return chosen_stage(staged.stages, name).name
    except DraggingError as error:
        able = [each.name for each in staged.stages.values() if each.units and each.side > 1]
        rest = f"choose one of: {', '.join(able)}." if able else "the layers of this model have no places."
        raise InversionError(f"Several codes cannot meet at {name or 'any stage'}: {rest}") from error
