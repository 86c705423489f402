"""A photo's face is set into another picture: the model and its encoder make one face of both."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ganstudio.core.document import LatentArray, LatentPoint
from ganstudio.core.inverting import Method
from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.engine.inverting import picture_tensor
from ganstudio.engine.model import open_model
from ganstudio.studio.face_context import context_picture, face_region, framed_photo
from ganstudio.studio.kept import keep
from ganstudio.studio.photo_run import Plan
from ganstudio.studio.retouch_run import Tool, place
from ganstudio.studio.retouching import Retouching
from tests.studio.conftest import Running
from tests.studio.test_photo import ASTRONAUT, opened, searched

Run = Callable[[str | Path], Running]
ROUNDS = 3


def away(picture: Array, wanted: Array, where: Array) -> float:
    """How far a picture is from another one in a place, in shades."""
    apart = np.abs(picture.astype(float) - wanted.astype(float)).mean(axis=2)
    return float((apart * where).sum() / where.sum())


def test_the_region_to_begin_with_lies_on_the_face() -> None:
    region = face_region()
    assert (region.shape, region.dtype) == ((256, 256), np.uint8)
    assert region[133, 128] == 255
    assert not region[[0, -1]].any()
    assert not region[:, [0, -1]].any()
    assert 0.3 < (region > 0).mean() < 0.5


def test_a_face_is_set_into_what_is_in_sight_a_kept_picture_or_a_photo(run: Run) -> None:
    running = run("faces")
    session = running.session
    retouching = Retouching(session)
    retouching.choose(replace(retouching.choices, tool=Tool.FACE, steps=ROUNDS))
    assert retouching.mask is not None, "there is a region to begin with"
    assert "Open a photo first" in retouching.missing
    keep(session)
    opened(running)
    session.change("Seed", "inputs.z", LatentPoint.of_seed(8))
    running.settle()
    photo = session.photo.aligned
    assert photo is not None
    face = place(retouching.mask, 64)[0, 0].numpy()
    before, found = session.project, []
    for context in ({}, {"context": session.project.kept[0].name}, {"context_file": str(ASTRONAUT)}):
        retouching.choose(replace(retouching.choices, **{"context": "", "context_file": "", **context}))
        assert retouching.missing == ""
        sights: list[Array] = []
        connected = retouching.sight_arrived.connect(lambda sight, sights=sights: sights.append(sight.picture))
        retouching.start()
        running.until(lambda: not retouching.busy)
        retouching.sight_arrived.disconnect(connected)
        assert len(sights) == ROUNDS
        assert away(sights[-1], photo, face) < away(sights[0], photo, face)
        drawn = running.settle().pictures["picture"]
        assert np.abs(drawn.astype(int) - sights[-1]).max() <= 2
        assert session.project.photo == before.photo, "what was found for the photo itself stays"
        (latent,) = (each for each in session.document.inputs.values() if isinstance(each, LatentArray))
        found.append(latent)
        session.undo()
        assert session.project == before
    assert len(set(found)) == 3, "each context gives another face"


def test_contexts_are_drawn_as_they_are_seen(run: Run) -> None:
    running = run("faces")
    session = running.session
    session.change("Seed", "inputs.z", LatentPoint.of_seed(8))
    frame, model = running.settle(), open_model("faces", "cpu")
    seen = context_picture(session.document, model, session.store)
    exact = picture_tensor(frame.pictures["picture"], 3)
    assert (seen - exact).abs().max() < 0.02
    framed = framed_photo(ASSETS / "samples" / "astronaut.png", model)
    assert torch.equal(context_picture(ASTRONAUT, model, session.store), picture_tensor(framed, 3))
    opened(running)
    assert session.photo.aligned is not None
    assert np.abs(framed.astype(int) - session.photo.aligned).mean() < 8, "framed like a photo in hand"


def test_without_an_encoder_it_is_said_what_to_do(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    retouching = Retouching(running.session)
    retouching.choose(replace(retouching.choices, tool=Tool.FACE))
    assert "needs an encoder" in retouching.missing
    assert "train one" in retouching.missing
    plain = run("faces-dcgan")
    assert Tool.FACE not in Retouching(plain.session).tools


def test_a_broken_context_is_told_and_nothing_is_lost(run: Run, tmp_path: Path) -> None:
    running = run("faces")
    session = opened(running)
    problems: list[str] = []
    session.failed.connect(lambda problem: problems.append(problem.sentence))
    broken = tmp_path / "broken.png"
    broken.write_bytes(ASTRONAUT.read_bytes()[:3000])
    retouching, before = Retouching(session), session.project
    retouching.choose(replace(retouching.choices, tool=Tool.FACE, context_file=str(broken)))
    retouching.start()
    running.until(lambda: bool(problems) and not retouching.busy)
    assert "broken.png" in problems[0]
    assert session.project == before


def test_the_encoder_holds_a_search_in_its_domain(run: Run) -> None:
    running = run("faces")
    session = opened(running)
    losses: list[dict[str, float]] = []
    session.photo.search.sight_arrived.connect(lambda sight: losses.append(sight.losses))
    searched(running, Plan(method=Method.HYBRID, steps=1))
    assert "domain" not in losses[-1]
    searched(running, Plan(method=Method.HYBRID, steps=1, in_domain=True))
    assert losses[-1]["domain"] > 0
    assert "hybrid in domain" in session.project.kept[-1].tags
    session.photo.search.go_on()
    running.until(lambda: not session.photo.search.busy)
    assert losses[-1]["domain"] > 0, "also where it goes on"
