"""Blends of z that can be differentiated: the twin of what a document's blend in Z stands for."""

import torch

from ganstudio.core.latents import lerp, slerp

SAME_DIRECTION = 1.0 - 1e-12


def on_sphere(zs: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Blend z `[K, dim]` by weights `[N, K]`: two along their arc, more along their weighted sum: `[N, dim]`.

    The norm is the weighted sum of the norms.
    """
    norms = zs.norm(dim=1, keepdim=True)
    directions = zs / norms
    if len(zs) == 2:
        t = weights[:, 1:]
        first, second = (directions[i : i + 1].expand(len(t), -1) for i in (0, 1))
        same = bool(torch.dot(directions[0], directions[1]) > SAME_DIRECTION)
        along = lerp(first, second, t) if same else slerp(first, second, t)
    else:
        along = weights @ directions
        along = along / along.norm(dim=1, keepdim=True)
    result: torch.Tensor = along * (weights @ norms)
    return result
