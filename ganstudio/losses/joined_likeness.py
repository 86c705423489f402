"""Several wishes about one picture: each has its own place, weights and degradation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ganstudio.layers.perceptual import PerceptualDistance
from ganstudio.losses.likeness import LEAST_SHARE, Difference, Likeness


@dataclass(frozen=True, slots=True)
class Part:
    """One wish: be like a picture `[1, C, h, w]` where its mask `[1, 1, h, w]` counts, after a degradation.

    `style` asks for the same textures, wherever in the mask they are.
    """

    picture: torch.Tensor
    mask: torch.Tensor | None = None
    perceptual: float = 1.0
    pixel: float = 1.0
    style: float = 0.0
    degrade: Callable[[torch.Tensor], torch.Tensor] | None = None


class JoinedLikeness(Likeness):
    """The weighted sum of the differences from all parts; style counts among the perceptual ones."""

    def __init__(self, distance: PerceptualDistance | None, parts: Sequence[Part]) -> None:
        """Keep the features of every part; without a distance only pixels are compared."""
        super().__init__(None, parts[0].picture, parts[0].mask)
        self._parts = [
            (
                part,
                Likeness(distance if part.perceptual else None, part.picture, part.mask),
                StyleLikeness(distance, part.picture, part.mask) if part.style and distance is not None else None,
            )
            for part in parts
        ]

    def __call__(self, pictures: torch.Tensor) -> Difference:
        """Return both sums `[N]`, differentiable in the pictures `[N, C, H, W]`."""
        perceptual, pixel = pictures.new_zeros(len(pictures)), pictures.new_zeros(len(pictures))
        for part, likeness, style in self._parts:
            seen = pictures if part.degrade is None else part.degrade(pictures)
            found = likeness(seen)
            perceptual = perceptual + found.perceptual * part.perceptual
            pixel = pixel + found.pixel * part.pixel
            if style is not None:
                perceptual = perceptual + style(seen) * part.style
        return Difference(perceptual, pixel)


class StyleLikeness:
    """How far the textures in a place are from those of a picture: Gram matrices (Gatys et al. 2016, eq. 5)."""

    def __init__(self, distance: PerceptualDistance, wanted: torch.Tensor, mask: torch.Tensor | None) -> None:
        """Keep the Gram matrices of the wanted picture `[1, C, h, w]`, of all of it; the mask is for what is drawn."""
        self._distance, self._mask = distance, mask
        with torch.no_grad():
            self._grams = [gram(each) for each in distance.features(wanted)]

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return the distances `[N]`, summed over layers."""
        found = (gram(each, self._mask) for each in self._distance.features(pictures))
        apart = [(a - b).square().sum(dim=(1, 2)) for a, b in zip(found, self._grams, strict=True)]
        return torch.stack(apart).sum(dim=0)


def gram(features: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Return the mean products `[N, C, C]` of channels of features `[N, C, h, w]`, weighted by a mask."""
    if mask is None:
        return torch.einsum("nchw,ndhw->ncd", features, features) / (features.shape[2] * features.shape[3])
    share = F.adaptive_avg_pool2d(mask.to(features), (features.shape[2], features.shape[3]))
    return torch.einsum("nchw,ndhw->ncd", features * share, features) / share.sum().clamp_min(LEAST_SHARE)
