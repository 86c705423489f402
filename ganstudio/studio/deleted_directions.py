"""Saved directions that a person deleted: the project remembers them, so that undo brings them back."""

from collections.abc import Sequence

from ganstudio.core.direction import Direction
from ganstudio.core.project import DeletedDirection
from ganstudio.core.store import Store
from ganstudio.studio.direction_files import Library, added, same_way


def deleted_from(library: Library, name: str, digest: str, store: Store) -> tuple[DeletedDirection, ...]:
    """Return what is remembered of the directions of a name that are saved for the model with a digest."""
    return tuple(
        DeletedDirection(
            digest,
            library.model,
            library.space,
            each.name,
            store.put(each.vector),
            each.sigma,
            each.origin,
            each.layers,
            each.reach,
            each.evidence,
        )
        for each in library.directions
        if each.name == name
    )


def brought_back(deleted: DeletedDirection, store: Store) -> Direction:
    """Return a direction as it was."""
    vector, sigma = store.get(deleted.vector), deleted.sigma
    return Direction(deleted.name, vector, sigma, deleted.origin, deleted.layers, deleted.reach, deleted.evidence)


def in_step(
    saved: Sequence[Direction],
    digest: str,
    after: Sequence[DeletedDirection],
    before: Sequence[DeletedDirection],
    store: Store,
) -> Library | None:
    """Return what is saved for a model once others count as deleted than before; None where that changes nothing."""
    gone = [each for each in after if each not in before and each.digest == digest]
    back = [each for each in before if each not in after and each.digest == digest]
    if not gone and not back:
        return None
    away = [brought_back(each, store) for each in gone]
    rest = [each for each in saved if not any(each.name == old.name and same_way(each, old) for old in away)]
    known = (gone + back)[0]
    return Library(added(rest, [brought_back(each, store) for each in back]), known.space, known.model)
