"""SIGKILLs a tiny run again and again, a third inside a checkpoint write; it must end as an undisturbed one does.

    python benchmarks/kills.py [--kills 300] [--seed 0]

Every process is forked from this one after torch was loaded, runs the real `train` command, and is killed: after a
random step, at a random moment of the clock, or between two pieces of a checkpoint. Then the run is resumed, until it
ends. The last checkpoint (networks, averages, optimizers, counters) and the finished model must be the same bytes.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

STEPS, BATCH, PICTURES = 60, 4, 120
LONGEST_STAY = 6
SLOWEST_MOMENT_S = 2.0
KINDS = ("inside a write", "after a step", "at any moment")


def die() -> None:
    """End at once, as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_after_step(number: int) -> None:
    """Arrange that this process dies when it has done so many steps, before anything of the last is kept."""
    from ganstudio.training.trainer import Trainer

    original, done = Trainer.step, [0]

    def step(self: Trainer) -> object:
        event = original(self)
        done[0] += 1
        if done[0] == number:
            die()
        return event

    Trainer.step = step  # type: ignore[method-assign, assignment]


def die_inside_write(number: int, share: float) -> None:
    """Arrange that this process dies when `share` of the pieces of its checkpoint `number` are written."""
    from ganstudio.checkpoints import tensor_file

    original, done = tensor_file._chunks, [0]

    def chunks(header: bytes, tensors: dict[str, object]) -> Iterator[object]:
        is_state = any(name.startswith("optimizer/") for name in tensors)
        done[0] += int(is_state)
        for place, chunk in enumerate(original(header, tensors)):  # type: ignore[arg-type]
            if is_state and done[0] == number and place > share * len(tensors):
                die()
            yield chunk

    tensor_file._chunks = chunks  # type: ignore[assignment]


def in_child(arguments: list[str], prepare: Callable[[], object], moment: float | None = None) -> int:
    """Run the command in a forked process, kill it after `moment` seconds where given, and return its exit status."""
    pid = os.fork()
    if not pid:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        from ganstudio.cli import main

        prepare()
        os._exit(main(arguments))
    if moment is not None:
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_once(chance: random.Random, kind: str, arguments: list[str], step_s: float) -> int:
    """Start the command and kill it in one of the three ways."""
    if kind == "inside a write":
        number, share = chance.randint(1, 2), chance.random()
        return in_child(arguments, lambda: die_inside_write(number, share))
    if kind == "after a step":
        number = chance.randint(1, LONGEST_STAY)
        return in_child(arguments, lambda: die_after_step(number))
    return in_child(arguments, lambda: None, chance.uniform(0.0, SLOWEST_MOMENT_S + LONGEST_STAY * step_s))


def new_run(folder: Path, pictures: Path) -> list[str]:
    """Return the command of a run with everything that keeps state: augmentation, r_v, averages, mirroring."""
    return [
        "train", "--architecture", "stylegan2", "--preset", "tiny-ada", "--set", "overfitting=r_v", "--data",
        str(pictures), "--resolution", "16", "--images", str(STEPS * BATCH), "--checkpoint-every", str(2 * BATCH),
        "--sample-every", str(20 * BATCH), "--judge-every", str(5 * BATCH), "--mirror", "True", "--threads", "1",
        "--run", str(folder),
    ]  # fmt: skip


def write_pictures(folder: Path) -> None:
    """Write random pictures."""
    import numpy as np
    from PIL import Image

    folder.mkdir()
    draws = np.random.default_rng(5)
    for i in range(PICTURES):
        Image.fromarray(draws.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{i:03d}.png")


def kept_bytes(run: Path) -> dict[str, bytes]:
    """Return what must be equal: the last checkpoint and the model."""
    last = max((run / "checkpoints").glob("*.safetensors"))
    return {"the last checkpoint": last.read_bytes(), "the model": (run / "model.safetensors").read_bytes()}


def main() -> int:
    """Kill, resume, compare; return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    import torch

    import ganstudio.training.loop  # noqa: F401 - loaded once for all forked processes

    torch.set_num_threads(1)
    chance, counts, runs, differing = random.Random(options.seed), Counter[str](), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(folder / "pictures")
        started = time.perf_counter()
        if in_child(new_run(folder / "whole", folder / "pictures"), lambda: None):
            print("The undisturbed run failed.")
            return 1
        seconds = time.perf_counter() - started
        expected = kept_bytes(folder / "whole")
        print(f"undisturbed: {STEPS} steps in {seconds:.1f} s", flush=True)
        while sum(counts.values()) < options.kills:
            run = folder / f"run{runs}"
            kill_until_done(run, folder / "pictures", options.kills, counts, chance, seconds / STEPS)
            runs += 1
            same = {part: content == expected[part] for part, content in kept_bytes(run).items()}
            differing += not all(same.values())
            print(f"run {runs}: {sum(counts.values())} kills so far; same bytes: {same}", flush=True)
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{sum(counts.values())} kills ({kinds}) over {runs} runs; {differing} runs differ from the undisturbed one")
    return int(differing > 0)


def kill_until_done(
    run: Path, pictures: Path, most: int, counts: Counter[str], chance: random.Random, step_s: float
) -> None:
    """Kill and resume one run until it ends, the kinds in turn; with the last kill let it end."""
    while True:
        arguments = ["train", "--resume", str(run)] if (run / "options.json").exists() else new_run(run, pictures)
        if sum(counts.values()) >= most:
            status = in_child(arguments, lambda: None)
        else:
            kind = KINDS[sum(counts.values()) % len(KINDS)]
            status = killed_once(chance, kind, arguments, step_s)
            counts[kind] += status == -signal.SIGKILL
        if status == 0:
            return
        if status != -signal.SIGKILL:
            raise RuntimeError(f"{run} ended with {status}.")


if __name__ == "__main__":
    sys.exit(main())
