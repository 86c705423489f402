"""The stages that every style-based generator shares: mapping, styles, and one block per resolution."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from torch import nn

from ganstudio.core.document import (
    Condition,
    Document,
    LatentValue,
    MoveAlong,
    NoiseMode,
    NoiseSetting,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import Features, Setting, Stage, StageInputs, around, joined_rows, turning_noise
from ganstudio.core.latents import given_rows, mapped_terms, truncate
from ganstudio.core.store import Store
from ganstudio.core.style_space import StyleSpread, affines_of, offset_of, shifted_styles
from ganstudio.core.z_space import class_weights

LATENT, CLASS = "z", "class"
LEAST_STD = 1e-6
Noises = tuple[torch.Tensor | None, ...]


class StyleSizes(Protocol):
    """The widths of a style-based generator, which its config has."""

    @property
    def z_dim(self) -> int:
        """The length of z."""

    @property
    def c_dim(self) -> int:
        """The number of classes, 0 without labels."""

    @property
    def w_dim(self) -> int:
        """The length of w."""

    @property
    def n_latent(self) -> int:
        """The number of rows of ws."""


class StyleBased(Protocol):
    """What the stages ask of a generator."""

    @property
    def config(self) -> StyleSizes:
        """Its hyper-parameters."""

    @property
    def w_avg(self) -> torch.Tensor:
        """The mean w `[w_dim]`."""

    @property
    def device(self) -> torch.device:
        """The device that the weights are on."""

    @property
    def style_spread(self) -> StyleSpread:
        """How far style channels reach."""

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""


class NoisyLayer(Protocol):
    """A layer that one noise picture is added to."""

    resolution: int
    use_noise: bool
    noise_const: torch.Tensor  # the noise that the layer keeps `[r, r]`, where it has noise

    @property
    def bias(self) -> torch.Tensor:
        """One value for each unit `[C]`."""


class MappingStage(Stage):
    """All z's that the document speaks of, mapped to w `[K, w_dim]` in one batch."""

    name = "mapping"

    def __init__(self, generator: StyleBased) -> None:
        """Keep the generator whose mapping network runs."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Collect the z `[K, z_dim]` of the picture and of every style source, and the label."""
        config = self.generator.config
        rows = [z for value in _latent_values(document) for z, _ in mapped_terms(value, config.z_dim, store)]
        tensors = {"z": torch.from_numpy(np.array(rows, dtype=np.float32).reshape(-1, config.z_dim))}
        if config.c_dim:
            tensors["c"] = class_weights(document, CLASS, config.c_dim).expand(len(rows), -1)
        return StageInputs(tensors)

    def capturable(self, inputs: StageInputs) -> bool:
        """The number of latents changes too often for a recording."""
        return False

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Run the mapping network, one z at a time: a batch rounds differently, and styles would look changed."""
        z, c = inputs.tensors["z"], inputs.tensors.get("c")
        rows = [self.generator.mapping(row[None], c if c is None else c[:1])[:, 0] for row in z]
        return Features(torch.cat([z.new_zeros(0, self.generator.config.w_dim), *rows]))


class StylesStage(Stage):
    """Blending, truncation, style mixing and directions: ws `[1, n_latent, w_dim]`."""

    name = "styles"
    needs = ("mapping",)

    def __init__(self, generator: StyleBased) -> None:
        """Keep the generator whose mean w is the centre of truncation."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Describe how the mapped latents become ws."""
        config = self.generator.config
        tensors: dict[str, torch.Tensor] = {}
        for i, value in enumerate(_latent_values(document)):
            weights = [weight for _, weight in mapped_terms(value, config.z_dim, store)]
            tensors[f"weights{i}"] = torch.tensor(weights, dtype=torch.float32)
            given = given_rows(value, config.n_latent, config.w_dim, store)
            if given is not None:
                tensors[f"given{i}"] = torch.from_numpy(given.astype(np.float32))
        if document.mixing:
            shares = [(*source.weights, *(0.0,) * config.n_latent)[: config.n_latent] for source in document.mixing]
            tensors["shares"] = torch.tensor(shares, dtype=torch.float32)
        settings: list[str | float | int | None] = [document.psi, document.cutoff]
        for edit in document.edits:
            if isinstance(edit, MoveAlong) and edit.acts:
                layers = edit.layers or tuple(range(config.n_latent))
                direction = store.get(edit.direction).astype(np.float32)
                tensors[f"direction{len(settings)}"] = torch.from_numpy(direction.reshape(-1, config.w_dim))
                settings += [",".join(map(str, layers)), edit.amount]
        return StageInputs(tensors, tuple(settings))

    def capturable(self, inputs: StageInputs) -> bool:
        """Psi and weights change with every step of a drag."""
        return False

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return ws as the activation."""
        psi, cutoff, *moves = inputs.settings
        assert isinstance(psi, float | int)
        assert cutoff is None or isinstance(cutoff, int)
        ws = [truncate(source, self.generator.w_avg, psi, cutoff) for source in self._sources(inputs, needed[0])]
        mixed = mix_styles(ws[0], ws[1:], inputs.tensors["shares"]) if len(ws) > 1 else ws[0].clone()
        directions = (t for name, t in inputs.tensors.items() if name.startswith("direction"))
        for layers, amount in zip(moves[::2], moves[1::2], strict=True):
            assert isinstance(amount, float | int)
            chosen = [int(i) for i in str(layers).split(",") if int(i) < mixed.shape[1]]
            step = next(directions).to(mixed) * amount
            mixed[:, chosen] += step if len(step) == 1 else step[chosen]
        return Features(mixed)

    def _sources(self, inputs: StageInputs, mapped: Features) -> list[torch.Tensor]:
        """Return ws `[1, n_latent, w_dim]` of the picture, then of every style source."""
        sources, taken = [], 0
        for name, weights in inputs.tensors.items():
            if not name.startswith("weights"):
                continue
            w = mapped.activation[taken : taken + len(weights)].to(self.generator.w_avg)
            taken += len(weights)
            ws = (weights[:, None].to(w) * w).sum(dim=0).expand(1, self.generator.config.n_latent, -1)
            given = inputs.tensors.get(name.replace("weights", "given"))
            sources.append(ws if given is None else ws + given.to(ws))
        return sources


def mix_styles(ws: torch.Tensor, sources: Sequence[torch.Tensor], shares: torch.Tensor) -> torch.Tensor:
    """Blend ws `[N, n_latent, w_dim]` with the same rows of other sources by weights `[sources, n_latent]` (W+)."""
    given = shares.to(ws).clamp_min(0.0)
    given = given / given.sum(dim=0).clamp_min(1.0)
    own = (1.0 - given.sum(dim=0))[:, None]
    mixed = ws * own
    for source, share in zip(sources, given, strict=True):
        mixed = mixed + source * share[:, None]
    return torch.where(own == 1.0, ws, mixed)  # a row that nothing is mixed into keeps its exact bits


class BlockStage(Stage):
    """The layers of one resolution; stale when its own rows of ws or its noise changed. `run` is the network's own."""

    reads = ("styles",)

    def __init__(
        self,
        generator: StyleBased,
        name: str,
        layers: tuple[NoisyLayer, ...],
        *,
        block: nn.Module,
        first_layer: int,
        rows: slice,
    ) -> None:
        """Read `rows` of ws; `layers` of `block` take noise, `first_layer` of the whole network is the first."""
        self.name, self.layers, self.first_layer, self.rows = name, layers, first_layer, rows
        self.on = generator
        self.units, self.side = layers[-1].bias.shape[0], layers[-1].resolution
        self.affines = {f"{name}.{layer}": affine for layer, affine in affines_of(block).items()}

    @property
    def style_widths(self) -> Mapping[str, int]:
        """The number of style channels of the block's layers."""
        return {name: affine.get_parameter("weight").shape[0] for name, affine in self.affines.items()}

    def style_deviations(self, ws: torch.Tensor, layer: str) -> torch.Tensor:
        """Return how far a layer's style channels `[C]` lie from their mean for ws `[1, n_latent, w_dim]`.

        The unit is each channel's standard deviation over random w.
        """
        affine = self.affines[layer]
        rows = ws[:, self.rows]
        row = min(list(self.affines).index(layer), rows.shape[1] - 1)
        spread = self.on.style_spread.of(layer, affine)
        deviations: torch.Tensor = (affine(rows[:, row])[0] - spread.mean) / spread.std.clamp_min(LEAST_STD)
        return deviations

    def shifted(self, inputs: StageInputs) -> contextlib.AbstractContextManager[None]:
        """Run the block inside of this: its style channels are shifted where edits say so."""
        if not inputs.shifts and not inputs.offsets:
            return contextlib.nullcontext()
        spread = self.on.style_spread
        shifts = [
            (each.layer, offset_of(each, spread.of(each.layer, self.affines[each.layer])))
            for each in inputs.shifts
            if each.layer in self.affines
        ]
        return shifted_styles(self.affines, [*shifts, *inputs.offsets])

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take this block's rows of ws, and the noise setting where the block has noise."""
        ws = results["styles"].activation[:, self.rows]
        noise = document.noise
        if not any(layer.use_noise for layer in self.layers) or noise.mode is NoiseMode.NONE:
            return StageInputs({"ws": ws})
        seeded = noise.mode is NoiseMode.RANDOM
        settings: list[Setting] = [noise.mode.value]
        tensors = {"ws": ws}
        for i in range(len(self.layers)):
            own = noise.of_layer(self.first_layer + i)
            seed = noise.seed if own.seed is None else own.seed
            strength = noise.strength * own.strength * own.on
            settings += [strength, seed if seeded else None, noise.turn % 1.0 if seeded and not own.still else 0.0]
            kept = None if seeded else self._kept_noise(i, noise, store)
            if kept is not None:
                tensors[f"noise{i}"] = kept * strength
        return StageInputs(tensors, tuple(settings))

    def _kept_noise(self, place: int, noise: NoiseSetting, store: Store) -> torch.Tensor | None:
        """Return the noise `[1, 1, r, r]` that a document keeps for one of the block's layers."""
        index, side = self.first_layer + place, self.layers[place].resolution
        ref = noise.maps[index] if index < len(noise.maps) else None
        if ref is None or not self.layers[place].use_noise:
            return None
        if ref.shape != (side, side):
            raise WrongInputError(
                f"The noise of layer {index} is {ref.shape[-1]} px wide, but this model's layer is {side} px wide; "
                "use a document that was made with this model."
            )
        return torch.from_numpy(store.get(ref).astype(np.float32))[None, None]

    def apart(self, tensors: Mapping[str, torch.Tensor], offsets: torch.Tensor) -> dict[str, torch.Tensor]:
        """Move this block's rows of ws."""
        return {"ws": around(tensors["ws"], offsets[:, self.rows])}

    def capturable(self, inputs: StageInputs) -> bool:
        """Seeded noise is drawn on the CPU, which no graph replays, and a strength is dragged through many values."""
        return inputs.settings in ((), (NoiseMode.FIXED.value, *(1.0, None, 0.0) * len(self.layers)))

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """One row of ws per document; where their noises differ, the settings of all stand one after the other."""
        if len({part.settings for part in parts}) == 1:
            return joined_rows(parts)
        stacked = joined_rows([replace(part, settings=part.settings[:1]) for part in parts])
        return stacked and replace(stacked, settings=tuple(setting for part in parts for setting in part.settings))

    def noises(self, settings: tuple[Setting, ...], tensors: Mapping[str, torch.Tensor]) -> Noises:
        """Return one noise per layer, `[1 or N, 1, r, r]`, for what `resolve` or `joined` wrote down."""
        if not settings:
            return (None,) * len(self.layers)
        size = 1 + 3 * len(self.layers)
        each = [self._noises_of_one(settings[i : i + size]) for i in range(0, len(settings), size)]
        drawn = each[0] if len(each) == 1 else tuple(_stacked(grains) for grains in zip(*each, strict=True))
        return tuple(tensors.get(f"noise{i}", grain) for i, grain in enumerate(drawn))

    def _noises_of_one(self, settings: tuple[Setting, ...]) -> Noises:
        noises = []
        for i, layer in enumerate(self.layers):
            strength, seed, turn = (float(setting or 0.0) for setting in settings[1 + 3 * i : 4 + 3 * i])
            setting = NoiseSetting(NoiseMode(str(settings[0])), int(seed), strength, turn)
            noises.append(noise_of(layer, self.first_layer + i, setting, self.on.device))
        return tuple(noises)


