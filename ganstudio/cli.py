"""Every command line; the window's is read without tyro and torch, because its start is waited for."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, TypeVar

from ganstudio.core.errors import StudioError
from ganstudio.core.paths import ROOT, user_folder
from ganstudio.studio.launch import LaunchOptions, Theme

Options = TypeVar("Options")

WRONG_ARGUMENTS = 2
SMALLEST, LARGEST = (960, 600), 7680  # below that the window's parts overlap
FIRST_LOOK_SIZE = (1600, 1000)


class ArgumentError(StudioError):
    """An argument cannot be understood."""


class SentenceParser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise the complaint."""
        raise ArgumentError(f"{message[:1].upper()}{message[1:]}; python launcher.py --help shows the options.")


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the arguments name, or the studio; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given or given[0].startswith("-"):
            return studio(read_launch_options(given))
        if given[0] not in commands():
            raise ArgumentError(f"There is no command {given[0]!r}; the commands are {', '.join(commands())}.")
        return commands()[given[0]](given[1:])
    except ArgumentError as problem:
        print(problem, file=sys.stderr)
        return WRONG_ARGUMENTS
    except StudioError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        print(*(stop.args or ("Stopped.",)), file=sys.stderr)
        return 130


def commands() -> dict[str, Callable[[list[str]], int]]:
    """Return what each sub-command runs."""
    return {
        "generate": generate,
        "paint": paint,
        "invert": invert,
        "train": train,
        "evaluate": evaluate,
        "data": data,
        "assets": assets,
        "test": test,
    }


# The studio


def window_parser() -> SentenceParser:
    """Return the parser of the window's options."""
    parser = SentenceParser(prog="launcher.py", description="Open the studio.", allow_abbrev=False)
    parser.add_argument("--open", type=Path, metavar="FILE", help="open this checkpoint")
    parser.add_argument("--model", metavar="NAME", help="open this model of the library")
    parser.add_argument("--workspace", metavar="NAME", help="start in this workspace")
    parser.add_argument("--theme", choices=[theme.value for theme in Theme], default=Theme.SYSTEM.value)
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save what the window shows and close")
    parser.add_argument("--size", metavar="WxH", help="size of the window in pixels, such as 1600x1000")
    return parser


def read_launch_options(arguments: list[str]) -> LaunchOptions:
    """Return how the window is to open, after everything that can be wrong about it was looked at."""
    read = window_parser().parse_args(arguments)
    options = LaunchOptions(
        open=read.open.expanduser().absolute() if read.open else None,
        model=read.model,
        workspace=read.workspace,
        size=parse_size(read.size) if read.size else None,
        screenshot=read.screenshot.expanduser().absolute() if read.screenshot else None,
        theme=Theme(read.theme),
    )
    check_launch_options(options)
    return options


def parse_size(text: str) -> tuple[int, int]:
    """Return (width, height) in pixels from a text such as `1600x1000`."""
    found = re.fullmatch(r"(\d+)[x×](\d+)", text.strip().lower())
    if not found:
        raise ArgumentError(f"The size {text!r} cannot be read: write it as width x height, such as 1600x1000.")
    width, height = int(found[1]), int(found[2])
    if not (SMALLEST[0] <= width <= LARGEST and SMALLEST[1] <= height <= LARGEST):
        least = f"{SMALLEST[0]}x{SMALLEST[1]}"
        raise ArgumentError(f"The size {text!r} is out of bounds: from {least} to {LARGEST} pixels a side.")
    return width, height


def check_launch_options(options: LaunchOptions) -> None:
    """Complain about files that are missing or cannot be written, and about models nobody knows."""
    if options.open and not reachable(options.open):
        raise ArgumentError(f"The file {options.open} does not exist or cannot be reached; check its name.")
    if options.model:
        from ganstudio.checkpoints.shipped import locate

        locate(options.model)
    if options.screenshot:
        from ganstudio.studio.pictures import prepare_folder

        if options.screenshot.suffix.lower() != ".png" or is_folder(options.screenshot):
            raise ArgumentError(f"A screenshot is a PNG file: {options.screenshot} must end in .png.")
        prepare_folder(options.screenshot.parent)


def reachable(path: Path) -> bool:
    """Tell whether something is there; a name that is too long or a folder that does not answer counts as nothing."""
    try:
        return path.exists()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Tell whether a folder is there under the name."""
    try:
        return path.is_dir()
    except OSError:
        return False


def studio(options: LaunchOptions) -> int:
    """Open the window; without a display open it offscreen and save what it shows."""
    if options.screenshot:
        return open_window(offscreen(options))
    from ganstudio.studio.display import no_window_reason

    reason = no_window_reason()
    return first_look(options, reason) if reason else open_window(options)


def offscreen(options: LaunchOptions) -> LaunchOptions:
    """Make Qt draw into memory, at a size of its own where none was asked for."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return replace(options, size=options.size or FIRST_LOOK_SIZE)


def open_window(options: LaunchOptions) -> int:
    """Run the window until it closes."""
    from ganstudio.gui.app import run
    from ganstudio.gui.workspaces import WORKSPACES

    known = [workspace.name for workspace in WORKSPACES]
    if options.workspace and options.workspace.casefold() not in known:
        raise ArgumentError(f"There is no workspace {options.workspace!r}; there are: {', '.join(known)}.")
    return run(options)


