"""Synthesis as a list of resumable steps."""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch

from ganstudio.core.bending import bent
from ganstudio.core.device import Precision
from ganstudio.core.document import (
    SEED_COUNT,
    Document,
    MoveAlong,
    NoiseSetting,
    OffsetStyles,
    PaintUnits,
    ShiftStyle,
    StageEdit,
    UnitEdit,
    joined_codes,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Store

Setting = str | int | float | bool | None
LATENT, GAINS = "z", "gains"
NO_SUCH_MEETING = (
    "The codes that draw this picture together do not fit this model's layers; open the model that they were found "
    "for, or search again."
)


@dataclass(frozen=True, slots=True)
class Features:
    """What a stage leaves behind.

    `activation` is `[N, C, H, W]` (or rows of a latent); `picture` is the RGB so far `[N, 3, h, w]` in [-1, 1],
    where there is one.
    """

    activation: torch.Tensor
    picture: torch.Tensor | None = None

    def bytes_held(self) -> int:
        """Count the bytes of both tensors."""
        return sum(t.numel() * t.element_size() for t in (self.activation, self.picture) if t is not None)


@dataclass(frozen=True, slots=True)
class StageInputs:
    """Just what one stage consumes beside the results that it needs: tensors, plain settings, its edits."""

    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)
    settings: tuple[Setting, ...] = ()
    edits: tuple[StageEdit, ...] = ()
    codes: int = 1
    """How many codes the stage runs for at once; they draw one picture together."""

    @property
    def bends(self) -> tuple[UnitEdit, ...]:
        """The edits of the activation, in order."""
        return tuple(edit for edit in self.edits if isinstance(edit, UnitEdit))

    @property
    def masks(self) -> tuple[torch.Tensor, ...]:
        """Where units are painted `[1, 1, h, w]`, one for each such edit."""
        count = sum(isinstance(edit, PaintUnits) for edit in self.edits)
        return tuple(self.tensors[f"mask{i}"] for i in range(count))

    @property
    def shifts(self) -> tuple[ShiftStyle, ...]:
        """The edits of single style channels."""
        return tuple(edit for edit in self.edits if isinstance(edit, ShiftStyle))

    @property
    def offsets(self) -> tuple[tuple[str, torch.Tensor], ...]:
        """The layers all of whose styles are edited, and what is added to them `[N, C]`."""
        edits = (edit for edit in self.edits if isinstance(edit, OffsetStyles))
        return tuple((edit.layer, self.tensors[f"offsets{i}"]) for i, edit in enumerate(edits))

    def with_tensors(self, tensors: Mapping[str, torch.Tensor]) -> "StageInputs":
        """Return a copy with other tensors, such as the same ones on another device."""
        return replace(self, tensors=tensors)

    def digest(self) -> bytes:
        """Return a digest that is equal where the content is."""
        hasher = hashlib.blake2b(repr((self.settings, self.edits)).encode(), digest_size=16)
        for name, tensor in self.tensors.items():
            array = tensor.detach().cpu().contiguous()
            hasher.update(f"{name}{array.dtype}{tuple(array.shape)}".encode())
            hasher.update(array.flatten().view(torch.uint8).numpy().tobytes())
        return hasher.digest()


