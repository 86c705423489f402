"""Numbers that follow from how far a run has come, or from its batch and resolution."""

import math


def ema_beta(batch: int, images_seen: int, half_life_images: float, ramp_up: float | None = None) -> float:
    """Return the share of the old average that an update after `batch` images keeps.

    With `ramp_up` the half-life is at most that share of the images seen (Karras et al. 2020, ADA code). A half-life
    of zero keeps nothing.
    """
    half_life = half_life_images if ramp_up is None else min(half_life_images, images_seen * ramp_up)
    return float(0.5 ** (batch / max(half_life, 1e-8)))


def lazy_share(interval: int) -> float:
    """Return k / (k + 1): the share of updates that a loss has beside a regulariser run every k steps."""
    return interval / (interval + 1)


def lazy_optimizer(lr: float, betas: tuple[float, float], interval: int) -> tuple[float, tuple[float, float]]:
    """Return Adam's learning rate and betas corrected for lazy regularisation (Karras et al. 2020, appendix B)."""
    share = lazy_share(interval)
    return lr * share, (betas[0] ** share, betas[1] ** share)


def r1_weight(resolution: int, batch: int) -> float:
    """Return the authors' first guess of R1's γ: 0.0002 · resolution² / batch."""
    return 0.0002 * resolution**2 / batch


def adjusted_probability(p: float, overfitting: float, target: float, images: int, full_images: float) -> float:
    """Return the augmentation probability after `images` more pictures: a step up above the target, down below.

    p could go from 0 to 1 within `full_images` (Karras et al. 2020, ADA, section 3).
    """
    step = images / full_images
    return min(max(p + math.copysign(step, overfitting - target) * (overfitting != target), 0.0), 1.0)


def overfitting_against_held_out(train: float, held_out: float, generated: float) -> float:
    """Return r_v = (E[D_train] - E[D_validation]) / (E[D_train] - E[D_generated]) (ADA, eq. 1).

    It is 1 where held-out pictures look generated; 0 without overfitting, or where D cannot tell real from generated.
    """
    span = train - generated
    return (train - held_out) / span if span > 0.0 else 0.0
