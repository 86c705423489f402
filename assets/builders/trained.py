"""Models that are trained here, each by one command on data that ship: weights, card and an uncurated sheet."""

import contextlib
import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.builders.card import rounded, write_card
from assets.builders.sheet import write_sheet
from ganstudio import open_model
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import MODEL_FILE
from ganstudio.cli import main
from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ASSETS
from ganstudio.engine.model import Model
from ganstudio.metrics.catalogue import parse_metrics
from ganstudio.metrics.evaluation import Laboratory, Measured, evaluate
from ganstudio.metrics.subjects import MeasuredModel, RealPictures
from ganstudio.studio.assets import Card, Licence, Number, Run, read_card
from ganstudio.studio.evaluation import measured_model, real_pictures

KEPT = ("classes", "first_map")
METRICS = "frechet-vgg16,kernel-vgg16,precision-vgg16,recall-vgg16"
CC0_TEXT = "licences/CC0-1.0.txt"
HOLDER = "the authors of GAN Studio"


class TrainingFailedError(StudioError):
    """The run that should make a model ended without one."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Makes the model `name` with the recipe's `preset` on the shipped data set `data`.

    `options` are further arguments of the train command; `measured` is how many pictures the metrics draw; `also`
    measures what is particular to these data; the sheet shows each pixel `enlarged` times as wide. A run with a `first`
    begins with the networks of that one, and shows `images` more pictures to them.
    """

    name: str
    title: str
    summary: str
    architecture: str
    preset: str
    data: str
    images: int
    measured: int
    options: Mapping[str, str]
    seed: int = 0
    first_seed: int = 0
    enlarged: int = 1
    also: Callable[[Model, Path], tuple[Number, ...]] | None = None
    first: "TrainedModel | None" = None

    @property
    def runs(self) -> tuple["TrainedModel", ...]:
        """All runs that made it, the first one first."""
        return (self,) if self.first is None else (*self.first.runs, self)

    @property
    def shown(self) -> int:
        """How many pictures it was shown in all runs."""
        return sum(run.images for run in self.runs)

    @property
    def folder(self) -> Path:
        """The model's place."""
        return ASSETS / "models" / self.name

    @property
    def pictures(self) -> Path:
        """The data that it learns from."""
        return ASSETS / "data" / self.data / f"{self.data}.zip"

    @property
    def source(self) -> str:
        """Where the train command takes pictures from."""
        return self.pictures.relative_to(ASSETS.parent).as_posix()

    @property
    def of_data(self) -> Card:
        """The card of the data."""
        return read_card(self.pictures.parent / "card.json")

    def real(self, resolution: int) -> RealPictures:
        """The pictures that the model is measured against."""
        return real_pictures(self.pictures, resolution)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the train command is given, but for the run's folder; paths are relative to the program's folder."""
        asked = {
            "architecture": self.architecture,
            "preset": self.preset,
            "data": self.source,
            "images": str(self.images),
            "seed": str(self.seed),
            **self.options,
            "threads": "1",
        }
        several = {name: value.split() if name == "set" else [value] for name, value in asked.items()}
        return ("train", *(part for name, values in several.items() for part in (f"--{name}", *values)))

    @property
    def command(self) -> str:
        """The whole command that trains it: one for each run."""
        own = f"python launcher.py {shlex.join(self.arguments)} --run runs/{self.name}"
        if self.first is None:
            return own
        return f"{self.first.command} && {own} --start-from runs/{self.first.name}/{MODEL_FILE}"

    def build(self, target: Path | None = None) -> Path:
        """Train the model, measure it and write it into `target` (its place when None); raises TrainingFailedError."""
        target = target or self.folder
        with tempfile.TemporaryDirectory() as scratch:
            self.pack(self.trained(Path(scratch)), target)
        return target

    def trained(self, scratch: Path) -> Path:
        """Train it in a folder inside `scratch` and return the finished run's model; raises TrainingFailedError."""
        begun = () if self.first is None else ("--start-from", str(self.first.trained(scratch)))
        train((*self.arguments, *begun), scratch / self.name)
        return scratch / self.name / MODEL_FILE

    def pack(self, trained: Path, target: Path) -> None:
        """Write weights, sheet and card of a finished run's model into `target`."""
        target.mkdir(parents=True, exist_ok=True)
        save_checkpoint(target / MODEL_FILE, self.stored(read_checkpoint(trained)))
        model = open_model(target / MODEL_FILE)
        shown = self.write_sheet(model, target)
        write_card(self.card(self.numbers(model), shown), target)

    def stored(self, found: Checkpoint) -> Checkpoint:
        """Return what ships of a finished run: its averaged weights in half precision, and where they come from."""
        tensors = {GENERATOR: {k: t.half() if t.ndim > 1 else t for k, t in found.tensors[GENERATOR].items()}}
        provenance = {"name": self.name, "command": self.command, "images_seen": self.shown}
        named = {**provenance, "seed": self.seed, "data": self.data, "first_seed": self.first_seed}
        named |= {name: found.provenance[name] for name in KEPT if name in found.provenance}
        licence = self.licence().spdx
        return Checkpoint(found.architecture, found.config, tensors, provenance=named, licence=licence)

    def write_sheet(self, model: Model, target: Path) -> str:
        """Write the uncurated sheet and return its file's name."""
        return write_sheet(model, target, self.enlarged)

    def numbers(self, model: Model) -> tuple[Number, ...]:
        """Measure the model against its data."""
        found = self.measure(measured_model(model), self.real(model.info.resolution), METRICS)
        return (*found, *(self.also(model, self.pictures) if self.also else ()))

    def measure(
        self, subject: MeasuredModel, real: RealPictures, metrics: str, laboratory: Laboratory | None = None
    ) -> tuple[Number, ...]:
        """Measure with as many pictures as the model is measured by."""
        return tuple(
            Number(
                step.metric,
                float(f"{step.value:.4g}"),
                step.n,
                f"standard error {rounded(step.error)}" + (f"; {step.real} real pictures" if step.real else ""),
                step.network,
            )
            for step in evaluate(subject, real, parse_metrics(metrics), self.measured, laboratory=laboratory)
            if isinstance(step, Measured)
        )

    def licence(self) -> Licence:
        """The weights are free; whose pictures they learned from is said beside it."""
        of_data = self.of_data.licence
        note = f"Learned from {self.data}: {of_data.spdx}, {of_data.holder} ({of_data.text})."
        return Licence("CC0-1.0", HOLDER, CC0_TEXT, note)

    def card(self, numbers: tuple[Number, ...], shown: str) -> Card:
        """Say what the model is and how it was made."""
        of_data = self.of_data
        return Card(
            name=self.name,
            title=self.title,
            summary=self.summary,
            licence=self.licence(),
            architecture=self.architecture,
            training=f"Trained from random weights with the {self.architecture} recipe, preset {self.preset}, on "
            f"{of_data.title}; {self.shown} pictures were shown. Averaged weights, stored in half precision.",
            numbers=numbers,
            run=Run(self.command, self.preset, self.shown, self.data, of_data.licence.spdx),
            sheet=shown,
        )


def train(arguments: Sequence[str], run: Path) -> None:
    """Run the train command in this process; raises TrainingFailedError."""
    with contextlib.chdir(ASSETS.parent):
        code = main([*arguments, "--run", str(run)])
    if code != 0:
        raise TrainingFailedError(f"The training in {run} did not finish; the reason stands above.")