class Stage(ABC):
    """One step of synthesis; it is stale when its inputs or a result that it needs have changed."""

    name: str
    needs: tuple[str, ...] = ()  # stages whose results `run` takes
    reads: tuple[str, ...] = ()  # stages whose small results `resolve` looks into
    units: int = 0  # the channels of its activation that edits may bend
    side: int = 1  # the pixels that each of them is wide and high

    @property
    def style_widths(self) -> Mapping[str, int]:
        """The number of style channels of its layers, by the layers' names; none without styles."""
        return {}

    def consumes(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """What `resolve` picks, and the document's edits that act on this stage."""
        inputs = self.resolve(document, results, store)
        edits = tuple(
            edit for edit in document.edits if not isinstance(edit, MoveAlong) and edit.stage == self.name and edit.acts
        )
        if not edits:
            return self._of_every_code(inputs, document, store)
        offsets = (store.get(edit.offsets) * edit.amount for edit in edits if isinstance(edit, OffsetStyles))
        rows = {f"offsets{i}": torch.from_numpy(array.astype(np.float32))[None] for i, array in enumerate(offsets)}
        painted = [mask_of(edit, store) for edit in edits if isinstance(edit, PaintUnits)]
        masks = {f"mask{i}": mask for i, mask in enumerate(painted)}
        inputs = replace(inputs, tensors={**inputs.tensors, **rows, **masks}, edits=edits)
        return self._of_every_code(inputs, document, store)

    def apart(self, tensors: Mapping[str, torch.Tensor], offsets: torch.Tensor) -> dict[str, torch.Tensor]:
        """What enters this stage of codes that lie at offsets `[K, rows, dim]` around the one in `tensors`."""
        z = tensors.get(LATENT)
        return {} if z is None else {LATENT: around(z, offsets[:, 0])}

    def _of_every_code(self, inputs: StageInputs, document: Document, store: Store) -> StageInputs:
        """Return what a stage consumes of all codes that a document is drawn by, where they have not met before."""
        join = joined_codes(document)
        if join is None or not {self.name, *self.needs} & set(join.stages):
            return inputs
        if self.name not in join.stages and join.stage in self.needs:
            return inputs
        offsets, weights = (torch.from_numpy(store.get(ref).astype(np.float32)) for ref in (join.offsets, join.weights))
        place = join.stages.index(self.name) if self.name in join.stages else 0
        before = join.stages[place - 1 : place]
        if self.needs != before or offsets.ndim != 3 or not len(offsets):
            raise WrongInputError(NO_SUCH_MEETING)
        tensors = {**inputs.tensors, **self.apart(inputs.tensors, offsets * join.amount)}
        if self.name == join.stage:
            if weights.shape != (len(offsets), self.units):
                raise WrongInputError(NO_SUCH_MEETING)
            tensors[GAINS] = torch.full_like(weights, 1.0 / len(weights)).lerp(weights, join.amount)
        return replace(inputs, tensors=tensors, codes=len(offsets))

    def result(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Run, and join what several codes have drawn where they meet."""
        found = self.run(inputs, needed)
        gains = inputs.tensors.get(GAINS)
        return found if gains is None else met(found, gains)

    def bending(self, inputs: StageInputs) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """Return what bends the activation before anything uses it; None where nothing does."""
        return partial(bent, bends=inputs.bends, masks=inputs.masks) if inputs.bends else None

    @abstractmethod
    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Pick what this stage consumes from the document and from small earlier results such as ws."""

    @abstractmethod
    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Compute this stage's result for a batch, with its edits; pure, and leaves `needed` untouched."""

    def capturable(self, inputs: StageInputs) -> bool:
        """Tell whether `run` without edits only launches kernels on its tensors: a CUDA graph can replay it."""
        return True

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """Return what several documents give this stage as one batch, a row each; None where they must run apart."""
        return None


def around(middle: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Return K codes at offsets `[K, ...]` around one `[1, ...]`; raises WrongInputError for other shapes."""
    if middle.shape[1:] != offsets.shape[1:]:
        raise WrongInputError(NO_SUCH_MEETING)
    return middle + offsets.to(middle)


def met(features: Features, gains: torch.Tensor) -> Features:
    """Join the features of K codes, each channel by its gains `[K, C]`; pictures so far by their means."""
    x, picture = features.activation, features.picture
    each = gains.float().reshape(*gains.shape, *(1,) * (x.ndim - 2))
    joined = (x.float() * each).sum(dim=0, keepdim=True).to(x.dtype)
    if picture is None:
        return Features(joined)
    shares = gains.float().mean(dim=1)[:, None, None, None]
    return Features(joined, (picture.float() * shares).sum(dim=0, keepdim=True).to(picture.dtype))


def mask_of(edit: PaintUnits, store: Store) -> torch.Tensor:
    """Return where an edit's units are painted `[1, 1, h, w]`; raises WrongInputError for what is no such mask."""
    mask = store.get(edit.mask)
    if mask.ndim != 2 or not mask.size:
        raise WrongInputError(f"A region to paint in has rows and columns; this one has the shape {mask.shape}.")
    return torch.from_numpy(mask.astype(np.float32))[None, None]


def joined_rows(parts: Sequence[StageInputs]) -> StageInputs | None:
    """Stack tensors of one name along the first axis; None where settings, names or widths differ, or units bend."""
    if len({(p.settings, p.edits, *((name, t.shape[1:]) for name, t in p.tensors.items())) for p in parts}) != 1:
        return None
    if parts[0].bends:  # their amounts count in deviations of one document's activation
        return None
    return parts[0].with_tensors({name: torch.cat([part.tensors[name] for part in parts]) for name in parts[0].tensors})


@dataclass(frozen=True, slots=True)
class LatentCode:
    """All that an inversion can search for: ws, and where the model has them offsets of styles, and noises.

    ws is `[N, n_latent, w_dim]`; `styles` are offsets `[N, C]` by layer (`stage.layer`), `noises` `[N or 1, 1, r, r]`
    by layer index; layers that are not named keep what they have.
    """

    ws: torch.Tensor
    styles: Mapping[str, torch.Tensor] = field(default_factory=dict)
    noises: Mapping[int, torch.Tensor] = field(default_factory=dict)

    def detached(self) -> "LatentCode":
        """Return a copy without gradients."""
        return self._picked(slice(None))

    def row(self, index: int) -> "LatentCode":
        """Return a copy of one of N codes, without gradients."""
        return self._picked(slice(index, index + 1))

    def _picked(self, rows: slice) -> "LatentCode":
        return LatentCode(
            self.ws[rows].detach().clone(),
            {name: offsets[rows].detach().clone() for name, offsets in self.styles.items()},
            {i: noise[rows if len(noise) > 1 else slice(None)].detach().clone() for i, noise in self.noises.items()},
        )


class Generator(ABC):
    """A network with its stages; models without a mapping take `[N, 1, z_dim]` as their ws."""

    network: torch.nn.Module
    precision: Precision = Precision.EXACT

    @property
    def w_avg(self) -> torch.Tensor | None:
        """The mean w `[w_dim]` of models with a mapping network."""
        return None

    @abstractmethod
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages in the order in which they run; the last one has the picture."""

    @abstractmethod
    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and one-hot labels `[N, c_dim]` to ws `[N, n_latent, w_dim]`."""

    @abstractmethod
    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, n_latent, w_dim]` as pictures `[N, C, H, W]`, nominally in [-1, 1]."""

    def guided(self, code: LatentCode) -> torch.Tensor:
        """Draw pictures `[N, C, H, W]` in float32, differentiable in every part of the code."""
        if code.styles or code.noises:
            raise WrongInputError("This model has neither style channels nor noise; search for its latent alone.")
        return self.drawn_by(self.network, code.ws)

    def drawn_by(self, network: torch.nn.Module, ws: torch.Tensor) -> torch.Tensor:
        """Draw ws with the network itself, or with the copy of it that a precision runs."""
        raise NotImplementedError

    def on_maps(self, maps: torch.Tensor) -> "Generator":
        """Return a generator of the same weights whose `synthesis` draws label maps `[N or 1, H, W]` of class indices.

        Until then one that takes maps draws class 0 everywhere.
        """
        raise WrongInputError("This model takes no label map; it draws from a latent alone.")

    def style_of(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the z `[N, z_dim]` of the styles that pictures `[N, C, H, W]` in [-1, 1] have."""
        raise WrongInputError("This model has no encoder of styles; choose a seed instead of a picture.")

    def style_steps(self) -> Mapping[str, torch.Tensor]:
        """Return the standard deviations `[C]` of style channels over random w, by layer; none without styles."""
        return {}

    @property
    @abstractmethod
    def layer_resolutions(self) -> tuple[int, ...]:
        """The resolution that each row of ws acts on; its length is n_latent."""

    @property
    def noise_resolutions(self) -> tuple[int, ...]:
        """The resolution of each layer that takes noise, in the order of their indices in `LayerNoise`."""
        return ()

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device and choose the precision of all later calls; weights stay float32."""
        self.network.to(device)
        self.precision = precision

    def outputs(self) -> Mapping[str, str]:
        """Return the stages whose pictures are shown, by the pictures' names."""
        return {"picture": self.stages()[-1].name}

    @property
    def device(self) -> torch.device:
        """The device that the weights are on."""
        return next(self.network.parameters()).device


def seeded_noise(seed: int, layer: int, shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """Draw N(0, 1) noise for one layer from a seed, the same on every device."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + layer) % 2**63)
    return torch.randn(shape, generator=generator).to(device)


def turning_noise(seed: int, layer: int, turn: float, shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """Draw N(0, 1) noise at `turn` (in whole turns) of the circle that two noises of the seed span."""
    start = seeded_noise(seed, layer, shape, device)
    if turn % 1.0 == 0.0:
        return start
    across = seeded_noise(seed + SEED_COUNT, layer, shape, device)
    angle = 2 * math.pi * turn
    return start * math.cos(angle) + across * math.sin(angle)
