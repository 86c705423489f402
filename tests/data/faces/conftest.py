"""The photo with one face that the tests of faces share."""

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array


@pytest.fixture(scope="session")
def astronaut() -> Array:
    """A portrait uint8 `[512, 512, 3]`."""
    with Image.open(ASSETS / "samples" / "astronaut.png") as photo:
        pixels = np.array(photo.convert("RGB"))
    pixels.setflags(write=False)
    return pixels
