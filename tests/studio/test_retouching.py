"""Retouching in a job: what it comes to is drawn by one document, in one step of undo, and kept while it runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.document import LatentArray
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.studio.kept import keep
from ganstudio.studio.opening import open_file
from ganstudio.studio.retouch_run import RetouchSight, Tool
from ganstudio.studio.retouching import Retouching
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]
ASTRONAUT = ASSETS / "samples" / "astronaut.png"


def painted() -> tuple[Array, Array]:
    """A patch in the middle, and red strokes."""
    mask = np.zeros((256, 256), np.uint8)
    mask[96:160, 96:160] = 255
    strokes = np.zeros((256, 256, 3), np.uint8)
    strokes[...] = (230, 20, 20)
    return mask, strokes


def done(running: Running, tool: Tool, **choices: object) -> tuple[Retouching, list[RetouchSight]]:
    """Retouch with a few steps, to the end."""
    retouching, sights = Retouching(running.session), []
    retouching.sight_arrived.connect(sights.append)
    retouching.choose(replace(retouching.choices, tool=tool, steps=6, **choices))  # type: ignore[arg-type]
    retouching.paint(*painted())
    assert retouching.missing == ""
    retouching.start()
    assert retouching.busy
    running.until(lambda: not retouching.busy)
    return retouching, sights


def redness(picture: Array) -> float:
    """How much redder the middle is than gray."""
    middle = picture[picture.shape[0] * 3 // 8 : picture.shape[0] * 5 // 8, picture.shape[1] * 3 // 8 :][:, :8]
    return float(middle[..., 0].mean() - middle[..., 1:].mean())


def test_strokes_colour_the_picture_in_one_step_of_undo(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    before, earlier = session.document, running.settle().pictures["picture"]
    retouching, sights = done(running, Tool.COLOUR, strength=4.0)
    assert [sight.number for sight in sights] == [1, 2, 3, 4, 5, 6]
    assert redness(sights[-1].picture) > redness(earlier)
    (value,) = (each for each in session.document.inputs.values() if isinstance(each, LatentArray))
    assert value.array.shape == (8, 16)
    away = np.abs(running.settle().pictures["picture"].astype(int) - sights[-1].picture)
    assert away.max() <= 2
    assert retouching.words.startswith("Done after 6 steps")
    session.undo()
    assert session.document == before


@pytest.mark.parametrize("tool", [Tool.JOIN, Tool.STYLE])
def test_another_kept_picture_lends_a_place(run: Run, styled_model: Path, tool: Tool) -> None:
    running = run(styled_model)
    session = running.session
    retouching = Retouching(session)
    retouching.choose(replace(retouching.choices, tool=tool))
    assert "Keep another picture" in retouching.missing
    keep(session)
    session.change("Seed", "psi", 0.3)
    running.settle()
    before = session.document
    _, sights = done(running, tool, other=session.project.kept[0].name)
    assert session.document != before
    assert session.document.noise.maps, "noises take over what the latent leaves"
    away = np.abs(running.settle().pictures["picture"].astype(int) - sights[-1].picture)
    assert away.max() <= 2


@pytest.mark.parametrize("tool", [Tool.FILL, Tool.COLOURISE, Tool.ENLARGE])
def test_a_photo_is_restored_and_is_what_was_found(running: Running, tool: Tool) -> None:
    session = running.session
    retouching = Retouching(session)
    retouching.choose(replace(retouching.choices, tool=tool))
    assert "Open a photo first" in retouching.missing
    open_file(session, ASTRONAUT)
    running.until(lambda: session.project.photo is not None and session.photo.aligned is not None)
    before = session.project
    _, sights = done(running, tool)
    hand = session.project.photo
    assert hand is not None
    assert hand.found == session.document != before.document
    away = np.abs(running.settle().pictures["picture"].astype(int) - sights[-1].picture)
    assert away.max() <= 2
    session.undo()
    assert (session.document, session.project.photo) == (before.document, before.photo)


def test_every_stroke_is_a_step_of_undo_and_is_kept_with_the_project(running: Running) -> None:
    session, retouching = running.session, Retouching(running.session)
    first, strokes = painted()
    retouching.paint(first, strokes)
    second = first.copy()
    second[:32] = 255
    retouching.paint(second, strokes)
    retouching.clear()
    assert (retouching.mask, retouching.strokes) == (None, None)
    for mask in (second, first):
        session.undo()
        assert retouching.mask is not None
        assert retouching.strokes is not None
        assert np.array_equal(retouching.mask, mask)
        assert np.array_equal(retouching.strokes, strokes)
    session.undo()
    assert retouching.mask is None
    session.redo()
    assert Retouching(session).mask is not None


def test_stopping_keeps_the_best_and_a_changed_picture_stays(running: Running) -> None:
    session, before = running.session, running.session.document
    retouching, sights = Retouching(session), []
    retouching.sight_arrived.connect(sights.append)
    assert retouching.missing == "Paint where the picture shall change."
    retouching.start()
    assert not retouching.busy
    retouching.paint(*painted())
    retouching.start()
    running.until(lambda: len(sights) >= 3)
    retouching.stop()
    running.until(lambda: not retouching.busy)
    assert session.document != before
    session.undo()
    assert session.document == before
    retouching.start()
    running.until(lambda: len(sights) >= 5)
    session.change("Noise", "psi", 0.5)
    changed = session.document
    retouching.stop()
    running.until(lambda: not retouching.busy)
    assert session.document == changed
    assert "meanwhile" in retouching.words
