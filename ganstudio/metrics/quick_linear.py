"""Convolutions with kernels that stay the same: values and derivatives in one call, kernels laid out once."""

from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F

from ganstudio.layers.packing import packed_convolution, packed_upsampling, packing_works
from ganstudio.layers.winograd import WinogradConvolution, winograd_pays

MOST_KERNELS = 64
Linear = Callable[[torch.Tensor], torch.Tensor]
Key = tuple[object, ...]


class KeptKernels:
    """The kernels of one network as its convolutions want them; the least used are forgotten first."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: OrderedDict[Key, tuple[torch.Tensor, Linear]] = OrderedDict()

    def __len__(self) -> int:
        """How many kernels are kept."""
        return len(self._kept)

    def convolution(self, weight: torch.Tensor, x: torch.Tensor, padding: int) -> Linear:
        """Return the stride-1 convolution with `[O, I, k, k]` for inputs shaped like x `[N, I, H, W]`."""
        same = 2 * padding + 1 == weight.shape[-1] == weight.shape[-2]
        if same and winograd_pays(weight, x):
            return self._get(weight, x, padding, lambda: _winograd(weight, x))
        if same and packing_works(x):
            return self._get(weight, x, padding, lambda: packed_convolution(weight, x))
        return lambda y: F.conv2d(y, weight, padding=padding)

    def doubling(self, weight: torch.Tensor, x: torch.Tensor) -> Linear:
        """Return the transposed convolution with `[I, O, k, k]`, stride 2 and no padding, for inputs like x."""
        if packing_works(x):
            return self._get(weight, x, "doubling", lambda: packed_upsampling(weight, x))
        return lambda y: F.conv_transpose2d(y, weight, stride=2)

    def _get(self, weight: torch.Tensor, x: torch.Tensor, geometry: object, make: Callable[[], Linear]) -> Linear:
        # the kept weight holds its memory, so that no other one can have its address
        key = (weight.data_ptr(), weight._version, weight.shape, weight.stride(), x.shape, x.dtype, geometry)
        if key not in self._kept:
            self._kept[key] = (weight, make())
            while len(self._kept) > MOST_KERNELS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key][1]


def _winograd(weight: torch.Tensor, x: torch.Tensor) -> Linear:
    convolve = WinogradConvolution(weight, x)
    return lambda y: convolve(y, y.new_ones(y.shape[:2]), None)
