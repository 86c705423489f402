"""Differences of pictures, for eyes and as numbers."""

import torch
import torch.nn.functional as F

from ganstudio.core.comparison import Amplified, Contrast
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array

LEVELS = 127.5  # of 255, for one unit of [-1, 1]


def same_size(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, str]:
    """Return both pictures `[1, C, H, W]` in colour and the larger one's size, and which one was enlarged."""
    a, b = _coloured(a), _coloured(b).to(a.device)
    if a.shape[-1] == b.shape[-1]:
        return a, b, ""
    if a.shape[-1] < b.shape[-1]:
        return _enlarged(a, b), b, "A"
    return a, _enlarged(b, a), "B"


def _coloured(picture: torch.Tensor) -> torch.Tensor:
    return picture.expand(-1, 3, -1, -1) if picture.shape[1] == 1 else picture[:, :3]


def _enlarged(picture: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return F.interpolate(picture, like.shape[2:], mode="bilinear", align_corners=False)


def mean_error(a: torch.Tensor, b: torch.Tensor) -> float:
    """Return the mean absolute error of pictures in [-1, 1], clamped as they are shown, in levels of 255."""
    return float((a.clamp(-1, 1) - b.clamp(-1, 1)).abs().mean()) * LEVELS


def difference_picture(a: torch.Tensor, b: torch.Tensor, shown: Amplified) -> Array:
    """Show b - a `[1, 3, H, W]` as a uint8 picture `[H, W, 3]`: around mid-grey, or its size from black."""
    step = (b.clamp(-1, 1) - a.clamp(-1, 1)) * shown.gain
    picture = step / 2.0 if shown.contrast is Contrast.SIGNED else step.abs() - 1.0
    pixels: Array = to_pixels(picture)[0]
    return pixels
