"""Kept latents: pictures worth coming back to, with names and tags; what they lend to sources, paths and sums."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ganstudio.core.document import Document, LatentArray, LatentBlend, LatentValue, MoveAlong, Space
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import JobStatus, Progress, Urgency
from ganstudio.core.project import KeptLatent
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.latent.path import in_z
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.names import latent_in_words
from ganstudio.studio.recipes import recipe_in
from ganstudio.studio.session import Session

Kept = tuple[KeptLatent, ...]


class NothingToLendError(StudioError):
    """A picture that no latent made."""


class WrongSpaceError(StudioError):
    """A latent that does not exist in the space that was asked for."""


def keep(session: Session) -> None:
    """Keep the picture in sight; where styles are mixed or moved, what it lends is its ws, computed first."""
    document, info = session.seen, session.model
    name = latent_name(info)
    if info is None or name is None:
        return
    value = document.inputs[name]
    if not isinstance(value, LatentValue):
        return
    if lends_its_own(document):
        add(session, (KeptLatent(free_name(session.project.kept, latent_in_words(value)), document, value),))
        return

    def compute(backend: Backend) -> Iterator[Progress]:
        yield Progress(1, 1, result=lent_latent(backend, document, session.store))

    def take(status: JobStatus) -> None:
        if isinstance(status.progress.result, LatentArray) and not status.is_over:
            title = free_name(session.project.kept, f"{latent_in_words(value)} mixed")
            add(session, (KeptLatent(title, document, status.progress.result),))

    session.add_job("Keep the latent", compute, take, Urgency.QUICK)


def lends_its_own(document: Document) -> bool:
    """Whether a document's latent is all that decides about its ws, but for truncation."""
    return not document.mixing and not any(isinstance(edit, MoveAlong) for edit in document.edits)


def lent_latent(backend: Backend, document: Document, store: Store) -> LatentArray:
    """Compute the latent behind a document whose styles are mixed or moved; runs on the compute thread."""
    from ganstudio.engine.latent_of import latent_of

    model = backend.model(document.model.digest, document.model.name)
    space, rows = latent_of(model, document, store)
    return LatentArray(space, store.put(rows))


def read_pictures(session: Session, paths: Sequence[Path], take: Callable[[Kept], None]) -> None:
    """Read what exported pictures lend from their recipes; `take` gets all of it at the end, by the files' names.

    A picture without a latent, or with mixed styles of a model that is not here, is told by the session's `failed`.
    """
    found: list[KeptLatent] = []

    def read(backend: Backend) -> Iterator[Progress]:
        for number, path in enumerate(paths):
            document = recipe_in(path, session.store).document
            latent = next((each for each in document.inputs.values() if isinstance(each, LatentValue)), None)
            if latent is None:
                raise NothingToLendError(f"{path.name} was drawn without a latent, so it has none to lend.")
            if not lends_its_own(document):
                latent = lent_latent(backend, document, session.store)
            yield Progress(number + 1, len(paths), path.name, KeptLatent(path.stem, document, latent))

    def watch(status: JobStatus) -> None:
        if status.is_over:
            take(tuple(found))
        elif isinstance(status.progress.result, KeptLatent):
            found.append(status.progress.result)

    session.add_job("Reading recipes", read, watch, Urgency.QUICK)


def add_read(session: Session, read: Kept) -> None:
    """Keep what exported pictures lend, under names that are free, in one step."""
    taken: list[KeptLatent] = []
    for each in read:
        name = free_name((*session.project.kept, *taken), each.name)
        taken.append(dataclasses.replace(each, name=name))
    if taken:
        add(session, tuple(taken))


def add(session: Session, kept: Kept, label: str = "Keep the picture") -> None:
    """Put kept latents behind the others, in one step."""
    session.change_project(label, {"kept": (*session.project.kept, *kept)})
    session.noted.emit(f"Kept: {kept[0].name}." if len(kept) == 1 else f"Kept {len(kept)} latents.")


def remove(session: Session, indices: Iterable[int]) -> None:
    """Take kept latents out."""
    gone = set(indices)
    rest = tuple(each for i, each in enumerate(session.project.kept) if i not in gone)
    session.change_project("Remove kept latents", {"kept": rest})


def rename(session: Session, index: int, name: str) -> None:
    """Give a kept latent another name; an empty one changes nothing."""
    if name.strip():
        _replace(session, "Rename a kept latent", {index}, lambda each: dataclasses.replace(each, name=name.strip()))


def tag(session: Session, indices: Iterable[int], tags: Sequence[str]) -> None:
    """Give kept latents these tags instead of their own."""
    cleaned = tuple(dict.fromkeys(word.strip() for word in tags if word.strip()))
    _replace(session, "Tag kept latents", set(indices), lambda each: dataclasses.replace(each, tags=cleaned))


def move(session: Session, indices: Iterable[int], to: int) -> None:
    """Move kept latents together before the one that is now at `to`."""
    chosen = sorted(set(indices))
    kept = session.project.kept
    before = tuple(each for i, each in enumerate(kept[:to]) if i not in chosen)
    after = tuple(each for i, each in enumerate(kept) if i >= to and i not in chosen)
    moved = tuple(kept[i] for i in chosen)
    session.change_project("Move kept latents", {"kept": (*before, *moved, *after)})


