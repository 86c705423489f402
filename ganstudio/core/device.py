"""Which device computes, and how exactly."""

from enum import StrEnum
from typing import TYPE_CHECKING

from ganstudio.core.errors import DeviceError

if TYPE_CHECKING:
    import torch


class Precision(StrEnum):
    """`exact` is float32 everywhere; `fast` runs convolutions in bfloat16 (float16 on MPS)."""

    EXACT = "exact"
    FAST = "fast"


AUTO = "auto"


def available_devices() -> tuple[str, ...]:
    """Return the ids of the devices that answer on this machine, fastest first."""
    import torch

    found = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def choose_device(wanted: str = AUTO) -> "torch.device":
    """Return the device that `wanted` names; `auto` takes the fastest."""
    import torch

    devices = available_devices()
    if wanted == AUTO:
        return torch.device(devices[0])
    name = "cuda:0" if wanted == "cuda" else wanted
    if name not in devices:
        raise DeviceError(
            f"The device {wanted!r} does not answer on this machine; choose one of: {', '.join((AUTO, *devices))}."
        )
    return torch.device(name)


def device_title(device: str) -> str:
    """Return the name of a device as people know it."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device, device)


def fast_dtype(device: "torch.device") -> "torch.dtype":
    """Return the 16-bit type of the device's fast path."""
    import torch

    return torch.float16 if device.type == "mps" else torch.bfloat16


def has_fast_path(device: "torch.device") -> bool:
    """Tell whether 16-bit convolutions are quicker than float32 ones on `device`."""
    if device.type != "cpu":
        return True
    import torch

    usable: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return usable and _cpu_has_bfloat16()


def quick_precision(device: "torch.device") -> Precision:
    """Return `fast` where that is quicker than `exact`."""
    return Precision.FAST if has_fast_path(device) else Precision.EXACT


def _cpu_has_bfloat16() -> bool:
    import torch

    capabilities = torch.cpu.get_capabilities()
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def memory_of(device: "torch.device") -> tuple[int, int]:
    """Return the bytes of the device's memory that this process uses, and all there are."""
    import torch

    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return total - free, total
    return process_memory(), machine_memory()


def process_memory() -> int:
    """Return the resident bytes of this process, 0 where the system does not tell."""
    try:
        import resource
        import sys
        from pathlib import Path

        statm = Path("/proc/self/statm")
        if statm.exists():
            return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except (ImportError, OSError):
        return 0


def machine_memory() -> int:
    """Return the bytes of this machine's memory, 0 where the system does not tell."""
    import os

    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
