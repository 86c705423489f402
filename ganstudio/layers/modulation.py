"""Modulated convolution without grouped convolution (Karras et al. 2020, section 2.2)."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.resample import filter2d, upsampling_padding


def demodulation(energy: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
    """Return d `[N, O]` = rsqrt(Σ_i s_i² Σ_k w_oik² + 1e-8) for Σ_k w² `[O, I]` and styles `[N, I]`."""
    return torch.addmm(styles.new_tensor(1e-8), styles.square(), energy.t()).rsqrt()


class ModulatedConv2d(nn.Module):
    """The convolution part of a style layer: scale the input by s, convolve, scale the output by d.

    One picture at a high resolution folds s and d into the kernel instead, which is then the smaller tensor.
    """

    def __init__(self, n_in: int, n_out: int, size: int, *, up: bool = False, demodulate: bool = True) -> None:
        """Draw the weight `[O, I, k, k]` from N(0, 1); only layers without demodulation have a runtime gain."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, size, size))
        self.up, self.demodulate = up, demodulate
        self.style_gain = 1.0 if demodulate else 1.0 / math.sqrt(n_in * size * size)
        self._prepared: dict[torch.dtype, tuple[object, torch.Tensor, torch.Tensor]] = {}

    def convolve(
        self, x: torch.Tensor, styles: torch.Tensor, kernel: torch.Tensor, gain: float = 1.0
    ) -> torch.Tensor:
        """Return `gain` times the modulated convolution of x `[N, I, H, W]` by styles `[N, I]`."""
        weight, energy = self._weight_and_energy(x.dtype)
        styles = styles * self.style_gain
        scale = demodulation(energy, styles) * gain if self.demodulate else None
        if self.demodulate or gain == 1.0:
            before, after = styles, scale
        else:
            before, after = styles * gain, None
        if self._kernel_is_smaller(x):
            folded = weight * before.reshape(self._input_shape())
            if after is not None:
                folded = folded * after.reshape(self._output_shape())
            return self._plain(x, folded.to(x.dtype), kernel)
        y = self._plain(x * before.to(x.dtype)[:, :, None, None], weight, kernel)
        if after is None:
            return y
        factor = after.to(y.dtype)[:, :, None, None]
        return y * factor if torch.is_grad_enabled() else y.mul_(factor)

    def _plain(self, x: torch.Tensor, weight: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        size = weight.shape[-1]
        if not self.up:
            return F.conv2d(x, weight, padding=size // 2)
        y = F.conv_transpose2d(x, weight, stride=2)
        return filter2d(y, kernel, upsampling_padding(kernel.shape[-1], size), gain=4.0)

    def _input_shape(self) -> tuple[int, ...]:
        return (-1, 1, 1, 1) if self.up else (1, -1, 1, 1)

    def _output_shape(self) -> tuple[int, ...]:
        return (1, -1, 1, 1) if self.up else (-1, 1, 1, 1)

    def _kernel_is_smaller(self, x: torch.Tensor) -> bool:
        if x.shape[0] != 1 or torch.is_grad_enabled():
            return False
        n_out, n_in = self.weight.shape[:2]
        pixels = x.shape[2] * x.shape[3]
        return self.weight.numel() < n_in * pixels + n_out * pixels * (4 if self.up else 1)

    def _weight_and_energy(self, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the kernel as `_plain` wants it and Σ_k w² `[O, I]`, kept while the weight stays the same."""
        weight = self.weight
        if torch.is_grad_enabled() and weight.requires_grad:
            return self._laid_out(weight).to(dtype), weight.square().sum(dim=(2, 3))
        stamp = (weight.data_ptr(), weight._version, weight.device, weight.dtype)
        kept = self._prepared.get(dtype)
        if kept is None or kept[0] != stamp:
            with torch.no_grad():
                laid_out = self._laid_out(weight.detach()).to(dtype, memory_format=torch.channels_last)
                kept = (stamp, laid_out, weight.detach().square().sum(dim=(2, 3)))
            self._prepared = {dtype: kept}
        return kept[1], kept[2]

    def _laid_out(self, weight: torch.Tensor) -> torch.Tensor:
        return weight.transpose(0, 1) if self.up else weight
