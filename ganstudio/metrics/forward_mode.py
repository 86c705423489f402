"""Derivatives along one direction, carried forward through a network beside its values."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.autograd.forward_ad as forward_ad
from torch.overrides import TorchFunctionMode

CENTRAL_STEP = 1e-4
Function = Callable[[torch.Tensor], torch.Tensor]
CONVOLUTIONS: frozenset[object] = frozenset({torch.conv2d, torch.conv_transpose2d})


def load_forward_mode() -> None:
    """Load what torch needs for forward derivatives, which takes a second; may run on any thread before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, about its scripts
        from torch._decomp import decompositions_for_jvp  # noqa: F401


def directional_derivative(function: Function, x: torch.Tensor, dx: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return function(x) and its exact derivative along dx.

    Where an operation has no forward derivative it is a central difference instead.
    """
    load_forward_mode()
    try:
        with torch.enable_grad(), forward_ad.dual_level(), _LinearConvolutions():
            # layers take the ways that can be differentiated; nothing here asks for gradients
            value, slope = forward_ad.unpack_dual(function(forward_ad.make_dual(x, dx)))  # type: ignore[no-untyped-call]
    except (NotImplementedError, RuntimeError):
        return central_difference(function, x, dx)
    return value.detach(), (torch.zeros_like(value) if slope is None else slope).detach()


@torch.no_grad()
def central_difference(function: Function, x: torch.Tensor, dx: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return function(x) and its derivative along dx by its neighbours at ±1e-4 dx."""
    step = CENTRAL_STEP
    after, before = function(x + step * dx), function(x - step * dx)
    return (after + before) / 2, (after - before) / (2 * step)


class _Linear(torch.autograd.Function):
    """A linear function, which is its own derivative."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, function: Function) -> torch.Tensor:
        ctx.function = function
        return function(x)

    @staticmethod
    def jvp(ctx: Any, dx: torch.Tensor, _: None) -> torch.Tensor:
        result: torch.Tensor = ctx.function(dx)
        return result


class _LinearConvolutions(TorchFunctionMode):
    """Spares the convolution with the derivative of a kernel that has none, a third of torch's own formula."""

    def __torch_function__(
        self,
        function: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        if function not in CONVOLUTIONS or not _moves(args[0]) or _moves(args[1]):
            return function(*args, **named)
        x, weight, *rest = args
        bias = rest.pop(0) if rest else named.pop("bias", None)
        y = _Linear.apply(x, lambda v: function(v, weight, None, *rest, **named))  # type: ignore[no-untyped-call]
        return y if bias is None else y + bias[:, None, None]


def _moves(x: torch.Tensor) -> bool:
    return forward_ad.unpack_dual(x).tangent is not None  # type: ignore[no-untyped-call]
