"""Learning from another generator: the same z should give the picture that the teacher drew from it."""

import torch
import torch.nn.functional as F
from torch import nn

from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import Batch
from ganstudio.losses.perceptual import lpips_alex

COARSE_PX = 16
PERCEPTUAL_WEIGHT = 0.5
LEAST_PERCEPTUAL_PX = 64


class NoTeacherError(StudioError):
    """The pictures do not say which latents they were drawn from, or those do not fit."""


class Teaching(nn.Module):
    """Mean absolute differences at full size and at 16 px, and LPIPS (AlexNet) from 64 px on."""

    def __init__(self, resolution: int) -> None:
        """Load the perceptual network where the pictures are large enough for it."""
        super().__init__()
        self.distance = lpips_alex() if resolution >= LEAST_PERCEPTUAL_PX else None

    def forward(self, pictures: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Return how far pictures `[N, C, R, R]` are from those wanted, one number each `[N]`."""
        loss = (pictures.float() - wanted).abs().mean(dim=(1, 2, 3))
        factor = wanted.shape[3] // COARSE_PX
        if factor > 1:
            coarse = F.avg_pool2d(pictures.float(), factor) - F.avg_pool2d(wanted, factor)
            loss = loss + coarse.abs().mean(dim=(1, 2, 3))
        if self.distance is not None and wanted.shape[3] >= LEAST_PERCEPTUAL_PX:
            loss = loss + PERCEPTUAL_WEIGHT * self.distance(pictures, wanted).float().flatten()
        return loss


def latents_of(batch: Batch, z_dim: int) -> torch.Tensor:
    """Return the z `[N, z_dim]` that the batch's pictures were drawn from; raises NoTeacherError."""
    if batch.latents is None:
        raise NoTeacherError(
            "To be taught, the pictures must come from a model with their latents: use --data model:NAME without "
            "--mirror, or set taught_weight to 0."
        )
    if batch.latents.shape[1] != z_dim:
        raise NoTeacherError(
            f"The teacher's z has {batch.latents.shape[1]} values, this generator's {z_dim}; "
            f"set z_dim to {batch.latents.shape[1]}."
        )
    return batch.latents
