"""Training from the command line: starts or resumes a run and shows its events as they come."""

import dataclasses
import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import tyro

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import Progress
from ganstudio.training.events import Evaluated, Finished, Started, Step, Unreadable
from ganstudio.training.options import Arithmetic, TrainingOptions, TrainingOptionsError, with_images
from ganstudio.training.run import RunFolder


@dataclass(frozen=True)
class TrainOptions:
    """Train a network on a folder or zip of pictures, or continue a run with --resume."""

    architecture: str | None = None
    """What to train, such as stylegan2 or dcgan."""
    data: str | None = None
    """A folder or zip of pictures, or model:NAME for endless pictures drawn by a shipped model."""
    run: Annotated[Path | None, tyro.conf.arg(aliases=["--run-folder"])] = None
    """Folder of the new run; torchrun takes --run for its own, so write --run-folder there."""
    resume: Path | None = None
    """Folder of a run to continue with its own options."""
    images: int | None = None
    """Train until so many real pictures were shown (100000 where not given)."""
    preset: str | None = None
    """One of the recipe's presets."""
    set: tuple[str, ...] = ()
    """Options of the recipe as NAME=VALUE, such as --set batch=16 lr=0.001."""
    seed: int | None = None
    resolution: int | None = None
    """Side of the training pictures in pixels; the data's own where not given."""
    most: int | None = None
    """Learn from so many pictures of the data only, evenly spread over them; from all where not given."""
    accumulate: int | None = None
    """Split every batch into so many parts that are computed one after the other."""
    device: str | None = None
    """auto, cpu, cuda, cuda:1 or mps."""
    arithmetic: Arithmetic | None = None
    """float32, bfloat16 or float16 for convolutions and matrix products; weights stay float32."""
    channels_last: bool | None = None
    mirror: bool | None = None
    """Show every picture mirrored half of the time."""
    checkpoint_every: int | None = None
    """Write the whole state every so many images (5000 where not given)."""
    snapshot_every: int | None = None
    sample_every: int | None = None
    evaluate_every: int | None = None
    metrics: tuple[str, ...] = ()
    """What to measure every --evaluate-every images, such as frechet-vgg16."""
    metric_samples: int | None = None
    """How many pictures a metric draws (2000 where not given)."""
    labels: str | None = None
    """Where classes come from: none, folders (one per class), or file (dataset.json, or --label-file)."""
    label_file: Path | None = None
    """A JSON list or CSV table of classes."""
    start_from: Path | None = None
    """A checkpoint whose generator (and discriminator) the run starts from."""
    freeze_layers: int | None = None
    """Keep so many of the discriminator's first blocks as they are (freeze-D)."""
    judge_every: int | None = None
    """Note histograms of real, fake and held-out logits every so many images (2000 where not given; 0: never)."""
    tensorboard: bool | None = None
    """Also write curves and pictures for TensorBoard into the run's folder."""
    commands_after: int | None = None
    """Heed commands in control.json with a higher number than this; by default those given after the start."""
    threads: int | None = None
    """Processor threads; all cores where not given, on resuming as many as before (others change the last bits)."""


def given_options(options: TrainOptions) -> dict[str, Any]:
    """Return what was given of a run's options, by name."""
    names = {f.name for f in dataclasses.fields(TrainingOptions)}
    given = {
        f.name: getattr(options, f.name)
        for f in dataclasses.fields(options)
        if f.name in names and getattr(options, f.name) not in (None, ())
    }
    if options.set:
        given["recipe"] = parse_settings(options.set)
    return given


def parse_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """Return the recipe's options from texts such as `lr=0.001`; values are read as JSON, else as text."""
    found: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise TrainingOptionsError(f"{setting!r} is no setting; write --set NAME=VALUE, such as --set batch=16.")
        try:
            found[name.replace("-", "_")] = json.loads(text)
        except ValueError:
            found[name.replace("-", "_")] = text
    return found


