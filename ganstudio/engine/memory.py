"""Budgets for kept results, and what happens when memory runs out."""

import contextlib
from collections.abc import Callable, Iterator

import torch

from ganstudio.core.errors import DeviceMemoryError

DEFAULT_BUDGET = 1 << 30


def ran_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that memory was exhausted, on any device."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    words = str(error)
    return isinstance(error, RuntimeError) and ("DefaultCPUAllocator" in words or "out of memory" in words)


@contextlib.contextmanager
def recovered_from_exhaustion(device: torch.device, forget: Callable[[], None]) -> Iterator[None]:
    """Free what was kept when memory runs out, and say so in a sentence."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not ran_out_of_memory(error):
            raise
        forget()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        raise DeviceMemoryError(
            f"The memory of {device} ran out; kept results were freed. "
            "Close other programs, choose the CPU, or open a smaller model."
        ) from error
