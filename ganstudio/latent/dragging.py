"""Points of a picture are dragged to where they shall be (Pan et al. 2023, DragGAN, arXiv 2305.10973)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Features, Generator, Stage
from ganstudio.core.store import Store
from ganstudio.latent.staged import StagedDocument

Place = tuple[float, float]
LEAST_SIDE = 32
PAPER_SIDE = 512
COARSE, FINE = 1.0, 0.25
LEAST_REACH, LEAST_SEARCH = 5, 2  # a smaller reach lets features of small pictures drift away from what is seen
ARRIVED_SHARE = 1 / 128


class DraggingError(StudioError):
    """What is asked of dragging does not fit the picture or the model."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A point (x, y) of the picture and where it shall go, in pixels; whole numbers are centres of pixels."""

    at: Place
    target: Place

    @property
    def distance(self) -> float:
        """How far it has to go, in pixels."""
        return math.dist(self.at, self.target)


@dataclass(frozen=True)
class DragOptions:
    """How points are dragged; radii are those of the paper where pictures are as large as its own (512 px)."""

    steps: int = 200
    lr: float = 0.03
    """In standard deviations of the code, per step."""
    stage: str = ""
    """The stage whose features are compared; none means the one at half the resolution."""
    mask_weight: float = 2.0
    """Holds the features where the mask lets nothing move (eq. 1)."""
    arrived: float = 1.0
    """The distance in pixels at which a handle counts as there; a 128th of the picture's side where that is less."""


@dataclass(frozen=True, slots=True)
class DragStep:
    """One step: where the handles are now, the picture `[1, C, H, W]` and the code `[1, rows, dim]`."""

    number: int
    steps: int
    handles: tuple[Handle, ...]
    picture: torch.Tensor
    code: torch.Tensor
    arrived: bool

    @property
    def distance(self) -> float:
        """How far the handles are from their targets on average, in pixels."""
        return sum(handle.distance for handle in self.handles) / len(self.handles)


