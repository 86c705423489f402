"""The one conversion from floating-point pictures to bytes."""

import torch

from ganstudio.core.store import Array


def to_bytes(images: torch.Tensor) -> torch.Tensor:
    """Turn pictures `[N, C, H, W]` in [-1, 1] into uint8 `[N, H, W, C]` on the same device.

    The scale is the published tools': x · 127.5 + 128, clamped, fraction dropped.
    """
    scaled = images.float().mul(127.5).add_(128.0).clamp_(0.0, 255.0)
    return scaled.permute(0, 2, 3, 1).to(torch.uint8).contiguous()


def to_pixels(images: torch.Tensor) -> Array:
    """Turn pictures `[N, C, H, W]` in [-1, 1] into a uint8 array `[N, H, W, 3]`.

    Three channels and more show the first three as colours, fewer the first one as grey.
    """
    pixels: Array = to_bytes(images.detach()).cpu().numpy()
    return pixels[..., :3] if pixels.shape[3] >= 3 else pixels[..., :1].repeat(3, axis=3)


def thumbnail(picture: Array, side: int) -> Array:
    """Shrink a uint8 picture `[H, W, C]` to at most `side` pixels in width and height; smaller ones stay."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1.0:
        return picture
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    small = torch.nn.functional.interpolate(tensor, size, mode="bilinear", antialias=True, align_corners=False)
    shrunk: Array = small[0].permute(1, 2, 0).round_().clamp_(0, 255).to(torch.uint8).numpy()
    return shrunk
