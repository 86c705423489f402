"""Directions of parts of faces: on fresh pictures the part changes and the rest stays; only faces have parts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.direction import Origin
from ganstudio.core.frame import Problem
from ganstudio.engine.model import open_model
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.latent import part_directions as latent
from ganstudio.studio import part_directions
from ganstudio.studio.direction_search import Method, Samples, Search, plain
from ganstudio.studio.direction_words import moved
from tests.studio.conftest import Running


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer pictures and axes than a person gets, for the sake of time."""
    monkeypatch.setattr(part_directions, "PICTURES", 6)
    monkeypatch.setattr(latent, "AXES", 12)


def test_on_fresh_pictures_the_part_changes_more_than_the_rest() -> None:
    model, segment = open_model("faces", "cpu"), open_segmenter()
    steps = part_directions.part_directions(Search(plain(model.info.document), Method.PARTS), model, Samples())
    told = 0
    while True:
        try:
            next(steps)
            told += 1
        except StopIteration as end:
            found = {each.name: each for each in end.value}
            break
    assert told > 20, "one may be cancelled in between"
    names = segment.classes.names
    codes = model.mapping(model.latents(range(900, 908)), None)
    before = model.synthesis(codes)
    maps = segment(before)
    for name, least in (("background", 2.0), ("brows", 2.0), ("lips", 1.5), ("eyes", 1.5), ("neck and clothes", 2.0)):
        direction = found[f"{name.capitalize()} 1"]
        assert direction.origin is Origin.PART
        assert direction.vector.shape == (model.info.n_latent, 256)
        assert np.sqrt((direction.vector**2).sum(axis=1).mean()) == pytest.approx(1.0, rel=1e-4)
        squares = (model.synthesis(moved(codes, direction, direction.reach / 4)) - before).square().mean(dim=1)
        inside = maps == names.index(name)
        ratio = float((squares[inside].mean() / squares[~inside].mean()).sqrt())
        assert ratio > least, name
        assert float(squares[inside].mean().sqrt()) > 0.01, "and it does change"


def test_a_model_that_draws_no_faces_has_no_parts(run: Callable[[str | Path], Running], styled_model: Path) -> None:
    running = run(styled_model)
    problems: list[Problem] = []
    running.session.failed.connect(problems.append)
    running.session.directions.choose(Method.PARTS)
    running.session.directions.find()
    running.until(lambda: bool(problems))
    assert problems[0].sentence.endswith("draws no faces, and parts are known of faces only; use PCA.")
    running.until(lambda: running.session.directions.idle)
    assert running.session.directions.offered == ()


def test_models_without_w_have_parts_in_z(run: Callable[[str | Path], Running]) -> None:
    running = run("faces-dcgan")
    directions = running.session.directions
    directions.choose(Method.PARTS)
    directions.find()
    running.until(lambda: directions.idle and bool(directions.offered))
    hair = next(each for each in directions.offered if each.name == "Hair 1")
    assert hair.vector.shape == (100,)
    assert torch.from_numpy(hair.vector).norm() == pytest.approx(1.0, rel=1e-4)
    before = running.settle().pictures["picture"].astype(int)
    directions.add(hair, hair.reach)
    assert np.abs(running.settle().pictures["picture"] - before).mean() > 1.0
    again = run("faces-dcgan").session.directions
    again.choose(Method.PARTS)
    assert [each.name for each in again.offered] == [each.name for each in directions.offered]
