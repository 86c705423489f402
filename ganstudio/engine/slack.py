"""How much of its time idle work may take while pictures follow one another."""

import time
from collections.abc import Callable

SHARE = 0.12
FLOWING_S = 0.2


class Slack:
    """Idle work has all the time while nothing is drawn, and a small share of it while pictures flow."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """No picture was drawn yet."""
        self._clock = clock
        self._drawn = self._free = -FLOWING_S

    def drew(self) -> None:
        """A picture was drawn."""
        self._drawn = self._clock()

    def spent(self, seconds: float) -> None:
        """Idle work took a step; the next one waits until both together had their share."""
        self._free = self._clock() + seconds * (1.0 / SHARE - 1.0)

    def wait_s(self) -> float:
        """How long idle work must wait from now on, where no further picture is drawn; 0 where it may go on."""
        now = self._clock()
        return max(0.0, min(self._free, self._drawn + FLOWING_S) - now)
