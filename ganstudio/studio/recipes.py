"""Recipes at work: opening the files that carry them, drawing them, and a document as a script or a command line."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from ganstudio.core.document import ClassChoice, Document, LatentPoint, NoiseMode, NoiseSetting
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.carried import CARRIERS, beside, carried_recipe, is_broken
from ganstudio.studio.photo_reading import is_photo
from ganstudio.studio.recipe_file import SUFFIX, Recipe, read_recipe, recipe_of
from ganstudio.studio.session import Session

LINE_LIMIT = 100_000  # what command lines and scripts may hold


class NoRecipeError(StudioError):
    """A file or text without a recipe."""


class BrokenFileError(StudioError):
    """A picture or film that cannot be read to its end."""


def carries_recipe(path: Path) -> bool:
    """Whether a file could carry a recipe, by its name."""
    return path.suffix.lower() in (*CARRIERS, SUFFIX)


def recipe_in(path: Path, store: Store) -> Recipe:
    """Return the recipe that a file carries, and put its arrays into the store. Raises NoRecipeError and others."""
    found = carried_recipe(path)
    if found is None and not path.is_file():
        raise BrokenFileError(f"There is no file {path}; choose another one.")
    if found is None and path.suffix.lower() == SUFFIX:
        raise BrokenFileError(
            f"{path.name} is no recipe of GAN Studio, or was damaged; open the picture or film that it belongs to."
        )
    if found is None and is_broken(path):
        raise BrokenFileError(
            f"{path.name} is broken: it ends too early, or is not what its name says. "
            f"Copy it from its source once more, or open its {SUFFIX} file or the project, where there is one."
        )
    if found is None:
        raise NoRecipeError(
            f"{path.name} carries no recipe: it was not exported by GAN Studio, or another program saved it since. "
            f"Open its {SUFFIX} file or the project, where there is one."
        )
    return read_recipe(found, store, beside(path), path.name)


def open_recipe(session: Session, path: Path) -> None:
    """Bring the state back that a picture or film was exported from, as one step; other pictures are photos or maps."""

    def read(_backend: Backend) -> Iterator[Progress]:
        try:
            yield Progress(1, 1, result=recipe_in(path, session.store))
        except NoRecipeError:
            if not is_photo(path):
                raise
            yield Progress(1, 1, result=path)

    def take(status: JobStatus) -> None:
        recipe = status.progress.result
        if not status.is_over and isinstance(recipe, Recipe):
            _restore(session, recipe, f"Open the recipe of {path.name}")
        elif not status.is_over and isinstance(recipe, Path):
            session.painting.take_picture(recipe)

    session.add_job(f"Opening {path.name}", read, take, Urgency.QUICK)


def paste_recipe(session: Session, recipe: bytes) -> None:
    """Bring the state of a copied picture back, as one step; what is broken is told."""
    try:
        _restore(session, read_recipe(recipe, session.store, None, "The copied picture"), "Paste a picture")
    except StudioError as error:
        session.failed.emit(Problem(str(error)))


def _restore(session: Session, recipe: Recipe, label: str) -> None:
    values: dict[str, object] = {"documents": session.project.with_document(recipe.document).documents}
    if recipe.timeline is not None:
        values["timeline"] = recipe.timeline
    if recipe.photo is not None:
        values["photo"] = recipe.photo
    session.change_project(label, values)
    if recipe.enlarged is not None:
        made = recipe.enlarged
        session.noted.emit(f"The file shows this picture enlarged {made.times}× with {made.network}.")


def draw_recipe(recipe: str | bytes | Path) -> Array:
    """Draw a recipe's picture, uint8 `[H, W, 3]`: of an exported picture, a recipe file, or the recipe's own text."""
    from ganstudio.engine.rendering import Rendering

    store = Store()
    return Rendering(store).pictures([recipe_document(recipe, store)])[0]


def recipe_document(recipe: str | bytes | Path, store: Store) -> Document:
    """Return the document of a recipe given as text or file, and put its arrays into the store."""
    if isinstance(recipe, str) and recipe.lstrip().startswith("{"):
        recipe = recipe.encode("utf-8", "surrogatepass")
    if isinstance(recipe, bytes):
        return read_recipe(recipe, store).document
    return recipe_in(Path(recipe), store).document


def is_plain(document: Document) -> bool:
    """Whether a seed, a class, ψ and a simple choice of noise say everything about a document."""
    simple = document.noise in (NoiseSetting(), NoiseSetting(NoiseMode.NONE))
    if document.mixing or document.edits or not simple:
        return False
    return all(
        isinstance(value, ClassChoice) or (isinstance(value, LatentPoint) and value == LatentPoint.of_seed(value.seed))
        for value in document.inputs.values()
    )


def as_script(document: Document, store: Store) -> str:
    """Return a Python script whose `picture` is the document's, uint8 `[H, W, 3]`."""
    if not is_plain(document):
        text = recipe_of(document, store).decode("utf-8", "surrogatepass")
        _check_length(text)
        return f"import ganstudio\n\npicture = ganstudio.draw_recipe({json.dumps(text, ensure_ascii=True)})\n"
    arguments = [f"[{_seed(document)}]"]
    if document.psi != 1.0:
        arguments.append(f"psi={document.psi!r}")
    if document.cutoff is not None:
        arguments.append(f"cutoff={document.cutoff}")
    label = _class(document)
    if label is not None:
        arguments.append(f"c={label}")
    if document.noise.mode is NoiseMode.NONE:
        arguments.append('noise="none"')
    return (
        "import ganstudio\nfrom ganstudio.core.pixels import to_pixels\n\n"
        f"model = ganstudio.open_model({document.model.name!r})\n"
        f"picture = to_pixels(model.sample({', '.join(arguments)}))[0]\n"
    )


def as_command(document: Document, store: Store) -> str:
    """Return the command line that writes the document's picture into the folder `out`."""
    start = "python launcher.py generate"
    if not is_plain(document) or document.noise.mode is NoiseMode.NONE:
        text = recipe_of(document, store).decode("utf-8", "surrogatepass")
        _check_length(text)
        return f"{start} --recipe {shlex.quote(text)} --out out"
    parts = [start, "--model", shlex.quote(document.model.name), "--seeds", str(_seed(document))]
    if document.psi != 1.0:
        parts += ["--psi", repr(document.psi)]
    if document.cutoff is not None:
        parts += ["--cutoff", str(document.cutoff)]
    label = _class(document)
    if label is not None:
        parts += ["--class", str(label)]
    return " ".join([*parts, "--out", "out"])


def _seed(document: Document) -> int:
    return next(value.seed for value in document.inputs.values() if isinstance(value, LatentPoint))


def _class(document: Document) -> int | None:
    return next((value.index for value in document.inputs.values() if isinstance(value, ClassChoice)), None)


def _check_length(text: str) -> None:
    if len(text) > LINE_LIMIT:
        raise NoRecipeError(
            "This picture's arrays are too large for a text; export the picture and use its recipe instead."
        )
