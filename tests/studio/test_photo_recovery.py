"""A killed window finds the inversion that was under way, and a search can begin at several places."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.document import LatentArray, joined_codes
from ganstudio.core.inverting import Method
from ganstudio.studio.photo_run import Plan
from ganstudio.studio.recovery import Recovery
from tests.studio.conftest import Running
from tests.studio.test_photo import opened, searched
from tests.studio.test_recovery import looked, written

Run = Callable[[str | Path], Running]


@pytest.mark.parametrize(
    "plan", [Plan(steps=10_000), Plan(method=Method.CODES, codes=3, stage="b8", steps=10_000)], ids=["one", "several"]
)
def test_a_killed_window_finds_the_inversion_under_way_and_goes_on(run: Run, plan: Plan) -> None:
    running = run("faces-dcgan")
    session = opened(running)
    recovery = Recovery(session, interval=0.01)
    recovery.begin()
    search = session.photo.search
    search.choose(plan)
    search.start()
    running.until(lambda: search.best is not None and isinstance(session.document.inputs["z"], LatentArray))
    best = session.document
    folder = written(recovery)
    crashed = folder.with_name("1-crashed")
    shutil.copytree(folder, crashed, ignore=shutil.ignore_patterns("*.part"))
    search.stop()
    running.until(lambda: not search.busy)
    recovery.end()

    later = run("faces-dcgan")
    again = Recovery(later.session, interval=0.01)
    again.begin()
    looked(later, again)
    again.restore(next(each for each in again.crashed if each.folder == crashed))
    later.until(lambda: isinstance(later.session.document.inputs["z"], LatentArray))
    found = later.session.document
    assert found == best
    assert (joined_codes(found) is not None) is (plan.method is Method.CODES)
    hand = later.session.project.photo
    assert hand is not None
    assert hand.found == found
    later.until(lambda: later.session.photo.aligned is not None)
    picture = later.settle().pictures["picture"]
    onward = later.session.photo.search
    onward.choose(Plan(method=plan.method, codes=plan.codes, stage=plan.stage, steps=1))
    assert onward.can_go_on
    onward.go_on()
    later.until(lambda: not onward.busy)
    assert np.abs(later.settle().pictures["picture"].astype(int) - picture).max() < 40, "it begins where it was"
    later.session.undo()
    assert later.session.document == found
    again.end()


def test_a_search_begins_at_the_best_of_several_places(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session = opened(running)
    firsts: list[float] = []
    session.photo.search.sight_arrived.connect(lambda sight: firsts.append(sight.lpips))
    searched(running, Plan(steps=1))
    searched(running, Plan(steps=1, starts=12))
    assert firsts[-1] < firsts[0]
    assert "12 starts" in session.project.kept[-1].tags
    assert not any("starts" in tag for tag in session.project.kept[0].tags)
