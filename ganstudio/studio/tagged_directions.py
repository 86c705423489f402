"""A direction across the boundary between kept pictures that have a tag and those that have not."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from ganstudio.core.direction import Direction, Origin
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.core.project import KeptLatent, Project
from ganstudio.core.store import Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.direction_search import Samples, named, plain

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.model import Model
    from ganstudio.studio.session import Session

MEASURED = ("LPIPS ", "PSNR ")  # what a search says of its result


def telling_tags(project: Project) -> tuple[str, ...]:
    """Return the tags that some kept pictures of the model in sight have and others have not, by name."""
    kept = kept_of(project)
    tags = {tag for each in kept for tag in each.tags if not tag.startswith(MEASURED)}
    return tuple(sorted(tag for tag in tags if not all(tag in each.tags for each in kept)))


def kept_of(project: Project) -> tuple[KeptLatent, ...]:
    """Return the kept pictures that the model in sight draws."""
    digest = project.document.model.digest
    return tuple(each for each in project.kept if each.document.model.digest == digest)


def learn_tag(session: "Session", tag: str) -> None:
    """Find the boundary of a tag in a job, and have a slider across it."""
    kept, document = kept_of(session.project), plain(session.document)

    def steps(backend: Backend) -> Iterator[Progress]:
        direction = yield from bounded(tag, kept, backend.model(document.model.digest), session.store)
        yield Progress(1, 1, f"Found the boundary of “{tag}”", result=direction)

    def take(status: JobStatus) -> None:
        direction = status.progress.result
        if isinstance(direction, Direction) and not status.is_over:
            if session.document.model.digest == document.model.digest:
                session.directions.add(direction)
            else:
                session.failed.emit(Problem("Another model was opened meanwhile; learn from its own tags."))

    session.add_job(f"Boundary of “{tag}”", steps, take)


def bounded(
    tag: str, kept: tuple[KeptLatent, ...], model: "Model", store: Store
) -> "Generator[Progress, None, Direction]":
    """Return the direction from pictures without a tag to those with it: a linear support vector machine's normal."""
    import torch

    from ganstudio.latent.directions import taught

    samples, document = Samples(), plain(kept[0].document)
    known = yield from samples.known(model, document)
    rows = yield from samples.rows(model, document)
    latents = []
    for number, each in enumerate(kept, start=1):
        latents.append(latent_of(each, model, store))
        yield Progress(number, len(kept), "looking at kept pictures")
    with_tag = torch.tensor([tag in each.tags for each in kept])
    everything = torch.stack(latents)
    vector = taught(everything[with_tag], everything[~with_tag], known)
    words = f"{int(with_tag.sum())} kept pictures with the tag, {int((~with_tag).sum())} without"
    return named(tag, vector, rows, Origin.BOUNDARY, evidence=words)


def latent_of(kept: KeptLatent, model: "Model", store: Store) -> "torch.Tensor":
    """Return the w `[w_dim]` that a kept picture is drawn from, the mean of its rows, or its z `[z_dim]`."""
    from ganstudio.latent.staged import StagedDocument

    code = StagedDocument(model.generator, kept.document, store).code
    return code[0].mean(dim=0).cpu()[: model.z_dim if model.w_avg is None else None]
