"""What the studio is started with."""

import os
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

STARTED = "GANSTUDIO_STARTED"
"""Environment variable with the Unix time at which the launcher began, so that timings count it as well."""


class Theme(StrEnum):
    """The look of the window; `SYSTEM` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def process_start() -> float:
    """Unix time in seconds at which this start of the program began, the launcher's share included."""
    try:
        return float(os.environ[STARTED])
    except (KeyError, ValueError):
        return _kernel_start() or time.time()


def _kernel_start() -> float | None:
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


@dataclass(frozen=True)
class LaunchOptions:
    """How the window opens.

    With `screenshot` the window waits for its first full picture, saves itself there as PNG, prints one JSON
    line with `start_to_window_s` and `start_to_first_picture_s`, both in seconds since `started_at` (Unix
    time), and closes with exit code 0. With `first_look` it does the same, prints nothing, and saves
    `window.png` and a sheet of samples, `sheet.png`, in that folder. `workspace` is a workspace's
    name in any case of letters; `size` is (width, height) in pixels.
    """

    open: Path | None = None
    model: str | None = None
    workspace: str | None = None
    size: tuple[int, int] | None = None
    screenshot: Path | None = None
    theme: Theme = Theme.SYSTEM
    first_look: Path | None = None
    started_at: float = field(default_factory=process_start)
