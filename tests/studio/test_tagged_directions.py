"""Tags of kept pictures become a slider across their boundary."""

import dataclasses

import numpy as np

from ganstudio.core.document import FrozenMap, LatentArray, MoveAlong, Space
from ganstudio.core.project import KeptLatent
from ganstudio.studio.tagged_directions import learn_tag, telling_tags
from tests.studio.conftest import Running


def test_tags_become_a_slider_across_their_boundary(running: Running) -> None:
    session, random = running.session, np.random.RandomState(0)
    kept = []
    for i in range(12):
        z = (0.3 * random.randn(100)).astype(np.float32)
        z[7] += 2.0 if i % 2 else -2.0
        latent = LatentArray(Space.Z, session.store.put(z))
        (name,) = session.document.inputs
        document = dataclasses.replace(session.document, inputs=FrozenMap({name: latent}))
        kept.append(KeptLatent(f"{i}", document, latent, ("smile", "LPIPS 0.1") if i % 2 else ("LPIPS 0.2",)))
    assert telling_tags(session.project) == ()
    session.change_project("Keep", {"kept": tuple(kept)})
    assert telling_tags(session.project) == ("smile",)
    before = session.document
    learn_tag(session, "smile")
    running.until(lambda: bool(session.document.edits))
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert (edit.name, edit.amount) == ("smile", 0.0)
    vector = session.store.get(edit.direction).reshape(-1)
    assert vector[7] / np.linalg.norm(vector) > 0.8
    session.undo()
    assert session.document == before
