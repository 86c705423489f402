"""Perceptual path length: the speed of pictures through latent space (Karras et al. 2019, section 4.1)."""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import torch
import torch.nn.functional as F

from ganstudio.core.latents import lerp, slerp
from ganstudio.core.progress import Progress
from ganstudio.metrics.forward_mode import directional_derivative
from ganstudio.metrics.quick_linear import KeptKernels

LARGEST_SIDE = 256
REJECTED_PERCENT = 1.0
NORMAL_95 = 1.959964

Mapping = Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor]
Synthesis = Callable[[torch.Tensor], torch.Tensor]
Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Form = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""The limit of a distance: of pictures and their derivative, `[N]`."""


class PathSpace(StrEnum):
    """Where the path between two latents runs."""

    Z = "z"
    W = "w"


class PathSampling(StrEnum):
    """Where on the path it is measured: anywhere, or at its beginning (`end` in the authors' code)."""

    FULL = "full"
    END = "end"


@dataclass(frozen=True, slots=True)
class PathLengthOptions:
    """What is measured; `crop` keeps the middle of a face picture, `epsilon` is the step along the path."""

    space: PathSpace = PathSpace.W
    sampling: PathSampling = PathSampling.FULL
    crop: bool = False
    epsilon: float = 1e-4
    paths: int = 50_000
    batch: int = 16
    seed: int = 0


@dataclass(frozen=True, slots=True)
class PathModel:
    """A generator as the metric sees it.

    `mapping` takes z `[N, z_dim]` and labels `[N, c_dim]` to latents whose first axis is N; `synthesis` takes
    those to pictures `[N, C, H, W]` in [-1, 1] and gives every picture the same noise. `labels` `[K, c_dim]`
    are drawn from evenly, one for each path. Without `normalizes_z` the norm of z is interpolated as well.
    """

    z_dim: int
    resolution: int
    mapping: Mapping
    synthesis: Synthesis
    normalizes_z: bool = True
    labels: torch.Tensor | None = None
    kernels: KeptKernels = field(default_factory=KeptKernels, compare=False)


@dataclass(frozen=True, slots=True)
class PathEnds:
    """The latents z `[N, z_dim]` that paths join, the places t `[N, 1]` on them, labels `[N, c_dim]`."""

    z0: torch.Tensor
    z1: torch.Tensor
    t: torch.Tensor
    labels: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class PathLength:
    """A measured path length: the mean of the `kept` of `n` distances and how far it can be trusted.

    `network` names the distance; figures for other picture sizes, crops and networks do not compare with it.
    """

    mean: float
    standard_error: float
    n: int
    kept: int
    network: str
    resolution: int
    options: PathLengthOptions

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the mean."""
        return self.mean - NORMAL_95 * self.standard_error, self.mean + NORMAL_95 * self.standard_error


def interpolate_z(z0: torch.Tensor, z1: torch.Tensor, t: torch.Tensor, normalizes_z: bool) -> torch.Tensor:
    """Return z `[N, z_dim]` on the great circle at t `[N, 1]`, of unit norm or of interpolated norm."""
    direction = slerp(z0, z1, t)
    if normalizes_z:
        return direction
    return direction * lerp(z0.norm(dim=1, keepdim=True), z1.norm(dim=1, keepdim=True), t)


def neighbours(model: PathModel, ends: PathEnds, space: PathSpace, epsilon: float) -> torch.Tensor:
    """Return the latents `[2N, ...]` at t, followed by those at t + epsilon."""
    labels = None if ends.labels is None else torch.cat([ends.labels, ends.labels])
    if space is PathSpace.Z:
        steps = (ends.t, ends.t + epsilon)
        return model.mapping(
            torch.cat([interpolate_z(ends.z0, ends.z1, t, model.normalizes_z) for t in steps]), labels
        )
    w0, w1 = model.mapping(torch.cat([ends.z0, ends.z1]), labels).chunk(2)
    t = ends.t.reshape(-1, *[1] * (w0.ndim - 1)).to(w0.device)
    return torch.cat([lerp(w0, w1, t), lerp(w0, w1, t + epsilon)])


def prepare_pictures(pictures: torch.Tensor, crop: bool) -> torch.Tensor:
    """Crop pictures `[N, C, H, W]` to rows 3/8..7/8 and columns 2/8..6/8 and average them down to 256 px."""
    if crop:
        unit = pictures.shape[2] // 8
        pictures = pictures[:, :, unit * 3 : unit * 7, unit * 2 : unit * 6]
    factor = pictures.shape[2] // LARGEST_SIDE
    return F.avg_pool2d(pictures, factor) if factor > 1 else pictures


def path_distances(
    model: PathModel, distance: Distance, ends: PathEnds, options: PathLengthOptions
) -> torch.Tensor:
    """Return d(G(p(t)), G(p(t + epsilon))) / epsilon^2 `[N]` (Karras et al. 2019, eq. 2 and 3)."""
    pictures = model.synthesis(neighbours(model, ends, options.space, options.epsilon))
    first, second = prepare_pictures(pictures, options.crop).chunk(2)
    return distance(first, second) / options.epsilon**2


def path_tangents(model: PathModel, ends: PathEnds, space: PathSpace) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the latents at t and their derivative by t, both with N as the first axis."""
    if space is PathSpace.Z:

        def along(t: torch.Tensor) -> torch.Tensor:
            return model.mapping(interpolate_z(ends.z0, ends.z1, t, model.normalizes_z), ends.labels)

        return directional_derivative(along, ends.t, torch.ones_like(ends.t))
    labels = None if ends.labels is None else torch.cat([ends.labels, ends.labels])
    w0, w1 = model.mapping(torch.cat([ends.z0, ends.z1]), labels).chunk(2)
    t = ends.t.reshape(-1, *[1] * (w0.ndim - 1)).to(w0.device)
    return lerp(w0, w1, t), w1 - w0


def picture_tangents(
    model: PathModel, ends: PathEnds, space: PathSpace, crop: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the pictures `[N, C, H, W]` at t, as they are compared, and their derivative by t."""
    pictures, slopes = directional_derivative(model.synthesis, *path_tangents(model, ends, space), model.kernels)
    return prepare_pictures(pictures, crop), prepare_pictures(slopes, crop)


def limit_distances(model: PathModel, form: Form, ends: PathEnds, options: PathLengthOptions) -> torch.Tensor:
    """Return what `path_distances` tends to for small epsilon `[N]`, without its cancellation.

    The model's mapping and synthesis must be differentiable functions, and its labels are given with `ends`.
    """
    return form(*picture_tangents(model, ends, options.space, options.crop))


def draw_ends(
    model: PathModel, sampling: PathSampling, count: int, generator: torch.Generator
) -> PathEnds:
    """Draw `count` paths and the places on them."""
    z0, z1 = torch.randn(2, count, model.z_dim, generator=generator)
    t = torch.rand(count, 1, generator=generator)
    if sampling is PathSampling.END:
        t = torch.zeros_like(t)
    if model.labels is None:
        return PathEnds(z0, z1, t)
    chosen = torch.randint(len(model.labels), (count,), generator=generator)
    return PathEnds(z0, z1, t, model.labels[chosen])


def percentile_bounds(distances: torch.Tensor) -> tuple[float, float]:
    """Return the 1st percentile (the lower neighbour) and the 99th (the higher) of distances `[N]`."""
    values = distances.double().cpu().numpy()
    low = np.percentile(values, REJECTED_PERCENT, method="lower")
    high = np.percentile(values, 100.0 - REJECTED_PERCENT, method="higher")
    return float(low), float(high)


def summarize(
    distances: torch.Tensor, network: str, resolution: int, options: PathLengthOptions
) -> PathLength:
    """Return the mean of the distances `[N]` inside the percentiles, bounds included.

    The error is that of a trimmed mean: the spread of the distances with the rejected ones moved to the
    bounds (Tukey and McLaughlin 1963).
    """
    values = distances.double().cpu()
    low, high = percentile_bounds(values)
    kept = values[(values >= low) & (values <= high)]
    spread = values.clamp(low, high).std(unbiased=True).item() if len(values) > 1 else math.nan
    error = spread * math.sqrt(len(values)) / len(kept)
    return PathLength(kept.mean().item(), error, len(values), len(kept), network, resolution, options)


def measure_path_length(
    model: PathModel, distance: Distance, network: str, options: PathLengthOptions
) -> Generator[Progress, None, PathLength]:
    """Measure batch by batch, with the mean so far as each step's label, and return the result.

    `network` names the distance, such as "LPIPS VGG16".
    """
    generator = torch.Generator().manual_seed(options.seed)
    distances: list[torch.Tensor] = []
    done = 0
    yield Progress(done, options.paths, "perceptual path length")
    while done < options.paths:
        count = min(options.batch, options.paths - done)
        ends = draw_ends(model, options.sampling, count, generator)
        with torch.no_grad():
            distances.append(path_distances(model, distance, ends, options).cpu())
        done += count
        so_far = torch.cat(distances).mean().item()
        yield Progress(done, options.paths, f"perceptual path length {so_far:.4g}")
    return summarize(torch.cat(distances), network, model.resolution, options)
