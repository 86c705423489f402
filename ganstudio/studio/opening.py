"""Files that a person drops or chooses: what each of them is, and what opening it does."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.frame import Problem
from ganstudio.studio.carried import carried_recipe
from ganstudio.studio.direction_files import is_directions
from ganstudio.studio.encoders import is_encoder
from ganstudio.studio.kept import add_read, read_pictures
from ganstudio.studio.kept_files import import_latents
from ganstudio.studio.photo_reading import is_photo
from ganstudio.studio.pictures import prepare_folder
from ganstudio.studio.project_file import is_project
from ganstudio.studio.recipes import carries_recipe, open_recipe
from ganstudio.studio.runs import is_run
from ganstudio.studio.session import Session
from ganstudio.studio.train_data import is_data

PASTED = "pasted"
LATENT_SUFFIXES = (".npy", ".npz", ".pt", ".pth")


@dataclass(frozen=True)
class Opener:
    """One kind of file: the words that invite it, how it is told, and what opening it does."""

    invitation: str
    takes: Callable[[Path], bool]
    open: Callable[[Session, Path], None]
    keep: Callable[[Session, Path], str] = lambda _session, path: f"{path.name} was left out"
    """What is done with a file beside another one that is shown; in words."""
    on_model: bool = False
    """Whether it is opened on a model, and brings none of its own."""


def holds_latents(path: Path) -> bool:
    """Whether a file is one of latents; what looks inside is loaded only for files that could be."""
    if path.suffix.lower() not in LATENT_SUFFIXES:
        return False
    from ganstudio.studio.latent_files import looks_like_latents

    return looks_like_latents(path)


def _list_project(session: Session, path: Path) -> str:
    session.projects.list_recent(path)
    return f"{path.name} is among the recent projects"


def _keep_latent(session: Session, path: Path) -> str:
    read_pictures(session, (path,), partial(add_read, session))
    return f"the latent of {path.name} is kept"


def _keep_latents(session: Session, path: Path) -> str:
    import_latents(session, path)
    return f"the latents of {path.name} are kept"


def _watch_run(session: Session, path: Path) -> str:
    session.runs.attach(path)
    return f"the run {path.name} is watched"


def _list_model(session: Session, path: Path) -> str:
    session.library.list_file(path)
    return f"{path.name} waits in the library"


def _use_encoder(session: Session, path: Path) -> None:
    session.noted.emit(session.photo.encoders.take(path))


def _keep_encoder(session: Session, path: Path) -> str:
    return session.photo.encoders.take(path).removesuffix(".")


PROJECT = Opener(
    "Drop to open the project", is_project, lambda session, path: session.projects.open(path), _list_project
)
RECIPE = Opener("Drop to open", carries_recipe, open_recipe, _keep_latent)
LATENTS = Opener("Drop to keep the latents of", holds_latents, import_latents, _keep_latents, on_model=True)
DIRECTIONS = Opener(
    "Drop to take the directions of",
    is_directions,
    lambda session, path: session.directions.import_file(path),
    on_model=True,
)
RUN = Opener("Drop to watch the run", is_run, lambda session, path: session.runs.attach(path), _watch_run)
PHOTO = Opener("Drop to edit the photo", is_photo, lambda session, path: session.photo.open(path), on_model=True)
DATA = Opener("Drop to learn from", is_data, lambda session, path: session.runs.learn_from(path))
ENCODER = Opener("Drop to answer photos with", is_encoder, _use_encoder, _keep_encoder, on_model=True)
MODEL = Opener("Drop to open", lambda _path: True, lambda session, path: session.open_model(str(path)), _list_model)

OPENERS: tuple[Opener, ...] = (PROJECT, RECIPE, DIRECTIONS, LATENTS, RUN, DATA, PHOTO, ENCODER, MODEL)
"""The first that takes a file opens it."""


def opener_of(path: Path) -> Opener:
    """Return what opens a file."""
    return next(opener for opener in OPENERS if opener.takes(path))


def wants_model(path: Path) -> bool:
    """Whether a file is opened on a model, and brings none of its own, as a photo without a recipe."""
    opener = opener_of(path)
    if opener is not RECIPE:
        return opener.on_model
    try:
        return is_photo(path) and carried_recipe(path) is None
    except StudioError:
        return False


def open_file(session: Session, path: Path) -> None:
    """Open any file the studio knows; what goes wrong is told by the session's `failed`."""
    opener_of(path).open(session, path)


def open_pasted(session: Session, png: bytes) -> None:
    """Edit a picture that another program copied, as a photo; its file stays in the user's folder.

    A full disk or a read-only folder is told by the session's `failed`.
    """
    folder = session.settings.folder / PASTED
    path = folder / f"pasted-{hashlib.sha256(png).hexdigest()[:10]}.png"
    try:
        prepare_folder(folder)
        write_file(path, [png], len(png))
    except StudioError as error:
        session.failed.emit(Problem(str(error)))
    else:
        session.photo.open(path)


def open_files(session: Session, files: Sequence[Path]) -> None:
    """Show the first of several files, do with the others what can be done beside it, and say what that was."""
    first, *others = dict.fromkeys(files)
    told = [opener_of(path).keep(session, path) for path in others]  # before a project replaces what is open
    open_file(session, first)
    if told:
        session.noted.emit(f"Opening {first.name}; {'; '.join(told)}.")
