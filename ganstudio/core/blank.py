"""Building a network's layers without drawing or holding any numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

FACTORIES: frozenset[object] = frozenset({torch.empty, torch.zeros, torch.ones, torch.full, torch.randn, torch.rand})
FILLS: frozenset[object] = frozenset({
    torch.Tensor.normal_, torch.Tensor.uniform_, torch.Tensor.zero_, torch.Tensor.fill_, torch.Tensor.div,
    torch.Tensor.mul, torch.Tensor.__truediv__, torch.Tensor.__mul__,
})  # fmt: skip


class Blank(TorchFunctionMode):
    """Inside this context new parameters have a shape and a type, and no memory.

    `torch.device("meta")` would do, but random numbers on it load a compiler first, which takes a second or more.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Make shapes instead of numbers; leave everything else as it is."""
        options = dict(kwargs or {})
        if func in FACTORIES and options.get("device") is None:
            if func is torch.full:
                args = args[:1]
                options.pop("fill_value", None)
            options.pop("generator", None)
            return torch.empty(*args, **{**options, "device": "meta"})
        if func in FILLS or getattr(func, "__module__", "") == "torch.nn.init":
            target = args[0] if args else options.get("tensor")
            if isinstance(target, torch.Tensor) and target.is_meta:
                return target
        return func(*args, **options)
