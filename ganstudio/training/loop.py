"""The loop: an iterator of events that leaves everything worth keeping in the run's folder."""

import contextlib
import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.png import png_bytes
from ganstudio.training.board import Board
from ganstudio.training.events import Evaluated, Event, Failed, Finished, Paused, Samples, Saved, Snapshot, Started
from ganstudio.training.feed import Feed
from ganstudio.training.judging import crossed
from ganstudio.training.lock import Heart
from ganstudio.training.options import TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.trainer import Trainer

POLL_S = 0.2
COMMANDS = ("", "pause", "resume", "stop", "snapshot", "evaluate")
Evaluation = Callable[[Trainer], Iterator[Evaluated]]


def no_evaluation(_: Trainer) -> Iterator[Evaluated]:
    """Measure nothing."""
    yield from ()


def train(
    run: RunFolder,
    feed: Feed,
    processes: Processes,
    evaluate: Evaluation = no_evaluation,
    threads: int | None = None,
    held_out: Feed | None = None,
) -> Iterator[Event]:
    """Start or continue the run in a folder and yield what happens until all images were seen or it is stopped.

    Killing the process at any moment loses what came after the last `Saved`; continuing from there repeats it bit
    for bit on the same device, build and thread count. `threads` changes that count, and with it the last bits.
    """
    with contextlib.ExitStack() as ends:
        for source in (feed, held_out):
            if source is not None:
                ends.callback(source.close)
        listeners: list[Callable[[Event], None]] = []
        if processes.leads:
            run.lock()
            ends.callback(run.unlock)
            ends.enter_context(Heart(run.lock_file))
            ends.enter_context(reasons_logged(run))
            check_data(run, feed, held_out)
            listeners = [run.log_event, *boards(run, ends)]
        loop = Loop(run, feed, processes, evaluate, held_out)
        if threads:
            torch.set_num_threads(threads)
        for event in loop.events():
            for listener in listeners:
                listener(event)
            yield event


def boards(run: RunFolder, ends: contextlib.ExitStack) -> list[Callable[[Event], None]]:
    """Return what writes for TensorBoard, where that was asked for."""
    if not run.options.tensorboard:
        return []
    board = Board(run.path / "tensorboard")
    ends.callback(board.close)
    return [board.take]


@contextlib.contextmanager
def reasons_logged(run: RunFolder) -> Iterator[None]:
    """Leave the reason in the log where a run ends with an error that a person can act on."""
    try:
        yield
    except StudioError as problem:
        with contextlib.suppress(StudioError):
            run.log_event(Failed(str(problem)))
        raise


def check_data(run: RunFolder, feed: Feed, held_out: Feed | None = None) -> None:
    """Remember what data a run began with; raises where they have changed since."""
    file = run.path / "data.json"
    now = {"fingerprint": feed.fingerprint, **dataclasses.asdict(feed.facts)}
    now["held_out"] = "" if held_out is None else held_out.fingerprint
    now = json.loads(json.dumps(now))
    if not file.exists():
        text = json.dumps(now).encode()
        write_file(file, [text], len(text))
        return
    before = json.loads(file.read_text(encoding="utf-8"))
    if {"held_out": now["held_out"], "map_classes": now["map_classes"], **before} != now:
        raise TrainingOptionsError(
            f"The data of {run.path} have changed since the run began ({before.get('count')} pictures then, "
            f"{now['count']} now); restore them, or start a new run with --start-from {run.path / 'model.safetensors'}."
        )


