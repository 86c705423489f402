"""Layers whose weights are scaled at run time by gain / sqrt(fan-in), the gain of the activation that follows included.

He et al. 2015; Karras et al. 2018, section 4.1. Biases stay as they are, unlike behind activations with a gain.
"""

import math
from enum import Enum

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.doubling import conv_doubled, conv_halved

LEAKY_GAIN = math.sqrt(2.0)


class Resampling(Enum):
    """What happens to the resolution in a convolution."""

    NONE = 1
    DOUBLE = 2
    HALVE = 3


class HeLinear(nn.Module):
    """A dense layer `[N, in] -> [N, out]`; `lr` multiplies the learning rate of weight and bias."""

    def __init__(
        self, n_in: int, n_out: int, *, gain: float = LEAKY_GAIN, lr: float = 1.0, bias: bool = True
    ) -> None:
        """Draw the weight from N(0, 1 / lr²)."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / lr)
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.gain, self.lr = gain * lr / math.sqrt(n_in), lr

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x Wᵀ + b with the runtime gains."""
        bias = self.bias if self.bias is None or self.lr == 1.0 else self.bias * self.lr
        return F.linear(x * self.gain, self.weight, bias)


class HeConv2d(nn.Module):
    """A convolution `[N, I, H, W] -> [N, O, H', W']`, possibly of the doubled input or with a halved result."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        size: int,
        *,
        gain: float = LEAKY_GAIN,
        bias: bool = True,
        resampling: Resampling = Resampling.NONE,
    ) -> None:
        """Draw the weight from N(0, 1)."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, size, size))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.gain, self.resampling = gain / math.sqrt(n_in * size * size), resampling

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x * W + b with the runtime gain."""
        weight = self.weight * self.gain
        if self.resampling is Resampling.DOUBLE:
            y = conv_doubled(x, weight)
        elif self.resampling is Resampling.HALVE:
            y = conv_halved(x, weight)
        else:
            y = F.conv2d(x, weight.to(x.dtype), padding=weight.shape[-1] // 2)
        return y if self.bias is None else y + self.bias.to(y.dtype).reshape(1, -1, 1, 1)
