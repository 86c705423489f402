"""Finding the model that a document of a file was made with, wherever it lies now."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ganstudio.checkpoints.shipped import locate
from ganstudio.core.document import ModelRef
from ganstudio.core.errors import StudioError, UnknownModelError
from ganstudio.core.progress import Progress
from ganstudio.engine.compute import Backend, JobFactory


def search_for(wanted: ModelRef, known: Sequence[str]) -> JobFactory:
    """Return a job whose one step opens the model: by its name, else among the names and paths that are `known`.

    Raises UnknownModelError where none of them is that model.
    """

    def steps(backend: Backend) -> Iterator[Progress]:
        found = next((name for name in (wanted.name, *known) if _is_it(name, wanted)), None)
        if found is None:
            raise UnknownModelError(
                f"The model {Path(wanted.name).name!r} of this picture is not here: neither {wanted.name!r} nor a file "
                "that was opened lately is it. Open it where it lies now; all the rest is open."
            )
        yield Progress(1, 1, result=backend.open(found))

    return steps


def _is_it(name: str, wanted: ModelRef) -> bool:
    from ganstudio.checkpoints.fingerprint import fingerprint

    with suppress(StudioError, OSError):
        return fingerprint(locate(name)) == wanted.digest
    return False
