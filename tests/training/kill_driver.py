"""Runs a training command and kills its own process with SIGKILL: after a step, or inside a checkpoint write.

    python -m tests.training.kill_driver step|write NUMBER -- train --architecture ...
"""

import os
import signal
import sys

from ganstudio.cli import main


def die() -> None:
    """End at once, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_after_step(number: int) -> None:
    """Die when the given step of this process is done, before anything of it is saved or logged."""
    from ganstudio.training.trainer import Trainer

    original = Trainer.step
    count = 0

    def step(self: Trainer) -> object:
        nonlocal count
        result = original(self)
        count += 1
        if count == number:
            die()
        return result

    Trainer.step = step  # type: ignore[method-assign, assignment]


def kill_inside_write(number: int) -> None:
    """Die in the middle of the given checkpoint write of this process, when half of its tensors are on the disk."""
    from ganstudio.checkpoints import tensor_file

    original = tensor_file._chunks
    count = 0

    def chunks(header: bytes, tensors: dict[str, object]) -> object:
        nonlocal count
        is_state = any(name.startswith("optimizer/") for name in tensors)
        count += int(is_state)
        for position, chunk in enumerate(original(header, tensors)):  # type: ignore[arg-type]
            if is_state and count == number and position > len(tensors) // 2:
                die()
            yield chunk

    tensor_file._chunks = chunks  # type: ignore[assignment]


if __name__ == "__main__":
    how, when, _, *arguments = sys.argv[1:]
    if how == "step":
        kill_after_step(int(when))
    elif how == "write":
        kill_inside_write(int(when))
    sys.exit(main(arguments))