def events_of(options: TrainOptions) -> Iterator[object]:
    """Start or continue a run and yield its options, then its events; of several processes only the first tells."""
    from ganstudio.studio.training_feed import open_data, open_feed, open_held_out
    from ganstudio.studio.training_metrics import scheduled_metrics
    from ganstudio.training.loop import train
    from ganstudio.training.parallel import join_processes, part_from_processes

    if options.threads is not None and options.threads < 1:
        raise TrainingOptionsError("--threads must be at least 1.")
    run = None if options.resume is None else resumed(options)
    asked = new_run(options) if run is None else with_images(run.options, options.images or run.options.images)
    asked.validate()
    processes = join_processes(options.device or asked.device)
    before, began = None if run is None else run.options, False
    if run is not None and options.commands_after is not None:
        run.heed_from(options.commands_after)
    try:
        trained, kept = open_data(asked)
        evaluation = scheduled_metrics(asked, trained)
        if run is None:
            assert options.run is not None
            run = RunFolder.create(options.run, asked) if processes.leads else RunFolder(options.run)
        elif asked != before and processes.leads:
            run.refuse_if_in_use()
            run.replace_options(asked)
        processes.agree(0)
        yield asked
        feed, held_out = open_feed(asked, trained), open_held_out(asked, kept)
        known: set[str] = set()
        with stopped_by_signals(run.command):
            for event in train(run, feed, processes, evaluation, options.threads, held_out):
                began = True
                for name in sorted(feed.broken.keys() - known):
                    known.add(name)
                    run.log_event(Unreadable(name, feed.broken[name]))
                    yield Unreadable(name, feed.broken[name])
                if processes.leads:
                    yield event
    except StudioError:
        if not began and run is not None and processes.leads:
            take_back(run, before)  # so that the same command can be given again with what was wrong put right
        raise
    finally:
        part_from_processes()


def new_run(options: TrainOptions) -> TrainingOptions:
    """Return the options of a new run; raises TrainingOptionsError where something needed is missing."""
    missing = [name for name in ("architecture", "data", "run") if getattr(options, name) is None]
    if missing:
        raise TrainingOptionsError(
            f"A new run needs --{missing[0]}, as in: train --architecture dcgan --data pictures --run runs/first. "
            "To continue a run use --resume FOLDER."
        )
    asked = TrainingOptions(**given_options(options))
    if "images" in {f.name for f in dataclasses.fields(asked.recipe_card().options)} and "images" not in asked.recipe:
        asked = dataclasses.replace(asked, recipe={**asked.recipe, "images": asked.images})  # growth follows --images
    return asked


def resumed(options: TrainOptions) -> RunFolder:
    """Return the folder of a run to continue; raises where an option contradicts what it was started with."""
    from ganstudio.training.options import refuse_contradiction

    assert options.resume is not None
    if options.run is not None and options.run.resolve() != options.resume.resolve():
        raise TrainingOptionsError("--run names a new run and --resume an old one; give one of them.")
    run = RunFolder.open(options.resume)
    given: Mapping[str, Any] = given_options(options)
    refuse_contradiction(run.options, given)
    return run


def take_back(run: RunFolder, before: TrainingOptions | None) -> None:
    """Leave a folder as it was before a start that failed: with its earlier options, or empty."""
    if before is None:
        run.discard()
    elif before != run.options:
        run.replace_options(before)


class stopped_by_signals:  # noqa: N801 - reads as a phrase in a with statement
    """Turns Ctrl+C and a termination request into the command `stop`, so that the state is saved first."""

    def __init__(self, command: Any) -> None:
        """Remember how to steer the run."""
        self.command = command
        self.before: dict[int, Any] = {}

    def __enter__(self) -> None:
        """Take over both signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self.before[number] = signal.signal(number, self._stop)

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, old in self.before.items():
            signal.signal(number, old)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.command("stop")
        signal.signal(number, self.before[number])  # a second one ends the process at once


def told(events: Iterator[object]) -> Iterator[Progress]:
    """Turn a run's events into progress with words for the terminal."""
    total, unreadable = 0, 0
    for event in events:
        match event:
            case TrainingOptions():
                total = event.images
            case Started():
                threads = f"{event.threads} threads" if event.processes == 1 else f"{event.processes} processes"
                words = f"{event.images_seen / 1000:.1f} kimg  {event.device}, {threads}"
                yield Progress(event.images_seen, total, words)
            case Unreadable():
                unreadable += 1
            case Step():
                losses = "  ".join(f"{name} {value:.3f}" for name, value in event.losses.items())
                words = f"{event.images_seen / 1000:.1f} kimg  {event.images_per_second:.1f} images/s  {losses}"
                yield Progress(event.images_seen, total, words)
            case Evaluated():
                words = f"{event.metric} {event.value:.4g} ± {event.error:.2g} (n = {event.n}, {event.network})"
                yield Progress(event.images_seen, total, words)
            case Finished():
                where = f" The model is {event.model}." if event.model else " Continue it with --resume."
                lost = f" {unreadable} pictures could not be read; log.jsonl names them." if unreadable else ""
                yield Progress(event.images_seen, total, f"{event.images_seen} images: {event.reason}.{where}{lost}")
