"""Layers with equalised learning rate: weights are scaled at run time (Karras et al. 2018, section 4.1)."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.activation import LINEAR, Activation, bias_activation
from ganstudio.layers.resample import conv_down, conv_up


class EqualizedLinear(nn.Module):
    """A dense layer `[N, in] -> [N, out]`; `lr` multiplies the learning rate of weight and bias."""

    def __init__(
        self, n_in: int, n_out: int, activation: Activation = LINEAR, lr: float = 1.0, bias_init: float = 0.0
    ) -> None:
        """Draw the weight from N(0, 1 / lr²)."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in) / lr)
        self.bias = nn.Parameter(torch.full((n_out,), bias_init))
        self.activation = activation
        self.weight_gain = lr / math.sqrt(n_in)
        self.bias_gain = lr

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return f(x Wᵀ + b) with the runtime gains."""
        bias = self.bias if self.bias_gain == 1.0 else self.bias * self.bias_gain
        y = F.linear(x * self.weight_gain, self.weight, bias)
        return y if self.activation is LINEAR else bias_activation(y, None, self.activation)


class EqualizedConv2d(nn.Module):
    """A convolution `[N, I, H, W] -> [N, O, H', W']` with optional filtered resampling, bias and activation."""

    resample_filter: torch.Tensor

    def __init__(
        self,
        n_in: int,
        n_out: int,
        size: int,
        *,
        activation: Activation = LINEAR,
        bias: bool = True,
        up: bool = False,
        down: bool = False,
        resample_filter: torch.Tensor,
        clamp: float | None = None,
    ) -> None:
        """Draw the weight from N(0, 1)."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, size, size))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None
        self.register_buffer("resample_filter", resample_filter.clone())
        self.activation, self.up, self.down, self.clamp = activation, up, down, clamp
        self.weight_gain = 1.0 / math.sqrt(n_in * size * size)

    def forward(self, x: torch.Tensor, gain: float = 1.0) -> torch.Tensor:
        """Return clamp(f(x * W + b) · gain); homogeneous activations let the gain go into kernel and bias."""
        total = self.activation.gain * gain
        folded = total if self.activation.homogeneous else 1.0
        weight = (self.weight * (self.weight_gain * folded)).to(x.dtype)
        bias = None if self.bias is None else (self.bias * folded).to(x.dtype)
        if self.up:
            x = conv_up(x, weight, self.resample_filter)
            x = x if bias is None else x + bias.reshape(1, -1, 1, 1)
        elif self.down:
            x = conv_down(x, weight, self.resample_filter, bias)
        else:
            x = F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)
        x = self.activation.function(x)
        x = x if folded == total else x * total
        return x if self.clamp is None else x.clamp(-self.clamp * gain, self.clamp * gain)
