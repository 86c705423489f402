"""Latent vectors from seeds, and the arithmetic on them."""

import math
from functools import lru_cache

import numpy as np
import torch

from ganstudio.core.document import SEED_COUNT, LatentArray, LatentBlend, LatentPoint, LatentValue, Space
from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array, Store

THRESHOLD_AT_ONE = 2.0
LEAST_PSI = 0.02
ARC_LEAST = 1e-6


def seed_latent(seed: int, dim: int) -> Array:
    """Return the z `[dim]` (float64, N(0, I)) that the published tools draw for `seed`."""
    z: Array = np.random.RandomState(seed % SEED_COUNT).randn(dim)  # the published draw
    return z


def resampling_threshold(psi: float) -> float | None:
    """Return the bound on |z_i| that `psi` stands for in models without W; None from psi = 1 on."""
    return None if psi >= 1.0 else THRESHOLD_AT_ONE * max(psi, LEAST_PSI)


def resampled_latent(seed: int, dim: int, threshold: float | None) -> Array:
    """Return the z `[dim]` of `seed` with every |z_i| above `threshold` drawn again (Brock et al. 2019, section 3.1).

    Every entry has its own endless row of draws, so moving the threshold changes as few entries as possible.
    """
    random = np.random.RandomState(seed % SEED_COUNT)  # the published draw
    z: Array = random.randn(dim)
    if threshold is None:
        return z
    outside = np.abs(z) > threshold
    while outside.any():
        draws = random.randn(64, dim)
        accepted = np.abs(draws) <= threshold
        first = np.argmax(accepted, axis=0)
        fresh = outside & accepted.any(axis=0)
        z[fresh] = draws[first[fresh], np.flatnonzero(fresh)]
        outside &= ~fresh
    return z


def blend_points(value: LatentValue, dim: int, store: Store, threshold: float | None = None) -> Array:
    """Return one z `[dim]` for a latent value; a blend of seeds keeps the norm that N(0, I) has."""
    if isinstance(value, LatentArray):
        return np.asarray(latent_rows(value, dim, store).mean(axis=0))
    if isinstance(value, LatentBlend):
        zs = np.stack([blend_points(part, dim, store, threshold) for part, _ in value.parts])
        return blend_on_sphere(zs, np.array([weight for _, weight in value.parts]))
    zs, weights = corner_latents(value, dim, threshold)
    blended: Array = weights @ zs / float(np.linalg.norm(weights))
    return blended


def blend_on_sphere(zs: Array, weights: Array) -> Array:
    """Blend z `[K, dim]` by weights `[K]` that sum to 1: two along their arc, more by their weighted sum.

    The norm is the weighted sum of the norms.
    """
    norms = np.linalg.norm(zs, axis=1)
    directions = zs / np.maximum(norms, np.finfo(np.float64).tiny)[:, None]
    norm = max(float(weights @ norms), 0.0)
    if len(zs) == 2:
        cosine = float(np.clip(directions[0] @ directions[1], -1.0, 1.0))
        angle = math.acos(cosine)
        if ARC_LEAST < angle < math.pi - ARC_LEAST:
            along = np.sin(np.array([1.0 - weights[1], weights[1]]) * angle) / math.sin(angle)
            arc: Array = norm * (along @ directions)
            return arc
    blended: Array = weights @ directions
    length = float(np.linalg.norm(blended))
    return norm * blended / length if length > 0 else norm * directions[0]


def mapped_terms(value: LatentValue, dim: int, store: Store) -> list[tuple[Array, float]]:
    """Return the (z `[dim]`, weight) pairs whose mapped w's, weighted and summed, a latent value stands for in W."""
    if isinstance(value, LatentPoint):
        return list(zip(*corner_latents(value, dim), strict=True))
    if isinstance(value, LatentArray):
        return [(latent_rows(value, dim, store)[0], 1.0)] if value.space is Space.Z else []
    if value.space is Space.Z:
        return [(blend_points(value, dim, store), 1.0)]
    return [(z, share * weight) for part, share in value.parts for z, weight in mapped_terms(part, dim, store)]


def given_rows(value: LatentValue, count: int, dim: int, store: Store) -> Array | None:
    """Return the part of ws `[count, dim]` that a latent value gives in W itself; None where it gives none."""
    if isinstance(value, LatentArray) and value.space is not Space.Z:
        rows = latent_rows(value, dim, store)
        if len(rows) not in (1, count):
            raise WrongInputError(
                f"The stored latent has {len(rows)} rows, but this model's ws has {count}; "
                "use a latent that was made with this model."
            )
        return np.broadcast_to(rows, (count, dim))
    if not isinstance(value, LatentBlend) or value.space is Space.Z:
        return None
    parts = [(given_rows(part, count, dim, store), share) for part, share in value.parts]
    given = [rows * share for rows, share in parts if rows is not None]
    return np.sum(given, axis=0) if given else None


def corner_latents(point: LatentPoint, dim: int, threshold: float | None = None) -> tuple[Array, Array]:
    """Return the z `[K, dim]` of the seeds around a point and their weights `[K]`."""
    corners = point.corners()
    zs = np.stack([_drawn_before(seed, dim, threshold) for seed, _ in corners])  # copies them
    return zs, np.array([weight for _, weight in corners])


@lru_cache(maxsize=256)
def _drawn_before(seed: int, dim: int, threshold: float | None) -> Array:
    """Draw a seed's latent once for all pictures of a path: that takes as long as three layers of a small network."""
    return resampled_latent(seed, dim, threshold)


def latent_rows(value: LatentArray, dim: int, store: Store) -> Array:
    """Return the rows `[K, dim]` of a stored latent; raises WrongInputError where they do not fit the model."""
    rows = np.atleast_2d(store.get(value.array))
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise WrongInputError(
            f"The stored latent has shape {value.array.shape}, but this model's {value.space} has {dim} values; "
            "use a latent that was made with this model."
        )
    return rows


def truncate(ws: torch.Tensor, w_avg: torch.Tensor, psi: float, cutoff: int | None = None) -> torch.Tensor:
    """Pull the first `cutoff` rows (all when None) of ws `[N, n_latent, w_dim]` towards the mean `[w_dim]`.

    w' = w_avg + psi (w - w_avg) (Karras et al. 2019, section B).
    """
    if psi == 1.0:
        return ws
    rows = ws.shape[1] if cutoff is None else max(0, min(cutoff, ws.shape[1]))
    return torch.cat([torch.lerp(w_avg.to(ws), ws[:, :rows], psi), ws[:, rows:]], dim=1)


def lerp(a: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Interpolate linearly between vectors `[N, dim]` at t `[N, 1]` in [0, 1]."""
    return a + (b - a) * t


def slerp(a: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Interpolate directions `[N, dim]` along the great circle at t `[N, 1]`; the result has unit norm."""
    a = a / a.norm(dim=-1, keepdim=True)
    b = b / b.norm(dim=-1, keepdim=True)
    cosine = (a * b).sum(dim=-1, keepdim=True)
    angle = t * torch.acos(cosine.clamp(-1.0, 1.0))
    across = b - cosine * a
    across = across / across.norm(dim=-1, keepdim=True).clamp_min(torch.finfo(a.dtype).tiny)
    point: torch.Tensor = a * torch.cos(angle) + across * torch.sin(angle)
    unit: torch.Tensor = point / point.norm(dim=-1, keepdim=True)
    return unit
