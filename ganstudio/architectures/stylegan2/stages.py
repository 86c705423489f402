"""StyleGAN2 as a list of resumable stages."""

from itertools import pairwise

from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, StyleGAN2Config, SynthesisBlock
from ganstudio.core.generator import Features, Stage, StageInputs
from ganstudio.core.style_based import StyleBasedGenerator
from ganstudio.core.style_stages import CLASS, LATENT, BlockStage, MappingStage, StylesStage

__all__ = ["CLASS", "LATENT", "StyleGAN2Generator"]


class StyleGAN2Generator(StyleBasedGenerator):
    """The generator behind the stages `mapping`, `styles`, `b4`, `b8`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: StyleGAN2Config) -> None:
        """Build the network with random weights."""
        self.config = config
        network = GeneratorNetwork(config)
        super().__init__(config, network, tuple(x for block in network.synthesis.blocks for x in block.style_layers))

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """One resolution per row of ws; the last row colours the finished picture."""
        return (*(layer.resolution for layer in self.layers), self.config.resolution)

    def stages(self) -> tuple[Stage, ...]:
        """Return `mapping`, `styles` and one stage per block."""
        synthesis = self.network.synthesis
        blocks = zip(synthesis.names, synthesis.blocks, synthesis.first_rows, strict=True)
        drawn = [SynthesisStage(self, name, block, row) for name, block, row in blocks]
        for before, after in pairwise(drawn):
            after.needs = (before.name,)
        return (MappingStage(self), StylesStage(self), *drawn)


class SynthesisStage(BlockStage):
    """One block of the synthesis network."""

    def __init__(self, generator: StyleGAN2Generator, name: str, block: SynthesisBlock, row: int) -> None:
        """Read `block.rows` rows of ws from `row` on."""
        rows = slice(row, row + block.rows)
        super().__init__(generator, name, block.style_layers, block=block, first_layer=row, rows=rows)
        self.generator, self.block = generator, block

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the block's activation and the picture so far."""
        before = needed[0] if needed else None
        with self.shifted(inputs):
            x, picture = self.block(
                before.activation if before else None,
                before.picture if before else None,
                inputs.tensors["ws"],
                self.noises(inputs.settings, inputs.tensors),
                self.generator.dtype,
                self.bending(inputs),
            )
        return Features(x, picture)
