"""Colour transformations, composed into one affine map of colours per sample (ADA, appendix B)."""

import math

import torch

from ganstudio.layers.augmentation.chances import Chances
from ganstudio.layers.augmentation.geometry import stacked
from ganstudio.layers.augmentation.strengths import Strengths

LUMA = (1 / math.sqrt(3), 1 / math.sqrt(3), 1 / math.sqrt(3), 0.0)


def scaling(factor: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 4, 4]` that scale all colours by a factor `[N]`."""
    return torch.diag_embed(torch.stack([factor, factor, factor, torch.ones_like(factor)], dim=-1))


def offset(amount: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 4, 4]` that add an amount `[N]` to all colours."""
    rows: list[list[torch.Tensor | float]] = [[1.0, 0.0, 0.0, amount], [0.0, 1.0, 0.0, amount]]
    return stacked([*rows, [0.0, 0.0, 1.0, amount], [0.0, 0.0, 0.0, 1.0]], amount)


def turn_about_luma(angle: torch.Tensor) -> torch.Tensor:
    """Return matrices `[N, 4, 4]` that turn colours about the grey axis (Rodrigues' formula)."""
    part, side = (1 - torch.cos(angle)) / 3, torch.sin(angle) / math.sqrt(3)
    same, ahead, behind = part + torch.cos(angle), part - side, part + side
    rows: list[list[torch.Tensor | float]] = [[same, ahead, behind, 0.0], [behind, same, ahead, 0.0]]
    return stacked([*rows, [ahead, behind, same, 0.0], [0.0, 0.0, 0.0, 1.0]], angle)


def draw_colours(strengths: Strengths, chances: Chances, p: torch.Tensor, channels: int) -> list[torch.Tensor]:
    """Draw colour maps `[N, 4, 4]` in the order in which they are applied; grey pictures have no hue or saturation."""
    maps = []
    luma = torch.tensor(LUMA, dtype=p.dtype, device=p.device)
    grey, identity = torch.outer(luma, luma), torch.eye(4, dtype=p.dtype, device=p.device)
    if strengths.brightness > 0:
        amount = chances.normal("brightness") * strengths.brightness_std
        maps.append(offset(amount * chances.happens("brightness", strengths.brightness * p)))
    if strengths.contrast > 0:
        exponent = chances.normal("contrast") * strengths.contrast_std
        maps.append(scaling(torch.exp2(exponent * chances.happens("contrast", strengths.contrast * p))))
    if strengths.lumaflip > 0:
        flipped = torch.floor(chances.uniform("lumaflip") * 2) * chances.happens("lumaflip", strengths.lumaflip * p)
        maps.append(identity - 2 * grey * flipped[:, None, None])
    if strengths.hue > 0 and channels > 1:
        angle = (chances.uniform("hue") * 2 - 1) * (math.pi * strengths.hue_max)
        maps.append(turn_about_luma(angle * chances.happens("hue", strengths.hue * p)))
    if strengths.saturation > 0 and channels > 1:
        exponent = chances.normal("saturation") * strengths.saturation_std
        factor = torch.exp2(exponent * chances.happens("saturation", strengths.saturation * p))
        maps.append(grey + (identity - grey) * factor[:, None, None])
    return maps


def recolour(images: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Apply colour maps `[N, 4, 4]` to images `[N, 3 or 1, H, W]`; grey ones take the mean of the rows."""
    N, C, H, W = images.shape
    flat = images.reshape(N, C, H * W)
    if C == 3:
        flat = maps[:, :3, :3] @ flat + maps[:, :3, 3:]
    else:
        row = maps[:, :3].mean(dim=1, keepdim=True)
        flat = flat * row[:, :, :3].sum(dim=2, keepdim=True) + row[:, :, 3:]
    return flat.reshape(N, C, H, W)
