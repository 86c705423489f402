"""The ways from a photo to a latent."""

from enum import StrEnum


class Method(StrEnum):
    """How a code is found."""

    ENCODER = "encoder"
    OPTIMISE = "optimise"
    HYBRID = "hybrid"  # the encoder's answer starts the optimisation
    PIVOTAL = "pivotal"  # then the model itself is tuned around the code
    CODES = "codes"  # several codes draw the picture together
