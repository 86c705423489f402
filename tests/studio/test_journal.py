"""The journal: torn lines, full disks, growth; and processes killed at any moment."""

import errno
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.document import Document, FrozenMap, MoveAlong
from ganstudio.core.errors import StudioError
from ganstudio.core.label_maps import indices_of, painted, repainted
from ganstudio.core.project import Project
from ganstudio.core.store import Store
from ganstudio.studio import journal as journals
from ganstudio.studio.history import History, Tree
from ganstudio.studio.journal import JOURNAL, PICTURE, Journal, read_journal
from ganstudio.studio.recovery import SESSIONS, EarlierSession, look_for_sessions

ROOT = Path(__file__).resolve().parents[2]
PROMISED_S = 5.0


class Writing:
    """A journal that is waited for after every note."""

    def __init__(self, folder: Path, store: Store) -> None:
        folder.mkdir(exist_ok=True)
        self.problems: list[StudioError] = []
        self.journal = Journal(folder, store, self.problems.append, interval=0.0)

    def write(self, tree: Tree, picture: "np.ndarray | None" = None) -> None:
        written = threading.Event()
        self.journal.after_next_write(written.set)
        self.journal.note(tree, picture)
        assert written.wait(30)


def changed(history: History, psi: float) -> Tree:
    history.record(f"psi {psi}", Project((Document(psi=psi),)))
    return history.tree


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Tree]]:
    """A journal of six writes, and the histories that were written."""
    folder, store, history = tmp_path_factory.mktemp("journal"), Store(), History(Project())
    writing, trees = Writing(folder, store), []
    for psi in (2.0, 3.0, 4.0):
        trees.append(changed(history, psi))
        writing.write(trees[-1])
    history.undo()
    trees.append(history.tree)
    writing.write(trees[-1])
    trees.append(changed(history, 5.0))
    writing.write(trees[-1])
    move = MoveAlong(store.put(np.arange(6.0)), 1.0)
    history.record("move", Project((Document(edits=(move,)),)))
    trees.append(history.tree)
    writing.write(trees[-1])
    writing.journal.end()
    return (folder / JOURNAL).read_bytes(), trees


