"""The loop: an iterator of events that leaves everything worth keeping in the run's folder."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.core.files import write_file
from ganstudio.core.png import png_bytes
from ganstudio.training.events import Evaluated, Event, Finished, Paused, Samples, Saved, Snapshot
from ganstudio.training.feed import Feed
from ganstudio.training.options import TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.trainer import Trainer

POLL_S = 0.2
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
) -> Iterator[Event]:
    """Start or continue the run in a folder and yield what happens until all images were seen or it is stopped.

    Killing the process at any moment loses what came after the last `Saved`; continuing from there repeats it bit
    for bit on the same device, build and thread count. `threads` changes that count, and with it the last bits.
    """
    if processes.leads:
        run.lock()
        check_data(run, feed)
    loop = Loop(run, feed, processes, evaluate)
    if threads:
        torch.set_num_threads(threads)
    try:
        for event in loop.events():
            if processes.leads:
                run.log(type(event).__name__, dataclasses.asdict(event))
                run.heartbeat()
            yield event
    finally:
        feed.close()
        if processes.leads:
            run.unlock()


def check_data(run: RunFolder, feed: Feed) -> None:
    """Remember what data a run began with; raises where they have changed since."""
    file = run.path / "data.json"
    now = {"fingerprint": feed.fingerprint, **dataclasses.asdict(feed.facts)}
    if not file.exists():
        text = json.dumps(now).encode()
        write_file(file, [text], len(text))
        return
    before = json.loads(file.read_text(encoding="utf-8"))
    if before != now:
        raise TrainingOptionsError(
            f"The data of {run.path} have changed since the run began ({before.get('count')} pictures then, "
            f"{now['count']} now); restore them, or start a new run with --start-from {run.path / 'model.safetensors'}."
        )


class Loop:
    """Steps and what is due between them; heeds the commands in the run's folder."""

    def __init__(self, run: RunFolder, feed: Feed, processes: Processes, evaluate: Evaluation) -> None:
        """Build the trainer and put the latest state into it, if there is one."""
        self.run, self.processes, self.evaluate = run, processes, evaluate
        self.options = run.options
        self.trainer = Trainer(self.options, feed, processes)
        saved = run.saved_checkpoints()
        if saved:
            self.trainer.load(saved[-1])
        self._heeded = int(run.control().get("number", 0))
        self._paused = False

    def events(self) -> Iterator[Event]:
        """Yield everything from here to the end of the run."""
        trainer, options = self.trainer, self.options
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
            return every > 0 and before // every != self.trainer.images_seen // every

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
        commands = ("", "pause", "resume", "stop", "snapshot", "evaluate")
        found = ""
        if self.processes.leads:
            found = self._new_command()
            while found == "" and self._paused:
                time.sleep(POLL_S)
                self.run.heartbeat()
                found = self._new_command()
        found = commands[self.processes.agree(commands.index(found))]
        self._paused = found == "pause" or (self._paused and found in ("snapshot", "evaluate"))
        return found

    def _new_command(self) -> str:
        control = self.run.control()
        number, command = control.get("number"), control.get("command")
        if not isinstance(number, int) or number == self._heeded:
            return ""
        self._heeded = number
        return command if command in ("pause", "resume", "stop", "snapshot", "evaluate") else ""

    def _saved(self) -> Iterator[Event]:
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
        yield Samples(self.trainer.images_seen, str(path))

    def _snapshot(self) -> Iterator[Event]:
        path = self.run.snapshot_file(self.trainer.images_seen)
        if self.processes.leads:
            self.trainer.save_model(path)
            self.run.thin(self._best())
        yield Snapshot(self.trainer.images_seen, str(path))

    def _evaluated(self) -> Iterator[Event]:
        first = True
        for measured in self.evaluate(self.trainer):
            if first and measured.value < self.trainer.best.get("value", float("inf")):
                self.trainer.best = {"value": measured.value, "images_seen": float(measured.images_seen)}
            first = False
            yield measured

    def _best(self) -> Path | None:
        best = self.trainer.best.get("images_seen")
        return None if best is None else self.run.checkpoint_file(int(best))

    def _finished(self) -> Iterator[Event]:
        if self.processes.leads:
            self.trainer.save_model(self.run.model_file, NETWORKS)
        self.processes.agree(0)
        yield Finished(self.trainer.images_seen, "all images were seen", str(self.run.model_file))
