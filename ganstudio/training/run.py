"""The folder of a run, which is the only interface to it."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.files import write_file
from ganstudio.training.lock import Lock, read_lock, write_lock

if TYPE_CHECKING:
    from ganstudio.training.events import Event
    from ganstudio.training.options import TrainingOptions

CHECKPOINTS_KEPT = 3
SNAPSHOTS_KEPT = 200


class RunFolderError(StudioError):
    """A run's folder cannot be used: it holds another run, is in use, or is not a run at all."""


class RunFolder:
    """Reads and writes the files of one run; everything but the log is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        """Name the parts; nothing is touched."""
        self.path = path
        self.options_file = path / "options.json"
        self.log_file = path / "log.jsonl"
        self.control_file = path / "control.json"
        self.lock_file = path / "lock"
        self.model_file = path / "model.safetensors"
        self.checkpoints, self.snapshots, self.samples = path / "checkpoints", path / "snapshots", path / "samples"
        self.augmented = path / "augmented"  # pictures as the discriminator is shown them, where they are changed
        self._heeded: int | None = None

    @staticmethod
    def create(path: Path, options: "TrainingOptions") -> "RunFolder":
        """Make the folder of a new run; raises RunFolderError where there is one already."""
        folder = RunFolder(path)
        if folder.options_file.exists():
            raise RunFolderError(f"{path} holds a run already; continue it with --resume {path}, or name a new folder.")
        try:
            for part in (folder.path, folder.checkpoints, folder.snapshots, folder.samples):
                part.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(f"The folder {path} cannot be made ({error.strerror}); choose another.") from error
        folder.replace_options(options)
        folder.heed_from(folder.command_number())
        return folder

    def discard(self) -> None:
        """Take back a folder in which no run has begun; whatever else lies there stays."""
        for file in (self.options_file, self.control_file, self.log_file, self.path / "data.json"):
            file.unlink(missing_ok=True)
        for folder in (self.checkpoints, self.snapshots, self.samples, self.path):
            with contextlib.suppress(OSError):
                folder.rmdir()  # only where it is empty

    @staticmethod
    def open(path: Path) -> "RunFolder":
        """Open the folder of a run; raises RunFolderError where it is none."""
        folder = RunFolder(path)
        if not folder.options_file.is_file():
            raise RunFolderError(f"{path} is not the folder of a run: it has no options.json.")
        folder.heed_from(folder.command_number())
        return folder

    @property
    def options(self) -> "TrainingOptions":
        """The options that the run was started with."""
        from ganstudio.training.options import options_from_json

        return options_from_json(self.options_file)

    def replace_options(self, options: "TrainingOptions") -> None:
        """Store changed options."""
        from ganstudio.training.options import options_to_json

        text = options_to_json(options)
        write_file(self.options_file, [text], len(text))

    def lock(self) -> None:
        """Claim the folder for this process; raises RunFolderError where another one works in it."""
        self.refuse_if_in_use()
        write_lock(self.lock_file)
        for part in (self.checkpoints, self.snapshots, self.samples):
            for left in part.glob(".*.part"):  # of a process that was killed while it wrote
                left.unlink(missing_ok=True)

    def refuse_if_in_use(self) -> None:
        """Raise RunFolderError where another process works in the folder."""
        held = self.lock_holder()
        if held is not None and not held.is_ours and held.holds(time.time()):
            raise RunFolderError(
                f"{self.path} is in use by process {held.pid} on {held.host}; stop that run first, or wait for it."
            )

    def lock_holder(self) -> Lock | None:
        """Return who claimed the folder last, None where nobody did or the file is unreadable."""
        return read_lock(self.lock_file)

    def unlock(self) -> None:
        """Give the folder free, where it is ours."""
        held = self.lock_holder()
        if held is not None and held.is_ours:
            self.lock_file.unlink(missing_ok=True)

    def log(self, kind: str, values: Mapping[str, Any]) -> None:
        """Append one line to the log."""
        line = json.dumps({"event": kind, "time": round(time.time(), 3), **values}) + "\n"
        try:
            with self.log_file.open("a+b") as file:
                if file.tell() and not _ends_a_line(self.log_file):
                    file.write(b"\n")  # the last process was killed in the middle of a line
                file.write(line.encode())
        except OSError as error:
            raise SaveError(
                f"{self.log_file} cannot be written ({error.strerror}); free some space, or make the folder writable, "
                f"and continue with --resume {self.path}."
            ) from error

    def log_event(self, event: "Event") -> None:
        """Append an event of the loop."""
        self.log(type(event).__name__, asdict(event))

    def read_log(self) -> Iterator[dict[str, Any]]:
        """Yield the log's lines; one that was cut short is left out."""
        if not self.log_file.exists():
            return
        with self.log_file.open(encoding="utf-8") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def control(self) -> Mapping[str, Any]:
        """Return the last command from outside, such as `{"command": "pause"}`; nothing where there is none."""
        try:
            found = json.loads(self.control_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def command(self, command: str) -> None:
        """Steer the run: `pause`, `resume`, `stop`, `snapshot` or `evaluate`."""
        self._write_json(self.control_file, {"command": command, "number": self.command_number() + 1})

    def command_number(self) -> int:
        """Return what tells the last command from those before: its number, or its file's time where it has none."""
        number = self.control().get("number")
        if isinstance(number, int):
            return number
        try:
            return self.control_file.stat().st_mtime_ns
        except OSError:
            return 0

    def heed_from(self, number: int) -> None:
        """Take the command of this number, and all before, for done."""
        self._heeded = number

    def new_command(self) -> str:
        """Return the last command where it was not heeded yet, else an empty text."""
        number = self.command_number()
        if self._heeded is None or number == self._heeded:
            self._heeded = number
            return ""
        self._heeded = number
        return str(self.control().get("command", ""))

    def checkpoint_file(self, images_seen: int) -> Path:
        """Return where the whole state at `images_seen` lies."""
        return self.checkpoints / f"{images_seen:09d}.safetensors"

    def snapshot_file(self, images_seen: int) -> Path:
        """Return where the averaged generator at `images_seen` lies."""
        return self.snapshots / f"{images_seen:09d}.safetensors"

    def saved_checkpoints(self) -> tuple[Path, ...]:
        """Return the checkpoints, oldest first."""
        return tuple(sorted(self.checkpoints.glob("[0-9]*.safetensors")))

    def saved_snapshots(self) -> tuple[Path, ...]:
        """Return the snapshots, oldest first."""
        return tuple(sorted(self.snapshots.glob("[0-9]*.safetensors")))

    def thin(self, best: Path | None = None) -> None:
        """Keep the latest checkpoints and the best, and at most 200 snapshots, evenly spread."""
        for old in self.saved_checkpoints()[:-CHECKPOINTS_KEPT]:
            if old != best:
                old.unlink()
        snapshots = list(self.saved_snapshots())
        while len(snapshots) > SNAPSHOTS_KEPT:
            seen = [int(path.stem) for path in snapshots]
            crowded = min(range(1, len(seen) - 1), key=lambda i: seen[i + 1] - seen[i - 1])
            snapshots.pop(crowded).unlink()

    def _write_json(self, path: Path, value: Mapping[str, Any]) -> None:
        text = json.dumps(value).encode()
        write_file(path, [text], len(text))


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
