"""How far a distribution is from the one that is wanted."""

import torch


def kl_from_normal(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """Return KL(N(μ, σ²) ‖ N(0, I)) = -½ Σ (1 + log σ² - μ² - σ²) `[N]` (Kingma and Welling 2014, appendix B)."""
    return -0.5 * (1.0 + log_variance - mean.square() - log_variance.exp()).sum(dim=1)
