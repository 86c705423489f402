"""What the doctor learns from pictures: how varied samples are, and which training pictures they come close to."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array
from ganstudio.data.images import Pictures
from ganstudio.losses.perceptual import lpips_alex
from ganstudio.metrics.features import resized_bicubic
from ganstudio.studio.doctor_case import Case, case_of
from ganstudio.studio.doctor_changes import more_augmentation, more_variety
from ganstudio.studio.doctor_findings import Finding, Illness, PictureReport, Severity
from ganstudio.studio.run_watch import RunWatch
from ganstudio.studio.training_feed import open_data
from ganstudio.training.trainer import PINNED

SIDE = 64  # AlexNet's features see 8 px pictures as well when they are enlarged
AT_ONCE = 3  # pictures in a step of a job
COMPARED = 36  # real pictures, as many as there are samples
LOOKED_THROUGH = 800  # training pictures, evenly chosen, in which the nearest is sought
COLLAPSED, NARROW = 0.5, 0.75  # of the data's variety; converged runs had 0.85 to 1.1, repeated pictures count 0
YOUNG = 3000  # images: pictures of a network that has only begun are all alike
COPIED = 0.5  # of the distance of held-out pictures to their nearest: nobody comes that close by chance


class NothingToLookAtError(StudioError):
    """A run has no samples yet, or its pictures are gone."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Pictures as points `[N, K]` whose squared distances are LPIPS."""

    points: torch.Tensor

    def distances(self, other: "Embedded") -> torch.Tensor:
        """Return LPIPS `[N, M]` between all pairs."""
        squares = (self.points**2).sum(1)[:, None] + (other.points**2).sum(1)[None]
        return (squares - 2.0 * self.points @ other.points.T).clamp(min=0.0)


class Eye:
    """LPIPS on AlexNet, as a map to points."""

    def __init__(self) -> None:
        """Load the network; raises AssetError."""
        self._network = lpips_alex()

    @torch.no_grad()
    def embed(self, pixels: Array) -> Embedded:
        """Return pictures uint8 `[N, 1 or 3, R, R]` as points."""
        pictures = resized_bicubic(torch.from_numpy(pixels).float(), SIDE) / 127.5 - 1.0
        parts = [
            (layer * (head.clamp(min=0.0).sqrt() / (layer.shape[2] * layer.shape[3]) ** 0.5)[:, None, None]).flatten(1)
            for layer, head in zip(self._network.features(pictures), self._network.heads, strict=True)
        ]
        return Embedded(torch.cat(parts, dim=1))

    def embed_all(self, pixels: Array, label: str) -> Generator[Progress, None, Embedded]:
        """Do so in short steps."""
        parts = []
        for first in range(0, len(pixels), AT_ONCE):
            parts.append(self.embed(pixels[first : first + AT_ONCE]).points)
            yield Progress(first, len(pixels), label)
        return Embedded(torch.cat(parts))


def looking(path: Path) -> Iterator[Progress]:
    """Compare a run's newest samples with its data; the last step's result is a PictureReport."""
    watch = RunWatch(path)
    watch.refresh()
    yield Progress(0, 0, "reading")
    case = case_of(watch)
    sheets = watch.samples()
    if not sheets or case.options is None:
        raise NothingToLookAtError(f"{path.name} has no samples to look at yet; wait for the next sheet.")
    trained, held_out = open_data(case.options)
    yield Progress(0, 0, "reading")
    report = yield from compared(cut(sheets[-1]), int(sheets[-1].stem), trained, held_out, case)
    yield Progress(1, 1, "", result=report)


def compared(
    samples: Array, seen: int, trained: Pictures, held_out: Pictures | None, case: Case
) -> Generator[Progress, None, PictureReport]:
    """Measure the variety of samples uint8 `[N, 3, R, R]`, and seek the training picture nearest to each."""
    eye = Eye()
    drawn = yield from eye.embed_all(samples, "looking at samples")
    numbers = chosen(len(trained), LOOKED_THROUGH)
    kept = None
    if held_out is not None:
        pixels = held_out.reader().read(chosen(len(held_out), COMPARED).tolist()).pixels
        kept = yield from eye.embed_all(pixels, "looking at held-out pictures")
    best, nearest = np.full(len(samples), np.inf), np.zeros((len(samples), *samples.shape[1:]), dtype=np.uint8)
    best_kept = np.full(0 if kept is None else len(kept.points), np.inf)
    real: list[torch.Tensor] = []
    reader = trained.reader()
    for first in range(0, len(numbers), AT_ONCE):
        pixels = reader.read(numbers[first : first + AT_ONCE].tolist()).pixels
        points = eye.embed(pixels)
        if len(real) * AT_ONCE < COMPARED:
            real.append(points.points)
        distances = drawn.distances(points).numpy()
        closer = distances.min(1) < best
        best = np.minimum(best, distances.min(1))
        nearest[closer] = _colour(pixels)[distances.argmin(1)[closer]]
        if kept is not None:
            best_kept = np.minimum(best_kept, kept.distances(points).numpy().min(1))
        yield Progress(first, len(numbers), "looking through training pictures")
    variety = mean_pair(drawn) / max(mean_pair(Embedded(torch.cat(real)[:COMPARED])), 1e-9)
    usual = float(np.median(best_kept)) if len(best_kept) else float("nan")
    return PictureReport(
        seen, samples, nearest, best, usual, variety, len(numbers), found(case, seen, variety, best, usual)
    )


def found(case: Case, seen: int, variety: float, nearest: Array, usual: float) -> tuple[Finding, ...]:
    """Return what is wrong with pictures of this variety, that far from their nearest training pictures."""
    findings = []
    if variety < NARROW and seen >= YOUNG:
        severity = Severity.GRAVE if variety < COLLAPSED else Severity.WARNING
        words = (
            f"Samples differ from one another {variety:.0%} as much as training pictures do (mean LPIPS of pairs): "
            "different latents lead to the same few pictures."
        )
        title = "The pictures are all alike" if variety < COLLAPSED else "The pictures lack variety"
        findings.append(Finding(Illness.COLLAPSE, severity, title, words, (), more_variety(case)))
    close = float(np.median(nearest))
    if close < COPIED * usual:
        words = (
            f"Half of the samples are closer than {close:.3f} to a training picture (LPIPS), where pictures that were "
            f"held out come to {usual:.3f}: G repeats what it was shown."
        )
        title = "Samples are copies"
        findings.append(Finding(Illness.OVERFITTING, Severity.WARNING, title, words, (), more_augmentation(case)))
    return tuple(findings)


def cut(sheet: Path) -> Array:
    """Return the samples uint8 `[36, 3, R, R]` of a sheet; raises NothingToLookAtError."""
    try:
        with Image.open(sheet) as picture:
            pixels = np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise NothingToLookAtError(f"{sheet} cannot be read; wait for the next sheet of samples.") from error
    across = int(PINNED**0.5)
    side = pixels.shape[0] // across
    grid = pixels[: across * side, : across * side].reshape(across, side, across, side, 3)
    return np.ascontiguousarray(grid.transpose(0, 2, 4, 1, 3).reshape(PINNED, 3, side, side))


def chosen(count: int, most: int) -> Array:
    """Return at most so many numbers below `count`, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def mean_pair(embedded: Embedded) -> float:
    """Return the mean LPIPS between two different pictures."""
    count = len(embedded.points)
    return float(embedded.distances(embedded).sum()) / max(count * (count - 1), 1)


def _colour(pixels: Array) -> Array:
    return np.repeat(pixels, 3, axis=1) if pixels.shape[1] == 1 else pixels