def show(session: Session, index: int) -> None:
    """Bring a kept picture back, with everything that made it; another model is opened where it needs one."""
    kept = session.project.kept[index]
    project = session.project.with_document(kept.document)
    session.change_project(f"Show “{kept.name}”", {"documents": project.documents})


def lend(session: Session, index: int) -> None:
    """Take only the latent of a kept picture; truncation, noise and mixing stay."""
    kept, name = session.project.kept[index], latent_name(session.model)
    if name is not None:
        session.change(f"Latent of “{kept.name}”", f"inputs.{name}", kept.latent)


def read_as(session: Session, indices: Iterable[int], space: Space) -> None:
    """Take stored rows for latents of another space, where the numbers alone did not tell."""
    chosen = set(indices)
    name = latent_name(session.model) or ""

    def changed(each: KeptLatent) -> KeptLatent:
        if not isinstance(each.latent, LatentArray):
            return each
        latent = LatentArray(space, each.latent.array)
        document = dataclasses.replace(each.document, inputs=each.document.inputs.with_item(name, latent))
        return dataclasses.replace(each, latent=latent, document=document)

    kept = tuple(changed(each) if i in chosen else each for i, each in enumerate(session.project.kept))
    session.change_project(f"Read as {space.value}", {"kept": kept})


def spaces_of(kept: KeptLatent, info: ModelInfo | None) -> tuple[Space, ...]:
    """The spaces that a kept latent's stored numbers could be of, by their shape."""
    if info is None or not isinstance(kept.latent, LatentArray) or Ability.TRUNCATION not in info.abilities:
        return ()
    rows = kept.latent.array.shape[0] if len(kept.latent.array.shape) > 1 else 1
    return (Space.W_PLUS,) if rows > 1 else (Space.Z, Space.W)


def found(kept: Kept, words: str) -> list[int]:
    """The places of those whose name or tags have these letters."""
    wanted = words.casefold().strip()
    return [i for i, each in enumerate(kept) if wanted in " ".join((each.name, *each.tags)).casefold()]


def free_name(kept: Kept, wanted: str) -> str:
    """A name that none of the kept latents has yet."""
    names = {each.name for each in kept}
    number = 2
    name = wanted
    while name in names:
        name, number = f"{wanted} ({number})", number + 1
    return name


def summed(terms: Sequence[tuple[LatentValue, float]], info: ModelInfo) -> LatentValue | None:
    """Latent arithmetic: Σ sign · latent (Radford et al. 2016, section 6.3.2), None without terms.

    In W it is the plain sum. In Z the direction is that of the sum, and the norm stays one that N(0, I) has.
    """
    if not terms:
        return None
    space = Space.W if Ability.TRUNCATION in info.abilities else Space.Z
    return LatentBlend(tuple(terms), space)


def difference(session: Session, towards: Sequence[int], away: Sequence[int], name: str) -> None:
    """Add the direction from the mean of some kept latents to the mean of others as an edit that can be dialled."""
    document, kept, info = session.document, session.project.kept, session.model
    latent = latent_name(info)
    if latent is None or not towards or not away:
        return

    def compute(backend: Backend) -> Iterator[Progress]:
        from ganstudio.engine.latent_of import latent_of

        model = backend.model(document.model.digest)
        means: list[Array] = []
        for places in (towards, away):
            rows = []
            for place in places:
                plain = dataclasses.replace(
                    document, inputs=document.inputs.with_item(latent, kept[place].latent), mixing=(), edits=()
                )
                rows.append(latent_of(model, plain, session.store)[1])
                yield Progress(len(rows), len(towards) + len(away))
            means.append(sum(rows[1:], rows[0]) / len(rows))
        yield Progress(1, 1, result=means[0] - means[1])

    def take(status: JobStatus) -> None:
        step = status.progress.result
        if step is not None and not status.is_over:
            direction = session.store.put(_one_row(step))
            edits = (*session.document.edits, MoveAlong(direction, 1.0, name=name))
            session.change(f"Add “{name}”", "edits", edits)

    session.add_job("Direction", compute, take, Urgency.QUICK)


def z_of(each: KeptLatent, z_dim: int, store: Store, has_w: bool) -> Array:
    """Return the z `[z_dim]` of a kept latent; raises WrongSpaceError where it was made in W."""
    from ganstudio.core.latents import blend_points

    if has_w and not in_z(each.latent):
        raise WrongSpaceError(f"“{each.name}” was made in W and has no z; export it as w+, or leave it out.")
    return blend_points(each.latent, z_dim, store)


def _one_row(rows: object) -> Array:
    """Rows that are all the same as one."""
    import numpy as np

    array = np.asarray(rows, dtype=np.float32)
    same = len(array) > 1 and bool(np.allclose(array, array[:1]))
    one: Array = array[0] if same or len(array) == 1 else array
    return one


def _replace(session: Session, label: str, indices: set[int], change: Callable[[KeptLatent], KeptLatent]) -> None:
    kept = tuple(change(each) if i in indices else each for i, each in enumerate(session.project.kept))
    session.change_project(label, {"kept": kept})