class Loop:
    """Steps and what is due between them; heeds the commands in the run's folder."""

    def __init__(
        self,
        run: RunFolder,
        feed: Feed,
        processes: Processes,
        evaluate: Evaluation = no_evaluation,
        held_out: Feed | None = None,
    ) -> None:
        """Build the trainer and put the latest state into it, if there is one."""
        self.run, self.processes, self.evaluate = run, processes, evaluate
        self.options = run.options
        self.trainer = Trainer(self.options, feed, processes, held_out)
        saved = run.saved_checkpoints()
        if saved:
            self.trainer.load(saved[-1])
        self._paused = False
        self._saved_at = -1

    def events(self) -> Iterator[Event]:
        """Yield everything from here to the end of the run."""
        trainer, options, processes = self.trainer, self.options, self.processes
        yield Started(trainer.images_seen, torch.get_num_threads(), processes.world, str(processes.device))
        if not trainer.images_seen:
            yield from self._samples()
        while trainer.images_seen < options.images:
            command = self._command()
            if command == "stop":
                yield from self._saved()
                yield Finished(trainer.images_seen, "stopped")
                return
            if command:
                yield from self._wanted(command)
                continue
            before = trainer.images_seen
            yield trainer.step()
            yield from self._due(before)
        yield from self._saved()
        yield from self._finished()

    def _due(self, before: int) -> Iterator[Event]:
        def due(every: int) -> bool:
            return crossed(every, before, self.trainer.images_seen)

        if due(self.options.judge_every) and self.trainer.logits is not None:
            yield self.trainer.logits.event(self.trainer.images_seen, self.processes)
        if due(self.options.sample_every):
            yield from self._samples()
        if due(self.options.snapshot_every):
            yield from self._snapshot()
        if due(self.options.evaluate_every):
            yield from self._evaluated()
        if due(self.options.checkpoint_every):
            yield from self._saved()

    def _wanted(self, command: str) -> Iterator[Event]:
        if command == "snapshot":
            yield from self._snapshot()
        elif command == "evaluate":
            yield from self._evaluated()
        elif command == "pause":
            yield from self._saved()
            yield Paused(self.trainer.images_seen)

    def _command(self) -> str:
        """Return a command that is new; while paused, wait for the next one."""
        found = ""
        if self.processes.leads:
            found = self._new_command()
            while found == "" and self._paused:
                time.sleep(POLL_S)
                found = self._new_command()
        found = COMMANDS[self.processes.agree(COMMANDS.index(found))]
        self._paused = found == "pause" or (self._paused and found in ("snapshot", "evaluate"))
        return found

    def _new_command(self) -> str:
        command = self.run.new_command()
        return command if command in COMMANDS else ""

    def _saved(self) -> Iterator[Event]:
        if self._saved_at == self.trainer.images_seen:
            return
        self._saved_at = self.trainer.images_seen
        path = self.run.checkpoint_file(self.trainer.images_seen)
        if self.processes.leads:
            self.trainer.save(path)
            self.run.thin(self._best())
        self.processes.agree(0)
        yield Saved(self.trainer.images_seen, str(path))

    def _samples(self) -> Iterator[Event]:
        path = self.run.samples / f"{self.trainer.images_seen:09d}.png"
        if self.processes.leads:
            data = png_bytes(self.trainer.sample_grid())
            write_file(path, [data], len(data))
            judged = self.trainer.judged_grid()
            if judged is not None:
                self.run.augmented.mkdir(exist_ok=True)
                data = png_bytes(judged)
                write_file(self.run.augmented / path.name, [data], len(data))
        yield Samples(self.trainer.images_seen, str(path))

    def _snapshot(self) -> Iterator[Event]:
        path = self.run.snapshot_file(self.trainer.images_seen)
        if self.processes.leads:
            self.trainer.save_model(path)
            self.run.thin(self._best())
        yield Snapshot(self.trainer.images_seen, str(path))

    def _evaluated(self) -> Iterator[Event]:
        """Measure in the leading process; the first metric decides which checkpoint is the best."""
        best = False
        if self.processes.leads:
            for place, measured in enumerate(self.evaluate(self.trainer)):
                best = best or (place == 0 and self._improved(measured))
                yield measured
        if self.processes.agree(int(best)):
            yield from self._saved()

    def _improved(self, measured: Evaluated) -> bool:
        sign = -1.0 if measured.larger_is_better else 1.0
        known = self.trainer.best.get("value", sign * math.inf)
        if not sign * measured.value < sign * known:
            return False
        self._saved_at = -1  # a state that was written at this count does not know of it
        self.trainer.best = {"value": measured.value, "images_seen": float(measured.images_seen)}
        return True

    def _best(self) -> Path | None:
        best = self.trainer.best.get("images_seen")
        return None if best is None else self.run.checkpoint_file(int(best))

    def _finished(self) -> Iterator[Event]:
        if self.processes.leads:
            self.trainer.save_model(self.run.model_file, NETWORKS)
        self.processes.agree(0)
        yield Finished(self.trainer.images_seen, "all images were seen", str(self.run.model_file))
