"""A frozen classifier for many comparisons of pictures of one size: what its features say, and how they change.

On the processor most of a small picture's time goes into laying out kernels, so that is done once for the way there and
once for the way back; both are the same convolutions with other kernels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.layers.packing import Convolution, packed_convolution, packing_works
from ganstudio.layers.perceptual import NORM_EPS, ConvLayer, FeatureNetwork, PerceptualDistance


@dataclass(frozen=True, slots=True)
class TwoWays:
    """A convolution with ReLU, and the convolution that leads gradients back through it."""

    there: Convolution
    back: Convolution

    @classmethod
    def packed(cls, conv: nn.Conv2d, x: torch.Tensor) -> "TwoWays":
        """Lay out the kernels of a same-size convolution for inputs like x `[N, I, H, W]`."""
        weight, bias = conv.weight.detach().to(x.dtype), conv.bias
        across = x.new_empty(x.shape[0], weight.shape[0], *x.shape[2:])
        turned = weight.flip(2, 3).transpose(0, 1).contiguous()
        offsets = None if bias is None else bias.detach().to(x.dtype)
        return cls(packed_convolution(weight, x, None, offsets, rectified=True), packed_convolution(turned, across))


class _Rectified(torch.autograd.Function):
    """ReLU of a convolution whose kernel does not learn."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, ways: TwoWays) -> torch.Tensor:
        result = ways.there(x)
        ctx.ways = ways
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (result,) = ctx.saved_tensors
        return ctx.ways.back(torch.ops.aten.threshold_backward(gradient, result, 0.0)), None


class _Unlikeness(torch.autograd.Function):
    """The weighted squared difference of directions; its gradient is taken in one sweep instead of seven."""

    @staticmethod
    def forward(ctx: Any, features: torch.Tensor, wanted: torch.Tensor, head: torch.Tensor) -> torch.Tensor:
        a = features.permute(0, 2, 3, 1).contiguous()
        b = wanted.permute(0, 2, 3, 1).contiguous()
        squares = a.float().square()
        length = squares.sum(dim=3).sqrt()
        total = length + NORM_EPS
        weighted = torch.einsum("nhwc,c->nhw", squares, head)
        across = (a * (b * head)).sum(dim=3)
        ctx.save_for_backward(a, b, head, length, weighted, across)
        own = torch.einsum("nhwc,c->nhw", b.square(), head)
        return (weighted / total.square() - 2.0 * across / total + own).clamp_min(0.0)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        a, b, head, length, weighted, across = ctx.saved_tensors
        total = length + NORM_EPS
        along = 2.0 * gradient * (across / total.square() - weighted / total.pow(3)) / length.clamp_min(NORM_EPS)
        found = (2.0 * gradient / total.square())[..., None] * head
        found += along[..., None]
        found *= a
        found -= (2.0 * gradient / total)[..., None] * (b * head)
        return found.to(a.dtype).permute(0, 3, 1, 2), None, None


def unlikeness(features: torch.Tensor, wanted: torch.Tensor, head: torch.Tensor) -> torch.Tensor:
    """Return Σ_c h_c (a_c / ‖a‖ - b_c)² everywhere, `[N, h, w]`, of features a and directions b `[1 or N, C, h, w]`.

    It is the inner part of the distance of Zhang et al. 2018, eq. 1; only a is differentiable, and only once.
    """
    result: torch.Tensor = _Unlikeness.apply(features, wanted, head)  # type: ignore[no-untyped-call]
    return result


class PackedNetwork(FeatureNetwork):
    """The features of a frozen network, computed in `dtype` on the processor.

    Its kernels are laid out anew for every size of pictures that comes.
    """

    def __init__(self, network: FeatureNetwork, dtype: torch.dtype) -> None:
        """Share the convolutions of a network."""
        nn.Module.__init__(self)
        self.table, self.convs, self.dtype = network.table, network.convs, dtype
        self._size: torch.Size | None = None
        self._ways: list[TwoWays] = []

    def walk(self, x: torch.Tensor) -> Iterator[torch.Tensor | None]:
        """Run one convolution after the other; yield what each of them leaves where the table taps it, else None."""
        if not packing_works(x):
            yield from super().walk(x)
            return
        x = x.float().contiguous(memory_format=torch.channels_last)
        if self._size != x.shape[2:]:
            self._size, self._ways = x.shape[2:], []
        for place, (layer, conv) in enumerate(zip(self.table, self.convs, strict=True)):
            if layer.pool is not None:
                x = F.max_pool2d(x, *layer.pool)
            elif place:  # rounding the colours themselves would spoil the gradients
                x = x.to(self.dtype)
            if place == len(self._ways):
                assert isinstance(conv, nn.Conv2d)
                self._ways.append(TwoWays.packed(conv, x))
            x = _Rectified.apply(x, self._ways[place])  # type: ignore[no-untyped-call]
            yield x if layer.tap else None


def quick_distance(distance: PerceptualDistance, dtype: torch.dtype) -> PerceptualDistance:
    """Return the same distance for many comparisons on the processor; as it is where its convolutions have strides.

    In float32 the results agree to rounding; in bfloat16 distances of pictures are off by about one percent.
    """
    if not all(map(keeps_size, distance.network.table)):
        return distance
    quick = PerceptualDistance(PackedNetwork(distance.network, dtype))
    quick.heads = distance.heads
    return quick.to(distance.shift.device)


def keeps_size(layer: ConvLayer) -> bool:
    """Tell whether a convolution's result is as large as what it reads."""
    return layer.stride == 1 and layer.padding * 2 + 1 == layer.kernel
