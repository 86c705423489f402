"""Where a model's pictures have the parts of a face, measured on its own pictures."""

import numpy as np

from ganstudio.core.pixels import to_pixels
from ganstudio.data.faces.framing import Framing, measured_framing
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.engine.model import Model

PICTURES = 48
PSI = 0.7


def framing_of(model: Model) -> Framing | None:
    """Measure where the pictures of 48 seeds have eyes, nose and mouth; None where they show no faces.

    It takes a second or two for a model of 64 px.
    """
    pictures = to_pixels(model.sample(range(PICTURES), psi=PSI))
    return measured_framing(shipped_detector(), np.moveaxis(pictures, 3, 1))
