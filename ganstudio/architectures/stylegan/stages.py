"""StyleGAN as a list of resumable stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ganstudio.architectures.stylegan.networks import GeneratorNetwork, StyleGANConfig
from ganstudio.core.document import Document
from ganstudio.core.generator import Features, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.style_based import StyleBasedGenerator
from ganstudio.core.style_stages import BlockStage, MappingStage, StylesStage


class StyleGANGenerator(StyleBasedGenerator):
    """The generator behind the stages `mapping`, `styles`, `b4`, `b8`, ..., at the level of detail of its network."""

    network: GeneratorNetwork

    def __init__(self, config: StyleGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        network = GeneratorNetwork(config)
        super().__init__(config, network, tuple(x for block in network.synthesis.blocks for x in block.style_layers))

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """One resolution per row of ws."""
        return tuple(layer.resolution for layer in self.layers)[: self.config.n_latent]

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
                self.noises(tuple(noise), inputs.tensors),
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
