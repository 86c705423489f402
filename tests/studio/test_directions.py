"""Directions at work: found, kept, dialled, shared as files, taught by thumbs; everything can be undone."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.direction import Ballot, Direction, Origin
from ganstudio.core.document import ClassChoice, LatentPoint, MoveAlong, Space
from ganstudio.core.frame import Problem
from ganstudio.studio.direction_files import (
    SUFFIX,
    Library,
    WrongDirectionError,
    read_directions,
    same_way,
    write_directions,
)
from ganstudio.studio.direction_search import Method, Search, plain
from ganstudio.studio.directions import moves_of
from ganstudio.studio.opening import open_file
from ganstudio.studio.project_file import open_project, save_project
from ganstudio.studio.recipe_file import BrokenFileError
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]


def found(running: Running, method: Method, rows: tuple[int, ...] = ()) -> tuple[Direction, ...]:
    directions = running.session.directions
    directions.choose(method, rows)
    directions.find()
    running.until(lambda: directions.idle and bool(directions.offered))
    return directions.offered


def some(dim: int, layers: tuple[int, ...] = ()) -> Direction:
    vector = np.zeros(dim, np.float32)
    vector[1] = 1.0
    return Direction("Smile", vector, 0.5, Origin.BOUNDARY, layers, 5.0, "told by 12 pictures")


def test_components_are_found_kept_and_dialled(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    first, *others = found(running, Method.COMPONENTS)
    assert len(others) == 15
    assert (first.name, first.origin, first.vector.shape) == ("Component 1", Origin.COMPONENT, (16,))
    assert first.sigma > others[0].sigma > others[-1].sigma
    assert first.evidence.endswith("of the variance of w")
    before = running.settle().pictures["picture"]
    session.directions.add(first)
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert (edit.name, edit.amount, edit.reach) == ("Component 1", 0.0, 3.0)
    assert np.linalg.norm(session.store.get(edit.direction)) == pytest.approx(first.sigma, rel=1e-5)
    session.directions.add(first, 2.0)
    assert len(session.document.edits) == 1
    assert not np.array_equal(running.settle().pictures["picture"], before)
    again = run(styled_model).session.directions
    assert [each.name for each in again.offered] == [first.name, *(each.name for each in others)]
    assert np.array_equal(again.offered[3].vector, others[2].vector)


def test_components_belong_to_a_class(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    first = found(running, Method.COMPONENTS)
    running.session.change("Class", "inputs.class", ClassChoice(3))
    running.session.directions.choose(Method.COMPONENTS)
    assert running.session.directions.offered == ()
    assert not np.array_equal(found(running, Method.COMPONENTS)[0].vector, first[0].vector)


def test_the_closed_form_of_some_layers_acts_on_them(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    fine = found(running, Method.CLOSED_FORM, (4, 5))
    assert fine[0].layers == (4, 5)
    every = found(running, Method.CLOSED_FORM)
    assert every[0].layers == ()
    assert abs(float(every[0].vector @ fine[0].vector)) < 0.999
    assert Search(plain(running.session.document), Method.CLOSED_FORM, (4, 5)).key == "closed-form-rows-4-5"


@pytest.mark.parametrize("method", [Method.COMPONENTS, Method.CLOSED_FORM])
def test_models_without_w_move_in_z(running: Running, method: Method) -> None:
    first = found(running, method)[0]
    assert first.vector.shape == (100,)
    assert first.sigma == 1.0
    before = running.settle().pictures["picture"].astype(int)
    running.session.directions.add(first, 3.0)
    assert np.abs(running.settle().pictures["picture"] - before).mean() > 5


def test_a_slider_is_named_ranged_limited_to_layers_and_reset(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session, directions = running.session, running.session.directions
    directions.add(some(16), 1.5)
    directions.rename(0, " Laughter ")
    directions.rename(0, "  ")
    directions.set_rows(0, (0, 1))
    directions.set_reach(0, 10.0)
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert (edit.name, edit.layers, edit.reach, edit.amount) == ("Laughter", (0, 1), 10.0, 1.5)
    directions.reset(0)
    assert moves_of(session.document)[0].amount == 0.0
    for _ in range(4):
        session.undo()
    assert session.document.edits == (dataclasses.replace(edit, name="Smile", layers=(), reach=5.0),)
    shown = directions.preview(some(16), (-3.0, 0.0, 3.0))
    assert [len(document.edits) for document in shown] == [1, 0, 1]


def test_directions_are_saved_and_shared(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    session, directions = running.session, running.session.directions
    directions.choose(Method.SAVED)
    directions.add(some(16, (2, 3)), 2.0)
    directions.rename(0, "Laughter")
    directions.save(0)
    (saved,) = directions.offered
    assert (saved.name, saved.layers, saved.reach) == ("Laughter", (2, 3), 5.0)
    assert saved.sigma == pytest.approx(0.5)
    directions.export(directions.offered, tmp_path / "mine")
    path = tmp_path / f"mine{SUFFIX}"
    library = read_directions(path)
    assert (library.space, library.model) == (Space.W, session.model.name if session.model else "")
    directions.forget("Laughter")
    assert directions.offered == ()
    session.change("Away", "edits", ())
    open_file(session, path)
    running.until(lambda: bool(directions.offered))
    assert [edit.name for edit in moves_of(session.document).values()] == ["Laughter"]


def test_a_saved_slider_never_gives_way_to_another_one_of_its_name(
    run: Run, styled_model: Path, tmp_path: Path
) -> None:
    running = run(styled_model)
    directions = running.session.directions
    directions.choose(Method.SAVED)
    directions.add(some(16), 1.0)
    directions.add(some(16, (2, 3)), 1.0)
    directions.save(0)
    directions.save(1)
    directions.save(0)
    assert sorted(each.name for each in directions.saved) == ["Smile", "Smile (2)"]
    first, second = sorted(directions.saved, key=lambda each: each.name)
    assert (first.layers, second.layers) == ((), (2, 3))
    path = tmp_path / f"theirs{SUFFIX}"
    other = dataclasses.replace(some(16), vector=-some(16).vector)
    write_directions(path, Library((some(16), other), Space.W))
    open_file(running.session, path)
    running.until(lambda: len(directions.saved) == 3)
    assert sorted(each.name for each in directions.saved) == ["Smile", "Smile (2)", "Smile (3)"]
    assert same_way(next(each for each in directions.saved if each.name == "Smile (3)"), other)


def test_a_deleted_slider_comes_back_by_undo_and_no_project_deletes_it_again(
    run: Run, styled_model: Path, tmp_path: Path
) -> None:
    running = run(styled_model)
    session, directions = running.session, running.session.directions
    directions.add(some(16, (2, 3)), 1.0)
    directions.save(0)
    path = directions._path(Method.SAVED.value)
    directions.forget("Smile")
    assert directions.saved == read_directions(path).directions == ()
    session.undo()
    (back,) = read_directions(path).directions
    assert (back.name, back.layers, back.reach) == ("Smile", (2, 3), 5.0)
    assert same_way(back, some(16, (2, 3)))
    session.redo()
    assert directions.saved == ()
    save_project(tmp_path / "p.ganstudio", session.history.tree, session.store)
    session.open_model("faces-dcgan")
    running.until(lambda: session.model is not None and session.model.architecture == "dcgan")
    session.undo()
    session.undo()
    assert [each.name for each in read_directions(path).directions] == ["Smile"]
    assert read_directions(path).space is Space.W
    tree = open_project(tmp_path / "p.ganstudio", session.store)
    assert tree.nodes[-1].project.deleted
    session.take_over(tree)
    assert [each.name for each in read_directions(path).directions] == ["Smile"], "opening a project deletes nothing"


def test_saved_sliders_that_cannot_be_read_are_kept_aside(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session, directions = running.session, running.session.directions
    told: list[Problem] = []
    session.failed.connect(told.append)
    path = directions._path(Method.SAVED.value)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"of a newer version")
    assert directions.saved == ()
    directions.add(some(16), 1.0)
    directions.save(0)
    assert [each.name for each in directions.saved] == ["Smile"]
    (aside,) = path.parent.glob("unreadable*")
    assert aside.read_bytes() == b"of a newer version"
    assert str(aside) in told[0].sentence


def test_vectors_of_the_field_are_taken(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    directions = running.session.directions
    path = tmp_path / "smile.npy"
    np.save(path, np.eye(16, dtype=np.float32)[2:4] * 7)
    directions.import_file(path)
    running.until(lambda: bool(directions.offered))
    assert [each.name for each in directions.offered] == ["smile 1", "smile 2"]
    assert float(np.linalg.norm(directions.offered[0].vector)) == pytest.approx(1.0)
    assert directions.offered[0].origin is Origin.FILE
    layered = tmp_path / "layered.npy"
    np.save(layered, np.ones((1, 8, 16), np.float32))
    directions.import_file(layered)
    running.until(lambda: len(directions.offered) == 3)
    assert directions.offered[2].vector.shape == (8, 16)


def test_directions_of_another_size_are_refused_in_words(run: Run, styled_model: Path, tmp_path: Path) -> None:
    running = run(styled_model)
    told: list[Problem] = []
    running.session.failed.connect(told.append)
    path = tmp_path / f"other{SUFFIX}"
    write_directions(path, Library((some(512),), Space.W, "big-faces"))
    running.session.directions.import_file(path)
    running.until(lambda: len(told) == 1)
    assert "512 values in w, but this model's have 16" in told[0].sentence
    assert "big-faces" in told[0].sentence
    wrong = tmp_path / "wrong.npy"
    np.save(wrong, np.ones(31, np.float32))
    running.session.directions.import_file(wrong)
    running.until(lambda: len(told) == 2)
    assert "[31]" in told[1].sentence
    path.write_bytes(path.read_bytes()[:90])
    with pytest.raises(BrokenFileError, match="save them again"):
        read_directions(path)
    assert issubclass(WrongDirectionError, Exception)


def test_a_lesson_is_learned_with_every_thumb_and_undone(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    session, directions = running.session, running.session.directions
    learned: list[Direction | None] = []
    directions.taught_changed.connect(lambda: learned.append(directions.taught))
    directions.vote(3, True)
    running.until(lambda: bool(learned) and directions.idle)
    directions.vote(8, False)
    running.until(lambda: len(learned) == 2 and directions.idle)
    one, two = learned
    assert one is not None
    assert two is not None
    assert two.evidence == "1 thumbs up, 1 down"
    assert not np.allclose(one.vector, two.vector)
    directions.use_taught("Nicer")
    assert [edit.name for edit in moves_of(session.document).values()] == ["Nicer"]
    session.undo()
    session.undo()
    assert directions.ballot == Ballot(session.document.model.digest, (3,))
    running.until(lambda: len(learned) == 3 and directions.idle)
    assert learned[2] is not None
    assert np.allclose(learned[2].vector, one.vector)
    directions.vote(3, None)
    assert directions.taught is None
    session.change("Seed", "inputs.z", LatentPoint.of_seed(5))
    directions.vote(5, True)
    directions.forget_votes()
    assert directions.ballot.liked == ()


def test_directions_are_named_by_what_they_do(run: Run, styled_model: Path) -> None:
    running = run(styled_model)
    directions = running.session.directions
    first, *_ = found(running, Method.COMPONENTS)
    assert directions.undescribed
    still = dataclasses.replace(some(16), sigma=1e-6, name="Still")
    directions.offered = (dataclasses.replace(first, sigma=8.0), still)
    directions.describe()
    running.until(lambda: directions.idle)
    assert not directions.undescribed
    named, nothing = directions.offered
    assert named.name.startswith("Component 1: ")
    assert "of the variance of w; from −2 to +2 σ: " in named.evidence
    assert named.evidence.endswith("(n 24)")
    assert nothing.name == "Still"
    assert nothing.evidence.endswith("nothing that can be read off (n 24)")
