"""Project files: the whole history and its arrays come back, and broken files say so."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganstudio.core.document import Document
from ganstudio.core.errors import SaveError, StudioError
from ganstudio.core.project import Project
from ganstudio.core.store import Store
from ganstudio.studio.history import History, Tree
from ganstudio.studio.plain_form import arrays_in
from ganstudio.studio.project_file import open_project, save_project, with_suffix
from ganstudio.studio.recipe_file import BrokenFileError, NewerFileError
from tests.studio.documents import STORE, projects

whole_projects = projects.filter(
    lambda p: bool(p.documents) and all(0 <= k.seconds < 1e9 for k in p.timeline.keyframes)
).map(lambda p: Project(p.documents, p.active % len(p.documents), p.kept, p.timeline))


def grown(changes: list[tuple[Project, int]]) -> Tree:
    """A history that goes back `back` steps before each change."""
    history = History(changes[0][0])
    for project, back in changes[1:]:
        for _ in range(back):
            history.undo()
        history.record("changed", project)
    history.undo()
    return history.tree


trees = st.lists(st.tuples(whole_projects, st.integers(0, 2)), min_size=1, max_size=3).map(grown)
names = itertools.count()


@given(tree=trees)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_project_comes_back_with_its_history(tmp_path: Path, tree: Tree) -> None:
    path = tmp_path / f"{next(names)}.ganstudio"
    save_project(path, tree, STORE)
    store = Store()
    read = open_project(path, store)
    assert read == tree
    for node in tree.nodes:
        for ref in arrays_in(node.project).values():
            np.testing.assert_array_equal(store.get(ref), STORE.get(ref))
    history = History(Project())
    history.load(read)
    assert history.tree == tree


@given(tree=trees, place=st.integers(0, 10**6), byte=st.integers(0, 255))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_broken_files_end_in_a_sentence(tmp_path: Path, tree: Tree, place: int, byte: int) -> None:
    path = tmp_path / f"{next(names)}.ganstudio"
    save_project(path, tree, STORE)
    data = path.read_bytes()
    place %= len(data)
    for wrong in (data[:place] + bytes([byte]) + data[place + 1 :], data[:place]):
        path.write_bytes(wrong)
        assert opened_or_told(path)


def opened_or_told(path: Path) -> bool:
    try:
        tree = open_project(path, Store())
    except StudioError as error:
        return path.name in str(error)
    History(Project()).load(tree)
    return True


def steps(count: int) -> Tree:
    history = History(Project())
    for i in range(count):
        history.record(f"step {i}", Project((Document(psi=float(i)),)))
    return history.tree


def test_equal_parts_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "a.ganstudio"
    history = History(Project(tuple(Document(psi=float(i)) for i in range(50))))
    for i in range(100):
        documents = history.project.documents
        history.record("turn", Project((*documents[1:], documents[0]), active=i % 50))
    save_project(path, history.tree, Store())
    assert path.stat().st_size < 100_000
    assert open_project(path, Store()) == history.tree


def test_what_is_no_project_is_told(tmp_path: Path, styled_model: Path) -> None:
    text = tmp_path / "letter.ganstudio"
    text.write_text("Dear project,")
    for path in (text, styled_model, tmp_path / "missing.ganstudio", tmp_path):
        with pytest.raises(BrokenFileError, match=f"{path.name} cannot be read"):
            open_project(path, Store())


def test_a_newer_project_asks_for_an_update(tmp_path: Path) -> None:
    path = tmp_path / "a.ganstudio"
    save_project(path, steps(2), Store())
    data = path.read_bytes().replace(rb"\"format\":1", rb"\"format\":7")
    path.write_bytes(data)
    with pytest.raises(NewerFileError, match=r"a\.ganstudio .*format 7.*Update"):
        open_project(path, Store())


def test_a_save_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ganstudio"
    save_project(path, steps(2), Store())

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(SaveError, match="no room"):
            save_project(path, steps(3), Store())
    assert [node.label for node in open_project(path, Store()).nodes] == ["Beginning", "step 0", "step 1"]
    assert [found.name for found in tmp_path.iterdir()] == ["a.ganstudio"]


@pytest.mark.parametrize(
    ("name", "saved"), [("a", "a.ganstudio"), ("a.b", "a.b.ganstudio"), ("A.GanStudio", "A.GanStudio")]
)
def test_projects_have_their_suffix(name: str, saved: str) -> None:
    assert with_suffix(Path(name)).name == saved
