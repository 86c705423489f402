"""The augmentation pipeline in front of the discriminator (Karras et al. 2020, arXiv 2006.06676, appendix B)."""

from functools import reduce

import torch
from torch import nn

from ganstudio.layers.augmentation.chances import Chances
from ganstudio.layers.augmentation.colour import draw_colours, recolour
from ganstudio.layers.augmentation.corruption import cut_out, filtered, noisy
from ganstudio.layers.augmentation.geometry import draw_blits, draw_warps, warp
from ganstudio.layers.augmentation.strengths import Strengths
from ganstudio.layers.augmentation.wavelets import filter_bank, lowpass


class AugmentationPipeline(nn.Module):
    """Transforms pictures `[N, 1 or 3, H, W]` at random; the buffer `p` scales the probability of everything.

    Float32 at least, whatever autocast says. Real and generated pictures must pass alike, or the generator learns
    the transformations. Twice differentiable in the pictures.
    """

    p: torch.Tensor
    lowpass: torch.Tensor
    bank: torch.Tensor

    def __init__(self, strengths: Strengths, p: float = 0.0) -> None:
        """Start at probability `p`."""
        super().__init__()
        self.strengths = strengths
        self.register_buffer("p", torch.tensor(p))
        self.register_buffer("lowpass", lowpass(), persistent=False)
        self.register_buffer("bank", filter_bank(), persistent=False)

    def forward(self, images: torch.Tensor, chances: Chances) -> torch.Tensor:
        """Return transformed pictures of the same shape; the same ones where p is 0."""
        if float(self.p) == 0.0:
            return images
        with torch.autocast(images.device.type, enabled=False):
            return self._transformed(images if images.dtype == torch.float64 else images.float(), chances)

    def _transformed(self, images: torch.Tensor, chances: Chances) -> torch.Tensor:
        strengths, size = self.strengths, (images.shape[2], images.shape[3])
        p = self.p.to(images.dtype)
        maps = draw_blits(strengths, chances, p, size) + draw_warps(strengths, chances, p, size)
        if maps:
            images = warp(images, reduce(torch.matmul, maps), self.lowpass.to(images.dtype))
        colours = draw_colours(strengths, chances, p, images.shape[1])
        if colours:
            images = recolour(images, reduce(lambda done, new: new @ done, colours))
        if strengths.imgfilter > 0:
            images = filtered(images, strengths, chances, p, self.bank.to(images.dtype))
        if strengths.noise > 0:
            images = noisy(images, strengths, chances, p)
        if strengths.cutout > 0:
            images = cut_out(images, strengths, chances, p)
        return images
