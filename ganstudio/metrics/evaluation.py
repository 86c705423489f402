"""Measuring a generator: its pictures are drawn once, looked at by every network that is needed, and compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.metrics.catalogue import INCEPTION, VGG16, FeatureMetric, Metric, PathMetric
from ganstudio.metrics.features import INCEPTION_FILE, Extractor, FeatureNetworkError, Vgg16Features
from ganstudio.metrics.gathering import batch_size, generated_features, real_features
from ganstudio.metrics.perceptual_path_length import PathLengthOptions, PathModel, measure_path_length
from ganstudio.metrics.subjects import MeasuredModel, RealPictures

DEFAULT_SAMPLES = 10_000
FEWEST = 10
"""As many as the splits of the inception score, and more than three neighbours and the sample itself."""

LPIPS_TITLE = "LPIPS VGG16"


class UnfitMetricError(StudioError):
    """A metric cannot be measured on this model or with this data."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value and standard error from n samples (beside `real` pictures), by which network."""

    metric: str
    value: float
    error: float
    n: int
    network: str
    real: int = 0


@dataclass(frozen=True)
class Laboratory:
    """What measuring needs beside model and data: how each network is opened, and where features are kept."""

    networks: Mapping[str, Callable[[], Extractor]] = field(default_factory=lambda: {VGG16: Vgg16Features})
    cache: Path | None = None


def evaluate(
    model: MeasuredModel,
    data: RealPictures | None,
    metrics: Sequence[Metric],
    n: int = DEFAULT_SAMPLES,
    seed: int = 0,
    laboratory: Laboratory | None = None,
) -> Iterator[Progress | Measured]:
    """Measure with the pictures of seeds `seed` to `seed + n - 1`; what does not fit is said before any work."""
    laboratory = laboratory or Laboratory()
    for metric in metrics:
        check(metric, model, data, n, laboratory)
    by_features = [metric for metric in metrics if isinstance(metric, FeatureMetric)]
    if by_features:
        yield from _measured_features(model, data, by_features, n, seed, laboratory)
    for metric in metrics:
        if isinstance(metric, PathMetric) and model.path is not None:
            yield from _measured_path(metric, model.path, model.device, n, seed)


def check(metric: Metric, model: MeasuredModel, data: RealPictures | None, n: int, laboratory: Laboratory) -> None:
    """Raise UnfitMetricError or FeatureNetworkError where a metric cannot be measured."""
    if n < FEWEST:
        raise UnfitMetricError(f"{n} samples are too few to measure {metric.name}: ask for at least {FEWEST}.")
    if isinstance(metric, PathMetric):
        _check_path(metric, model)
    elif metric.network not in laboratory.networks:
        raise FeatureNetworkError(
            f"{metric.name} needs the weights of {metric.network}, which do not come with the program: "
            f"supply {INCEPTION_FILE} with --{INCEPTION}, or choose a metric on {VGG16}."
        )
    elif metric.needs_data and data is None:
        raise UnfitMetricError(f"{metric.name} compares with real pictures: name a folder or zip of them with --data.")
    elif metric.needs_data and data is not None and data.count < FEWEST:
        raise UnfitMetricError(f"{metric.name} needs at least {FEWEST} real pictures; the data has {data.count}.")


def _check_path(metric: PathMetric, model: MeasuredModel) -> None:
    if model.path is None or not model.spaces:
        raise UnfitMetricError(f"{metric.name} needs paths between latents, which {model.name} does not offer here.")
    if metric.space not in model.spaces:
        fitting = ", ".join(f"ppl-{space}-{metric.sampling}" for space in sorted(model.spaces))
        raise UnfitMetricError(
            f"{metric.name} needs the space {metric.space.upper()}, which {model.name} does not have: choose {fitting}."
        )


def _measured_features(
    model: MeasuredModel,
    data: RealPictures | None,
    metrics: Sequence[FeatureMetric],
    n: int,
    seed: int,
    laboratory: Laboratory,
) -> Iterator[Progress | Measured]:
    names = dict.fromkeys(metric.network for metric in metrics)
    networks = {name: laboratory.networks[name]().to(model.device) for name in names}
    real: dict[str, torch.Tensor] = {}
    if data is not None:
        for name in dict.fromkeys(metric.network for metric in metrics if metric.needs_data):
            real[name] = yield from real_features(data, networks[name], n, model.device, laboratory.cache)
    generated = yield from generated_features(model, networks, n, seed)
    for metric in metrics:
        yield Progress(n, n, metric.name)
        compared, said = real.get(metric.network, torch.empty(0)), generated[metric.network]
        result = metric.compare(compared, said, torch.Generator().manual_seed(seed))
        count = len(compared) if metric.needs_data else 0
        yield Measured(metric.name, result.value, result.error, n, networks[metric.network].title, count)


def _measured_path(
    metric: PathMetric, path: PathModel, device: torch.device, n: int, seed: int
) -> Iterator[Progress | Measured]:
    options = PathLengthOptions(metric.space, metric.sampling, paths=n, batch=batch_size(device), seed=seed)
    distance = lpips_vgg16().to(device)
    result = yield from measure_path_length(path, distance, LPIPS_TITLE, options)
    title = f"{LPIPS_TITLE}, {path.resolution} px"
    yield Measured(metric.name, result.mean, result.standard_error, result.n, title)
