"""Sessions come back: after a crash, after a clean end, and never twice at once."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ganstudio.core.file_lock import FileLock
from ganstudio.core.frame import Problem
from ganstudio.studio.journal import JOURNAL, read_journal
from ganstudio.studio.recovery import ENDED_KEPT, LOCK, SESSIONS, EarlierSession, Recovery, look_for_sessions
from ganstudio.studio.session import Session
from tests.studio.conftest import Running

Run = Callable[[str | Path], Running]


@pytest.fixture
def recovered() -> Iterator[Callable[[Session], Recovery]]:
    """Keeps sessions as the window does; ends them after the test."""
    begun: list[Recovery] = []

    def begin(session: Session) -> Recovery:
        recovery = Recovery(session, interval=0.0)
        begun.append(recovery)
        recovery.begin()
        return recovery

    yield begin
    for recovery in begun:
        recovery.end()
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]


def looked(running: Running, recovery: Recovery) -> tuple[EarlierSession, ...]:
    """Wait until the earlier sessions are known."""
    heard: list[bool] = []
    recovery.found.connect(lambda: heard.append(True))
    running.until(lambda: bool(heard))
    return recovery.earlier


def folder_of(recovery: Recovery) -> Path:
    assert recovery._journal is not None
    return recovery._journal.folder


def written(recovery: Recovery) -> Path:
    """Wait until all edits are on the disk; return the folder."""
    journal, done = recovery._journal, threading.Event()
    assert journal is not None
    journal.after_next_write(done.set)
    journal.note(recovery._session.history.tree)
    assert done.wait(30)
    return journal.folder


def test_a_crashed_session_is_offered_and_comes_back_with_its_history(
    run: Run, recovered: Callable[[Session], Recovery], tmp_path: Path
) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    assert looked(running, recovery) == ()
    running.session.change("Truncate", "psi", 0.5)
    running.session.change("Truncate", "psi", 0.25)
    running.session.undo()
    frame = running.settle()
    folder = written(recovery)
    crashed = folder.with_name("1-crashed")
    shutil.copytree(folder, crashed, ignore=shutil.ignore_patterns("*.part"))
    recovery.end()

    later = run("faces-dcgan")
    again = recovered(later.session)
    offered = looked(later, again)
    assert [(each.folder, each.crashed, each.steps, each.model) for each in again.crashed] == [
        (crashed, True, 2, "faces-dcgan")
    ]
    assert again.crashed[0].picture.startswith(b"\x89PNG")
    assert len(offered) == 2
    again.restore(again.crashed[0])
    later.until(lambda: later.session.document.psi == 0.5)
    assert later.settle().document == frame.document
    assert (later.session.undo_label, later.session.redo_label) == ("Truncate", "Truncate")
    mine = written(again)
    assert not crashed.exists()
    assert again.crashed == ()
    left = read_journal(mine / JOURNAL, later.session.store)
    assert left is not None
    assert left.tree == later.session.history.tree


def test_a_session_that_ended_well_can_be_reopened_and_what_was_open_is_kept(
    run: Run, recovered: Callable[[Session], Recovery]
) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    running.session.change("Truncate", "psi", 0.5)
    recovery.end()
    later = run("faces-dcgan")
    again = recovered(later.session)
    (ended,) = looked(later, again)
    assert not ended.crashed
    later.session.change("Truncate", "psi", 0.75)
    again.restore(ended)
    later.until(lambda: later.session.document.psi == 0.5)
    (other,) = again.earlier
    again.restore(other)
    later.until(lambda: later.session.document.psi == 0.75)
    assert [each.crashed for each in again.earlier] == [False]


def test_a_session_without_an_edit_leaves_nothing(run: Run, recovered: Callable[[Session], Recovery]) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    folder = folder_of(recovery)
    recovery.end()
    assert not folder.exists()


def test_two_windows_never_share_a_session(run: Run, recovered: Callable[[Session], Recovery]) -> None:
    first, second = run("faces-dcgan"), run("faces-dcgan")
    mine, other = recovered(first.session), recovered(second.session)
    assert folder_of(mine) != folder_of(other)
    first.session.change("Truncate", "psi", 0.5)
    folder = written(mine)
    assert folder not in [each.folder for each in looked(second, other)]
    problems: list[Problem] = []
    second.session.failed.connect(problems.append)
    other.restore(EarlierSession(folder, 0.0, 1, "faces-dcgan", crashed=True))
    second.until(lambda: bool(problems))
    assert "open in another window" in problems[0].sentence
    assert second.session.document.psi == 1.0
    other.discard(EarlierSession(folder, 0.0, 1, "faces-dcgan", crashed=True))
    assert (folder / JOURNAL).exists()


def test_what_is_discarded_is_gone(run: Run, recovered: Callable[[Session], Recovery]) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    running.session.change("Truncate", "psi", 0.5)
    recovery.end()
    later = run("faces-dcgan")
    again = recovered(later.session)
    (ended,) = looked(later, again)
    again.discard(ended)
    assert again.earlier == ()
    assert not ended.folder.exists()


def test_only_the_latest_sessions_are_kept(
    run: Run, recovered: Callable[[Session], Recovery], tmp_path: Path
) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    running.session.change("Truncate", "psi", 0.5)
    recovery.end()
    home = running.session.settings.folder / SESSIONS
    (whole,) = home.iterdir()
    for i in range(ENDED_KEPT + 3):
        shutil.copytree(whole, home / f"{i}-copy")
    (home / "9-broken").mkdir()
    (home / "9-broken" / JOURNAL).write_bytes(b"nonsense")
    assert len(look_for_sessions(home, None)) == ENDED_KEPT
    assert len(list(home.glob(f"*/{JOURNAL}"))) == ENDED_KEPT + 1


def test_a_folder_that_cannot_be_written_is_told(run: Run, recovered: Callable[[Session], Recovery]) -> None:
    running = run("faces-dcgan")
    problems: list[Problem] = []
    running.session.failed.connect(problems.append)
    running.session.settings.folder.mkdir(exist_ok=True)
    (running.session.settings.folder / SESSIONS).write_text("in the way")
    recovered(running.session)
    assert "kept safe" in problems[0].sentence
    running.session.change("Truncate", "psi", 0.5)
    assert running.settle().document.psi == 0.5


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    lock = FileLock.taken(tmp_path / LOCK)
    assert lock is not None
    assert FileLock.taken(tmp_path / LOCK) is None
    lock.release()
    lock.release()
    again = FileLock.taken(tmp_path / LOCK)
    assert again is not None
    again.release()
    assert FileLock.taken(tmp_path / "missing" / LOCK) is None


def test_a_restored_session_has_the_title_of_its_file(
    run: Run, recovered: Callable[[Session], Recovery], tmp_path: Path
) -> None:
    running = run("faces-dcgan")
    recovery = recovered(running.session)
    looked(running, recovery)
    running.session.change("Truncate", "psi", 0.5)
    path, work, adopt = running.session.projects.writing(tmp_path / "mine")
    work()
    adopt()
    running.session.change("Truncate", "psi", 0.25)
    crashed = written(recovery).with_name("1-crashed")
    shutil.copytree(written(recovery), crashed, ignore=shutil.ignore_patterns("*.part"))
    recovery.end()
    later = run("faces-dcgan")
    again = recovered(later.session)
    (earlier,) = (each for each in looked(later, again) if each.crashed)
    again.restore(earlier)
    later.until(lambda: later.session.document.psi == 0.25)
    assert later.session.projects.path == path
    assert not later.session.projects.is_saved  # the file is older than the session
    assert (folder_of(again) / "project.txt").read_text("utf-8") == str(path.resolve())
