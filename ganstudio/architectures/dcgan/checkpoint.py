"""How others name and wrap DCGAN's tensors: a chain of numbered layers, as in PyTorch's own example."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import torch

from ganstudio.architectures.dcgan.networks import DCGANConfig, DCGANDiscriminatorConfig
from ganstudio.core.foreign import (
    Dialect,
    ForeignTensor,
    ForeignValue,
    Imported,
    Mismatch,
    StateDict,
    Weights,
)
from ganstudio.core.foreign_modules import Found, find_weights, other_keys, weights_in

GENERATOR_KEYS = (
    "netG_ema",
    "G_ema",
    "g_ema",
    "ema",
    "netG_state_dict",
    "netG",
    "generator_state_dict",
    "generator",
    "gen",
    "G",
    "g",
    "model_state_dict",
    "state_dict",
    "model",
)
DISCRIMINATOR_KEYS = (
    "netD_state_dict",
    "netD",
    "discriminator_state_dict",
    "discriminator",
    "disc",
    "D",
    "d",
)
NUMBERED = re.compile(r"(?P<prefix>(?:[A-Za-z_]\w*\.)*)(?P<index>\d{1,4})\.(?P<part>\w+)")
STRIDES_ASSUMED = (
    "Weights do not show strides; those of PyTorch's example were taken: the first layer makes 4×4 pixels, "
    "every other one doubles them."
)
PARTS = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}


@dataclass
class Chain:
    """Numbered layers in order, sorted into convolutions and the normalisation that follows each."""

    convolutions: list[StateDict] = field(default_factory=list)
    norms: dict[int, StateDict] = field(default_factory=dict)

    def kernels(self) -> list[tuple[int, ...]]:
        """The shapes of the convolutions' weights."""
        return [layer["weight"].shape for layer in self.convolutions]


def read_dcgan(root: ForeignValue) -> Imported | Mismatch:
    """Read a generator, and the discriminator that lies beside it."""
    found = find_weights(root, GENERATOR_KEYS) or weights_in(root)
    if found is None:
        return Mismatch("it holds no dictionary of named tensors under a known key")
    chain = _chain(found.tensors)
    if isinstance(chain, Mismatch):
        return chain
    kernels = chain.kernels()
    if not _is_chain(kernels, 1, 0):
        if _is_chain(kernels, 0, 1):
            return Mismatch("it holds a discriminator without its generator")
        return Mismatch("its layers are not a chain of transposed 4x4 convolutions")
    if sorted(chain.norms) != list(range(len(kernels) - 1)):
        return Mismatch("its hidden layers are not each followed by batch normalisation")
    config = DCGANConfig(
        z_dim=kernels[0][0],
        img_channels=kernels[-1][1],
        channels=tuple(kernel[1] for kernel in kernels[:-1]),
        bias="bias" in chain.convolutions[0],
    )
    other, notes = _discriminator(root)
    critic = other[2] if other else ""
    return Imported(
        what=f"a DCGAN generator of {config.resolution}×{config.resolution} pictures",
        config=config,
        generator=_named(chain, [3 * i for i in range(len(kernels))]),
        discriminator_config=other[0] if other else None,
        discriminator=other[1] if other else None,
        discriminator_from=critic,
        used=(found.key or "all tensors",),
        ignored=other_keys(root, found.key, critic),
        notes=(STRIDES_ASSUMED, *notes),
    )


def _discriminator(
    root: ForeignValue,
) -> tuple[tuple[DCGANDiscriminatorConfig, Weights, str] | None, tuple[str, ...]]:
    found = find_weights(root, DISCRIMINATOR_KEYS)
    if found is None:
        return None, ()
    chain = _discriminator_chain(found)
    if chain is None:
        return None, (f"The discriminator under “{found.key}” is of another make and was left out.",)
    kernels = chain.kernels()
    config = DCGANDiscriminatorConfig(
        img_channels=kernels[0][1],
        channels=tuple(kernel[0] for kernel in kernels[:-1]),
        bias="bias" in chain.convolutions[0],
    )
    places = [0, *(3 * i - 1 for i in range(1, len(kernels)))]
    return (config, _named(chain, places), found.key), ()


def _discriminator_chain(found: Found) -> Chain | None:
    chain = _chain(found.tensors)
    if isinstance(chain, Mismatch) or not _is_chain(chain.kernels(), 0, 1) or chain.kernels()[-1][0] != 1:
        return None
    return chain if sorted(chain.norms) == list(range(1, len(chain.kernels()) - 1)) else None


def _chain(tensors: StateDict) -> Chain | Mismatch:
    layers: dict[int, StateDict] = {}
    prefixes = set()
    for name, tensor in tensors.items():
        match = NUMBERED.fullmatch(name)
        if match is None or match["part"] not in PARTS:
            return Mismatch(f"its tensor {name[:60]!r} is not one of a chain of numbered layers")
        prefixes.add(match["prefix"])
        layers.setdefault(int(match["index"]), {})[match["part"]] = tensor
    if len(prefixes) != 1:
        return Mismatch("its tensors belong to more than one chain of layers")
    chain = Chain()
    for index in sorted(layers):
        layer = layers[index]
        weight = layer.get("weight")
        if weight is not None and len(weight.shape) == 4 and weight.shape[2:] == (4, 4):
            chain.convolutions.append(layer)
        elif "running_mean" in layer and weight is not None and chain.convolutions:
            chain.norms[len(chain.convolutions) - 1] = layer
        else:
            return Mismatch(f"its layer {index} is neither a 4x4 convolution nor batch normalisation")
    if len(chain.convolutions) < 2:
        return Mismatch("it has fewer than two convolutions")
    return chain


def _is_chain(kernels: list[tuple[int, ...]], out: int, into: int) -> bool:
    """Whether every layer's output width (dimension `out` of its kernel) is the next one's input width."""
    return all(a[out] == b[into] for a, b in pairwise(kernels))


def _named(chain: Chain, places: Iterable[int]) -> Weights:
    named: Weights = {}
    for order, place in enumerate(places):
        for part, tensor in chain.convolutions[order].items():
            named[f"main.{place}.{part}"] = tensor
        norm: dict[str, ForeignTensor | torch.Tensor] = dict(chain.norms.get(order, {}))
        if norm:
            norm.setdefault("num_batches_tracked", torch.zeros((), dtype=torch.int64))
        for part, value in norm.items():
            named[f"main.{place + 1}.{part}"] = value
    return named


DIALECTS: tuple[Dialect, ...] = (Dialect("DCGAN weights in PyTorch's layout", read_dcgan),)
