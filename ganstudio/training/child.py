"""A run in a process of its own, at lower priority; it is steered and watched through its folder alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.paths import ROOT
from ganstudio.training.run import RunFolder

if TYPE_CHECKING:
    from ganstudio.training.options import TrainingOptions

NICENESS = 10
OUTPUT = "output.txt"
LAST_WORDS = 2_000
AT_WORK: list["Child"] = []  # a process that nobody holds any more must still be asked for its end


class Child:
    """A process that trains; the window may close and it goes on."""

    def __init__(self, run: RunFolder, process: "subprocess.Popen[bytes]") -> None:
        """Remember the process and its folder."""
        self.run, self.process = run, process

    @property
    def is_over(self) -> bool:
        """Whether the process has ended; asking also takes its exit code, so that no zombie stays."""
        return self.process.poll() is not None

    @property
    def reason(self) -> str:
        """Return why the process ended in its own last words; an empty text where it runs or ended well."""
        code = self.process.poll()
        if code in (None, 0):
            return ""
        words = last_words(self.run.path / OUTPUT)
        return words or f"The process that trained ended with the code {code} and said nothing."

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; raises TimeoutError."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{self.run.path} is still at work.") from error

    def kill(self) -> None:
        """End the process at once; what came after the last checkpoint is done again when the run is resumed."""
        self.process.kill()
        self.process.wait()


def start_new(path: Path, options: "TrainingOptions", threads: int | None = None) -> Child:
    """Make a run's folder and start it; raises TrainingOptionsError or RunFolderError."""
    options.validate()
    return start(RunFolder.create(path, options), threads)


def start(run: RunFolder, threads: int | None = None) -> Child:
    """Start a process that continues a run, or begins it; raises RunFolderError where another one works in it.

    Commands that are given from now on count, even before the process is ready to read them.
    """
    run.refuse_if_in_use()
    command = [
        sys.executable, "-P", "-m", "ganstudio.cli", "train", "--resume", str(run.path.absolute()),
        "--commands-after", str(run.command_number()),
    ]  # fmt: skip
    if threads is not None:
        command += ["--threads", str(threads)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    lower = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows; elsewhere the number is set below
    with (run.path / OUTPUT).open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            creationflags=lower,
        )
    if os.name == "posix":
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    AT_WORK[:] = [child for child in AT_WORK if not child.is_over]
    AT_WORK.append(Child(run, process))
    return AT_WORK[-1]


def last_words(file: Path) -> str:
    """Return the last line of an output, where there is one."""
    try:
        text = file.read_bytes()[-LAST_WORDS:].decode("utf-8", errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