def noise_of(layer: NoisyLayer, index: int, setting: NoiseSetting, device: torch.device) -> torch.Tensor | None:
    """Return the noise `[1, 1, r, r]` of layer `index`, before the learned strength."""
    own = setting.of_layer(index)
    strength = setting.strength * own.strength * own.on
    if setting.mode is NoiseMode.NONE or not layer.use_noise or strength == 0.0:
        return None
    if setting.mode is NoiseMode.FIXED:
        grain = layer.noise_const[None, None]
    else:
        shape = (1, 1, layer.resolution, layer.resolution)
        seed, turn = setting.seed if own.seed is None else own.seed, 0.0 if own.still else setting.turn
        grain = turning_noise(seed, index, turn, shape, device)
    return grain if strength == 1.0 else grain * strength


def _stacked(grains: Sequence[torch.Tensor | None]) -> torch.Tensor | None:
    """Stack one layer's noises `[1, 1, r, r]` of several documents; a missing one is zero."""
    shown = next((grain for grain in grains if grain is not None), None)
    if shown is None:
        return None
    return torch.cat([torch.zeros_like(shown) if grain is None else grain for grain in grains])


def _latent_values(document: Document) -> tuple[LatentValue, ...]:
    """Return the latent of the picture and those of its style sources, in order."""
    main = document.inputs[LATENT]
    assert not isinstance(main, Condition)
    return (main, *(source.latent for source in document.mixing))
