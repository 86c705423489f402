"""Kept latents to and from files, and as contact sheets; long work runs as jobs."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ganstudio.core.document import LatentArray, Space
from ganstudio.core.errors import StudioError
from ganstudio.core.frame import Problem
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.project import KeptLatent
from ganstudio.core.store import Array
from ganstudio.engine.compute import Backend
from ganstudio.studio import kept
from ganstudio.studio.exporting import ExportOptions, full_picture, save
from ganstudio.studio.mixing import latent_name, plain_document
from ganstudio.studio.pictures import sheet
from ganstudio.studio.session import Session


class SeveralModelsError(StudioError):
    """Latents of several models, which no array holds together."""


def spaces_offered(session: Session) -> tuple[Space, ...]:
    """The spaces that latents of the open model can be written in."""
    info = session.model
    if info is None:
        return ()
    return (Space.Z, Space.W, Space.W_PLUS) if Ability.TRUNCATION in info.abilities else (Space.Z,)


def import_latents(session: Session, path: Path) -> None:
    """Keep the latents of a file, under its name; the open model says what fits."""
    info = session.model
    if info is None:
        session.failed.emit(Problem(f"{path.name} holds latents that belong to a model; open that model first."))
        return

    def read(backend: Backend) -> Iterator[Progress]:
        from ganstudio.studio.latent_files import LatentSizes, read_latents

        found = read_latents(path, LatentSizes.of(backend.model(info.digest)))
        yield Progress(1, 1, result=found)

    def take(status: JobStatus) -> None:
        if status.progress.result is None or status.is_over or not isinstance(status.progress.result, tuple):
            return
        taken: list[KeptLatent] = []
        for each in status.progress.result:
            for number, row in enumerate(each.rows):
                latent = LatentArray(each.space, session.store.put(row))
                title = path.stem if len(each.rows) == 1 else f"{path.stem} {number}"
                name = kept.free_name((*session.project.kept, *taken), title)
                taken.append(KeptLatent(name, plain_document(info, session.document, latent), latent))
        spaces = " and ".join(dict.fromkeys(each.space.value for each in status.progress.result))
        kept.add(session, tuple(taken), f"Import {len(taken)} latents as {spaces}")
        other = " Neither name nor shape says so: a right click reads them otherwise."
        guessed = any(each.guessed for each in status.progress.result)
        what = "The latent" if len(taken) == 1 else f"{len(taken)} latents"
        session.noted.emit(f"{what} of {path.name}: kept as {spaces}.{other if guessed else ''}")

    session.add_job(f"Import {path.name}", read, take)


def export_latents(session: Session, indices: Sequence[int], path: Path, space: Space) -> None:
    """Write kept latents in a space; W and W+ are computed from z with the model. Raises nothing: the job tells."""
    chosen = [session.project.kept[i] for i in indices]
    name = latent_name(session.model) or ""

    def write(backend: Backend) -> Iterator[Progress]:
        from ganstudio.studio.latent_files import write_latents

        strange = next((e for e in chosen if e.document.model.digest != chosen[0].document.model.digest), None)
        if strange is not None:
            raise SeveralModelsError(
                f"“{chosen[0].name}” was made with {_model_of(chosen[0])} and “{strange.name}” with "
                f"{_model_of(strange)}; choose latents of one model, and export each model's to a file of its own."
            )
        rows: list[Array] = []
        for each in chosen:
            rows.append(_in_space(each, name, space, backend, session))
            yield Progress(len(rows), len(chosen), each.name)
        write_latents(path, space, rows, [each.name for each in chosen])
        yield Progress(len(rows), len(chosen), f"Saved {path}")

    session.add_job(f"Export {path.name}", write)


def export_sheet(session: Session, indices: Sequence[int], path: Path) -> int:
    """Draw kept pictures exactly, at full size, and write them as one sheet (PNG); the recipe is the first one's."""
    chosen = [session.project.kept[i] for i in indices]

    def draw(backend: Backend) -> Iterator[Progress]:
        drawn: list[Array] = []
        for each in chosen:
            drawn.append(full_picture(backend, each.document, ExportOptions()))
            yield Progress(len(drawn), len(chosen), each.name)
        side = max(max(picture.shape[:2]) for picture in drawn)
        laid = sheet(np.stack([_padded(picture, side) for picture in drawn]))
        save(path, laid, chosen[0].document, session.store, ExportOptions())
        yield Progress(len(drawn), len(chosen), f"Saved {path}")

    return session.add_job(f"Contact sheet {path.name}", draw)


def _in_space(each: KeptLatent, name: str, space: Space, backend: Backend, session: Session) -> Array:
    plain = dataclasses.replace(
        each.document, inputs=each.document.inputs.with_item(name, each.latent), mixing=(), edits=()
    )
    model = backend.model(each.document.model.digest, each.document.model.name)
    if model.w_avg is None and space is not Space.Z:
        raise kept.WrongSpaceError(f"“{each.name}” was made with {_model_of(each)}, which has no W; export it as z.")
    if space is Space.Z:
        return kept.z_of(each, model.z_dim, session.store, model.w_avg is not None)
    from ganstudio.engine.latent_of import latent_of

    _, ws = latent_of(model, plain, session.store)
    if space is Space.W_PLUS:
        return ws
    if not np.allclose(ws, ws[:1], atol=1e-6):
        raise kept.WrongSpaceError(
            f"“{each.name}” has another w in every layer; export it as w+, or leave it out."
        )
    row: Array = ws[0]
    return row


def _model_of(each: KeptLatent) -> str:
    return Path(each.document.model.name).name


def _padded(picture: Array, side: int) -> Array:
    height, width = picture.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(picture, ((top, side - height - top), (left, side - width - left), (0, 0)), constant_values=128)
