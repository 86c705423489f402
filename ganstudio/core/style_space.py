"""S space: the style channels behind each layer's affine (Wu et al. 2021, arXiv 2011.12799)."""

import contextlib
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from ganstudio.core.document import ShiftStyle

RANDOM_W = 1024
CHUNK = 64


class MapsToW(Protocol):
    """What the spread asks of a generator."""

    @property
    def w_avg(self) -> torch.Tensor:
        """The mean w `[w_dim]`."""

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        """Map z `[N, z_dim]` and labels `[N, c_dim]` to ws `[N, n_latent, w_dim]` with equal rows."""


@dataclass(frozen=True, slots=True)
class ChannelSpread:
    """Mean and standard deviation of every style channel `[C]` of one layer, over random w."""

    mean: torch.Tensor
    std: torch.Tensor


@dataclass(frozen=True, slots=True)
class Stamped:
    """A result under the mark of the weights that it was computed from."""

    stamp: tuple[object, ...]
    spread: ChannelSpread


class StyleSpread:
    """How far style channels reach over 1,024 random w, which every class has its share in.

    The same z every time, so a document's picture depends on nothing else; computed when it is first asked for.
    """

    def __init__(self, generator: MapsToW, network: nn.Module, z_dim: int, c_dim: int) -> None:
        """Map with `generator`, whose mapping's weights are those of `network`."""
        self._owner = weakref.ref(generator)  # which keeps this: a closed model's memory is free at once
        self._network, self._z_dim, self._c_dim = network, z_dim, c_dim
        self._w: list[torch.Tensor] = []
        self._stamp: tuple[object, ...] = ()
        self._layers: dict[str, Stamped] = {}

    @torch.no_grad()
    def advance(self) -> float:
        """Map another 64 z's where any are missing; return the share that is done, in [0, 1]."""
        stamp = _stamp(self._network)
        if stamp != self._stamp:
            self._w, self._stamp = [], stamp
        done = CHUNK * len(self._w)
        if done < RANDOM_W:
            generator = self._owner()
            assert generator is not None
            device = generator.w_avg.device
            random = torch.Generator().manual_seed(done)
            z = torch.randn(CHUNK, self._z_dim, generator=random).to(device)
            classes = torch.arange(done, done + CHUNK, device=device) % max(self._c_dim, 1)
            labels = nn.functional.one_hot(classes, self._c_dim).float() if self._c_dim else None
            self._w.append(generator.mapping(z, labels)[:, 0])
        return min(CHUNK * len(self._w) / RANDOM_W, 1.0)

    @torch.no_grad()
    def of(self, layer: str, affine: nn.Module) -> ChannelSpread:
        """Return the spread of a layer's styles, which are `affine` of w."""
        while self.advance() < 1.0:
            pass
        stamp = (*self._stamp, *_stamp(affine))
        kept = self._layers.get(layer)
        if kept is None or kept.stamp != stamp:
            styles = affine(torch.cat(self._w))
            std, mean = torch.std_mean(styles, dim=0)
            kept = self._layers[layer] = Stamped(stamp, ChannelSpread(mean, std))
        return kept.spread


def _stamp(network: nn.Module) -> tuple[object, ...]:
    return tuple((p.data_ptr(), p._version) for p in network.parameters())


def affines_of(block: nn.Module) -> dict[str, nn.Module]:
    """Return the affine layers of a block that turn w into styles, by the names of the layers they belong to."""
    found = ((name, getattr(child, "affine", None)) for name, child in block.named_children())
    return {name: affine for name, affine in found if isinstance(affine, nn.Module)}


@contextlib.contextmanager
def shifted_styles(affines: Mapping[str, nn.Module], offsets: Iterable[tuple[str, torch.Tensor]]) -> Iterator[None]:
    """While this lasts, affine layers return `[N, C]` plus offsets `[N or 1, C]`, by the names of `affines`."""
    with contextlib.ExitStack() as stack:
        for layer, offset in offsets:
            affine = affines.get(layer)
            if affine is not None:
                stack.callback(affine.register_forward_hook(_Offset(offset)).remove)
        yield


def offset_of(shift: ShiftStyle, spread: ChannelSpread) -> torch.Tensor:
    """Return what a shift of one channel adds to all of them `[1, C]`."""
    offset = torch.zeros_like(spread.std)
    offset[shift.channel : shift.channel + 1] = spread.std[shift.channel : shift.channel + 1] * shift.amount
    return offset[None]


class _Offset:
    """Adds to what a module returns."""

    def __init__(self, offset: torch.Tensor) -> None:
        self._offset = offset

    def __call__(self, _module: nn.Module, _taken: tuple[torch.Tensor, ...], styles: torch.Tensor) -> torch.Tensor:
        return styles + self._offset.to(styles)
