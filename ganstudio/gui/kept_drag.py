"""Dragging kept latents onto sources, timelines and pads."""

from PyQt6.QtCore import QByteArray, QMimeData

from ganstudio.core.project import KeptLatent, Project

KEPT_MIME = "application/x-ganstudio-kept"


def kept_payload(indices: tuple[int, ...]) -> QMimeData:
    """What a drag of kept latents carries: their places in the project."""
    data = QMimeData()
    data.setData(KEPT_MIME, QByteArray(",".join(map(str, indices)).encode("ascii")))
    return data


def dragged_kept(data: QMimeData | None, project: Project) -> tuple[KeptLatent, ...]:
    """The kept latents that a drag carries, none where it carries something else."""
    if data is None or not data.hasFormat(KEPT_MIME):
        return ()
    places = data.data(KEPT_MIME).data().decode("ascii", "replace").split(",")
    indices = [int(place) for place in places if place.isdigit()]
    return tuple(project.kept[index] for index in indices if index < len(project.kept))
