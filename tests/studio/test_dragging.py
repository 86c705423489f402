"""Points are dragged in a job; what it comes to is one edit, in one step of undo."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.document import MoveAlong
from ganstudio.core.progress import JobStatus
from ganstudio.core.project import DragPoint
from ganstudio.engine.model import open_model
from ganstudio.studio.dragging import NAME, DragSight, PointDragging, can_drag, free_part, pixel, share
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]


def begun(running: Running) -> tuple[PointDragging, list[DragSight]]:
    dragging, sights = PointDragging(running.session), []
    dragging.sight_arrived.connect(sights.append)
    dragging.place((0.5, 0.55))
    assert (dragging.waiting, dragging.ready) == ((0.5, 0.55), False)
    dragging.place((0.3, 0.55))
    assert dragging.points == (DragPoint((0.5, 0.55), (0.3, 0.55)),)
    dragging.start()
    return dragging, sights


@pytest.mark.parametrize("name", ["styled", "faces-dcgan", "faces-progan"])
def test_what_was_reached_is_one_edit_that_draws_the_same(run: Run, styled_model: Path, name: str) -> None:
    running = run(styled_model if name == "styled" else name)
    session = running.session
    before = session.document
    dragging, sights = begun(running)
    running.until(lambda: len(sights) >= 4)
    dragging.stop()
    running.until(lambda: not dragging.busy)
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert (edit.name, edit.amount) == (NAME, 1.0)
    assert np.array_equal(session.store.get(edit.direction), sights[-1].moved)
    drawn = running.settle().pictures["picture"]
    away = np.abs(drawn.astype(int) - sights[-1].picture)
    assert away.max() <= 2
    assert not np.array_equal(sights[0].picture, sights[-1].picture)
    session.undo()
    assert session.document == before


def test_a_picture_that_was_changed_meanwhile_stays(running: Running) -> None:
    session = running.session
    dragging, sights = begun(running)
    running.until(lambda: len(sights) >= 2)
    session.change("Psi", "psi", 0.5)
    changed = session.document
    dragging.stop()
    running.until(lambda: not dragging.busy)
    assert session.document == changed
    assert "meanwhile" in dragging.words


def test_points_are_set_and_taken_back(running: Running) -> None:
    dragging = PointDragging(running.session)
    for at in ((0.2, 0.2), (1.4, -0.3), (0.7, 0.7)):
        dragging.place(at)
    assert dragging.points == (DragPoint((0.2, 0.2), (1.0, 0.0)),)
    dragging.take_back()
    assert (dragging.waiting, len(dragging.points)) == (None, 1)
    dragging.take_back()
    assert not dragging.points
    dragging.paint_mask(np.full((256, 256), 255, np.uint8))
    dragging.clear()
    assert dragging.mask is None
    dragging.start()
    assert not dragging.busy
    running.session.undo()
    assert dragging.mask is not None
    for _ in range(2):
        running.session.undo()
    assert len(dragging.points) == 1
    running.session.undo()
    assert dragging.waiting == (0.7, 0.7)


def test_a_refusal_leaves_the_picture(run: Run) -> None:
    running = run("digits-gan")
    session = running.session
    assert not can_drag(session.model)
    dragging, _ = begun(running)
    assert not dragging.busy
    assert isinstance(session.jobs, tuple)
    assert not any(isinstance(job, JobStatus) for job in session.jobs)


def test_places_are_shares_of_the_picture() -> None:
    assert pixel((0.5, 0.0), 64) == (31.5, 0.0)
    assert share(pixel((0.25, 0.75), 64), 64) == (0.25, 0.75)
    assert can_drag(open_model("faces-dcgan", "cpu").info)
    mask = np.zeros((256, 256), np.uint8)
    mask[:, :128] = 255
    free = free_part(mask, 64)
    assert free.shape == (64, 64)
    assert float(free[:, :32].min()) == 1.0
    assert float(free[:, 32:].max()) == 0.0
