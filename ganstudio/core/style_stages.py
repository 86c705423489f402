"""The stages that every style-based generator shares: mapping, styles, and one block per resolution."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import torch

from ganstudio.core.document import (
    ClassChoice,
    Document,
    LatentArray,
    LatentValue,
    MixStyle,
    MoveAlong,
    NoiseMode,
    NoiseSetting,
    Space,
)
from ganstudio.core.generator import Features, Setting, Stage, StageInputs, seeded_noise
from ganstudio.core.latents import corner_latents, latent_rows, truncate
from ganstudio.core.store import Store

LATENT, CLASS = "z", "class"
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

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""


class NoisyLayer(Protocol):
    """A layer that one noise picture is added to."""

    resolution: int
    use_noise: bool
    noise_const: torch.Tensor  # the noise that the layer keeps `[r, r]`, where it has noise


class MappingStage(Stage):
    """All z's that the document speaks of, mapped to w `[K, w_dim]` in one batch."""

    name = "mapping"

    def __init__(self, generator: StyleBased) -> None:
        """Keep the generator whose mapping network runs."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Collect the z `[K, z_dim]` of the picture and of every style source, and the label."""
        config = self.generator.config
        rows = [_z_rows(value, config.z_dim, store) for value in _latent_values(document)]
        z = torch.from_numpy(np.concatenate(rows).astype(np.float32))
        tensors = {"z": z}
        if config.c_dim:
            choice = document.inputs[CLASS]
            assert isinstance(choice, ClassChoice)
            label = torch.zeros(1, config.c_dim)
            label[0, choice.index % config.c_dim] = 1.0
            tensors["c"] = label.expand(len(z), -1)
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
            if isinstance(value, LatentArray) and value.space is not Space.Z:
                rows = latent_rows(value, config.w_dim, store).astype(np.float32)
                tensors[f"given{i}"] = torch.from_numpy(rows).expand(config.n_latent, -1)
            else:
                corners = () if isinstance(value, LatentArray) else value.corners()
                weights = [weight for _, weight in corners] or [1.0]
                tensors[f"weights{i}"] = torch.tensor(weights)
        settings: list[str | float | int | None] = [document.psi, document.cutoff]
        for edit in document.edits:
            layers = edit.layers or tuple(range(config.n_latent))
            settings += [type(edit).__name__, ",".join(map(str, layers))]
            if isinstance(edit, MoveAlong):
                direction = store.get(edit.direction).astype(np.float32)
                tensors[f"direction{len(settings)}"] = torch.from_numpy(direction.reshape(-1, config.w_dim))
                settings.append(edit.amount)
            else:
                settings.append(edit.weight)
        return StageInputs(tensors, tuple(settings))

    def capturable(self, inputs: StageInputs) -> bool:
        """Psi and weights change with every step of a drag."""
        return False

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return ws as the activation."""
        mapped = needed[0].activation
        sources, taken = [], 0
        for name, tensor in inputs.tensors.items():
            if name.startswith("given"):
                sources.append(tensor[None])
            elif name.startswith("weights"):
                w = (tensor[:, None].to(mapped) * mapped[taken : taken + len(tensor)]).sum(dim=0)
                sources.append(w.expand(1, self.generator.config.n_latent, -1))
                taken += len(tensor)
        psi, cutoff, *rest = inputs.settings
        assert isinstance(psi, float | int)
        assert cutoff is None or isinstance(cutoff, int)
        truncated = [truncate(ws.to(self.generator.w_avg), self.generator.w_avg, psi, cutoff) for ws in sources]
        ws = truncated[0].clone()
        mixed = iter(truncated[1:])
        directions = (t for name, t in inputs.tensors.items() if name.startswith("direction"))
        for kind, layers, amount in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            chosen = [int(i) for i in str(layers).split(",") if int(i) < ws.shape[1]]
            assert isinstance(amount, float | int)
            if kind == MixStyle.__name__:
                ws[:, chosen] = torch.lerp(ws[:, chosen], next(mixed)[:, chosen], float(amount))
            else:
                step = next(directions).to(ws) * amount
                ws[:, chosen] += step if len(step) == 1 else step[chosen]
        return Features(ws)


class BlockStage(Stage):
    """The layers of one resolution; stale when its own rows of ws or its noise changed. `run` is the network's own."""

    reads = ("styles",)

    def __init__(
        self,
        generator: StyleBased,
        name: str,
        layers: tuple[NoisyLayer, ...],
        *,
        first_layer: int,
        rows: slice,
    ) -> None:
        """Read `rows` of ws; `layers` take noise, `first_layer` of the whole network is the first of them."""
        self.name, self.layers, self.first_layer, self.rows = name, layers, first_layer, rows
        self.on = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take this block's rows of ws, and the noise setting where the block has noise."""
        ws = results["styles"].activation[:, self.rows]
        noise = document.noise
        if not any(layer.use_noise for layer in self.layers) or noise.mode is NoiseMode.NONE:
            return StageInputs({"ws": ws})
        seed = noise.seed if noise.mode is NoiseMode.RANDOM else None
        return StageInputs({"ws": ws}, (noise.mode.value, seed, noise.strength))

    def capturable(self, inputs: StageInputs) -> bool:
        """Seeded noise is drawn on the CPU, which no graph replays, and a strength is dragged through many values."""
        return inputs.settings in ((), (NoiseMode.FIXED.value, None, 1.0))

    def noises(self, settings: tuple[Setting, ...]) -> Noises:
        """Return one noise per layer for what `resolve` wrote down."""
        if not settings:
            return (None,) * len(self.layers)
        mode, seed, strength = settings
        setting = NoiseSetting(NoiseMode(str(mode)), int(seed or 0), float(strength or 0.0))
        device = self.on.device
        return tuple(noise_of(layer, self.first_layer + i, setting, device) for i, layer in enumerate(self.layers))


def noise_of(layer: NoisyLayer, index: int, setting: NoiseSetting, device: torch.device) -> torch.Tensor | None:
    """Return the noise `[1, 1, r, r]` of layer `index`, before the learned strength."""
    if setting.mode is NoiseMode.NONE or not layer.use_noise or setting.strength == 0.0:
        return None
    if setting.mode is NoiseMode.FIXED:
        grain = layer.noise_const[None, None]
    else:
        grain = seeded_noise(setting.seed, index, (1, 1, layer.resolution, layer.resolution), device)
    return grain if setting.strength == 1.0 else grain * setting.strength


def _latent_values(document: Document) -> tuple[LatentValue, ...]:
    """Return the latent of the picture and those of its style sources, in order."""
    main = document.inputs[LATENT]
    assert not isinstance(main, ClassChoice)
    return (main, *(edit.source for edit in document.edits if isinstance(edit, MixStyle)))


def _z_rows(value: LatentValue, z_dim: int, store: Store) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the z `[K, z_dim]` that a latent value is blended from; none where it is given in W."""
    if not isinstance(value, LatentArray):
        return corner_latents(value, z_dim)[0]
    if value.space is Space.Z:
        return latent_rows(value, z_dim, store)[:1]
    return np.zeros((0, z_dim))
