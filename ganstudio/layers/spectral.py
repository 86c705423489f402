"""Convolutions whose kernel is divided by its largest singular value (Miyato et al. 2018)."""

from dataclasses import dataclass
from enum import StrEnum

import torch
import torch.nn.functional as F
from torch import nn

NORM_EPS = 1e-12


class Normalization(StrEnum):
    """What takes mean and variance out of a layer's output."""

    BATCH = "batch"
    INSTANCE = "instance"
    NONE = "none"


@dataclass(frozen=True)
class PatchNorm:
    """How the convolutions of a network of patches are normalised: their outputs, and their kernels."""

    outputs: Normalization = Normalization.INSTANCE
    spectral: bool = True


SPECTRAL_INSTANCE = PatchNorm()


class SpectralConv2d(nn.Module):
    """A convolution with `weight / sigma`, sigma = uᵀ W v of the kernel as a matrix `[O, I · k · k]`.

    In training mode each call first runs one power iteration, v from u and u from v; otherwise the stored vectors
    serve. The names of the tensors are those of PyTorch's own spectral norm.
    """

    weight_u: torch.Tensor
    weight_v: torch.Tensor

    def __init__(
        self, n_in: int, n_out: int, kernel: int, stride: int = 1, padding: int = 0, *, bias: bool = True
    ) -> None:
        """Start from the layer's usual weights and random unit vectors."""
        super().__init__()
        plain = nn.Conv2d(n_in, n_out, kernel, stride, padding, bias=bias)
        self.stride, self.padding = stride, padding
        self.weight_orig, self.bias = plain.weight, plain.bias
        for name, length in (("weight_u", n_out), ("weight_v", n_in * kernel * kernel)):
            vector = torch.randn(length)
            self.register_buffer(name, vector if vector.is_meta else unit(vector))

    def weight(self) -> torch.Tensor:
        """Return the kernel `[O, I, k, k]` that is used, in float32; in training mode after a power iteration."""
        with torch.autocast(self.weight_orig.device.type, enabled=False):
            matrix = self.weight_orig.flatten(1)
            if self.training:
                self.iterate()
            # of copies, since the next call changes the vectors before gradients are taken
            sigma = self.weight_u.clone() @ (matrix @ self.weight_v.clone())
            return self.weight_orig / sigma

    @torch.no_grad()
    def iterate(self, times: int = 1) -> None:
        """Bring the vectors nearer to the first singular ones of the kernel by power iterations."""
        matrix = self.weight_orig.flatten(1)
        for _ in range(times):
            self.weight_v.copy_(unit(matrix.T @ self.weight_u))
            self.weight_u.copy_(unit(matrix @ self.weight_v))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the convolution of x `[N, I, H, W]`."""
        return F.conv2d(x, self.weight().to(x.dtype), self._bias_like(x), self.stride, self.padding)

    def _bias_like(self, x: torch.Tensor) -> torch.Tensor | None:
        return None if self.bias is None else self.bias.to(x.dtype)

    def settled(self) -> nn.Conv2d:
        """Return the plain convolution that this one is while it does not learn."""
        n_out, n_in, kernel, _ = self.weight_orig.shape
        with torch.device("meta"):
            plain = nn.Conv2d(n_in, n_out, kernel, self.stride, self.padding, bias=self.bias is not None)
        plain.weight = nn.Parameter(self.weight().detach(), requires_grad=False)
        if self.bias is not None:
            plain.bias = nn.Parameter(self.bias.detach(), requires_grad=False)
        return plain


def unit(vector: torch.Tensor) -> torch.Tensor:
    """Divide a vector by its length."""
    return F.normalize(vector, dim=0, eps=NORM_EPS)


def convolution(
    n_in: int, n_out: int, kernel: int, stride: int = 1, padding: int = 0, *, bias: bool = True, spectral: bool = False
) -> nn.Conv2d | SpectralConv2d:
    """Return a convolution, with spectral norm where that is asked for."""
    if spectral:
        return SpectralConv2d(n_in, n_out, kernel, stride, padding, bias=bias)
    return nn.Conv2d(n_in, n_out, kernel, stride, padding, bias=bias)


def normalised_convolution(
    norm: PatchNorm, n_in: int, n_out: int, kernel: int, stride: int = 1, padding: int = 0
) -> nn.Module:
    """Return a convolution and what normalises its output; it has a bias only where nothing would take that out."""
    plain = norm.outputs is Normalization.NONE
    layer = convolution(n_in, n_out, kernel, stride, padding, bias=plain, spectral=norm.spectral)
    if plain:
        return layer
    learned = norm.outputs is Normalization.BATCH
    return nn.Sequential(layer, nn.BatchNorm2d(n_out) if learned else nn.InstanceNorm2d(n_out))
