#!/usr/bin/env python3
"""Sets GAN Studio up in `.venv` next to this file and starts it; needs nothing but Python 3.11 or newer."""

from __future__ import annotations

import os
import subprocess
import sys
import time

OLDEST = (3, 11)
BUILDS = ("auto", "cpu", "cuda")

TOO_OLD = (
    "GAN Studio needs Python 3.11 or newer; this is Python %d.%d. Install a newer one from "
    "https://www.python.org/downloads/ and start with that one, such as: python3.12 launcher.py"
)

HELP = """\
GAN Studio: explore and train generative adversarial networks.

usage: python launcher.py [options]                  open the studio
       python launcher.py COMMAND [options]          COMMAND --help shows its options

commands
  generate             write pictures of chosen seeds, and a sheet of them
  paint                draw a label map as a picture, in the style of a seed or of a picture
  invert               find the latent of a photo, and paste its picture back
  train                train a network on a folder of pictures, or continue a run
  evaluate             measure a model: distances to data, path lengths
  data                 prepare, check or draw pictures for training
  assets               list what ships with the studio, or rebuild it
  test                 run the tests (offscreen)

the studio
  --open FILE          open this checkpoint
  --model NAME         open this model of the library
  --workspace NAME     start in this workspace
  --theme THEME        system, light or dark
  --screenshot FILE    open the window offscreen, save what it shows, print timings as one line of JSON
  --size WxH           size of the window, such as 1600x1000

set-up (done once, before the first start of any command)
  --torch BUILD        auto, cpu or cuda; auto takes CUDA where an NVIDIA driver answers
  -h, --help           show this text

examples
  python launcher.py
  python launcher.py --open ~/Downloads/ffhq.pkl
  python launcher.py generate --model faces-dcgan --seeds 0-15 --out pictures
  python launcher.py test -k codebase
  python launcher.py --torch cuda
"""


def main(arguments: list[str]) -> int:
    """Set up where needed, then become the program that was asked for; return only where that fails."""
    started = time.time()
    if sys.version_info < OLDEST:
        print(TOO_OLD % sys.version_info[:2], file=sys.stderr)
        return 1
    if arguments[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    from installer.environment import set_up
    from installer.libraries import check_libraries
    from installer.places import SetupError

    try:
        wanted, rest = split_torch_option(arguments)
        if set_up(wanted):
            started = time.time()
        check_libraries(needs_window=opens_window(rest))
        return start(rest, started)
    except (SetupError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next start repairs what was left unfinished.", file=sys.stderr)
        return 130


def opens_window(arguments: list[str]) -> bool:
    """Tell whether these arguments ask for a window that a person sees."""
    return all(argument.startswith("-") for argument in arguments[:1]) and not any(
        argument.partition("=")[0] in ("--screenshot", "--help", "-h") for argument in arguments
    )


def split_torch_option(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return the build asked for with `--torch` (None where it was not given) and the other arguments."""
    wanted, rest, pending = None, [], list(arguments)
    while pending:
        argument = pending.pop(0)
        name, equals, value = argument.partition("=")
        if name != "--torch":
            rest.append(argument)
            continue
        wanted = value if equals else (pending.pop(0) if pending else "")
        if wanted not in BUILDS:
            raise ValueError(f"--torch takes {', '.join(BUILDS)}; not {wanted!r}.")
    return wanted, rest


def start(arguments: list[str], started: float) -> int:
    """Become the program; on Windows run it and return its exit code."""
    from installer.places import PYTHON, ROOT
    from installer.stamp import damaged

    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    environment.update(PYTHONPATH=str(ROOT), GANSTUDIO_STARTED=repr(started))
    command = [str(PYTHON), "-P", "-m", "ganstudio.cli", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return subprocess.call(command, env=environment)
    try:
        os.execve(command[0], command, environment)  # noqa: S606
    except OSError as problem:
        raise damaged(problem) from problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
