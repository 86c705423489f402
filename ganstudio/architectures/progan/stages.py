"""ProGAN as a list of resumable stages, one per resolution."""

import copy
from collections.abc import Mapping
from itertools import pairwise

import torch

from ganstudio.architectures.progan.networks import (
    GeneratorNetwork,
    Grown,
    ProGANConfig,
    faded,
    with_labels,
)
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Document, NoiseSetting
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.z_space import class_weights, edited_z
from ganstudio.layers.doubling import doubled
from ganstudio.layers.he_scaled import HeConv2d, HeLinear

LATENT = "z"
CLASS = "class"


class ProGANGenerator(Generator):
    """The generator behind the stages `b4`, `b8`, ..., as far grown as its weights say."""

    network: GeneratorNetwork

    def __init__(self, config: ProGANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.running = self.network
        self.lod = 0.0

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """The one row of ws is z itself, which enters at 4 px."""
        return (4,)

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy with all gains in its weights."""
        super().prepare(device, precision)
        self.lod = float(self.network.lod)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.running = self.network
        if precision is Precision.FAST:
            self.running = copy.deepcopy(self.network)
            fold_gains(self.running)
            self.running.to(fast_dtype(device))

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return z `[N, z_dim]`, joined with its labels, as its own ws `[N, 1, z_dim + c_dim]`."""
        return with_labels(z, c)[:, None]

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim + c_dim]` as pictures `[N, C, R, R]`, nominally in [-1, 1]."""
        return self.drawn_by(self.running, ws)

    def drawn_by(self, network: torch.nn.Module, ws: torch.Tensor) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim]` with a network of this generator."""
        pictures: torch.Tensor = network(ws[:, 0].to(next(network.parameters())), lod=self.lod)
        return pictures

    def stages(self) -> tuple[Stage, ...]:
        """Return one stage per resolution; each has the picture so far."""
        stages = [BlockStage(self, i) for i in range(len(self.config.channels))]
        for before, after in pairwise(stages):
            after.needs = (before.name,)
        return tuple(stages)


class BlockStage(Stage):
    """The layers of one resolution; those beyond the growth only enlarge the picture."""

    def __init__(self, generator: ProGANGenerator, index: int) -> None:
        """Stand for block `index`."""
        self.generator, self.index = generator, index
        self.name = generator.network.names[index]
        self.units, self.side = generator.config.channels[index], 4 << index

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """The first stage takes z and labels `[1, z_dim + c_dim]`, the others nothing but what came before."""
        if self.index:
            return StageInputs()
        config = self.generator.config
        z = edited_z(document, LATENT, config.z_dim, store)
        c = class_weights(document, CLASS, config.c_dim) if config.c_dim else None
        return StageInputs({"z": with_labels(z, c)})

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the activation, and the picture where layers of colours are in use.

        Those of lower resolutions learned last when the network was smaller; what they make of it now is garish.
        """
        blocks = self.generator.running.blocks
        grown = Grown.at(self.generator.lod, len(blocks))
        before = needed[0].picture if needed else None
        if self.index > grown.newest:
            assert before is not None
            return Features(needed[0].activation, doubled(before))
        block = blocks[self.index]
        x = needed[0].activation if needed else inputs.tensors["z"].to(block.conv.weight)
        x = block(x)
        bend = self.bending(inputs)
        x = x if bend is None else bend(x)
        if self.index < grown.newest - (grown.older_share > 0.0):
            return Features(x)
        older = before if self.index == grown.newest else None
        return Features(x, faded(block.colours(x), older, grown.older_share))


@torch.no_grad()
def fold_gains(network: torch.nn.Module) -> None:
    """Multiply the run-time gains into the weights of a copy that is only looked at."""
    for layer in network.modules():
        if isinstance(layer, HeConv2d | HeLinear):
            layer.weight.mul_(layer.gain)
            layer.gain = 1.0
