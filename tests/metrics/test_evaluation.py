"""Measuring a model: what is drawn, what is kept, what comes out, and what is refused before any work."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.metrics.catalogue import UnknownMetricError, known_metrics, parse_metrics
from ganstudio.metrics.evaluation import Laboratory, Measured, UnfitMetricError, evaluate
from ganstudio.metrics.features import Extracted, Extractor, FeatureNetworkError
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.perceptual_path_length import PathModel, PathSpace
from ganstudio.metrics.subjects import MeasuredModel, RealPictures

SIDE = 16


class Colours(Extractor):
    """The mean of each channel, so that numbers can be checked by hand."""

    title, key = "mean colour", "colours 1"

    def __init__(self) -> None:
        self.network = torch.nn.Linear(1, 1)
        self.pictures = 0

    def _extract(self, pictures: torch.Tensor) -> Extracted:
        self.pictures += len(pictures)
        means = pictures.mean(dim=(2, 3)) / 255.0
        return Extracted(means, torch.stack([means[:, 0], 1.0 - means[:, 0]], dim=1))


class Painter:
    """A generator whose pictures have one colour each, told by the seed."""

    def __init__(self) -> None:
        self.seeds: list[int] = []

    def __call__(self, seeds: Sequence[int]) -> torch.Tensor:
        self.seeds += seeds
        colours = torch.stack([torch.rand(3, generator=torch.Generator().manual_seed(seed)) for seed in seeds])
        return (colours * 2.0 - 1.0)[:, :, None, None].expand(-1, -1, SIDE, SIDE)


def model(draw: Painter, path: PathModel | None = None) -> MeasuredModel:
    """Return the painter as metrics see it."""
    spaces = frozenset({PathSpace.Z}) if path else frozenset()
    return MeasuredModel("painter", draw, torch.device("cpu"), path, spaces)


def data(count: int = 40, fingerprint: str = "some pictures") -> RealPictures:
    """Return noise pictures."""
    pixels = np.random.default_rng(1).integers(0, 256, (count, 3, SIDE, SIDE), dtype=np.uint8)
    return RealPictures(count, fingerprint, lambda numbers: pixels[list(numbers)])


def run(metrics: str, real: RealPictures | None, lab: Laboratory, n: int = 50, seed: int = 7) -> list[Measured]:
    """Measure the painter to the end."""
    steps = evaluate(model(Painter()), real, parse_metrics(metrics), n, seed, lab)
    return [step for step in steps if isinstance(step, Measured)]


def laboratory(network: Colours, cache: Path | None = None) -> Laboratory:
    """Return a laboratory where the small network stands in for both."""
    return Laboratory({"vgg16": lambda: network, "inception": lambda: network}, cache)


def test_each_number_names_its_network_count_and_error() -> None:
    names = "frechet-vgg16,kernel-vgg16,precision-vgg16,recall-vgg16,inception-score"
    found = run(names, data(), laboratory(Colours()))
    assert [result.metric for result in found] == names.split(",")
    assert all(result.n == 50 and result.network == "mean colour" for result in found)
    assert [result.real for result in found] == [40, 40, 40, 40, 0]
    assert all(result.error >= 0.0 for result in found)


def test_the_number_is_that_of_the_features() -> None:
    painter, network, real = Painter(), Colours(), data()
    pixels = (painter(range(7, 57)) * 127.5 + 128.0).clamp(0, 255).floor().byte().numpy()
    expected = frechet_distance(network.extract(real.read(range(40))).features, network.extract(pixels).features)
    [found] = run("frechet-vgg16", real, laboratory(Colours()))
    assert (found.value, found.error) == pytest.approx((expected.value, expected.error), rel=1e-5)


def test_pictures_are_drawn_once_for_all_metrics() -> None:
    painter, network = Painter(), Colours()
    metrics = parse_metrics("frechet-vgg16,kernel-vgg16,recall-vgg16")
    steps = list(evaluate(model(painter), data(), metrics, 50, 7, laboratory(network)))
    assert painter.seeds == list(range(7, 57))
    assert network.pictures == 90
    assert all(step.done <= step.total for step in steps if isinstance(step, Progress))


def test_features_of_the_data_are_kept_by_pictures_and_network(tmp_path: Path) -> None:
    cache = tmp_path / "below" / "features"
    fresh = Colours()
    first = run("frechet-vgg16", data(), laboratory(fresh, cache))
    again = Colours()
    assert run("frechet-vgg16", data(), laboratory(again, cache)) == first
    assert (fresh.pictures, again.pictures) == (90, 50)
    changed = Colours()
    run("frechet-vgg16", data(fingerprint="other pictures"), laboratory(changed, cache))
    retrained = Colours()
    retrained.key = "colours 2"
    run("frechet-vgg16", data(), laboratory(retrained, cache))
    assert (changed.pictures, retrained.pictures) == (90, 90)
    assert len(list(cache.iterdir())) == 3


def test_damaged_features_are_made_again(tmp_path: Path) -> None:
    first = run("frechet-vgg16", data(), laboratory(Colours(), tmp_path))
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-7])
    network = Colours()
    assert run("frechet-vgg16", data(), laboratory(network, tmp_path)) == first
    assert network.pictures == 90


def test_measuring_goes_on_where_features_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    metrics = parse_metrics("frechet-vgg16")
    steps = list(evaluate(model(Painter()), data(), metrics, 50, 7, laboratory(Colours(), tmp_path / "file")))
    assert any(isinstance(step, Measured) for step in steps)
    assert any("are not kept" in step.label for step in steps if isinstance(step, Progress))


def test_a_part_of_many_pictures_is_always_the_same_and_spread() -> None:
    many = data(1000)
    numbers = many.chosen(50)
    assert numbers == many.chosen(50)
    assert len(set(numbers)) == 50
    assert numbers[0] < 200
    assert numbers[-1] > 800
    endless = RealPictures(1 << 40, "endless", many.read, endless=True)
    assert endless.chosen(5) == [0, 1, 2, 3, 4]
    assert data(3).chosen(50) == [0, 1, 2]


def test_paths_are_measured_in_the_spaces_that_there_are() -> None:
    path = PathModel(3, SIDE, lambda z, _: z[:, None], lambda w: w[:, 0, :, None, None].expand(-1, -1, SIDE, SIDE))
    steps = list(evaluate(model(Painter(), path), None, parse_metrics("ppl-z-end,ppl-z-full"), 20))
    found = [step for step in steps if isinstance(step, Measured)]
    assert [(result.metric, result.n) for result in found] == [("ppl-z-end", 20), ("ppl-z-full", 20)]
    assert all(result.value > 0.0 and result.error > 0.0 for result in found)
    assert found[0].network == "LPIPS VGG16, 16 px"


@pytest.mark.parametrize(
    ("metrics", "real", "n", "problem", "says"),
    [
        ("ppl-w-end", None, 50, UnfitMetricError, "choose ppl-z-end"),
        ("frechet-vgg16", None, 50, UnfitMetricError, "--data"),
        ("frechet-vgg16", data(3), 50, UnfitMetricError, "the data has 3"),
        ("recall-vgg16", data(), 3, UnfitMetricError, "too few"),
        ("frechet-inception", data(), 50, FeatureNetworkError, "--inception"),
    ],
)
def test_what_does_not_fit_is_said_before_any_work(
    metrics: str, real: RealPictures | None, n: int, problem: type[StudioError], says: str
) -> None:
    painter = Painter()
    path = PathModel(3, SIDE, lambda z, _: z, lambda w: w)
    steps = evaluate(model(painter, path), real, parse_metrics(metrics), n)
    with pytest.raises(problem, match=says):
        next(steps)
    assert not painter.seeds


def test_metrics_are_known_by_name() -> None:
    found = parse_metrics(" ppl-w-end, frechet-vgg16,ppl-w-end")
    assert [metric.name for metric in found] == ["ppl-w-end", "frechet-vgg16"]
    assert all(metric.name == name for name, metric in known_metrics().items())
    for text in ("fid", "frechet-vgg16,fid", "", ","):
        with pytest.raises(UnknownMetricError, match="frechet-vgg16, kernel-vgg16"):
            parse_metrics(text)
