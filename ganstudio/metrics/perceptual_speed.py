"""How fast a picture changes to the eye: the limit of LPIPS(x, x + ε dx) / ε² for small ε.

LPIPS is a squared distance, so near x it is a quadratic form of dx: with the unit features n_l of every compared layer,
LPIPS(x, x + ε dx) / ε² → Σ_l mean_hw Σ_c w_lc (dn_lc)², where dn_l is the derivative of n_l along dx. Nothing is
subtracted here, so float32 is exact to a few digits more than a finite difference, whose ε = 1e-4 leaves 10 % noise.

Rounding the network to bfloat16 changes one value by 2 % (at most 9 % of 192 paths) and their mean by less than half a
percent, where paths differ by their whole length: near enough for what is measured beside pictures and says how far it
can be trusted. Rounding the synthesis as well would make the mean 4 % too small.
"""

from collections.abc import Generator

import torch
import torch.nn.functional as F

from ganstudio.layers.packing import Convolution, multiplies_matrices, packed_convolution, packing_works
from ganstudio.layers.perceptual import NORM_EPS, ConvLayer, PerceptualDistance
from ganstudio.layers.winograd import WinogradConvolution, winograd_pays

LEAST_PIXELS = 64  # at fewer a Winograd kernel costs more memory than the time it saves is worth


class PerceptualSpeed:
    """The exact quadratic form of one perceptual distance; `__call__` gives its values `[N]`."""

    def __init__(self, distance: PerceptualDistance, *, quick: bool = False) -> None:
        """Walk through the distance's own network, features and their derivative side by side.

        If it is to be `quick` the network runs in bfloat16 on processors that multiply matrices of it.
        """
        self.distance = distance
        self._short = quick and distance.scale.device.type == "cpu" and multiplies_matrices()
        self._kept: dict[tuple[int, tuple[int, ...]], Convolution] = {}

    def __call__(self, pictures: torch.Tensor, tangents: torch.Tensor) -> torch.Tensor:
        """Return the form `[N]` for pictures `[N, 3 or 1, H, W]` in [-1, 1] and their derivative of the same shape."""
        steps = self.steps(pictures, tangents)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                result: torch.Tensor = end.value
                return result

    @torch.no_grad()
    def steps(self, pictures: torch.Tensor, tangents: torch.Tensor) -> Generator[None, None, torch.Tensor]:
        """Compute the form layer by layer, so that others can compute in between."""
        scale, shift = self.distance.scale, self.distance.shift
        pictures, tangents = (x.to(scale.dtype).expand(-1, 3, -1, -1) for x in (pictures, tangents))
        both = torch.cat([(pictures - shift) / scale, tangents / scale])
        if self._short:
            both = both.to(torch.bfloat16, memory_format=torch.channels_last)
        total, tapped = pictures.new_zeros(len(pictures), dtype=scale.dtype), 0
        for index, layer in enumerate(self.distance.network.table):
            both = self._layer(index, layer, both)
            if layer.tap:
                features, slopes = both.to(scale.dtype).chunk(2)
                total = total + unit_form(features, slopes, self.distance.heads[tapped])
                tapped += 1
            yield
        return total

    def _layer(self, index: int, layer: ConvLayer, both: torch.Tensor) -> torch.Tensor:
        """Pool, convolve and rectify features and derivative `[2N, C, H, W]`."""
        if layer.pool is not None:
            features, slopes = both.chunk(2)
            features, places = F.max_pool2d(features, *layer.pool, return_indices=True)
            slopes = slopes.flatten(2).gather(2, places.flatten(2)).reshape(features.shape)
            both = torch.cat([features, slopes])
        conv = self.distance.network.convs[index]
        assert isinstance(conv, torch.nn.Conv2d)
        assert conv.bias is not None
        both = self._convolved(index, conv.weight, layer, both)
        features, slopes = both.chunk(2)
        features.add_(conv.bias.to(features.dtype).reshape(1, -1, 1, 1)).relu_()
        torch.ops.aten.threshold_backward.grad_input(slopes, features, 0.0, grad_input=slopes)
        return both

    def _convolved(self, index: int, weight: torch.Tensor, layer: ConvLayer, x: torch.Tensor) -> torch.Tensor:
        key = (index, tuple(x.shape))
        if key not in self._kept:
            for old in [other for other in self._kept if other[0] == index]:
                del self._kept[old]
            self._kept[key] = self._made_ready(weight, layer, x)
        return self._kept[key](x)

    @staticmethod
    def _made_ready(weight: torch.Tensor, layer: ConvLayer, x: torch.Tensor) -> Convolution:
        """Return a convolution for inputs shaped like x; one that follows later changes of the weight is slower."""
        plain = layer.stride != 1 or 2 * layer.padding + 1 != layer.kernel
        if x.dtype == torch.bfloat16:
            short = weight.to(x.dtype)
            if not plain and packing_works(x):
                return packed_convolution(short, x)
            return lambda y: F.conv2d(y, short, stride=layer.stride, padding=layer.padding)
        if plain or x.shape[2] * x.shape[3] < LEAST_PIXELS or not winograd_pays(weight, x):
            return lambda y: F.conv2d(y, weight, stride=layer.stride, padding=layer.padding)
        convolve = WinogradConvolution(weight, x)
        return lambda y: convolve(y, y.new_ones(y.shape[:2]), None)


def unit_form(features: torch.Tensor, slopes: torch.Tensor, head: torch.Tensor) -> torch.Tensor:
    """Return mean_hw Σ_c w_c (dn_c)² `[N]` for features f, their derivative `[N, C, H, W]` and weights `[C]`.

    n = f / (‖f‖ + 1e-10), so dn = df / (‖f‖ + 1e-10) - f (f · df) / (‖f‖ (‖f‖ + 1e-10)²).
    """
    length = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    inverse = 1.0 / (length + NORM_EPS)
    along = (features * slopes).sum(dim=1, keepdim=True)
    pull = along * inverse.square() / length.clamp_min(torch.finfo(length.dtype).tiny)
    change = slopes * inverse - features * pull
    return torch.einsum("nchw,c->nhw", change.square_(), head).mean(dim=(1, 2))
