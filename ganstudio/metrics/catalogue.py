"""The metrics that can be asked for, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from ganstudio.core.errors import StudioError
from ganstudio.metrics.estimate import Estimate
from ganstudio.metrics.features import Extracted
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.inception_score import inception_score
from ganstudio.metrics.kernel import kernel_distance
from ganstudio.metrics.perceptual_path_length import PathSampling, PathSpace
from ganstudio.metrics.precision_recall import precision, recall

VGG16, INCEPTION = "vgg16", "inception"

Comparison = Callable[[torch.Tensor, Extracted, torch.Generator], Estimate]
"""Measures what a network says of generated pictures, given real features `[N, D]` and draws for its own use."""


class UnknownMetricError(StudioError):
    """A metric has a name that nobody knows."""


@dataclass(frozen=True, slots=True)
class FeatureMetric:
    """Measures generated pictures by the features of a network, most often beside those of real ones."""

    name: str
    network: str
    compare: Comparison
    needs_data: bool = True


@dataclass(frozen=True, slots=True)
class PathMetric:
    """The speed of pictures along paths between latents."""

    name: str
    space: PathSpace
    sampling: PathSampling


Metric = FeatureMetric | PathMetric


def _inception_score(_: torch.Tensor, generated: Extracted, __: torch.Generator) -> Estimate:
    if generated.probabilities is None:
        raise UnknownMetricError("The inception score needs class probabilities, which its network does not give.")
    return inception_score(generated.probabilities)


COMPARISONS: Mapping[str, Comparison] = {
    "frechet": lambda real, generated, _: frechet_distance(real, generated.features),
    "kernel": lambda real, generated, draws: kernel_distance(real, generated.features, draws),
    "precision": lambda real, generated, _: precision(real, generated.features),
    "recall": lambda real, generated, _: recall(real, generated.features),
}


def known_metrics() -> Mapping[str, Metric]:
    """Return every metric by its name."""
    found: list[Metric] = [
        FeatureMetric(f"{name}-{network}", network, compare)
        for network in (VGG16, INCEPTION)
        for name, compare in COMPARISONS.items()
    ]
    found.append(FeatureMetric("inception-score", INCEPTION, _inception_score, needs_data=False))
    found += [
        PathMetric(f"ppl-{space}-{sampling}", space, sampling) for space in PathSpace for sampling in PathSampling
    ]
    return {metric.name: metric for metric in found}


def parse_metrics(text: str) -> tuple[Metric, ...]:
    """Return the metrics that a text such as `frechet-vgg16,ppl-w-end` names, each once."""
    known = known_metrics()
    names = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise UnknownMetricError(f"There is no metric {name!r}; there are: {', '.join(known)}.")
    if not names:
        raise UnknownMetricError(f"No metric was named; there are: {', '.join(known)}.")
    return tuple(known[name] for name in names)
