"""Measuring a model from the command line or the window: opens what is named, measures, writes the report."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.files import write_file
from ganstudio.core.paths import user_folder
from ganstudio.core.progress import Progress

if TYPE_CHECKING:
    import torch

    from ganstudio.data.images import Pictures
    from ganstudio.engine.model import Model
    from ganstudio.metrics.evaluation import Laboratory, Measured
    from ganstudio.metrics.subjects import MeasuredModel, RealPictures

CACHE = "features"
SAME_DIRECTION = 1e-3
SAME_NOISE = 16
COLUMNS = ("metric", "value", "standard error", "n", "network")


@dataclass(frozen=True)
class EvaluateOptions:
    """Measure a model: distances to real pictures, precision and recall, perceptual path length."""

    model: str
    """Name of a shipped model, or path of a checkpoint."""
    metrics: str
    """Names with commas between them, such as frechet-vgg16,ppl-w-end."""
    data: Path | None = None
    """A folder or zip of real pictures, for metrics that compare with them."""
    samples: int = 10_000
    """How many pictures (and real ones at most) or paths are measured."""
    out: Path | None = None
    """Write the numbers to this JSON file as well."""
    seed: int = 0
    """The first seed."""
    inception: Path | None = None
    """Weights of the Inception-v3 of 2015, for metrics whose names say inception."""
    device: str = AUTO
    """Where to compute: auto, cpu, cuda, cuda:1, mps."""
    precision: Precision = Precision.EXACT
    """exact is float32 throughout; fast draws in 16 bits where the device gains by it."""


def evaluate(options: EvaluateOptions) -> "Iterator[Progress | Measured]":
    """Yield progress and every number as it is known; the report is written after the last."""
    yield Progress(0, 0, f"opening {options.model}")

    from ganstudio import open_model
    from ganstudio.metrics.catalogue import parse_metrics
    from ganstudio.metrics.evaluation import Measured
    from ganstudio.metrics.evaluation import evaluate as measure
    from ganstudio.studio.pictures import prepare_folder

    metrics = parse_metrics(options.metrics)
    if options.out is not None:
        prepare_folder(options.out.absolute().parent)
    model = open_model(options.model, device=options.device, precision=options.precision)
    data = None if options.data is None else real_pictures(options.data, model.info.resolution)
    found: list[Measured] = []
    for step in measure(measured_model(model), data, metrics, options.samples, options.seed, laboratory(options)):
        if isinstance(step, Measured):
            found.append(step)
        yield step
    if options.out is not None:
        write_report(options, model, data, found)
    yield Progress(len(metrics), len(metrics), f"{options.out or model.info.name}")


def told(job: "Iterable[Progress | Measured]", rows: list[tuple[str, ...]]) -> "Iterator[Progress]":
    """Pass progress on and note every number as a row of `COLUMNS`."""
    for step in job:
        if isinstance(step, Progress):
            yield step
        else:
            against = f"{step.n} + {step.real} real" if step.real else f"{step.n}"
            rows.append((step.metric, f"{step.value:.5g}", f"{step.error:.2g}", against, step.network))


def measured_model(model: "Model") -> "MeasuredModel":
    """Return an open model as metrics see it: classes in turn, and fresh noise for every 16 seeds, without truncation.

    Published distances draw fresh noise; both ends of a path have the model's own.
    """
    import torch

    from ganstudio.core.document import NoiseMode, NoiseSetting
    from ganstudio.metrics.perceptual_path_length import PathModel, PathSpace
    from ganstudio.metrics.subjects import MeasuredModel

    def draw(seeds: Sequence[int]) -> torch.Tensor:
        parts = [
            model.sample(part, c=classes_in_turn(part, model.c_dim), noise=NoiseSetting(NoiseMode.RANDOM, block))
            for block, part in ((block, list(part)) for block, part in groupby(seeds, lambda seed: seed // SAME_NOISE))
        ]
        return torch.cat(parts)

    path = PathModel(
        model.z_dim,
        model.info.resolution,
        model.mapping,
        model.synthesis,
        normalizes_z(model),
        torch.eye(model.c_dim) if model.c_dim else None,
    )
    spaces = frozenset({PathSpace.Z} if model.w_avg is None else PathSpace)
    return MeasuredModel(model.info.name, draw, model.generator.device, path, spaces)


def classes_in_turn(seeds: Sequence[int], count: int) -> "torch.Tensor | None":
    """Return the one-hot labels `[N, count]` of seeds, each class equally often; None without classes."""
    if not count:
        return None
    import torch

    return torch.eye(count)[torch.tensor([seed % count for seed in seeds])]


def normalizes_z(model: "Model") -> bool:
    """Tell whether only the direction of z matters, by drawing one z at two lengths."""
    z = model.latents([0])
    first, second = (model.synthesis(model.mapping(z * length)) for length in (1.0, 2.0))
    return bool((first - second).abs().max() <= SAME_DIRECTION * first.abs().max())


def real_pictures(folder: Path, resolution: int) -> "RealPictures":
    """Open pictures at the model's resolution; raises SourceError."""
    from ganstudio.data.images import PictureOptions, open_pictures

    return as_real(open_pictures(folder, PictureOptions(resolution=resolution)))


def as_real(pictures: "Pictures") -> "RealPictures":
    """Return a set of pictures as metrics see it."""
    from ganstudio.data.images import FilePictures
    from ganstudio.metrics.subjects import RealPictures

    reader = pictures.reader()
    form = pictures.shaping if isinstance(pictures, FilePictures) else pictures.facts
    fingerprint = f"{pictures.fingerprint} {form}"
    count = pictures.facts.count
    return RealPictures(count, fingerprint, lambda numbers: reader.read(numbers).pixels, pictures.endless)


def laboratory(options: EvaluateOptions) -> "Laboratory":
    """Return the networks that are at hand, and the user's folder of kept features."""
    from ganstudio.metrics.catalogue import INCEPTION, VGG16
    from ganstudio.metrics.evaluation import Laboratory
    from ganstudio.metrics.features import Vgg16Features

    cache = user_folder() / CACHE
    file = options.inception
    if file is None:
        return Laboratory(cache=cache)
    from ganstudio.studio.inception import read_inception

    return Laboratory({VGG16: Vgg16Features, INCEPTION: lambda: read_inception(file)}, cache)


def write_report(
    options: EvaluateOptions, model: "Model", data: "RealPictures | None", found: "Sequence[Measured]"
) -> None:
    """Write the numbers with what they were measured on, whole or not at all; raises SaveError."""
    if options.out is None:
        return
    report = {
        "model": {"name": model.info.name, "digest": model.info.digest, "resolution": model.info.resolution},
        "data": data and {"path": str(options.data), "pictures": data.count, "fingerprint": data.fingerprint},
        "seed": options.seed,
        "results": [
            {**asdict(result), "error": None if math.isnan(result.error) else result.error} for result in found
        ],
    }
    content = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    write_file(options.out, [content], len(content))