class Dragging:
    """Moves the code of a document until handles are at their targets; it can be left after any step.

    A mask `[H, W]` is 1 where the picture may change. Only the rows that act up to the compared stage move, which keeps
    the finer look (section 3.2 of the paper).
    """

    def __init__(
        self,
        generator: Generator,
        document: Document,
        store: Store,
        handles: Sequence[Handle],
        options: DragOptions | None = None,
        *,
        mask: torch.Tensor | None = None,
        unit: float = 1.0,
        dims: int | None = None,
    ) -> None:
        """Take handles, and the standard deviation `unit` of one coordinate of the code; raises DraggingError.

        Only the first `dims` coordinates move: labels may stand behind them.
        """
        self.options = options or DragOptions()
        self._staged = StagedDocument(generator, document, store)
        self._start = self._staged.code
        self._unit = unit
        self._stage = chosen_stage(self._staged.stages, self.options.stage)
        with torch.no_grad():
            side = self._staged.picture(self._start).shape[3]
        self._side, self._handles = side, tuple(handles)
        _check(self._handles, side, mask)
        self._reach = max(LEAST_REACH, round(3 * side / PAPER_SIDE))
        self._search = max(LEAST_SEARCH, round(12 * side / PAPER_SIDE))
        self._arrived = min(self.options.arrived, side * ARRIVED_SHARE)
        self._mask = None if mask is None else mask.to(self._start)[None, None]
        acting = [self._stage.side >= each for each in generator.layer_resolutions]
        self._acting = torch.tensor(acting, device=self._start.device)[None, :, None].to(self._start)
        self._acting = self._acting.expand_as(self._start).clone()
        self._acting[..., dims or self._start.shape[2] :] = 0.0

    @property
    def stage(self) -> str:
        """The stage whose features are compared."""
        return self._stage.name

    def steps(self) -> Iterator[DragStep]:
        """Drag from where the document is; the first step has not moved yet, the last one is the result."""
        options, handles = self.options, self._handles
        moved = torch.zeros_like(self._start).requires_grad_(True)
        optimizer = torch.optim.Adam([moved], lr=options.lr, betas=(0.9, 0.999))
        before: torch.Tensor | None = None
        looks: list[torch.Tensor] = []
        for number in range(options.steps + 1):
            code = self._start + moved * self._acting * self._unit
            known = self._staged.run(code, until=self.stage)
            features = known[self.stage].activation.float()
            if before is None:
                before = features.detach()
                looks = [self._sampled(before, self._around(handle)) for handle in handles]
            else:
                handles = self._tracked(features.detach(), handles, looks)
            arrived = all(handle.distance <= self._arrived for handle in handles)
            yield DragStep(number, options.steps, handles, self._picture(code, known), code.detach(), arrived)
            if arrived or number == options.steps:
                return
            loss = self._motion(features, handles, looks) + self._held(features, before)
            if not math.isfinite(float(loss.detach())):
                raise DraggingError("The picture left all bounds while it was dragged; choose a smaller rate.")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    @torch.no_grad()
    def _picture(self, code: torch.Tensor, known: Mapping[str, Features]) -> torch.Tensor:
        return self._staged.picture(code.detach(), known).detach()

    def _motion(
        self, features: torch.Tensor, handles: Sequence[Handle], looks: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        """Motion supervision: what is one step ahead shall look as the handle's surroundings did at the start (eq. 1).

        The paper asks for how they look now, which lets small pictures' features walk on alone, a little every step:
        the tracker then follows them, and what is seen stays behind.
        """
        terms = []
        for handle, look in zip(handles, looks, strict=True):
            if handle.distance <= self._arrived:
                continue
            around = self._around(handle)
            ahead = torch.tensor(handle.target, device=around.device) - torch.tensor(handle.at, device=around.device)
            stride = min(1.0, handle.distance) / handle.distance
            terms.append((self._sampled(features, around + ahead * stride) - look).abs().mean())
        return torch.stack(terms).sum()

    def _held(self, features: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        if self._mask is None:
            return features.new_zeros(())
        free = F.interpolate(self._mask, size=features.shape[2:], mode="area")
        return ((features - before) * (1.0 - free)).abs().mean() * self.options.mask_weight

    def _tracked(
        self, features: torch.Tensor, handles: Sequence[Handle], looks: Sequence[torch.Tensor]
    ) -> tuple[Handle, ...]:
        """Point tracking: a handle is where the features nearby are most like its first ones (eq. 2).

        Those of its surroundings count as well, since features of small pictures say little one by one.
        """
        found = []
        for handle, look in zip(handles, looks, strict=True):
            near = self._likest(features, handle.at, look, self._search, COARSE)
            found.append(Handle(self._likest(features, near, look, COARSE, FINE), handle.target))
        return tuple(found)

    def _likest(self, features: torch.Tensor, at: Place, look: torch.Tensor, radius: float, step: float) -> Place:
        """Return the place around another whose surroundings are most like a look `[K, C]`."""
        nearby = torch.tensor(at, device=features.device) + self._square(radius, step)
        places = nearby.clamp(0, self._side - 1)
        around = (places[:, None] + self._square(self._reach, 1.0)).flatten(0, 1)
        seen = self._sampled(features, around).reshape(len(places), *look.shape)
        x, y = places[int((seen - look).abs().sum(dim=(1, 2)).argmin())].tolist()
        return x, y

    def _around(self, handle: Handle) -> torch.Tensor:
        """Return the pixels `[K, 2]` around a handle."""
        return torch.tensor(handle.at, device=self._start.device) + self._square(self._reach, 1.0)

    def _square(self, radius: float, step: float) -> torch.Tensor:
        """Return the places `[K, 2]` of a square around the origin."""
        line = torch.arange(-radius, radius + step / 2, step, device=self._start.device)
        return torch.cartesian_prod(line, line)

    def _sampled(self, features: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Return features `[K, C]` between the places of the map, at pixels `[K, 2]` of the picture."""
        grid = (2.0 * places + 1.0) / self._side - 1.0
        found = F.grid_sample(features, grid[None, None], mode="bilinear", padding_mode="border", align_corners=False)
        return found[0, :, 0].T


def draggable(stages: Mapping[str, Stage]) -> list[Stage]:
    """Return the stages whose features have places."""
    return [stage for stage in stages.values() if stage.units and stage.side > 1]


def chosen_stage(stages: Mapping[str, Stage], name: str = "") -> Stage:
    """Return the stage of a name, else the one at half the resolution; raises DraggingError where there is none."""
    able = draggable(stages)
    if not able:
        raise DraggingError("The layers of this model have no places, so no point of its picture can be dragged.")
    if name:
        named = next((stage for stage in able if stage.name == name), None)
        if named is None:
            raise DraggingError(f"There is no stage {name}; choose one of: {', '.join(each.name for each in able)}.")
        return named
    wished = max(able[-1].side // 2, LEAST_SIDE)
    return max((stage for stage in able if stage.side <= wished), key=lambda stage: stage.side, default=able[0])


def _check(handles: Sequence[Handle], side: int, mask: torch.Tensor | None) -> None:
    if not handles:
        raise DraggingError("There is no point to drag; set one and its target first.")
    for handle in handles:
        if not all(0 <= value <= side - 1 for value in (*handle.at, *handle.target)):
            raise DraggingError(f"A point or its target lies outside of the picture, which is {side} px wide.")
    if mask is not None and tuple(mask.shape) != (side, side):
        raise DraggingError(f"The mask is {' x '.join(map(str, mask.shape))}, but the picture is {side} x {side} px.")
