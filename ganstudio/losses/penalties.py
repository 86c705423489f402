"""Penalties on the gradients of discriminators and generators; all can be differentiated again."""

import math

import torch


def input_gradients(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return ∂ Σ logits / ∂ images in the shape of `images`, which must require gradients."""
    gradients: torch.Tensor = torch.autograd.grad(logits.sum(), images, create_graph=True)[0]
    return gradients


def zero_centred(gradients: torch.Tensor) -> torch.Tensor:
    """Return ‖∇‖² `[N]` of gradients `[N, ...]`.

    At real pictures with weight γ/2 this is R1, at generated ones R2 (Mescheder et al. 2018, eq. 9).
    """
    return gradients.flatten(1).square().sum(dim=1)


def one_centred(gradients: torch.Tensor, offset: float = 0.0) -> torch.Tensor:
    """Return (‖∇ + offset‖ - 1)² `[N]` (WGAN-GP: Gulrajani et al. 2017, eq. 3).

    Some codes add 1e-16 to the gradients; it keeps the norm of a vanished gradient differentiable.
    """
    norms: torch.Tensor = torch.linalg.vector_norm(gradients.flatten(1) + offset, dim=1)
    return (norms - 1.0).square()


def between(real: torch.Tensor, fake: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Return share · real + (1 - share) · fake as a new leaf that requires gradients, for shares `[N]` or `[N, 1]`."""
    share = share.reshape(-1, *[1] * (real.ndim - 1))
    return (share * real.detach() + (1.0 - share) * fake.detach()).requires_grad_(True)


def drift(logits: torch.Tensor) -> torch.Tensor:
    """Return l²: keeps a Wasserstein critic's scores of real pictures near zero (Karras et al. 2018, appendix A.1)."""
    return logits.square()


def path_lengths(pictures: torch.Tensor, ws: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Return ‖J_wᵀ y‖ `[N]` for pictures drawn from ws `[N, n_latent, w_dim]` and y ~ N(0, I) `[N, C, H, W]`.

    y is divided by the root of the number of pixels, and the squares are averaged over the rows of ws
    (Karras et al. 2020, section 3.2).
    """
    scaled = direction / math.sqrt(pictures.shape[2] * pictures.shape[3])
    (gradients,) = torch.autograd.grad((pictures * scaled).sum(), ws, create_graph=True)
    lengths: torch.Tensor = gradients.square().sum(dim=2).mean(dim=1).sqrt()
    return lengths


def moved_mean(mean: torch.Tensor, value: torch.Tensor, decay: float) -> torch.Tensor:
    """Return the running mean a moved by `decay` towards the batch's; gradients flow through the batch's share."""
    return mean.lerp(value.to(mean.dtype), decay)


def path_penalty(lengths: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    """Return (‖J_wᵀ y‖ - a)² `[N]` (Karras et al. 2020, eq. 4)."""
    return (lengths - mean).square()


def consistency(logits: torch.Tensor, transformed: torch.Tensor) -> torch.Tensor:
    """Return (D(x) - D(T(x)))²: what a transformation changes in D's score (Zhao et al. 2021, bCR)."""
    return (logits - transformed).square()
