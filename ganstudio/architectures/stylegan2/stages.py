"""StyleGAN2 as a list of resumable stages."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch

from ganstudio.architectures.stylegan2.networks import (
    GeneratorNetwork,
    Noises,
    StyleGAN2Config,
    StyleLayer,
    SynthesisBlock,
)
from ganstudio.core.device import Precision, fast_dtype
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
from ganstudio.core.generator import Features, Generator, Stage, StageInputs, seeded_noise
from ganstudio.core.latents import corner_latents, latent_rows, truncate
from ganstudio.core.store import Store

LATENT, CLASS = "z", "class"


class StyleGAN2Generator(Generator):
    """The generator behind the stages `mapping`, `styles`, `b4`, `b8`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: StyleGAN2Config) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.layers = tuple(layer for block in self.network.synthesis.blocks for layer in block.style_layers)

    @property
    def w_avg(self) -> torch.Tensor:
        """The mean w `[w_dim]`."""
        return self.network.mapping.w_avg

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """One resolution per row of ws; the last row colours the finished picture."""
        return (*(layer.resolution for layer in self.layers), self.config.resolution)

    @property
    def dtype(self) -> torch.dtype:
        """The type that convolutions run in."""
        if self.precision is Precision.FAST:
            return fast_dtype(self.device)
        return self.network.mapping.w_avg.dtype

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""
        w: torch.Tensor = self.network.mapping(z.to(self.w_avg), c if c is None else c.to(self.w_avg))
        return w[:, None].expand(-1, self.config.n_latent, -1)

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, n_latent, w_dim]` as pictures `[N, C, R, R]`."""
        noises = tuple(self.noise_of(i, noise) for i in range(len(self.layers)))
        pictures: torch.Tensor = self.network.synthesis(ws.to(self.w_avg), noises, self.dtype)
        return pictures

    def noise_of(self, index: int, setting: NoiseSetting) -> torch.Tensor | None:
        """Return the noise `[1, 1, r, r]` of one style layer, before the learned strength."""
        layer = self.layers[index]
        if setting.mode is NoiseMode.NONE or not layer.use_noise or setting.strength == 0.0:
            return None
        if setting.mode is NoiseMode.FIXED:
            grain = layer.noise_const[None, None]
        else:
            grain = seeded_noise(setting.seed, index, (1, 1, layer.resolution, layer.resolution), self.device)
        return grain if setting.strength == 1.0 else grain * setting.strength

    def stages(self) -> tuple[Stage, ...]:
        """Return `mapping`, `styles` and one stage per block."""
        synthesis = self.network.synthesis
        blocks = zip(synthesis.names, synthesis.blocks, synthesis.first_rows, strict=True)
        drawn = [BlockStage(self, name, block, row) for name, block, row in blocks]
        for before, after in pairwise(drawn):
            after.needs = (before.name,)
        return (MappingStage(self), StylesStage(self), *drawn)


class MappingStage(Stage):
    """All z's that the document speaks of, mapped to w `[K, w_dim]` in one batch."""

    name = "mapping"

    def __init__(self, generator: StyleGAN2Generator) -> None:
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

    def __init__(self, generator: StyleGAN2Generator) -> None:
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
    """The layers of one resolution; stale when its own rows of ws or its noise changed."""

    reads = ("styles",)

    def __init__(self, generator: StyleGAN2Generator, name: str, block: SynthesisBlock, row: int) -> None:
        """Read `block.rows` rows of ws from `row` on."""
        self.generator, self.name, self.block, self.row = generator, name, block, row

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take this block's rows of ws, and the noise setting where the block has noise."""
        ws = results["styles"].activation[:, self.row : self.row + self.block.rows]
        noise = document.noise
        layers: tuple[StyleLayer, ...] = self.block.style_layers
        if not any(layer.use_noise for layer in layers) or noise.mode is NoiseMode.NONE:
            return StageInputs({"ws": ws})
        seed = noise.seed if noise.mode is NoiseMode.RANDOM else None
        return StageInputs({"ws": ws}, (noise.mode.value, seed, noise.strength))

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the block's activation and the picture so far."""
        noises = self._noises(inputs)
        before = needed[0] if needed else None
        x, picture = self.block(
            before.activation if before else None,
            before.picture if before else None,
            inputs.tensors["ws"],
            noises,
            self.generator.dtype,
        )
        return Features(x, picture)

    def capturable(self, inputs: StageInputs) -> bool:
        """Seeded noise is drawn on the CPU, which no graph replays, and a strength is dragged through many values."""
        return inputs.settings in ((), (NoiseMode.FIXED.value, None, 1.0))

    def _noises(self, inputs: StageInputs) -> Noises:
        count = len(self.block.style_layers)
        if not inputs.settings:
            return (None,) * count
        mode, seed, strength = inputs.settings
        setting = NoiseSetting(NoiseMode(str(mode)), int(seed or 0), float(strength or 0.0))
        return tuple(self.generator.noise_of(self.row + i, setting) for i in range(count))


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
