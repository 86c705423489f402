"""Projects in a real session: saved, opened, remembered; models that moved or are gone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ganstudio.core.document import LatentPoint
from ganstudio.core.frame import Problem
from ganstudio.studio.opening import MODEL, PROJECT, open_file, opener_of
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]


def saved(running: Running, path: Path) -> Path:
    path, work, done = running.session.projects.writing(path)
    work()
    done()
    return path


def test_a_project_comes_back_with_documents_history_and_picture(run: Run, tmp_path: Path) -> None:
    running = run("faces-dcgan")
    session = running.session
    session.change("Truncate", "psi", 0.5)
    session.duplicate_document()
    session.change("Move the latent", "inputs.z", LatentPoint(7.0))
    before = running.settle()
    path = saved(running, tmp_path / "walk")
    assert path.name == "walk.ganstudio"
    assert session.projects.is_saved
    session.change("Truncate", "psi", 0.1)
    assert not session.projects.is_saved
    session.undo()
    assert session.projects.is_saved

    later = run("faces-dcgan")
    open_file(later.session, path)
    later.until(lambda: later.session.projects.path == path)
    assert later.session.project == session.project
    after = later.settle()
    assert (after.pictures["picture"] == before.pictures["picture"]).all()
    assert later.session.projects.recent == (path,)
    for _ in range(3):
        later.session.undo()
    assert later.session.document.psi == 1.0
    assert len(later.session.project.documents) == 1


def test_a_model_is_found_where_it_lies_now(run: Run, styled_model: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    shutil.copy(styled_model, first)
    running = run(first)
    running.session.change("Truncate", "psi", 0.5)
    path = saved(running, tmp_path / "a.ganstudio")
    picture = running.settle().pictures["picture"]
    first.rename(second)
    later = run(second)
    later.session.open_model("faces-dcgan")
    later.until(lambda: later.session.model is not None and later.session.model.name == "faces-dcgan")
    open_file(later.session, path)
    later.until(lambda: later.session.document.psi == 0.5)
    assert (later.settle().pictures["picture"] == picture).all()
    assert later.session.model is not None


def test_a_missing_model_is_told_and_the_rest_is_open(run: Run, styled_model: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.safetensors"
    shutil.copy(styled_model, first)
    running = run(first)
    running.session.change("Truncate", "psi", 0.5)
    path = saved(running, tmp_path / "a.ganstudio")
    first.unlink()
    later = run("faces-dcgan")
    problems: list[Problem] = []
    later.session.failed.connect(problems.append)
    open_file(later.session, path)
    later.until(lambda: bool(problems))
    assert "'first.safetensors' of this picture is not here" in problems[0].sentence
    assert later.session.document.psi == 0.5
    assert later.session.model is None
    later.session.change("Truncate", "psi", 0.75)
    later.session.open_model(str(styled_model))
    later.until(lambda: later.session.model is not None)
    assert later.settle().document.psi == 0.75
    assert len(problems) == 1
    assert len(later.session.history) == 2


def test_a_broken_project_changes_nothing(run: Run, tmp_path: Path) -> None:
    running = run("faces-dcgan")
    running.session.change("Truncate", "psi", 0.5)
    path = tmp_path / "a.ganstudio"
    path.write_text("Dear project")
    problems: list[Problem] = []
    running.session.failed.connect(problems.append)
    open_file(running.session, path)
    running.until(lambda: bool(problems))
    assert "a.ganstudio cannot be read" in problems[0].sentence
    assert running.session.undo_label == "Truncate"
    assert running.session.projects.path is None


@pytest.mark.parametrize(("name", "opener"), [("a.ganstudio", PROJECT), ("A.GANSTUDIO", PROJECT), ("a.pkl", MODEL)])
def test_files_are_told_by_their_names(name: str, opener: object) -> None:
    assert opener_of(Path(name)) is opener


def test_documents_are_switched_duplicated_and_closed(running: Running) -> None:
    session = running.session
    first = session.document
    session.duplicate_document()
    session.change("Truncate", "psi", 0.5)
    session.show_document(0)
    assert running.settle().document == first
    assert len(session.history) == 2
    session.undo()
    assert (session.project.active, session.document) == (1, first)
    session.redo()
    session.show_document(0)
    session.close_document(0)
    assert [document.psi for document in session.project.documents] == [0.5]
    session.close_document(0)
    assert len(session.project.documents) == 1
    session.undo()
    assert [document.psi for document in session.project.documents] == [1.0, 0.5]
    assert session.project.active == 0


def test_jobs_that_end_badly_do_not_keep_a_search_from_beginning_again(run: Run, tmp_path: Path) -> None:
    running = run("faces-dcgan")
    problems: list[Problem] = []
    running.session.failed.connect(problems.append)
    path = saved(running, tmp_path / "a.ganstudio")
    text = path.read_bytes()
    digest = running.session.document.model.digest.encode()
    path.write_bytes(text.replace(digest, b"0" * len(digest)))
    for turn in (1, 2):
        open_file(running.session, path)
        running.until(lambda turn=turn: len(problems) == turn)
        running.until(lambda: not running.session._sought)
    assert running.session.jobs == ()
