"""DCGAN as a list of resumable stages, one per resolution."""

import copy
from collections.abc import Mapping
from itertools import pairwise

import torch

from ganstudio.architectures.dcgan.networks import DCGANConfig, GeneratorNetwork
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Document, NoiseSetting
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.z_space import edited_z

LATENT = "z"


class DCGANGenerator(Generator):
    """The generator behind the stages `b4`, `b8`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: DCGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.running = self.network

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """The one row of ws is z itself, which enters at 4 px."""
        return (4,)

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.running = self.network
        if precision is Precision.FAST:
            self.running = copy.deepcopy(self.network).to(fast_dtype(device))

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return z `[N, z_dim]` as its own ws `[N, 1, z_dim]`."""
        return z[:, None]

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim]` as pictures `[N, C, R, R]` in [-1, 1]."""
        return self.drawn_by(self.running, ws)

    def drawn_by(self, network: torch.nn.Module, ws: torch.Tensor) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim]` with a network of this generator."""
        pictures: torch.Tensor = network(ws[:, 0, :, None, None].to(next(network.parameters())))
        return pictures

    def stages(self) -> tuple[Stage, ...]:
        """Return one stage per resolution; the last one has the picture."""
        count = len(self.config.channels)
        stages = [ConvolutionStage(self, i) for i in range(count)]
        for before, after in pairwise(stages):
            after.needs = (before.name,)
        return tuple(stages)


class ConvolutionStage(Stage):
    """One transposed convolution with its normalisation; the last stage adds the layer of colours."""

    def __init__(self, generator: DCGANGenerator, index: int) -> None:
        """Stand for layer `index`."""
        self.generator, self.index = generator, index
        self.last = index == len(generator.config.channels) - 1
        self.name = f"b{generator.config.resolution if self.last else 4 << index}"
        self.units, self.side = generator.config.channels[index], 4 << index

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """The first stage takes z `[1, z_dim]`, the others nothing but what came before."""
        if self.index:
            return StageInputs()
        return StageInputs({"z": edited_z(document, LATENT, self.generator.config.z_dim, store)})

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the activation, and the picture in the last stage."""
        network = self.generator.running
        z = inputs.tensors.get("z")
        x = needed[0].activation if z is None else z[:, :, None, None].to(next(network.parameters()))
        first = 3 * self.index
        for layer in list(network.main)[first : first + 3]:
            x = layer(x)
        bend = self.bending(inputs)
        x = x if bend is None else bend(x)
        if not self.last:
            return Features(x)
        return Features(x, network.colours(network.main[-1](x)))
