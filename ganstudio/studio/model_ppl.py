"""A model's own perceptual path length, which grows in idle time and is kept per model across sessions."""

import json
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.core.frame import Frame, ModelInfo
from ganstudio.core.inverting import LEAST_COMPARED
from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.studio.path_speed import NORMAL_95, PathFigure
from ganstudio.studio.playing import has_w
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Keeping

if TYPE_CHECKING:
    from ganstudio.engine.compute import Backend
    from ganstudio.engine.model import Model
    from ganstudio.metrics.perceptual_path_length import PathModel
    from ganstudio.metrics.perceptual_speed import PerceptualSpeed
    from ganstudio.metrics.quick_linear import KeptKernels
    from ganstudio.studio.path_speed_ruler import Ruler

FOLDER = "path-length"
FORM = "limit of LPIPS-VGG16, whole pictures"
BATCH = 4
MOST = 2000
QUIET_S = 0.6
SAVE_EVERY = 25


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the four figures: where its paths run, and where on them they are measured."""

    space: str
    sampling: str

    @property
    def title(self) -> str:
        """Its name in the tables of the papers."""
        return f"{self.space.upper()} {self.sampling}"


VARIANTS = tuple(Variant(space, sampling) for space in ("w", "z") for sampling in ("full", "end"))


def seed_of(variant: Variant, batch: int) -> int:
    """The seed that a batch of a variant is drawn from, so that every session continues the same row of draws."""
    return VARIANTS.index(variant) + len(VARIANTS) * batch


class ModelPathLength:
    """Lives on the main thread; `tick` tells it when there may be time to measure."""

    changed = Signal()

    def __init__(self, session: Session, ruler: "Ruler") -> None:
        """Read what earlier sessions found for the open model."""
        self._session, self._ruler = session, ruler
        self._folder = session.settings.folder / FOLDER
        self._squares: dict[str, dict[Variant, list[float]]] = {}
        self._figures: dict[str, dict[Variant, PathFigure]] = {}
        self._refused: set[str] = set()
        self._keeping: dict[str, Keeping] = {}
        self._job: int | None = None
        self._paused = False
        self._unsaved = 0
        self._now = 0.0
        self._last_frame = -math.inf
        session.frame_arrived.connect(self._frame_arrived)
        session.model_changed.connect(self._model_changed)

    def release(self) -> None:
        """Measure no longer; what was found is kept."""
        self._session.frame_arrived.disconnect(self._frame_arrived, missing_ok=True)
        self._session.model_changed.disconnect(self._model_changed, missing_ok=True)
        self.stop()

    def stop(self) -> None:
        """Give up what is being measured."""
        if self._job is not None:
            self._session.cancel_job(self._job)
            self._job = None
        self._save()

    def figures(self) -> dict[Variant, PathFigure]:
        """What is known of the open model."""
        info = self._session.model
        if info is None:
            return {}
        self._read(info.digest)
        return dict(self._figures[info.digest])

    def variants(self) -> tuple[Variant, ...]:
        """The figures that the open model can have."""
        return tuple(variant for variant in VARIANTS if variant.space == "z" or has_w(self._session))

    def tick(self, now: float) -> None:
        """Go on while no pictures are asked for."""
        self._now = now
        info = self._session.model
        if info is None or info.digest in self._refused or info.resolution < LEAST_COMPARED:
            return
        quiet = now - self._last_frame >= QUIET_S
        if self._job is None and quiet and self._wanted(info):
            self._begin(info)
        elif self._job is not None and self._paused and quiet:
            self._paused = False
            self._session.pause_job(self._job, paused=False)

    def _wanted(self, info: ModelInfo) -> list[Variant]:
        self._read(info.digest)
        found = self._squares[info.digest]
        return [variant for variant in self.variants() if len(found.get(variant, ())) < MOST]

    def _begin(self, info: ModelInfo) -> None:
        ruler, wanted = self._ruler, self._wanted(info)
        have = {variant: tuple(self._squares[info.digest].get(variant, ())) for variant in wanted}

        def steps(backend: "Backend") -> Iterator[Progress]:
            from ganstudio.studio.path_speed_steps import passed

            model = ruler.exact_model(backend, info.digest)
            form = yield from passed(ruler.ready(model.generator.device), Progress(0, 0))
            known = {variant: list(squares) for variant, squares in have.items()}
            path = exact_path(model, ruler.kernels(info.digest))
            while left := [variant for variant in wanted if len(known[variant]) < MOST]:
                for variant in left:
                    batch = len(known[variant]) // BATCH
                    known[variant] += yield from passed(batch_squares(variant, batch, path, form), Progress(0, 0))
                    yield Progress(0, 0, result=(variant, tuple(known[variant]), summary_of(known[variant])))

        self._paused = False
        self._job = self._session.add_job(
            "The model's path length", steps, lambda status: self._take(info.digest, status), Urgency.IDLE
        )

    def _take(self, digest: str, status: JobStatus) -> None:
        found = status.progress.result
        if isinstance(found, tuple):
            variant, squares, known = found
            if len(squares) > len(self._squares[digest].get(variant, ())):
                self._squares[digest][variant] = list(squares)
                self._figures[digest][variant] = known
                self._unsaved += 1
                if self._unsaved >= SAVE_EVERY:
                    self._save()
                self.changed.emit()
        if status.is_over and status.number == self._job:
            self._job = None
            if status.state is JobState.FAILED:
                self._refused.add(digest)
            self._save()

    def _frame_arrived(self, _frame: Frame) -> None:
        self._last_frame = self._now
        if self._job is not None and not self._paused:
            self._paused = True
            self._session.pause_job(self._job, paused=True)

    def _model_changed(self, _info: ModelInfo | None) -> None:
        self.stop()
        self._last_frame = self._now
        self.changed.emit()

    def _read(self, digest: str) -> None:
        if digest in self._squares:
            return
        self._squares[digest], self._figures[digest] = {}, {}
        for variant, entry in read_kept(self._folder / f"{digest}.json").items():
            self._squares[digest][variant], self._figures[digest][variant] = entry

    def _save(self) -> None:
        """Write what is new, beside the window."""
        if not self._unsaved:
            return
        self._unsaved = 0
        for digest, squares in self._squares.items():
            if squares:
                keeping = self._keeping.setdefault(digest, Keeping())
                file = self._folder / f"{digest}.json"
                keeping.write_soon(file, partial(longest, file, dict(squares), dict(self._figures[digest])))


def read_kept(file: Path) -> dict[Variant, tuple[list[float], PathFigure]]:
    """Return the samples and figures in a file, nothing where it is missing, damaged or of another kind."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["form"] != FORM:
            return {}
        found = {}
        for variant in VARIANTS:
            entry = kept["figures"].get(variant.title)
            if entry is not None:
                squares = [float(value) for value in entry["squares"]]
                figure = PathFigure(float(entry["mean"]), float(entry["margin"]), int(entry["n"]))
                if figure.n == len(squares) and len(squares) % BATCH == 0:
                    found[variant] = (squares, figure)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return found


