"""Small pictures beside the one in sight, with the real computing."""

import dataclasses

import numpy as np

from ganstudio.core.document import Document, FrozenMap, LatentPoint, ModelRef
from ganstudio.studio.thumbnails import SIDE_PX
from tests.studio.conftest import Running


def test_pictures_arrive_once_each_and_the_one_in_sight_stays(running: Running) -> None:
    session = running.session
    thumbnails = session.thumbnails
    came: list[Document] = []
    thumbnails.arrived.connect(came.append)
    in_sight = session.document
    others = [
        dataclasses.replace(in_sight, inputs=FrozenMap({"z": LatentPoint.of_seed(seed)})) for seed in (3, 4, 3)
    ]
    assert [thumbnails.get(document) for document in others] == [None] * 3
    running.until(lambda: len(came) == 2)
    pictures = [thumbnails.get(document) for document in others]
    assert all(picture is not None and max(picture.shape) <= SIDE_PX for picture in pictures)
    assert np.array_equal(pictures[0], pictures[2])  # type: ignore[arg-type]
    assert not np.array_equal(pictures[0], pictures[1])  # type: ignore[arg-type]
    assert session.document == in_sight
    assert not session.jobs


def test_a_model_that_is_gone_has_no_picture_and_is_asked_for_once(running: Running) -> None:
    thumbnails = running.session.thumbnails
    gone = Document(model=ModelRef("gone.pt", "0" * 32), inputs=FrozenMap({"z": LatentPoint()}))
    problems: list[object] = []
    running.session.failed.connect(problems.append)
    assert thumbnails.get(gone) is None
    running.until(lambda: thumbnails.idle)
    assert thumbnails.get(gone) is None
    assert thumbnails.idle
    assert not problems
