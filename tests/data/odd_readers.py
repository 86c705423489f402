"""Readers that misbehave; they know nothing of torch and pytest, so that processes with them start quickly."""

import os
import signal
import sys
from collections.abc import Sequence

import numpy as np

from ganstudio.core.store import Array
from ganstudio.data.reading import Reader, Reading
from ganstudio.data.workers import DecodingError


class Grumpy(Reader):
    """Reads numbers as pictures, refuses 13, dies of 14, and reads 15 as whether torch was loaded."""

    shape = (1, 1, 1)

    def read(self, numbers: Sequence[int]) -> Reading:
        if 14 in numbers:
            os.kill(os.getpid(), signal.SIGKILL)
        if 13 in numbers:
            raise DecodingError("Thirteen is not read.")
        chosen: Array = np.asarray(numbers)
        pixels = chosen.astype(np.uint8).reshape(-1, 1, 1, 1)
        return Reading(np.where(pixels == 15, np.uint8("torch" in sys.modules), pixels), chosen)
