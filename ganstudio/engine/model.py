"""An open model: what a script works with, and what the window is told of it."""

import math
import operator
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.checkpoints.fingerprint import fingerprint
from ganstudio.checkpoints.networks import build_generator
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import display_name, locate
from ganstudio.core.architecture import Architecture
from ganstudio.core.device import AUTO, Precision, choose_device
from ganstudio.core.document import (
    SEED_COUNT,
    ClassChoice,
    Document,
    FrozenMap,
    InputValue,
    LatentPoint,
    ModelRef,
    NoiseMode,
    NoiseSetting,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.frame import ModelInfo, ReportSection, StageInfo
from ganstudio.core.generator import Generator
from ganstudio.core.inputs import Ability, ClassLabel, Input, LabelMap, Latent, with_class_names
from ganstudio.core.label_maps import painted, plain_map, unpacked_map
from ganstudio.core.latents import resampled_latent, resampling_threshold, truncate
from ganstudio.core.store import Store
from ganstudio.engine.memory import recovered_from_exhaustion


class Model:
    """A generator with its card; tensors go in and come out on any device, pictures in [-1, 1]."""

    def __init__(self, card: Architecture[Any], config: object, generator: Generator, info: ModelInfo) -> None:
        """Join what `open_model` has read."""
        self.card, self.config, self.generator, self.info = card, config, generator, info

    @property
    def z_dim(self) -> int:
        """The length of z, 0 for a model that draws from a map alone."""
        return next((i.dim for i in self.info.inputs if isinstance(i, Latent)), 0)

    @property
    def c_dim(self) -> int:
        """The number of classes, 0 for an unconditional model."""
        return next((i.count for i in self.info.inputs if isinstance(i, ClassLabel)), 0)

    @property
    def w_avg(self) -> torch.Tensor | None:
        """The mean w `[w_dim]` that truncation pulls towards, where the model has a mapping network."""
        return self.generator.w_avg

    def prepare(self, device: str = AUTO, precision: Precision = Precision.EXACT) -> "Model":
        """Move to a device and choose a precision; raises DeviceError where it does not answer."""
        self.generator.prepare(choose_device(device), precision)
        return self

    def latents(self, seeds: Sequence[int], psi: float = 1.0) -> torch.Tensor:
        """Return the z `[N, z_dim]` (float32) of seeds; where there is no W, psi bounds |z_i| by resampling."""
        seeds = checked_seeds(seeds)
        resampling = Ability.RESAMPLING in self.info.abilities
        threshold = resampling_threshold(psi) if resampling else None
        rows = [resampled_latent(seed, self.z_dim, threshold) for seed in seeds]
        return torch.from_numpy(np.stack(rows).astype(np.float32))

    @torch.no_grad()
    def mapping(self, z: torch.Tensor, c: torch.Tensor | int | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and classes (one-hot `[N, c_dim]`, indices `[N]` or one) to ws `[N, n_latent, w_dim]`.

        Models without a mapping network give z back as `[N, 1, z_dim]`.
        """
        z = torch.as_tensor(z)
        if z.ndim != 2 or z.shape[1] != self.z_dim:
            raise WrongInputError(f"z has the shape {tuple(z.shape)}; this model takes [N, {self.z_dim}].")
        with recovered_from_exhaustion(self.generator.device, lambda: None):
            return self.generator.mapping(z.to(self.generator.device), self._labels(c, len(z)))

    @torch.no_grad()
    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting | NoiseMode | str = NoiseMode.FIXED) -> torch.Tensor:
        """Draw ws `[N, n_latent, w_dim]` as pictures `[N, C, H, W]`; noise is `none`, `fixed` or `random`."""
        ws = torch.as_tensor(ws)
        w_dim = self.z_dim if self.w_avg is None else len(self.w_avg)
        widths = (w_dim, w_dim + self.c_dim) if self.w_avg is None else (w_dim,)  # labels may ride along with z
        if ws.ndim != 3 or ws.shape[1] != self.info.n_latent or ws.shape[2] not in widths:
            raise WrongInputError(
                f"ws has the shape {tuple(ws.shape)}; this model takes [N, {self.info.n_latent}, {w_dim}]."
            )
        with recovered_from_exhaustion(self.generator.device, lambda: None):
            return self.generator.synthesis(ws.to(self.generator.device), noise_setting(noise))

    @torch.no_grad()
    def sample(
        self,
        seeds: Sequence[int],
        psi: float = 1.0,
        cutoff: int | None = None,
        c: torch.Tensor | int | None = None,
        noise: NoiseSetting | NoiseMode | str = NoiseMode.FIXED,
    ) -> torch.Tensor:
        """Return the pictures `[N, C, H, W]` of seeds, of class `c`, truncated by psi on the first `cutoff` rows."""
        if not math.isfinite(psi):
            raise WrongInputError(f"psi is {psi}; it must be a number, usually from -1 to 2.")
        if cutoff is not None and self.w_avg is None:
            raise WrongInputError(
                f"The model {self.info.name} has no layers of W that truncation could stop at; leave the cutoff out."
            )
        if cutoff is not None and not 0 <= cutoff <= self.info.n_latent:
            raise WrongInputError(
                f"The cutoff is {cutoff}; the model {self.info.name} has {self.info.n_latent} layers of W, "
                f"so give a number from 0 to {self.info.n_latent}."
            )
        ws = self.mapping(self.latents(seeds, psi), c)
        if self.w_avg is not None:
            ws = truncate(ws, self.w_avg, psi, cutoff)
        return self.synthesis(ws, noise)

    def _labels(self, c: torch.Tensor | int | None, count: int) -> torch.Tensor | None:
        if not self.c_dim:
            if c is not None:
                raise WrongInputError("This model has no classes; leave c out.")
            return None
        labels = torch.as_tensor(0 if c is None else c)
        if labels.ndim == 0:
            index = int(labels)
            if not 0 <= index < self.c_dim:
                raise WrongInputError(f"There is no class {index}; this model has classes 0 to {self.c_dim - 1}.")
            labels = labels.expand(count)
        if tuple(labels.shape) == (count,) and not labels.is_floating_point():
            if not (int(labels.min()) >= 0 and int(labels.max()) < self.c_dim):
                raise WrongInputError(f"A class is out of range; this model has classes 0 to {self.c_dim - 1}.")
            labels = torch.nn.functional.one_hot(labels.long(), self.c_dim)
        if tuple(labels.shape) != (count, self.c_dim):
            raise WrongInputError(f"The labels have the shape {tuple(labels.shape)}; expected [{count}, {self.c_dim}].")
        return labels.float().to(self.generator.device)


def checked_seeds(seeds: Sequence[int]) -> list[int]:
    """Return seeds as plain numbers; raises WrongInputError for anything else than whole numbers up to 2³² - 1."""
    try:
        numbers = [operator.index(seed) for seed in seeds]
    except TypeError:
        raise WrongInputError(f"{seeds!r} are no seeds; give a list of whole numbers such as [0, 1, 2].") from None
    if not numbers or min(numbers) < 0 or max(numbers) >= SEED_COUNT:
        raise WrongInputError(f"Give at least one seed, each from 0 to {SEED_COUNT - 1}.")
    return numbers


def noise_setting(noise: NoiseSetting | NoiseMode | str) -> NoiseSetting:
    """Return a setting for a mode's name; `const` is the published tools' word for `fixed`."""
    if isinstance(noise, NoiseSetting):
        return noise
    try:
        return NoiseSetting(NoiseMode.FIXED if noise == "const" else NoiseMode(noise))
    except ValueError:
        modes = ", ".join(mode.value for mode in NoiseMode)
        raise WrongInputError(f"There is no noise mode {noise!r}; choose one of: {modes}.") from None


def open_model(
    name_or_path: str | Path, device: str = AUTO, precision: Precision = Precision.EXACT, store: Store | None = None
) -> Model:
    """Open a shipped model by name or any checkpoint by path; code stored in a file is never run.

    The label map that a model begins with is put into `store`; without one the model begins with a plain map.
    """
    chosen = choose_device(device)
    path = locate(name_or_path)
    checkpoint = read_checkpoint(path)
    card = cards()[checkpoint.architecture]
    generator = build_generator(card, checkpoint, display_name(path))
    generator = on_first_map(generator, card.inputs(checkpoint.config), checkpoint.provenance)
    generator.prepare(chosen, precision)
    return Model(card, checkpoint.config, generator, describe(path, card, checkpoint, generator, store))


def first_values(
    inputs: Sequence[Input], provenance: Mapping[str, object], store: Store | None
) -> FrozenMap[InputValue]:
    """Return what a model begins with: its file's first seed and first map, else seed 0, class 0 and a plain map."""
    first_seed, first_map = provenance.get("first_seed", 0), unpacked_map(provenance.get("first_map"))
    values: dict[str, InputValue] = {}
    for item in inputs:
        if isinstance(item, Latent):
            values[item.name] = LatentPoint.of_seed(first_seed if isinstance(first_seed, int) else 0)
        elif isinstance(item, ClassLabel):
            values[item.name] = ClassChoice()
        elif isinstance(item, LabelMap):
            if store is None or first_map is None or first_map.max() >= len(item.classes):
                values[item.name] = plain_map(*item.size)
            else:
                values[item.name] = painted(first_map, store)
    return FrozenMap(values)


def on_first_map(generator: Generator, inputs: Sequence[Input], provenance: Mapping[str, object]) -> Generator:
    """Return a generator that draws the map in its file wherever nobody gives another."""
    asked = next((item for item in inputs if isinstance(item, LabelMap)), None)
    first = unpacked_map(provenance.get("first_map"))
    if asked is None or first is None or first.max() >= len(asked.classes):
        return generator
    return generator.on_maps(torch.from_numpy(first.copy())[None])


def describe(
    path: Path, card: Architecture[Any], checkpoint: Checkpoint, generator: Generator, store: Store | None = None
) -> ModelInfo:
    """Gather what the window shows of a model."""
    config = checkpoint.config
    names = checkpoint.provenance.get("classes", ())
    inputs = with_class_names(card.inputs(config), [str(name) for name in names] if isinstance(names, list) else ())
    ref = ModelRef(display_name(path), fingerprint(path))
    report = checkpoint.report
    sections = (ReportSection(report.what, report.sentences()),) if report else ()
    resolution: int = config.resolution  # type: ignore[attr-defined]
    return ModelInfo(
        name=ref.name,
        digest=ref.digest,
        path=str(path),
        architecture=card.id,
        architecture_title=card.title,
        paper=card.paper,
        resolution=resolution,
        inputs=inputs,
        abilities=card.abilities(config),
        n_latent=len(generator.layer_resolutions),
        parameters=sum(p.numel() for p in generator.network.parameters()),
        document=Document(model=ref, inputs=first_values(inputs, checkpoint.provenance, store)),
        report=sections,
        summary=str(checkpoint.provenance.get("summary", "")),
        licence=checkpoint.licence,
        layer_resolutions=generator.layer_resolutions,
        noise_resolutions=generator.noise_resolutions,
        stages=tuple(
            StageInfo(stage.name, stage.units, stage.side, tuple(stage.style_widths.items()))
            for stage in generator.stages()
            if stage.units
        ),
    )

