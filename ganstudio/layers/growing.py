"""Progressive growing: when the resolution rises, and how two resolutions blend (Karras et al. 2018, section 2).

The level of detail, `lod`, counts halvings from the full resolution: 0 is full, 1 half, 0.3 blends 30 % of the half
resolution into the full one.
"""

import math
from dataclasses import dataclass

import torch

from ganstudio.layers.doubling import doubled, halved

Batches = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """A schedule in images: at each resolution from `first` on, `steady` images and then `fade` to the next one."""

    first: int
    last: int
    steady: float
    fade: float

    def lod(self, images_seen: int) -> float:
        """Return the level of detail after `images_seen` images."""
        start = float(math.log2(self.last // min(self.first, self.last)))
        phase = self.steady + self.fade
        if phase <= 0 or start == 0.0:
            return 0.0
        done, inside = divmod(images_seen, phase)
        fading = max(inside - self.steady, 0.0) / self.fade if self.fade > 0 else 0.0
        return max(start - done - fading, 0.0)

    def resolution(self, images_seen: int) -> int:
        """Return the resolution that is trained, or faded in, after `images_seen` images."""
        return self.last >> math.floor(self.lod(images_seen))


def batch_at(resolution: int, batch: int, batch_up_to: Batches) -> int:
    """Return the batch of a resolution: that of the lowest bound which is not below it, else `batch`."""
    return next((size for side, size in sorted(batch_up_to) if resolution <= side), batch)


def share_of_lower(lod: float, level: int) -> float:
    """Return the share of the next lower resolution in a picture of `level` halvings: clip(lod - level, 0, 1)."""
    return min(max(lod - level, 0.0), 1.0)


def blended(picture: torch.Tensor, lower: torch.Tensor, share: float) -> torch.Tensor:
    """Mix two pictures (or features) of the same size; nothing is computed where one of them has no share."""
    if share <= 0.0:
        return picture
    return lower if share >= 1.0 else torch.lerp(picture, lower, share)


def at_lod(pictures: torch.Tensor, lod: float) -> torch.Tensor:
    """Reduce real pictures `[N, C, R, R]` to a lod; the part that is not faded in yet is blurred."""
    for _ in range(math.floor(lod)):
        pictures = halved(pictures)
    share = lod - math.floor(lod)
    return blended(pictures, doubled(halved(pictures)), share) if share else pictures
