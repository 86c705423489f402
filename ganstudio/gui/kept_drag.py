"""Dragging kept latents onto sources, timelines and pads."""

import os

from PyQt6.QtCore import QByteArray, QMimeData

from ganstudio.core.project import KeptLatent, Project

KEPT_MIME = "application/x-ganstudio-kept"


def kept_payload(indices: tuple[int, ...]) -> QMimeData:
    """What a drag of kept latents carries: their places in this program's project."""
    data = QMimeData()
    words = f"{os.getpid()}:{','.join(map(str, indices))}"
    data.setData(KEPT_MIME, QByteArray(words.encode("ascii")))
    return data


def dragged_places(data: QMimeData | None) -> tuple[int, ...]:
    """The places of kept latents that a drag carries, none where it comes from another window's project."""
    if data is None or not data.hasFormat(KEPT_MIME):
        return ()
    begun_by, _, places = data.data(KEPT_MIME).data().decode("ascii", "replace").partition(":")
    own = begun_by == str(os.getpid())
    return tuple(int(place) for place in places.split(",") if place.isdecimal()) if own else ()


def dragged_kept(data: QMimeData | None, project: Project) -> tuple[KeptLatent, ...]:
    """The kept latents that a drag carries, none where it carries something else."""
    return tuple(project.kept[place] for place in dragged_places(data) if place < len(project.kept))
