"""Playing and editing a path: previews change nothing that is kept, acts are single undo steps."""

import math

import numpy as np
import pytest

from ganstudio.core.document import LatentBlend, LatentPoint, NoiseMode, Space
from ganstudio.core.project import Curve, Easing, KeptLatent
from ganstudio.latent.path import own_starts, total_seconds
from ganstudio.studio import playing
from ganstudio.studio.path_editing import PathEditor
from ganstudio.studio.playing import Player
from ganstudio.studio.session import Session
from tests.studio.conftest import Running


@pytest.fixture(autouse=True)
def singly(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture is slow enough for a reel; how they are drawn must not hang on this machine."""
    monkeypatch.setattr(playing, "SHORT_S", math.inf)


def make_path(session: Session, *seeds: int) -> PathEditor:
    editor = PathEditor(session)
    for seed in seeds:
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        editor.add(session.document)
    return editor


def shown(running: Running) -> None:
    session = running.session
    running.until(lambda: session.frame is not None and session.frame.document == session.previewed)


def test_playing_draws_the_path_and_leaves_the_project_alone(running: Running) -> None:
    session = running.session
    make_path(session, 1, 2, 3)
    project, label = session.project, session.undo_label
    player = Player(session)
    player.play()
    player.advance(1.0)
    shown(running)
    assert session.frame is not None
    parts = ((LatentPoint.of_seed(1), 0.5), (LatentPoint.of_seed(2), 0.5))
    assert session.frame.document.inputs["z"] == LatentBlend(parts, Space.Z)
    assert (session.project, session.undo_label) == (project, label)
    player.advance(9.0)
    assert (player.playing, player.seconds) == (False, 4.0)
    player.play()
    assert player.seconds == 0.0
    player.leave()
    running.settle()
    assert session.previewed is None
    player.release()


def test_time_that_goes_by_while_a_picture_is_drawn_is_made_up_for_at_once(running: Running) -> None:
    session = running.session
    make_path(session, 1, 2, 3)
    player = Player(session)
    player.play()
    player.advance(0.1)
    asked = session.previewed
    player.advance(0.1)
    assert (player.seconds, session.previewed) == (0.0, asked), "one picture at a time"
    running.until(lambda: player.seconds > 0.0)  # without another beat
    assert player.seconds == pytest.approx(0.2)
    shown(running)
    assert player.seconds == pytest.approx(0.2), "no time has gone by since"
    player.release()
    running.settle()


def test_a_closed_path_plays_on_at_its_speed(running: Running) -> None:
    session = running.session
    editor = make_path(session, 1, 2)
    editor.close(True)
    player = Player(session)
    player.set_speed(2.0)
    player.play()
    player.advance(2.5)
    assert (player.playing, player.seconds) == (True, 1.0)
    player.set_speed(99.0)
    assert player.speed == 4.0
    player.release()
    running.settle()


def test_a_taken_frame_is_one_step(running: Running) -> None:
    session = running.session
    make_path(session, 1, 2)
    steps = len(session.history)
    player = Player(session)
    player.seek(0.5)
    player.take()
    frame = running.settle()
    parts = ((LatentPoint.of_seed(1), 0.75), (LatentPoint.of_seed(2), 0.25))
    assert session.document.inputs["z"] == LatentBlend(parts, Space.Z)
    assert (session.undo_label, len(session.history)) == ("Take a frame of the path", steps + 1)
    session.undo()
    assert session.document.inputs["z"] == LatentPoint.of_seed(2)
    assert (np.asarray(running.settle().pictures["picture"]) != frame.pictures["picture"]).any()
    player.release()


def test_other_changes_go_on_under_the_path_and_another_latent_ends_it(running: Running) -> None:
    session = running.session
    make_path(session, 1, 2)
    player = Player(session)
    player.seek(1.0)
    session.change("Truncate", "psi", 0.5)
    assert player.showing
    assert session.previewed is not None
    assert session.previewed.psi == 0.5
    session.change("Seed", "inputs.z", LatentPoint.of_seed(9))
    assert not player.showing
    assert running.settle().document.inputs["z"] == LatentPoint.of_seed(9)
    player.release()


def test_editing_the_path(running: Running) -> None:
    session = running.session
    editor = make_path(session, 1, 2, 3)
    steps = len(session.history)
    editor.ease(0, Easing.IN)
    editor.set_seconds(0, 3.0)
    editor.rename(1, "  the second ")
    editor.choose(Space.Z, Curve.CUBIC)
    editor.set_turns(2)
    editor.set_fps(60)
    editor.set_total(10.0)
    assert len(session.history) == steps + 7
    timeline = session.project.timeline
    assert (timeline.keyframes[0].easing, timeline.keyframes[1].name) == (Easing.IN, "the second")
    assert (timeline.curve, timeline.noise_turns, timeline.fps, total_seconds(timeline)) == (Curve.CUBIC, 2, 60, 10.0)
    assert own_starts(timeline).tolist() == [0.0, 6.0, 10.0]
    editor.remove(1)
    assert own_starts(session.project.timeline).tolist() == [0.0, 10.0]
    for _ in range(steps + 8):
        session.undo()
    assert not session.project.timeline.keyframes


def test_dropped_latents_stand_in_their_order(running: Running) -> None:
    session = running.session
    editor = make_path(session, 1, 2)
    kept = [KeptLatent(f"kept {n}", session.document, LatentPoint.of_seed(n)) for n in (5, 6)]
    assert editor.add_kept(kept, 1.0) == 1
    assert [f.name for f in session.project.timeline.keyframes] == ["seed 1", "kept 5", "kept 6", "seed 2"]
    assert own_starts(session.project.timeline).tolist() == [0.0, 1.0, 1.5, 2.0]
    assert editor.add_kept(kept, 99.0) == 4
    assert editor.add_kept(kept, 0.0) == 0
    assert session.project.timeline.keyframes[-1].name == "kept 6"
    assert editor.add_kept([], 0.0) == -1


def test_dragging_is_one_step_from_where_it_began(running: Running) -> None:
    session = running.session
    editor = make_path(session, 1, 2, 3)
    origin, steps = session.project.timeline, len(session.history)
    for seconds in (2.5, 3.5, 5.0):
        number = editor.move(origin, 1, seconds, "drag")
    session.end_gesture()
    assert (number, len(session.history)) == (2, steps + 1)
    assert own_starts(session.project.timeline).tolist() == [0.0, 4.0, 5.0]


def test_looping_noise_is_taken_along(running: Running) -> None:
    session = running.session
    editor = make_path(session, 1, 2)
    editor.set_turns(1)
    player = Player(session)
    player.seek(0.5)
    player.take()
    assert (session.document.noise.mode, session.document.noise.turn) == (NoiseMode.RANDOM, 0.25)
    player.release()
