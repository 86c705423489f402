"""Modulated convolution without grouped convolution (Karras et al. 2020, section 2.2)."""

import math
from dataclasses import dataclass
from enum import Enum, auto

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.packing import Convolution, packed_convolution, packed_upsampling, packing_works
from ganstudio.layers.resample import filter2d, upsampling_padding
from ganstudio.layers.winograd import WinogradConvolution, winograd_pays


def demodulation(energy: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
    """Return d `[N, O]` = rsqrt(Σ_i s_i² Σ_k w_oik² + 1e-8) for Σ_k w² `[O, I]` and styles `[N, I]`."""
    return F.linear(styles.square(), energy).add(1e-8).rsqrt()


class Way(Enum):
    """How a layer reaches its result."""

    PLAIN = auto()  # by torch's own convolution
    FOLDED = auto()  # the same, with s and d in the kernel: one picture at a high resolution
    PACKED = auto()  # by a kernel that is laid out once
    WINOGRAD = auto()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What follows from a weight alone, kept while the weight stays the same."""

    stamp: object
    weight: torch.Tensor  # as `_plain` wants it
    energy: torch.Tensor  # Σ_k w² `[O, I]`
    packed: Convolution | None = None
    winograd: WinogradConvolution | None = None


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
        self._prepared: dict[Way, Prepared] = {}

    def __getstate__(self) -> dict[str, object]:
        """Leave packed kernels out of copies."""
        return {**self.__dict__, "_prepared": {}}

    def convolve(
        self, x: torch.Tensor, styles: torch.Tensor, kernel: torch.Tensor, gain: float = 1.0
    ) -> torch.Tensor:
        """Return `gain` times the modulated convolution of x `[N, I, H, W]` by styles `[N, I]`."""
        way = self._way(x)
        prepared = self._prepare(x, way)
        styles = styles * self.style_gain
        scale = demodulation(prepared.energy, styles) * gain if self.demodulate else None
        before = styles if self.demodulate or gain == 1.0 else styles * gain
        if way is Way.FOLDED:
            folded = prepared.weight * before.reshape(self._input_shape())
            if scale is not None:
                folded = folded * scale.reshape(self._output_shape())
            return self._smoothed(self._plain(x, folded.to(x.dtype)), kernel)
        if prepared.winograd is not None:
            return prepared.winograd(x, before, scale)
        x = x * before.to(x.dtype)[:, :, None, None]
        y = prepared.packed(x) if prepared.packed is not None else self._plain(x, prepared.weight)
        if scale is not None:
            factor = scale.to(y.dtype)[:, :, None, None]
            y = y * factor if torch.is_grad_enabled() else y.mul_(factor)
        return self._smoothed(y, kernel)

    def _plain(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        if self.up:
            return F.conv_transpose2d(x, weight, stride=2)
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2)

    def _smoothed(self, y: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
        if not self.up:
            return y
        return filter2d(y, kernel, upsampling_padding(kernel.shape[-1], self.weight.shape[-1]), gain=4.0)

    def _input_shape(self) -> tuple[int, ...]:
        return (-1, 1, 1, 1) if self.up else (1, -1, 1, 1)

    def _output_shape(self) -> tuple[int, ...]:
        return (1, -1, 1, 1) if self.up else (-1, 1, 1, 1)

    def _way(self, x: torch.Tensor) -> Way:
        if torch.is_grad_enabled():
            return Way.PLAIN
        if not self.up and winograd_pays(self.weight, x):
            return Way.WINOGRAD
        if self._kernel_is_smaller(x):
            return Way.FOLDED
        return Way.PACKED if packing_works(x) else Way.PLAIN

    def _kernel_is_smaller(self, x: torch.Tensor) -> bool:
        n_out, n_in = self.weight.shape[:2]
        pixels = x.shape[2] * x.shape[3]
        return x.shape[0] == 1 and self.weight.numel() < n_in * pixels + n_out * pixels * (4 if self.up else 1)

    def _prepare(self, x: torch.Tensor, way: Way) -> Prepared:
        weight = self.weight
        if torch.is_grad_enabled() and weight.requires_grad:
            return Prepared(None, self._laid_out(weight).to(x.dtype), weight.square().sum(dim=(2, 3)))
        stamp = (weight.data_ptr(), weight._version, weight.device, x.dtype)
        prepared = self._prepared.get(way)
        if prepared is None or prepared.stamp != stamp:
            with torch.no_grad():
                prepared = self._prepared[way] = self._made_ready(x, way, stamp)
        return prepared

    def _made_ready(self, x: torch.Tensor, way: Way, stamp: object) -> Prepared:
        weight = self.weight.detach()
        energy = weight.square().sum(dim=(2, 3))
        if way is Way.WINOGRAD:
            return Prepared(stamp, weight, energy, winograd=WinogradConvolution(weight, x))
        laid_out = self._laid_out(weight).to(x.dtype, memory_format=torch.channels_last)
        if way is not Way.PACKED:
            return Prepared(stamp, laid_out, energy)
        pack = packed_upsampling if self.up else packed_convolution
        return Prepared(stamp, laid_out, energy, packed=pack(laid_out, x))

    def _laid_out(self, weight: torch.Tensor) -> torch.Tensor:
        return weight.transpose(0, 1) if self.up else weight