def longest(file: Path, squares: dict[Variant, list[float]], known: dict[Variant, PathFigure]) -> bytes:
    """Return what a file is to keep: these samples, or those of another window where it drew more of the same row."""
    for variant, (row, figure) in read_kept(file).items():
        if len(row) > len(squares.get(variant, ())):
            squares[variant], known[variant] = row, figure
    return packed(squares, known)


def packed(squares: dict[Variant, list[float]], known: dict[Variant, PathFigure]) -> bytes:
    """Return samples and figures as a file keeps them."""
    figures = {
        variant.title: {"mean": known[variant].mean, "margin": known[variant].margin, "n": len(row), "squares": row}
        for variant, row in squares.items()
    }
    return json.dumps({"form": FORM, "figures": figures}).encode()


def exact_path(model: "Model", kernels: "KeptKernels") -> "PathModel":
    """Return a model as its metric sees it, its mapping and synthesis differentiable, with the model's own noise.

    `kernels` are the model's.
    """
    import torch

    from ganstudio.core.document import NoiseSetting
    from ganstudio.metrics.perceptual_path_length import PathModel
    from ganstudio.studio.evaluation import normalizes_z

    generator = model.generator
    device = generator.device

    def mapping(z: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
        return generator.mapping(z.to(device), c if c is None else c.to(device))

    def synthesis(ws: torch.Tensor) -> torch.Tensor:
        return generator.synthesis(ws, NoiseSetting())[:, :3].float()

    labels = torch.eye(model.c_dim) if model.c_dim else None
    return PathModel(model.z_dim, model.info.resolution, mapping, synthesis, normalizes_z(model), labels, kernels)


def batch_squares(
    variant: Variant, batch: int, path: "PathModel", form: "PerceptualSpeed"
) -> Generator[None, None, list[float]]:
    """Return the squared speeds of one batch of paths, one picture at a time and then layer by layer."""
    import torch

    from ganstudio.metrics.perceptual_path_length import PathSampling, PathSpace, draw_ends, picture_tangents

    draws = torch.Generator().manual_seed(seed_of(variant, batch))
    ends = draw_ends(path, PathSampling(variant.sampling), BATCH, draws)
    pairs = []
    for i in range(BATCH):
        labels = None if ends.labels is None else ends.labels[i : i + 1]
        one = replace(ends, z0=ends.z0[i : i + 1], z1=ends.z1[i : i + 1], t=ends.t[i : i + 1], labels=labels)
        pairs.append(picture_tangents(path, one, PathSpace(variant.space)))
        yield
    pictures, slopes = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    squares = yield from form.steps(pictures, slopes)
    return [float(f"{square:.6g}") for square in squares.tolist()]


def summary_of(squares: list[float]) -> PathFigure:
    """Return the metric's own mean and interval: without the outer percentiles, as published."""
    import torch

    from ganstudio.metrics.perceptual_path_length import PathLengthOptions, summarize

    result = summarize(torch.tensor(squares, dtype=torch.float64), FORM, 0, PathLengthOptions(paths=len(squares)))
    return PathFigure(result.mean, NORMAL_95 * result.standard_error, len(squares))