def first_look(options: LaunchOptions, reason: str) -> int:
    """Say why no window can be seen and how to see it, and save a picture of it and a sample sheet."""
    from ganstudio.studio.display import how_to_see_it

    folder = first_look_folder()
    print(reason, how_to_see_it(), "Saving a first look instead ...", sep="\n", flush=True)
    code = open_window(replace(offscreen(options), first_look=folder))
    if code != 0:
        return code
    print(f"The window is in {folder / 'window.png'}, samples of the model in {folder / 'sheet.png'}.")
    return 0


def first_look_folder() -> Path:
    """Return a folder that can be written to: `out/first-look` beside the launcher, else the user's."""
    from ganstudio.core.errors import SaveError
    from ganstudio.studio.pictures import prepare_folder

    try:
        return prepare_folder(ROOT / "out" / "first-look")
    except SaveError:
        return prepare_folder(user_folder() / "first-look")


# The other commands


def read_options(kind: type[Options], command: str, arguments: list[str]) -> Options:
    """Read a command's options from its arguments."""
    import tyro

    return tyro.cli(kind, prog=f"launcher.py {command}", args=arguments, config=(tyro.conf.EnumChoicesFromValues,))


def generate(arguments: list[str]) -> int:
    """Write pictures of seeds to a folder."""
    from ganstudio.studio import generation

    options = read_options(generation.GenerateOptions, "generate", arguments)
    show_progress(generation.generate(options))
    return 0


def train(arguments: list[str]) -> int:
    """Start or continue a training run and show how it goes."""
    from ganstudio.studio import training_command

    options = read_options(training_command.TrainOptions, "train", arguments)
    show_progress(training_command.told(training_command.events_of(options)))
    return 0


def evaluate(arguments: list[str]) -> int:
    """Measure a model and show the numbers with their errors."""
    from rich.console import Console
    from rich.table import Table

    from ganstudio.studio import evaluation

    options = read_options(evaluation.EvaluateOptions, "evaluate", arguments)
    rows: list[tuple[str, ...]] = []
    show_progress(evaluation.told(evaluation.evaluate(options), rows))
    table = Table(*evaluation.COLUMNS, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return 0


def invert(arguments: list[str]) -> int:
    """Find the latent of a photo."""
    from ganstudio.studio import inversion

    options = read_options(inversion.InvertOptions, "invert", arguments)
    show_progress(inversion.invert(options))
    return 0


def paint(arguments: list[str]) -> int:
    """Draw a label map."""
    from ganstudio.studio import paint_command

    show_progress(paint_command.paint(read_options(paint_command.PaintOptions, "paint", arguments)))
    return 0


def data(arguments: list[str]) -> int:
    """Prepare, check or draw a set of training pictures."""
    import tyro

    from ganstudio.studio.dataset_import import DataCommand, run_data_command

    options = tyro.cli(
        DataCommand,
        prog="launcher.py data",
        description="Prepare, check or draw pictures for training.",
        args=arguments,
        config=(tyro.conf.EnumChoicesFromValues,),
    )
    show_progress(run_data_command(options))
    return 0


def show_progress(job: Iterable[object]) -> None:
    """Run a job with a bar in the terminal, or with its last line only where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from ganstudio.core.progress import Progress

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    last = ""
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        for step in job:
            if isinstance(step, Progress):
                bar.update(task, completed=step.done, total=step.total or None, description=step.label)
                last = step.label
    if last:
        print(last)


@dataclass(frozen=True)
class AssetList:
    """Show what ships with the studio: name, size, licence, and what it is."""


@dataclass(frozen=True)
class AssetBuild:
    """Rebuild an asset in its place from the public package it comes from."""

    name: str
    """Which asset; `assets list` shows their names."""


def assets(arguments: list[str]) -> int:
    """List or rebuild what ships with the studio."""
    from typing import Annotated

    import tyro

    from ganstudio.studio.assets import build_asset

    options: AssetList | AssetBuild = tyro.cli(
        Annotated[AssetList, tyro.conf.subcommand("list")] | Annotated[AssetBuild, tyro.conf.subcommand("build")],
        prog="launcher.py assets",
        description="List what ships with the studio, or rebuild it.",
        args=arguments,
        config=(tyro.conf.PositionalRequiredArgs,),
    )
    if isinstance(options, AssetBuild):
        print(f"{options.name} is in {build_asset(options.name)}.")
    else:
        print_assets()
    return 0


def print_assets() -> None:
    """Print a table of every shipped asset."""
    from rich.console import Console
    from rich.table import Table

    from ganstudio.studio.assets import shipped_assets

    titles = ("name", "kind", "MB", "licence", "what it is", "uncurated pictures")
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    table.columns[2].justify = "right"
    for asset in shipped_assets():
        card, size = asset.card, f"{asset.size / 1e6:.1f}"
        sheet = asset.sheet.relative_to(ROOT).as_posix() if asset.sheet else ""
        table.add_row(asset.name, asset.kind, size, card.licence.spdx, card.title, sheet)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


TEST_HELP = """\
usage: python launcher.py test [--full] [pytest's arguments]

Run the tests offscreen: behaviour, types (mypy), style (ruff), layers (import-linter) and budgets.

  --full               also the middle-sized robustness runs
  -k WORDS             only tests whose names match, such as -k codebase
  -m MARKER            only tests with this marker, such as -m reference
  -x                   stop at the first failure
  -v                   name every test

The exit code is pytest's: 0 where everything passed. Reference numbers are read from the folder in
GANSTUDIO_REFERENCE; tests that need it are skipped where it is missing.
"""


def test(arguments: list[str]) -> int:
    """Run the tests with pytest and return its exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(TEST_HELP, end="")
        return 0
    import pytest

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.chdir(ROOT)
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
