"""StyleGAN as a list of resumable stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import torch

from ganstudio.architectures.stylegan.networks import GeneratorNetwork, StyleGANConfig
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Document, NoiseSetting
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.style_space import StyleSpread
from ganstudio.core.style_stages import BlockStage, MappingStage, StylesStage, noise_of


class StyleGANGenerator(Generator):
    """The generator behind the stages `mapping`, `styles`, `b4`, `b8`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: StyleGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.layers = tuple(layer for block in self.network.synthesis.blocks for layer in block.style_layers)
        self.style_spread = StyleSpread(self, self.network.mapping, config.z_dim, config.c_dim)

    @property
    def w_avg(self) -> torch.Tensor:
        """The mean w `[w_dim]`."""
        return self.network.mapping.w_avg

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """One resolution per row of ws."""
        return tuple(layer.resolution for layer in self.layers)[: self.config.n_latent]

    @property
    def noise_resolutions(self) -> tuple[int, ...]:
        """One resolution per layer; none where no layer has noise."""
        return tuple(layer.resolution for layer in self.layers) if any(x.use_noise for x in self.layers) else ()

    @property
    def dtype(self) -> torch.dtype:
        """The type that convolutions run in."""
        return fast_dtype(self.device) if self.precision is Precision.FAST else self.w_avg.dtype

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""
        w: torch.Tensor = self.network.mapping(z.to(self.w_avg), c if c is None else c.to(self.w_avg))
        return w[:, None].expand(-1, self.config.n_latent, -1)

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, n_latent, w_dim]` as pictures `[N, C, R, R]`, at the level of detail that the network keeps."""
        noises = tuple(noise_of(layer, i, noise, self.device) for i, layer in enumerate(self.layers))
        pictures: torch.Tensor = self.network.synthesis(ws.to(self.w_avg), noises, self.dtype)
        return pictures

    def stages(self) -> tuple[Stage, ...]:
        """Return `mapping`, `styles` and one stage per block."""
        drawn = [GrownBlockStage(self, index) for index in range(len(self.config.channels))]
        for before, after in pairwise(drawn):
            after.needs = (before.name,)
        return (MappingStage(self), StylesStage(self), *drawn)


class GrownBlockStage(BlockStage):
    """A block that knows the level of detail: it may be blended in, or not be reached at all."""

    def __init__(self, generator: StyleGANGenerator, index: int) -> None:
        """Stand for block `index`."""
        synthesis = generator.network.synthesis
        super().__init__(
            generator,
            synthesis.names[index],
            synthesis.blocks[index].style_layers,
            block=synthesis.blocks[index],
            first_layer=2 * index,
            rows=synthesis.rows[index],
        )
        self.generator, self.synthesis, self.index = generator, synthesis, index

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Add the network's level of detail to what a block consumes."""
        inputs = super().resolve(document, results, store)
        return StageInputs(inputs.tensors, (float(self.synthesis.lod), *inputs.settings))

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the block's activation, and the picture where the last stage needs it."""
        lod, *noise = inputs.settings
        before = needed[0] if needed else None
        with self.shifted(inputs):
            x, picture = self.synthesis.advance(
                self.index,
                before.activation if before else None,
                before.picture if before else None,
                inputs.tensors["ws"],
                self.noises(tuple(noise)),
                float(lod or 0.0),
                self.generator.dtype,
                self.bending(inputs),
            )
        return Features(x, picture)

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """The level of detail is the same for all; the rest as in any block."""
        stacked = super().joined([replace(part, settings=part.settings[1:]) for part in parts])
        return stacked and replace(stacked, settings=(parts[0].settings[0], *stacked.settings))

    def capturable(self, inputs: StageInputs) -> bool:
        """A level of detail changes only with the weights, so only the noise decides."""
        return super().capturable(StageInputs(inputs.tensors, inputs.settings[1:]))
