"""Activation functions with the gains that keep the variance of their input."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
import torch.nn.functional as F


@dataclass(frozen=True, slots=True)
class Activation:
    """A function, its gain, and whether f(g x) = g f(x) holds for positive g."""

    name: str
    function: Callable[[torch.Tensor], torch.Tensor]
    gain: float
    homogeneous: bool
    in_place: Callable[[torch.Tensor], torch.Tensor] | None = None

    def apply(self, x: torch.Tensor) -> torch.Tensor:
        """Apply the function without its gain, in place where nothing needs the old values."""
        if self.in_place is not None and not torch.is_grad_enabled():
            return self.in_place(x)
        return self.function(x)


def _leaky(x: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(x, 0.2)


def _leaky_in_place(x: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu_(x, 0.2)


def _identity(x: torch.Tensor) -> torch.Tensor:
    return x


ROOT2 = math.sqrt(2.0)
LRELU = Activation("lrelu", _leaky, ROOT2, True, _leaky_in_place)
LINEAR = Activation("linear", _identity, 1.0, True, _identity)
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        a.name: a
        for a in (
            LINEAR,
            LRELU,
            Activation("relu", torch.relu, ROOT2, True, torch.relu_),
            Activation("tanh", torch.tanh, 1.0, False),
            Activation("sigmoid", torch.sigmoid, 1.0, False),
            Activation("elu", F.elu, 1.0, False),
            Activation("selu", torch.selu, 1.0, False),
            Activation("softplus", F.softplus, 1.0, False),
            Activation("swish", F.silu, ROOT2, False),
        )
    }
)


def bias_activation(
    x: torch.Tensor, bias: torch.Tensor | None, activation: Activation, gain: float = 1.0, clamp: float | None = None
) -> torch.Tensor:
    """Return clamp(f(x + b) · activation gain · gain) for x `[N, C, ...]` and b `[C]`; the clamp follows `gain`."""
    if bias is not None:
        x = x + bias.to(x.dtype).reshape(1, -1, *[1] * (x.ndim - 2))
    total = activation.gain * gain
    x = activation.function(x)
    if total != 1.0:
        x = x * total
    return x if clamp is None else x.clamp(-clamp * gain, clamp * gain)
