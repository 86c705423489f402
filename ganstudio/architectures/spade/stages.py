"""SPADE as a list of resumable stages: the first activation, what the map says to each block, and the blocks.

What the map says does not depend on the style, and a stroke changes it only where the map at a block's size changes.
"""

import copy
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch

from ganstudio.architectures.spade.networks import GeneratorNetwork, SpadeConfig, resized_planes
from ganstudio.architectures.spade.semantics import outlines, planes_of
from ganstudio.architectures.spade.settled import SettledNetwork
from ganstudio.core.device import Precision, fast_dtype
from ganstudio.core.document import Document, NoiseSetting, PaintedMap
from ganstudio.core.errors import WrongInputError
from ganstudio.core.generator import Features, Generator, Stage, StageInputs, joined_rows
from ganstudio.core.label_maps import indices_of, resized
from ganstudio.core.store import Array, Store
from ganstudio.core.z_space import edited_z

LATENT = "z"
MAP = "map"


class SpadeGenerator(Generator):
    """The generator behind the stages `first`, `map_b2`, `b2`, `map_b4`, `b4`, ..."""

    network: GeneratorNetwork

    def __init__(self, config: SpadeConfig) -> None:
        """Build the network with random weights."""
        self.config = config
        self.network = GeneratorNetwork(config).eval().requires_grad_(False)
        self.maps = torch.from_numpy(np.zeros((1, *self.size), np.uint8))
        self._settled: SettledNetwork | None = None

    @property
    def size(self) -> tuple[int, int]:
        """The height and width of the pictures, and of the maps as the network takes them."""
        return self.config.height or self.config.resolution, self.config.resolution

    @property
    def running(self) -> SettledNetwork:
        """What draws, in the number type of the chosen precision."""
        if self._settled is None:
            self._settled = SettledNetwork(self.network).eval()
        return self._settled

    def prepare(self, device: torch.device, precision: Precision) -> None:
        """Move to a device; the fast path runs in 16 bits."""
        super().prepare(device, precision)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._settled = SettledNetwork(self.network).eval()
        self._settled.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if precision is Precision.FAST:
            self._settled.to(fast_dtype(device))

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        """The one row of ws is z itself, which enters where the picture is smallest; none where there is no z."""
        return (self.config.first_size[1],) if self.config.z_dim else ()

    def on_maps(self, maps: torch.Tensor) -> "SpadeGenerator":
        """Return a generator of the same weights that draws these maps `[N or 1, H, W]` of class indices."""
        bound = copy.copy(self)
        bound.maps = torch.from_numpy(np.stack([self.fitted(each.cpu().numpy()) for each in maps]))
        return bound

    def style_of(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the mean z `[N, z_dim]` that the encoder sees in pictures `[N, C, H, W]` in [-1, 1]."""
        if self.network.encoder is None:
            return super().style_of(pictures)
        mean: torch.Tensor = self.network.encoder(pictures.to(self.device))[0]
        return mean

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Return z `[N, z_dim]` as its own ws `[N, 1, z_dim]`."""
        return z[:, None]

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim]` on the maps as pictures `[N, C, H, W]` in [-1, 1]."""
        return self.drawn_by(self.running, ws)

    def drawn_by(self, network: torch.nn.Module, ws: torch.Tensor) -> torch.Tensor:
        """Draw ws `[N, 1, z_dim]` with a network of this generator."""
        like = next(network.parameters())
        planes = self.planes(self.maps.to(like.device)).to(like.dtype).expand(len(ws), -1, -1, -1)
        pictures: torch.Tensor = network(planes, ws[:, 0].to(like) if self.config.z_dim else None)
        return pictures

    def planes(self, maps: torch.Tensor) -> torch.Tensor:
        """Return float32 planes `[N, P, H, W]` of maps `[N, H, W]`; every region of a class counts as one object."""
        instances = maps if self.config.edges else None
        return planes_of(maps, len(self.config.classes), unknown=self.config.unknown, instances=instances)

    def fitted(self, indices: Array) -> Array:
        """Return a map `[H, W]` in the network's size; raises WrongInputError for classes that there are not."""
        count = len(self.config.classes)
        foreign = [] if self.config.unknown else [int(each) for each in np.unique(indices) if each >= count]
        if foreign:
            raise WrongInputError(
                f"The map has the classes {', '.join(map(str, foreign))}; this model knows 0 to {count - 1}. "
                "Paint them over with classes of the palette."
            )
        return resized(indices, *self.size)

    def stages(self) -> tuple[Stage, ...]:
        """Return the first activation, all that the map says, and the blocks; the last one has the picture."""
        names = block_names(self.config)
        maps = [MapStage(self, number, name) for number, name in enumerate(names)]
        blocks = [BlockStage(self, number, name) for number, name in enumerate(names)]
        first = FirstStage(self)
        blocks[0].needs = (first.name, maps[0].name)
        for (before, block), said in zip(pairwise(blocks), maps[1:], strict=True):
            block.needs = (before.name, said.name)
        return (first, *maps, *blocks)


def block_names(config: SpadeConfig) -> tuple[str, ...]:
    """Return what the blocks are called: by the width of their pictures, later ones of one width with a number."""
    names: list[str] = []
    widths = [config.size_of(plan)[1] for plan in config.blocks]
    for number, width in enumerate(widths):
        before = widths[:number].count(width)
        names.append(f"b{width}_{before + 1}" if before else f"b{width}")
    return tuple(names)


class FirstStage(Stage):
    """The smallest activation: from z, or from the map where there is none."""

    name = "first"

    def __init__(self, generator: SpadeGenerator) -> None:
        """Stand for the first layer of `generator`."""
        self.generator = generator

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take z `[1, z_dim]`, or the map `[1, h, w]`."""
        config = self.generator.config
        if config.z_dim:
            return StageInputs({LATENT: edited_z(document, LATENT, config.z_dim, store)})
        return map_inputs(self.generator, document, store, config.first_size)

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the activation `[N, C, h, w]`."""
        network = self.generator.running
        z, like = inputs.tensors.get(LATENT), network.conv_img.weight
        planes = like if z is not None else planes_in(self.generator, inputs)
        return Features(network.first(planes, None if z is None else z.to(like)))

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """Stack the rows."""
        return joined_rows(parts)


class MapStage(Stage):
    """The gains and offsets that the map asks for in one block."""

    def __init__(self, generator: SpadeGenerator, number: int, name: str) -> None:
        """Stand for what block `number`, which is called `name`, is told."""
        self.generator, self.number = generator, number
        self.name = f"map_{name}"
        self.size = generator.config.size_of(generator.config.blocks[number])

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take the map at the block's size `[1, h, w]`."""
        return map_inputs(self.generator, document, store, self.size)

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return gains and offsets `[N, 2 ΣC, h, w]`."""
        return Features(self.generator.running.modulation(self.number, planes_in(self.generator, inputs)))

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """Stack the maps."""
        return joined_rows(parts)


class BlockStage(Stage):
    """One residual block; the last one adds the layer of colours."""

    def __init__(self, generator: SpadeGenerator, number: int, name: str) -> None:
        """Stand for block `number`."""
        self.generator, self.number, self.name = generator, number, name
        plans = generator.config.blocks
        self.last = number == len(plans) - 1
        self.units, self.side = plans[number].n_out, generator.config.size_of(plans[number])[1]

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        """Take nothing but what came before."""
        return StageInputs()

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Return the activation, and the picture in the last stage."""
        network = self.generator.running
        x = network.step(self.number, needed[0].activation, needed[1].activation)
        bend = self.bending(inputs)
        x = x if bend is None else bend(x)
        return Features(x, network.colours(x) if self.last else None)

    def joined(self, parts: Sequence[StageInputs]) -> StageInputs | None:
        """Run as one batch where nothing bends."""
        return joined_rows(parts)


def map_inputs(
    generator: SpadeGenerator, document: Document, store: Store, size: tuple[int, int]
) -> StageInputs:
    """Return the document's map at a size as a stage takes it: uint8 indices `[1, h, w]`, and its outlines."""
    value = document.inputs[MAP]
    assert isinstance(value, PaintedMap)
    whole = torch.from_numpy(generator.fitted(indices_of(value, store)))[None]
    tensors = {MAP: resized_planes(whole[None], size)[0]}
    if generator.config.edges:
        tensors["outlines"] = resized_planes(outlines(whole)[None].to(torch.uint8), size)[0]
    return StageInputs(tensors)


def planes_in(generator: SpadeGenerator, inputs: StageInputs) -> torch.Tensor:
    """Return the planes `[N, P, h, w]` of a stage's map in the number type of the network."""
    config = generator.config
    planes = planes_of(inputs.tensors[MAP], len(config.classes), unknown=config.unknown)
    edges = inputs.tensors.get("outlines")
    if edges is not None:
        planes = torch.cat([planes, edges[:, None].to(planes)], dim=1)
    return planes.to(generator.running.conv_img.weight).contiguous(memory_format=torch.channels_last)
