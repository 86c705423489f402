"""The two wavelet filters of the augmentations (Daubechies 1992, least asymmetric wavelets)."""

import math

import numpy as np
import torch

SYMLET6 = (
    *(0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633),
    *(0.4910559419267466, 0.787641141030194, 0.3379294217276218, -0.07263752278646252),
    *(-0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148),
)
_ROOT3 = math.sqrt(3.0)
SYMLET2 = np.array([1.0 + _ROOT3, 3.0 + _ROOT3, 3.0 - _ROOT3, 1.0 - _ROOT3]) / (4.0 * math.sqrt(2.0))
BANDS = 4


def lowpass() -> torch.Tensor:
    """Return the 12 taps, of sum one, that resample pictures around a geometric transformation."""
    taps = torch.tensor(SYMLET6, dtype=torch.float64)
    return (taps / taps.sum()).float()


def filter_bank() -> torch.Tensor:
    """Return the impulse responses `[4, 43]` of four octave-wide bands, lowest first, whose sum is one impulse.

    Each is what the analysis and synthesis filters of one branch of a dyadic wavelet tree amount to (ADA, appendix B).
    """
    high = SYMLET2 * np.array([1.0, -1.0, 1.0, -1.0])
    low_pair = np.convolve(SYMLET2, SYMLET2[::-1]) / 2.0
    high_pair = np.convolve(high, high[::-1]) / 2.0
    bank = np.zeros((BANDS, 1))
    bank[0, 0] = 1.0
    for band in range(1, BANDS):
        stretched = np.zeros((BANDS, 2 * bank.shape[1] - 1))
        stretched[:, ::2] = bank
        bank = np.stack([np.convolve(line, low_pair) for line in stretched])
        start = (bank.shape[1] - len(high_pair)) // 2
        bank[band, start : start + len(high_pair)] += high_pair
    return torch.from_numpy(bank).float()
