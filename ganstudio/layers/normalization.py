"""Normalisation without learned parameters."""

import torch


def normalize_second_moment(x: torch.Tensor, eps: float = 1e-8) -> torch.Tensor:
    """Divide x `[N, C, ...]` by the root of its mean square over C (Karras et al. 2018, section 4.2)."""
    return x * (x.square().mean(dim=1, keepdim=True) + eps).rsqrt()
