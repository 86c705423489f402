"""Files that a person drops or chooses: what each of them is, and what opening it does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ganstudio.studio.kept_files import import_latents
from ganstudio.studio.project_file import is_project
from ganstudio.studio.recipes import carries_recipe, open_recipe
from ganstudio.studio.runs import is_run
from ganstudio.studio.session import Session
from ganstudio.studio.train_data import is_data

LATENT_SUFFIXES = (".npy", ".npz", ".pt", ".pth")


@dataclass(frozen=True)
class Opener:
    """One kind of file: the words that invite it, how it is told, and what opening it does."""

    invitation: str
    takes: Callable[[Path], bool]
    open: Callable[[Session, Path], None]




def holds_latents(path: Path) -> bool:
    """Whether a file is one of latents; what looks inside is loaded only for files that could be."""
    if path.suffix.lower() not in LATENT_SUFFIXES:
        return False
    from ganstudio.studio.latent_files import looks_like_latents

    return looks_like_latents(path)


PROJECT = Opener("Drop to open the project", is_project, lambda session, path: session.projects.open(path))
RECIPE = Opener("Drop to bring back", carries_recipe, open_recipe)
LATENTS = Opener("Drop to keep the latents of", holds_latents, import_latents)
RUN = Opener("Drop to watch the run", is_run, lambda session, path: session.runs.attach(path))
DATA = Opener("Drop to learn from", is_data, lambda session, path: session.runs.learn_from(path))
MODEL = Opener("Drop to open", lambda _path: True, lambda session, path: session.open_model(str(path)))

OPENERS: tuple[Opener, ...] = (PROJECT, RECIPE, LATENTS, RUN, DATA, MODEL)  # the first that takes a file opens it


def opener_of(path: Path) -> Opener:
    """Return what opens a file."""
    return next(opener for opener in OPENERS if opener.takes(path))


def open_file(session: Session, path: Path) -> None:
    """Open any file the studio knows; what goes wrong is told by the session's `failed`."""
    opener_of(path).open(session, path)
