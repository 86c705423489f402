"""StyleGAN2 as a list of resumable stages."""

from itertools import pairwise

import torch

from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, StyleGAN2Config, SynthesisBlock
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import NoiseSetting
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.style_space import StyleSpread
from ganstudio.core.style_stages import CLASS, LATENT, BlockStage, MappingStage, StylesStage, noise_of

__all__ = ["CLASS", "LATENT", "StyleGAN2Generator"]


class StyleGAN2Generator(Generator):
    """The generator behind the stages `mapping`, `styles`, `b4`, `b8`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: StyleGAN2Config) -> None:
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
        """One resolution per row of ws; the last row colours the finished picture."""
        return (*(layer.resolution for layer in self.layers), self.config.resolution)

    @property
    def noise_resolutions(self) -> tuple[int, ...]:
        """One resolution per layer; none where no layer has noise."""
        return tuple(layer.resolution for layer in self.layers) if any(x.use_noise for x in self.layers) else ()

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
        noises = tuple(noise_of(layer, i, noise, self.device) for i, layer in enumerate(self.layers))
        pictures: torch.Tensor = self.network.synthesis(ws.to(self.w_avg), noises, self.dtype)
        return pictures

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
                self.noises(inputs.settings),
                self.generator.dtype,
                self.bending(inputs),
            )
        return Features(x, picture)
