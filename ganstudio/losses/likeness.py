"""How far pictures are from one that is wanted, everywhere or where a mask counts."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ganstudio.core.inverting import LEAST_COMPARED
from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.layers.quick_distance import unlikeness

LARGEST_COMPARED = 256
LEAST_SHARE = 1e-6


@dataclass(frozen=True, slots=True)
class Difference:
    """Distances `[N]`: LPIPS, zero for pictures too small for it, and the mean squared difference of pixels."""

    perceptual: torch.Tensor
    pixel: torch.Tensor


class Likeness:
    """Compares pictures `[N, C, H, W]` with wanted ones `[1 or N, C, H, W]`, all in [-1, 1], whose features are kept.

    A mask `[1, 1, H, W]` in [0, 1] says how much each pixel counts; features take its mean over what they see of it.
    Pictures above 256 px are averaged down before LPIPS, as in StyleGAN2's projector (Karras et al. 2020, appendix D).
    """

    def __init__(
        self, distance: PerceptualDistance | None, wanted: torch.Tensor, mask: torch.Tensor | None = None
    ) -> None:
        """Keep the features of the wanted picture; without a distance only pixels are compared."""
        self.distance = distance if min(wanted.shape[2:]) >= LEAST_COMPARED else None
        self.wanted = wanted
        self._mask = None if mask is None else mask.to(wanted)
        self._features: list[torch.Tensor] = []
        self._masks: list[torch.Tensor | None] = []
        if self.distance is not None:
            with torch.no_grad():
                self._features = [each.float() for each in self.distance.features(_reduced(wanted))]
            self._masks = [None if self._mask is None else _fitted(self._mask, each) for each in self._features]

    def __call__(self, pictures: torch.Tensor) -> Difference:
        """Return both distances, differentiable in the pictures."""
        pixel = _mean((pictures - self.wanted).square().mean(dim=1), None if self._mask is None else self._mask[:, 0])
        if self.distance is None:
            return Difference(torch.zeros_like(pixel), pixel)
        found = self.distance.raw_features(_reduced(pictures))
        maps = map(unlikeness, found, self._features, self.distance.heads)
        terms = [_mean(each, mask) for each, mask in zip(maps, self._masks, strict=True)]
        return Difference(torch.stack(terms).sum(dim=0), pixel)


def _fitted(mask: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    """Return the mean of a mask `[1, 1, H, W]` over what each place of a feature map sees of it, `[1, h, w]`."""
    return F.adaptive_avg_pool2d(mask, (features.shape[2], features.shape[3]))[:, 0]


def _mean(values: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Return the mean `[N]` of values `[N, H, W]`, weighted by a mask `[1, H, W]`."""
    if mask is None:
        return values.mean(dim=(1, 2))
    return (values * mask).sum(dim=(1, 2)) / mask.sum().clamp_min(LEAST_SHARE)


def _reduced(pictures: torch.Tensor) -> torch.Tensor:
    side = max(pictures.shape[2:])
    if side <= LARGEST_COMPARED:
        return pictures
    share = LARGEST_COMPARED / side
    return F.interpolate(pictures, scale_factor=share, mode="area", recompute_scale_factor=True)


def noise_correlation(noise: torch.Tensor) -> torch.Tensor:
    """Return how much noises `[N, 1, r, r]` resemble themselves one pixel aside, `[N]`, over pyramids down to 8 px.

    Karras et al. 2020, appendix D: squared means of the products with the neighbours at the right and below; each level
    is the one before averaged over 2 x 2 pixels and scaled to unit variance again. Here each counts by its pixels: one
    over their number is what white noise has by chance, so that every level of it comes to 2, be it small or large.
    """
    total = noise.new_zeros(len(noise))
    while True:
        pixels = noise.shape[2] * noise.shape[3]
        for axis in (2, 3):
            total = total + (noise * noise.roll(1, dims=axis)).mean(dim=(1, 2, 3)).square() * pixels
        if noise.shape[3] <= 8:
            return total
        noise = F.avg_pool2d(noise, 2) * 2.0
