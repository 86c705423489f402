"""What a training run is asked to do, and how that is kept."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ganstudio.architectures import cards
from ganstudio.core.device import AUTO
from ganstudio.core.errors import StudioError
from ganstudio.core.recipe import AnyRecipeCard
from ganstudio.data.labels import LabelSource


class TrainingOptionsError(StudioError):
    """Options that contradict each other, the data or the run that they should continue."""


class Arithmetic(StrEnum):
    """The number type of convolutions and matrix products in training; weights stay float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


@dataclass(frozen=True)
class TrainingOptions:
    """Everything that decides a run; stored in its folder and unchanged when it is resumed."""

    architecture: str
    data: str
    """A folder or zip of pictures, or `model:NAME` for endless pictures drawn by a shipped model."""
    images: int = 100_000
    """Train until this many real pictures were shown to the discriminator."""
    seed: int = 0
    preset: str = ""
    """One of the recipe's presets; the first one where not given."""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the recipe's options that differ from the preset."""
    resolution: int = 0
    """Side of the training pictures in pixels; the data's own where 0."""
    most: int = 0
    """Learn from so many pictures of the data only, evenly spread over them; from all where 0."""
    accumulate: int = 1
    """Split every batch into this many parts that are computed one after the other."""
    device: str = AUTO
    arithmetic: Arithmetic = Arithmetic.FLOAT32
    channels_last: bool = True
    mirror: bool = False
    """Show every picture mirrored half of the time."""
    checkpoint_every: int = 5_000
    """Write the whole state every so many images."""
    snapshot_every: int = 10_000
    sample_every: int = 5_000
    evaluate_every: int = 0
    """Measure `metrics` every so many images; never where 0."""
    metrics: tuple[str, ...] = ()
    metric_samples: int = 2_000
    labels: str = "none"
    """Where classes come from: `none`, `folders` or `file`."""
    label_file: Path | None = None
    start_from: Path | None = None
    """A checkpoint whose generator (and discriminator) the run starts from."""
    freeze_layers: int = 0
    """Keep so many of the discriminator's highest-resolution blocks as they are (freeze-D)."""
    judge_every: int = 2_000
    """Note histograms of the logits of real, fake and held-out pictures every so many images; never where 0."""
    tensorboard: bool = False
    """Also write the run's curves and pictures for TensorBoard, into its folder `tensorboard`."""

    def recipe_card(self) -> AnyRecipeCard:
        """Return the architecture's recipe; raises TrainingOptionsError where it has none."""
        card = cards().get(self.architecture)
        trainable = ", ".join(sorted(name for name, other in cards().items() if other.recipe is not None))
        if card is None:
            raise TrainingOptionsError(f"There is no architecture {self.architecture!r}; choose one of: {trainable}.")
        if card.recipe is None:
            raise TrainingOptionsError(f"{card.title} has no recipe yet; choose one of: {trainable}.")
        return card.recipe

    def recipe_options(self) -> Any:
        """Return the preset with the given fields replaced, as the recipe's own dataclass."""
        card = self.recipe_card()
        name = self.preset or next(iter(card.presets))
        if name not in card.presets:
            raise TrainingOptionsError(
                f"{self.architecture} has no preset {name!r}; choose one of: {', '.join(card.presets)}."
            )
        known = {f.name for f in dataclasses.fields(card.options)}
        unknown = sorted(set(self.recipe) - known)
        if unknown:
            raise TrainingOptionsError(
                f"The recipe of {self.architecture} has no option {unknown[0]!r}; it has: {', '.join(sorted(known))}."
            )
        adapter = TypeAdapter(card.options)
        merged = {**adapter.dump_python(card.presets[name], mode="json"), **self.recipe}
        try:
            return adapter.validate_python(merged)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = f"The option {where} of {self.architecture} is wrong: {first['msg']}."
            raise TrainingOptionsError(reason) from error

    def validate(self) -> None:
        """Raise TrainingOptionsError for numbers that no run could have, and for options that contradict each other."""
        for name in ("images", "checkpoint_every", "snapshot_every", "sample_every", "accumulate", "metric_samples"):
            if getattr(self, name) < 1:
                raise TrainingOptionsError(f"--{name.replace('_', '-')} must be at least 1.")
        for name in ("evaluate_every", "judge_every", "freeze_layers", "resolution", "most"):
            if getattr(self, name) < 0:
                raise TrainingOptionsError(f"--{name.replace('_', '-')} must be at least 0.")
        if self.most and self.data.startswith("model:"):
            raise TrainingOptionsError("--most chooses among pictures in files; a model draws fresh ones without end.")
        if self.evaluate_every and not self.metrics:
            raise TrainingOptionsError("--evaluate-every needs --metrics, such as --metrics frechet-vgg16.")
        if self.freeze_layers and self.start_from is None:
            raise TrainingOptionsError(
                "--freeze-layers keeps layers of a trained discriminator as they are; name its file with --start-from."
            )
        sources = [source.value for source in LabelSource]
        if self.labels not in sources:
            raise TrainingOptionsError(f"--labels {self.labels} is not known; choose one of: {', '.join(sources)}.")
        if self.label_file is not None and self.labels != LabelSource.FILE.value:
            raise TrainingOptionsError("--label-file needs --labels file.")
        batch = self.recipe_options().batch
        if batch % self.accumulate:
            raise TrainingOptionsError(f"A batch of {batch} cannot be split into {self.accumulate} equal parts.")


def options_to_json(options: TrainingOptions) -> bytes:
    """Return the options as JSON text."""
    return TypeAdapter(TrainingOptions).dump_json(options, indent=1)


def options_from_json(path: Path) -> TrainingOptions:
    """Read stored options; raises TrainingOptionsError that names the file."""
    try:
        return TypeAdapter(TrainingOptions).validate_json(path.read_bytes())
    except OSError as error:
        raise TrainingOptionsError(f"{path} cannot be read ({error.strerror}); is this the folder of a run?") from error
    except ValidationError as error:
        reason = f"{path} is damaged ({error.errors()[0]['msg']}); restore it from a copy."
        raise TrainingOptionsError(reason) from error


def refuse_contradiction(stored: TrainingOptions, given: Mapping[str, Any]) -> None:
    """Raise where an option given on resuming differs from the stored one; `images` may grow."""
    asked = {f"--{name.replace('_', '-')}": (getattr(stored, name), value) for name, value in given.items()}
    _, settings = asked.pop("--recipe", ({}, {}))
    before = stored.recipe_options()
    after = dataclasses.replace(stored, recipe={**stored.recipe, **settings}).recipe_options()
    asked.update({f"--set {name}": (getattr(before, name), getattr(after, name)) for name in settings})
    images, more = asked.pop("--images", (0, 0))
    if more < images:
        raise TrainingOptionsError(f"This run goes to {images} images; with --images it can go further, not to {more}.")
    for name, (kept, value) in asked.items():
        if value != kept:
            raise TrainingOptionsError(
                f"This run was started with {name} {kept}, not {value}; leave the option out to continue it, or start "
                "another run in a new folder."
            )


def with_images(options: TrainingOptions, images: int) -> TrainingOptions:
    """Return the options of a run that goes on to another number of images."""
    return dataclasses.replace(options, images=images)
