"""The ways from a photo to a latent, and how near they came in words."""

import math
from enum import StrEnum

LEAST_COMPARED = 16
"""How wide pictures are at least that LPIPS compares; of smaller ones only pixels count."""
FULL_RANGE = 2.0


class Method(StrEnum):
    """How a code is found."""

    ENCODER = "encoder"
    OPTIMISE = "optimise"
    HYBRID = "hybrid"  # the encoder's answer starts the optimisation
    PIVOTAL = "pivotal"  # then the model itself is tuned around the code
    CODES = "codes"  # several codes draw the picture together


def psnr_of(pixel: float) -> float:
    """Return the peak signal-to-noise ratio in dB for a mean squared difference of pictures in [-1, 1]."""
    return 10.0 * math.log10(FULL_RANGE**2 / max(pixel, 1e-12))


def nearness(side: int, lpips: float, psnr: float) -> str:
    """Say how near a picture of so many pixels came to its photo."""
    return f"LPIPS {lpips:.4f}" if side >= LEAST_COMPARED else f"PSNR {psnr:.1f} dB"
