"""Image-space filtering, additive noise and cutout (ADA, appendix B)."""

import torch
import torch.nn.functional as F

from ganstudio.layers.augmentation.chances import Chances
from ganstudio.layers.augmentation.geometry import reflected
from ganstudio.layers.augmentation.strengths import Strengths

EXPECTED_POWER = (10 / 13, 1 / 13, 1 / 13, 1 / 13)  # of natural pictures (1/f) in the four bands


def filtered(
    images: torch.Tensor, strengths: Strengths, chances: Chances, p: torch.Tensor, bank: torch.Tensor
) -> torch.Tensor:
    """Amplify or weaken each frequency band by a random gain; the expected power of the picture stays."""
    N, C, H, W = images.shape
    power = torch.tensor(EXPECTED_POWER, dtype=p.dtype, device=p.device)
    gains = torch.ones(N, len(bank), dtype=p.dtype, device=p.device)
    for band, strength in enumerate(strengths.imgfilter_bands):
        if strength <= 0:
            continue
        name = f"imgfilter{band}"
        exponent = chances.normal(name) * strengths.imgfilter_std
        own = torch.ones_like(gains)
        own[:, band] = torch.exp2(exponent * chances.happens(name, strengths.imgfilter * strength * p))
        gains = gains * own / (power * own.square()).sum(dim=1, keepdim=True).sqrt()
    kernels = (gains @ bank)[:, None].expand(N, C, bank.shape[1]).reshape(N * C, 1, -1)
    pad = bank.shape[1] // 2
    x = reflected(reflected(images, pad, pad, 3), pad, pad, 2).reshape(1, N * C, H + 2 * pad, W + 2 * pad)
    x = F.conv2d(x, kernels[:, :, None, :], groups=N * C)
    return F.conv2d(x, kernels[:, :, :, None], groups=N * C).reshape(N, C, H, W)


def noisy(images: torch.Tensor, strengths: Strengths, chances: Chances, p: torch.Tensor) -> torch.Tensor:
    """Add Gaussian noise whose amplitude is itself drawn from a half-normal distribution."""
    amplitude = chances.amplitude("noise") * strengths.noise_std * chances.happens("noise", strengths.noise * p)
    return images + chances.grain(*images.shape[1:]) * amplitude[:, None, None, None]


def cut_out(images: torch.Tensor, strengths: Strengths, chances: Chances, p: torch.Tensor) -> torch.Tensor:
    """Set a rectangle of fixed size about a random centre to zero."""
    _, _, H, W = images.shape
    size = (strengths.cutout_size * chances.happens("cutout", strengths.cutout * p)).to(p.dtype)[:, None]
    centre = chances.uniform("cutout", 2)
    columns = (torch.arange(W, device=p.device) + 0.5) / W - centre[:, :1]
    rows = (torch.arange(H, device=p.device) + 0.5) / H - centre[:, 1:]
    kept = (rows.abs() >= size / 2)[:, None, :, None] | (columns.abs() >= size / 2)[:, None, None, :]
    return images * kept.to(images.dtype)
