"""The perceptron GAN as a list of resumable stages: z, every hidden layer, the picture."""

import copy
from collections.abc import Mapping
from itertools import pairwise

import torch

from ganstudio.architectures.gan.networks import GANConfig, GeneratorNetwork
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Document, NoiseSetting
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.core.z_space import edited_z

LATENT = "z"


class GANGenerator(Generator):
    """The generator behind the stages `z`, `hidden1`, ..., `picture`."""

    network: GeneratorNetwork

    def __init__(self, config: GANConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.running = self.network

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """The one row of ws is z itself, which acts on the whole picture."""
        return (self.config.resolution,)

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs a 16-bit copy."""
        super().prepare(device, precision)
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
        pictures: torch.Tensor = network(ws[:, 0].to(next(network.parameters())))
        return pictures

    def stages(self) -> tuple[Stage, ...]:
        """Return the latent, one stage per hidden layer, and the picture."""
        hidden = [HiddenStage(self, i) for i in range(len(self.config.widths))]
        stages: tuple[Stage, ...] = (LatentStage(self), *hidden, PictureStage(self))
        for before, after in pairwise(stages):
            after.needs = (before.name,)
        return stages


class LatentStage(Stage):
    """z, resampled by psi and moved along directions."""

    name = LATENT

    def __init__(self, generator: GANGenerator) -> None:
        """Stand for the input of `generator`."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take z `[1, z_dim]`."""
        return StageInputs({LATENT: edited_z(document, LATENT, self.generator.config.z_dim, store)})

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return z in the number type of the layers."""
        return Features(inputs.tensors[LATENT].to(next(self.generator.running.parameters())))


class HiddenStage(Stage):
    """One hidden layer."""

    def __init__(self, generator: GANGenerator, index: int) -> None:
        """Stand for hidden layer `index`."""
        self.generator, self.index = generator, index
        self.name = f"hidden{index + 1}"
        self.units = generator.config.widths[index]

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take nothing but what came before."""
        return StageInputs()

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the layer's activation `[N, width]`."""
        x = self.generator.running.hidden(needed[0].activation, self.index)
        bend = self.bending(inputs)
        return Features(x if bend is None else bend(x))


class PictureStage(Stage):
    """The last layer, whose units are pixels."""

    name = "picture"

    def __init__(self, generator: GANGenerator) -> None:
        """Stand for the output of `generator`."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take nothing but what came before."""
        return StageInputs()

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the picture, which is the activation as well."""
        picture = self.generator.running.colours(needed[0].activation)
        return Features(picture, picture)
