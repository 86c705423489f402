"""Modulated convolution without grouped convolution (Karras et al. 2020, section 2.2)."""

from dataclasses import dataclass
from enum import Enum, auto

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.banded import BAND_NUMBERS, Place, fresh, in_bands
from ganstudio.layers.finish import NOTHING, Finish
from ganstudio.layers.packing import (
    Convolution,
    packed_convolution,
    packed_filter,
    packed_upsampling,
    packing_works,
)
from ganstudio.layers.resample import filter2d, upsampling_padding
from ganstudio.layers.winograd import WinogradConvolution, winograd_pays

PACKING_COST = 6  # how many passes over a kernel its folding and packing take; in bands only the input is scaled apart
BANDED_TAPS = 4  # of the filter behind an up-sampling kernel in bands


def demodulation(energy: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
    """Return d `[N, O]` = rsqrt(Σ_i s_i² Σ_k w_oik² + 1e-8) for Σ_k w² `[O, I]` and styles `[N, I]`."""
    return F.linear(styles.square(), energy).add(1e-8).rsqrt()


class Way(Enum):
    """How a layer reaches its result."""

    PLAIN = auto()  # by torch's own convolution
    FOLDED = auto()  # the same, with s in the kernel: one picture at a high resolution
    PACKED = auto()  # by a kernel that is laid out once
    WINOGRAD = auto()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What follows from a weight alone, kept while the weight stays the same."""

    stamp: object
    weight: torch.Tensor  # as `_plain` wants it
    energy: torch.Tensor  # Σ_k w² `[O, I]`
    packed: Convolution | None = None
    smooth: Convolution | None = None  # the filter behind an up-sampling kernel
    winograd: WinogradConvolution | None = None


class ModulatedConv2d(nn.Module):
    """The convolution part of a style layer: scale the input by s, convolve, scale the output by d.

    One picture at a high resolution folds s into the kernel instead, which is then the smaller tensor.
    """

    def __init__(self, n_in: int, n_out: int, size: int, *, up: bool = False) -> None:
        """Draw the weight `[O, I, k, k]` from N(0, 1)."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, size, size))
        self.up = up
        self._prepared: dict[Way, Prepared] = {}

    def __getstate__(self) -> dict[str, object]:
        """Leave packed kernels out of copies."""
        return {**self.__dict__, "_prepared": {}}

    def convolve(
        self,
        x: torch.Tensor,
        styles: torch.Tensor,
        kernel: torch.Tensor,
        gain: float = 1.0,
        finish: Finish = NOTHING,
        place: Place = fresh,
    ) -> torch.Tensor:
        """Return `gain` times the modulated convolution of x `[N, I, H, W]` by styles `[N, I]`, finished.

        Large results lie where `place` says.
        """
        way = self._way(x)
        prepared = self._prepare(x, way, kernel)
        scale = demodulation(prepared.energy, styles) * gain
        if prepared.winograd is not None:
            return prepared.winograd(x, styles, scale, finish, place)
        weight = prepared.weight
        if way is Way.FOLDED:
            weight = (weight * styles.reshape(self._input_shape())).to(x.dtype)
        else:
            x = x * styles.to(x.dtype)[:, :, None, None]
        if self._goes_in_bands(x, way, kernel):
            convolve = self._behind_each_other(prepared.packed or self._pack(weight, x), prepared.smooth)
            return in_bands(x, len(self.weight), 2 if self.up else 1, convolve, scale, finish, place)
        y = prepared.packed(x) if prepared.packed is not None else self._plain(x, weight)
        return finish(self._smoothed(y, kernel), scale)

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
        if x.shape[0] != 1:
            return False
        if self.up and packing_works(x):
            return PACKING_COST * self.weight.numel() < n_in * pixels
        return self.weight.numel() < n_in * pixels + n_out * pixels * (4 if self.up else 1)

    def _prepare(self, x: torch.Tensor, way: Way, kernel: torch.Tensor) -> Prepared:
        weight = self.weight
        if torch.is_grad_enabled() and weight.requires_grad:
            return Prepared(None, self._laid_out(weight).to(x.dtype), weight.square().sum(dim=(2, 3)))
        stamp = (weight.data_ptr(), weight._version, weight.device, x.dtype, kernel.data_ptr(), kernel._version)
        prepared = self._prepared.get(way)
        if prepared is None or prepared.stamp != stamp:
            with torch.no_grad():
                prepared = self._prepared[way] = self._made_ready(x, way, kernel, stamp)
        return prepared

    def _made_ready(self, x: torch.Tensor, way: Way, kernel: torch.Tensor, stamp: object) -> Prepared:
        weight = self.weight.detach()
        energy = weight.square().sum(dim=(2, 3))
        if way is Way.WINOGRAD:
            return Prepared(stamp, weight, energy, winograd=WinogradConvolution(weight, x))
        laid_out = self._laid_out(weight).to(x.dtype, memory_format=torch.channels_last)
        smooth = packed_filter(kernel, 4.0, len(weight), x) if self.up and self._goes_in_bands(x, way, kernel) else None
        packed = self._pack(laid_out, x) if way is Way.PACKED else None
        return Prepared(stamp, laid_out, energy, packed, smooth)

    def _pack(self, weight: torch.Tensor, x: torch.Tensor) -> Convolution:
        return packed_upsampling(weight, x) if self.up else packed_convolution(weight, x)

    def _goes_in_bands(self, x: torch.Tensor, way: Way, kernel: torch.Tensor) -> bool:
        if way is Way.PLAIN or self.weight.shape[-1] != 3 or not packing_works(x):
            return False
        if self.up:
            return kernel.shape[-1] == BANDED_TAPS
        return way is Way.FOLDED and len(self.weight) * x.shape[2] * x.shape[3] > BAND_NUMBERS

    @staticmethod
    def _behind_each_other(first: Convolution, second: Convolution | None) -> Convolution:
        return first if second is None else lambda x: second(first(x))

    def _laid_out(self, weight: torch.Tensor) -> torch.Tensor:
        return weight.transpose(0, 1) if self.up else weight
