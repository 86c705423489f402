"""TensorFlow networks as their pickles describe them: named variables, settings and the networks inside.

A pickled `Network` keeps its settings, its program text (which is never run) and a list of named arrays; since
version 3 also its components, which are networks again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from ganstudio.core.foreign import ForeignObject, ForeignTensor, ForeignValue, Weights

NETWORK_CLASSES = frozenset(
    {"dnnlib.tflib.network.Network", "dnnlib.tflib.tfutil.Network", "tfutil.Network", "network.Network"}
)
TRIO = ("G", "D", "Gs")
"""The networks that training saves together, in their order: Gs is the averaged generator."""
DEEPEST_COMPONENT = 2
MOST_COMPONENTS = 16


@dataclass(frozen=True)
class ForeignNetwork:
    """One network: the function that built it, that function's settings, its own variables and its components."""

    version: int
    function: str
    settings: Mapping[str, ForeignValue]
    own_variables: Weights
    components: Mapping[str, "ForeignNetwork"]

    def variables(self) -> Weights:
        """All variables under their full names, `synthesis/4x4/Const/const`."""
        return dict(self._named(""))

    def _named(self, path: str) -> Iterator[tuple[str, ForeignTensor | torch.Tensor]]:
        for name, value in self.own_variables.items():
            yield path + name, value
        for name, component in self.components.items():
            yield from component._named(f"{path}{name}/")

    def number(self, key: str, usual: int) -> int:
        """A whole number among the settings."""
        value = self.settings.get(key)
        return value if type(value) is int else usual


@dataclass(frozen=True)
class ForeignPair:
    """A generator (the averaged one where there is one) and its discriminator, and what else the file holds."""

    generator: ForeignNetwork
    discriminator: ForeignNetwork | None
    averaged: bool
    ignored: tuple[str, ...] = ()


def networks_in(root: ForeignValue) -> ForeignPair | None:
    """Read a file of one network, or of the three (G, D, Gs) that training saves; None where it is something else."""
    alone = as_network(root)
    if alone is not None:
        return ForeignPair(alone, None, averaged=False)
    if not isinstance(root, (tuple, list)) or len(root) not in (2, 3):
        return None
    found = [as_network(value) for value in root]
    generator = found[-1] if len(found) == 3 else found[0]
    if generator is None:
        return None
    averaged = len(found) == 3
    return ForeignPair(generator, found[1], averaged, ("G",) if averaged else ())


def as_network(value: ForeignValue, depth: int = 0) -> ForeignNetwork | None:
    """Read an inert record as a network with named variables."""
    if not isinstance(value, ForeignObject) or value.name() not in NETWORK_CLASSES:
        return None
    state = value.state
    if not isinstance(state, dict) or not isinstance(state.get("variables"), (list, tuple)):
        return None
    inside: dict[str, ForeignNetwork] = {}
    components = state.get("components")
    if isinstance(components, dict) and depth < DEEPEST_COMPONENT:
        for name, part in list(components.items())[:MOST_COMPONENTS]:
            network = as_network(part, depth + 1)
            if isinstance(name, str) and network is not None:
                inside[name] = network
    version, settings = state.get("version"), state.get("static_kwargs")
    return ForeignNetwork(
        version=version if type(version) is int else 0,
        function=str(state.get("build_func_name", ""))[:80],
        settings={k: v for k, v in settings.items() if isinstance(k, str)} if isinstance(settings, dict) else {},
        own_variables=_variables(state["variables"]),
        components=inside,
    )


def _variables(pairs: list[ForeignValue] | tuple[ForeignValue, ...]) -> Weights:
    found: Weights = {}
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[0], str):
            continue
        name, value = pair
        if isinstance(value, ForeignTensor):
            found[name] = value
        elif isinstance(value, (int, float)):
            found[name] = torch.tensor(float(value))
    return found


def permuted(tensor: ForeignTensor | torch.Tensor, *order: int) -> ForeignTensor | torch.Tensor:
    """The same numbers with their dimensions in another order, still unread where they lie in a file."""
    if len(tensor.shape) != len(order):
        raise ValueError(f"a tensor of shape {list(tensor.shape)} has not {len(order)} dimensions")
    if isinstance(tensor, torch.Tensor):
        return tensor.permute(order).contiguous()
    shape = tuple(tensor.shape[i] for i in order)
    stride = tuple(tensor.stride[i] for i in order)
    return ForeignTensor(tensor.storage, tensor.dtype, shape, stride, tensor.offset)


def out_first(tensor: ForeignTensor | torch.Tensor) -> ForeignTensor | torch.Tensor:
    """A kernel `[k, k, in, out]` as `[out, in, k, k]`, a dense weight `[in, out]` as `[out, in]`."""
    return permuted(tensor, 3, 2, 0, 1) if len(tensor.shape) == 4 else permuted(tensor, 1, 0)


def flipped(tensor: ForeignTensor | torch.Tensor) -> torch.Tensor:
    """A kernel `[out, in, k, k]` turned by 180 degrees."""
    return loaded(tensor).flip(2, 3)


def loaded(tensor: ForeignTensor | torch.Tensor) -> torch.Tensor:
    """The numbers themselves."""
    return tensor.load() if isinstance(tensor, ForeignTensor) else tensor
