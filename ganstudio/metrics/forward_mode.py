"""Derivatives along one direction, carried forward through a network beside its values."""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.autograd.forward_ad as forward_ad
from torch.overrides import TorchFunctionMode
from torch.utils.dlpack import from_dlpack

from ganstudio.metrics.quick_linear import KeptKernels, Linear

CENTRAL_STEP = 1e-4
Function = Callable[[torch.Tensor], torch.Tensor]
CONVOLUTIONS: frozenset[object] = frozenset({torch.conv2d, torch.conv_transpose2d})
PRODUCTS: frozenset[object] = frozenset({torch.mul, torch.Tensor.mul, torch.Tensor.__mul__})


def load_forward_mode() -> None:
    """Load what torch needs for forward derivatives, which takes a second; may run on any thread before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, about its scripts
        from torch._decomp import decompositions_for_jvp  # noqa: F401


def directional_derivative(
    function: Function, x: torch.Tensor, dx: torch.Tensor, kernels: KeptKernels | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return function(x) and its exact derivative along dx; `kernels` are kept for the next call.

    Where an operation has no forward derivative it is a central difference instead.
    """
    load_forward_mode()
    try:
        with torch.enable_grad(), forward_ad.dual_level(), _Quick(KeptKernels() if kernels is None else kernels):
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


class _Quick(TorchFunctionMode):
    """Convolves values and derivatives together where the kernel has none, and scales channels in fewer passes."""

    def __init__(self, kernels: KeptKernels) -> None:
        super().__init__()
        self.kernels = kernels
        self._recent: deque[torch.Tensor] = deque(maxlen=2)  # values with their derivatives behind them

    def __torch_function__(
        self,
        function: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        if function in PRODUCTS and not named and _scales_channels(*args):
            return self._scaled(*args)
        if function in CONVOLUTIONS and _moves(args[0]) and not _moves(args[1]):
            return self._convolved(function, args, named)
        return function(*args, **named)

    def _convolved(self, function: Any, args: tuple[Any, ...], named: dict[str, Any]) -> torch.Tensor:
        x, weight, *rest = args
        bias = rest.pop(0) if rest else named.pop("bias", None)
        with torch.no_grad():
            both = self._joined(x)
            quick = None if rest else self._quick(function, weight, both, named)
            y = function(both, weight, None, *rest, **named) if quick is None else quick(both)
            if bias is not None:
                y[: len(x)].add_(bias[:, None, None])
        return self._dual(y)

    def _quick(self, function: object, weight: torch.Tensor, x: torch.Tensor, named: dict[str, Any]) -> Linear | None:
        if function is torch.conv2d and named.keys() <= {"padding"} and isinstance(named.get("padding", 0), int):
            return self.kernels.convolution(weight, x, named.get("padding", 0))
        return self.kernels.doubling(weight, x) if named == {"stride": 2} else None

    def _scaled(self, x: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
        """Return x `[N, C, H, W]` times its factors `[N, C, 1, 1]`: s x, and s dx + x ds behind it in memory."""
        with torch.no_grad():
            (value, slope), (s, ds) = _parts(x), _parts(factor)
            shape = (2 * len(value), *value.shape[1:])
            both = torch.empty(shape, dtype=value.dtype, device=value.device, memory_format=torch.channels_last)
            first, last = both.chunk(2)
            torch.mul(value, s, out=first)
            torch.mul(slope, s, out=last).addcmul_(value, ds)
        return self._dual(both)

    def _dual(self, both: torch.Tensor) -> torch.Tensor:
        self._recent.append(both)
        return forward_ad.make_dual(*map(_alone, both.chunk(2)))  # type: ignore[no-untyped-call,no-any-return]

    def _joined(self, x: torch.Tensor) -> torch.Tensor:
        """Return the value and the derivative along the first axis, without a copy where they were made so."""
        value, slope = _parts(x)
        for both in self._recent:
            first, last = both.chunk(2)
            same = first.shape == value.shape and first.stride() == value.stride() == slope.stride()
            if same and first.data_ptr() == value.data_ptr() and last.data_ptr() == slope.data_ptr():
                return both
        return torch.cat([value, slope])


def _alone(half: torch.Tensor) -> torch.Tensor:
    """Return the same memory as a tensor of its own: torch copies derivatives whose offset is not their value's."""
    return from_dlpack(half).as_strided(half.shape, half.stride()) if half.device.type == "cpu" else half


def _scales_channels(x: object, factor: object) -> bool:
    return (
        isinstance(x, torch.Tensor)
        and isinstance(factor, torch.Tensor)
        and x.ndim == 4
        and factor.shape == (*x.shape[:2], 1, 1)
        and x.dtype == factor.dtype
        and _moves(x)
        and _moves(factor)
    )


def _parts(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    value, slope = forward_ad.unpack_dual(x)  # type: ignore[no-untyped-call]
    return value, slope


def _moves(x: torch.Tensor) -> bool:
    return forward_ad.unpack_dual(x).tangent is not None  # type: ignore[no-untyped-call]