def test_what_was_noted_is_read_with_its_arrays(written: tuple[bytes, list[Tree]], tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_bytes(written[0])
    store = Store()
    found = read_journal(tmp_path / JOURNAL, store)
    assert found is not None
    assert (found.tree, found.ended) == (written[1][-1], True)
    ref = found.tree.nodes[-1].project.document.edits[0]
    assert isinstance(ref, MoveAlong)
    np.testing.assert_array_equal(store.get(ref.direction), np.arange(6.0))


@given(st.data())
@settings(max_examples=60)
def test_a_torn_journal_is_one_of_the_states_that_were_written(
    written: tuple[bytes, list[Tree]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole, trees = written
    cut = data.draw(st.integers(0, len(whole)))
    changed_byte = bytes([whole[cut] ^ 1]) + whole[cut + 1 :] if cut < len(whole) else b""
    tail = data.draw(st.binary(max_size=40) | st.just(changed_byte))
    path = tmp_path_factory.mktemp("torn") / JOURNAL
    path.write_bytes(whole[:cut] + tail)
    found = read_journal(path, Store())
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    lines = sum(end <= cut for end in ends)
    if lines < 2:
        assert found is None or found.tree == trees[0]
    else:
        assert found is not None
        assert trees.index(found.tree) in (min(lines - 2, 5), min(lines - 1, 5))


def test_a_disk_that_is_full_is_told_once_and_written_to_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, writing, fsync = History(Project()), Writing(tmp_path, Store()), os.fsync
    writing.write(changed(history, 2.0))
    tried = threading.Semaphore(0)

    def full(descriptor: int) -> None:
        if not threading.current_thread().name.startswith("journal"):
            return fsync(descriptor)
        tried.release()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        for psi in (3.0, 4.0):
            writing.journal.note(changed(history, psi))
            assert tried.acquire(timeout=30)
    writing.write(changed(history, 5.0))
    writing.journal.end()
    assert len(writing.problems) == 1
    assert "not safe from a crash" in str(writing.problems[0])
    found = read_journal(tmp_path / JOURNAL, Store())
    assert found is not None
    assert found.tree == history.tree


def test_a_long_journal_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "ROOM_BYTES", 4000)
    history, writing = History(Project()), Writing(tmp_path, Store())
    sizes = []
    for i in range(60):
        history.record("drag", Project((Document(psi=2.0 + i),)), gesture="drag")
        writing.write(history.tree)
        sizes.append((tmp_path / JOURNAL).stat().st_size)
    writing.journal.end()
    assert any(after < before for before, after in itertools.pairwise(sizes))
    found = read_journal(tmp_path / JOURNAL, Store())
    assert found is not None
    assert found.tree == history.tree


def test_the_picture_in_sight_lies_beside(tmp_path: Path) -> None:
    from PIL import Image

    writing = Writing(tmp_path, Store())
    writing.write(changed(History(Project()), 2.0), np.full((8, 6, 3), 200, np.uint8))
    writing.journal.end()
    with Image.open(tmp_path / PICTURE) as picture:
        assert (picture.size, picture.getpixel((0, 0))) == ((6, 8), (200, 200, 200))


def killed_sessions(folder: Path, moments: list[float]) -> None:
    """Kill sessions that edit without end, and compare what they said with what they left."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with ExitStack() as stack:
        processes = []
        for i in range(len(moments)):
            says = stack.enter_context((folder / f"{i}.txt").open("wb"))
            command = [sys.executable, "-m", "tests.studio.scripted_session", str(folder / str(i))]
            process = subprocess.Popen(command, cwd=ROOT, stdout=says, env=environment)
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        for i, (process, moment) in enumerate(zip(processes, moments, strict=True)):
            kill(process, folder / str(i) / SESSIONS, moment)
            lines = (folder / f"{i}.txt").read_text().splitlines(keepends=True)
            said = [line.split() for line in lines if line.endswith("\n")]
            limit = time.time() - PROMISED_S
            promised = max((int(number) for number, when in said if float(when) < limit), default=0)
            check_session(look_for_sessions(folder / str(i) / SESSIONS, None), promised, int(said[-1][0]))


def kill(process: "subprocess.Popen[bytes]", home: Path, moment: float) -> None:
    """Wait for the first write and a moment more, then kill."""
    while not list(home.glob(f"*/{JOURNAL}")):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(moment)
    process.kill()
    process.wait()


def check_session(found: tuple[EarlierSession, ...], promised: int, last: int) -> None:
    assert len(found) == 1
    assert found[0].crashed
    left = read_journal(found[0].folder / JOURNAL, Store())
    assert left is not None
    nodes = left.tree.nodes
    assert nodes[-1].number == left.tree.current
    assert 0 < promised <= nodes[-1].number <= last + 1 or 0 == promised < nodes[-1].number <= last + 1
    for node in nodes[1:]:
        assert (node.label, node.project.document.psi) == (f"edit {node.number}", float(node.number + 1))


def test_no_edit_older_than_five_seconds_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    moments = random.Random()
    killed_sessions(tmp_path, [moments.uniform(0.0, 0.6) for _ in range(3)])


@pytest.mark.full
@pytest.mark.parametrize("turn", range(10))
def test_no_edit_older_than_five_seconds_is_lost_in_longer_sessions(tmp_path: Path, turn: int) -> None:
    moments = random.Random()
    killed_sessions(tmp_path, [5.0 + moments.uniform(0.0, 3.0), *(moments.uniform(0.0, 1.0) for _ in range(2))])


def test_a_stroke_adds_the_tiles_that_it_touched(tmp_path: Path) -> None:
    store, history = Store(), History(Project())
    writing = Writing(tmp_path / "run", store)
    indices = np.random.RandomState(0).randint(1, 9, (256, 256)).astype(np.uint8)
    value = painted(indices, store)
    history.record("map", Project((Document(inputs=FrozenMap({"map": value})),)))
    writing.write(history.tree)
    path = tmp_path / "run" / JOURNAL
    whole = path.stat().st_size
    indices[40:44, 60:70] = 9
    stroke = repainted(value, indices, store)
    document = Document(inputs=FrozenMap({"map": stroke}))
    history.record("stroke", Project((document,)))
    writing.write(history.tree)
    painted_size = path.stat().st_size
    history.record("psi", Project((Document(inputs=FrozenMap({"map": stroke}), psi=0.5),)))
    writing.write(history.tree)
    writing.journal.end()
    assert painted_size - whole < whole / 4
    assert path.stat().st_size - painted_size < 2000
    other = Store()
    found = read_journal(path, other)
    assert found is not None
    kept = found.tree.nodes[-1].project.document.inputs["map"]
    assert kept == stroke
    np.testing.assert_array_equal(indices_of(stroke, other), indices)
