"""Tabs, history, project files and recovery in a real window."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QFileDialog, QTabBar
from pytestqt.qtbot import QtBot

from ganstudio.gui.panels.history import HistoryPanel
from ganstudio.gui.panels.project import ProjectPanel
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.studio.journal import JOURNAL
from ganstudio.studio.recovery import SESSIONS
from ganstudio.studio.settings import Settings
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Start = Callable[..., Running]


def close_button(running: Running, index: int) -> IconButton:
    button = running.window.stage.tabs.bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
    assert isinstance(button, IconButton)
    return button


def test_tabs_come_with_the_second_picture(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, session = running.window, running.session
    tabs = window.stage.tabs
    assert not tabs.isVisible()
    qtbot.mouseClick(window.model_line.new_tab, LEFT)
    assert tabs.isVisible()
    assert (tabs.bar.count(), tabs.bar.currentIndex()) == (2, 1)
    session.change("Truncation ψ", "psi", 0.5)
    qtbot.mouseClick(tabs.bar, LEFT, pos=tabs.bar.tabRect(0).center())
    assert (session.project.active, session.document.psi) == (0, 1.0)
    assert running.settle().document.psi == 1.0
    qtbot.keyClick(window, Qt.Key.Key_Tab, CTRL)
    assert session.project.active == 1
    qtbot.keyClick(window, Qt.Key.Key_PageUp, CTRL)
    assert session.project.active == 0
    qtbot.keyClick(window, Qt.Key.Key_Tab, CTRL | SHIFT)
    assert session.project.active == 1
    qtbot.mouseClick(close_button(running, 0), LEFT)
    assert not tabs.isVisible()
    assert session.document.psi == 0.5
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert (tabs.isVisible(), tabs.bar.count(), session.project.active) == (True, 2, 1)
    qtbot.keyClick(window, Qt.Key.Key_Tab, CTRL)
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert (session.project.active, session.document.psi) == (1, 1.0)
    assert tabs.bar.currentIndex() == 1


def test_a_click_in_the_history_goes_there_and_branches_stay(start: Start, qtbot: QtBot) -> None:
    running = start()
    session, panel = running.session, running.window.panel(HistoryPanel)
    assert panel is not None
    for psi in (0.2, 0.4, 0.6):
        session.change("Truncation ψ", "psi", psi)
    session.undo()
    session.undo()
    session.change("Noise", "noise.strength", 0.5)
    qtbot.waitUntil(lambda: len(panel.tree._rows) == 5, timeout=5000)
    rows = panel.tree._rows
    assert [(row.lane, row.above, row.ahead) for row in rows] == [
        (0, None, True), (0, 0, True), (1, 1, False), (1, 2, False), (0, 1, True),
    ]  # fmt: skip
    qtbot.mouseClick(panel.tree.viewport(), LEFT, pos=panel.tree.place_of(rows[3].number) + QPoint(30, 0))
    assert session.document.psi == 0.6
    assert session.document.noise.strength == 1.0
    qtbot.waitUntil(lambda: panel.tree._rows[4].ahead is False, timeout=5000)
    panel.tree.setFocus()
    qtbot.keyClick(panel.tree, Qt.Key.Key_Up)
    assert session.document.noise.strength == 0.5
    assert running.settle().document == session.document
    qtbot.waitUntil(lambda: panel.tree._current == 4, timeout=5000)
    qtbot.keyClick(panel.tree, Qt.Key.Key_End)
    assert session.undo_label is None
    assert "Step" in panel.tree.accessibleDescription()


def test_a_project_is_saved_under_a_name_then_over_it(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    window, session, panel = running.window, running.session, running.window.panel(ProjectPanel)
    assert panel is not None
    asked: list[str] = []

    def answer(*told: object) -> tuple[str, str]:
        asked.append(str(told[1]))
        return str(tmp_path / "walk"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_told: (str(tmp_path / "walk.ganstudio"), ""))
    session.change("Truncation ψ", "psi", 0.5)
    qtbot.keyClick(window, Qt.Key.Key_S, CTRL | SHIFT)
    qtbot.waitUntil(lambda: session.projects.is_saved, timeout=10_000)
    assert (tmp_path / "walk.ganstudio").exists()
    assert window.windowTitle().startswith("walk – ")
    assert (panel.name.text(), panel.state.text()) == ("walk", "Saved.")
    session.change("Truncation ψ", "psi", 0.75)
    assert panel.state.text() == "Changed since it was saved."
    qtbot.mouseClick(panel.save, LEFT)
    qtbot.waitUntil(lambda: session.projects.is_saved, timeout=10_000)
    assert asked == ["Save the project"]
    later = start()
    qtbot.keyClick(later.window, Qt.Key.Key_O, CTRL | SHIFT)
    qtbot.waitUntil(lambda: later.session.projects.path is not None, timeout=10_000)
    assert later.session.document.psi == 0.75
    assert len(later.session.history) == 2
    later.settle()


def test_a_project_that_cannot_be_written_is_told(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    running = start()
    desk = running.window.project_desk
    assert desk is not None
    desk._write(tmp_path / "missing" / "walk.ganstudio")
    qtbot.waitUntil(running.window.stage.banner.isVisible, timeout=10_000)
    assert "does not exist" in running.window.stage.banner.sentence.text()
    assert running.session.projects.path is None


def crashed_home(start: Start, qtbot: QtBot, tmp_path: Path) -> Path:
    """A folder of settings as a crash leaves it."""
    running = start(settings=Settings(folder=tmp_path / "first"))
    running.session.change("Truncation ψ", "psi", 0.25)
    running.settle()
    sessions = tmp_path / "first" / SESSIONS
    qtbot.waitUntil(lambda: bool(list(sessions.glob(f"*/{JOURNAL}"))), timeout=10_000)
    shutil.copytree(sessions, tmp_path / "second" / SESSIONS, ignore=shutil.ignore_patterns("*.part"))
    return tmp_path / "second"


def test_after_a_crash_the_session_is_offered_and_restored(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    home = crashed_home(start, qtbot, tmp_path)
    running = start(settings=Settings(folder=home))
    offer = running.window.body.offer
    qtbot.waitUntil(offer.isVisible, timeout=10_000)
    assert "(faces-dcgan · 1 step)" in offer.sentence.text()
    qtbot.mouseClick(offer.take, LEFT)
    qtbot.waitUntil(lambda: running.session.document.psi == 0.25, timeout=10_000)
    assert not offer.isVisible()
    assert running.settle().document.psi == 0.25
    assert running.session.undo_label == "Truncation ψ"


def test_a_home_that_cannot_be_written_stays_told_while_the_model_opens(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    running = start(settings=Settings(folder=tmp_path / "file" / "below"))
    banner = running.window.stage.banner
    assert running.session.frame is not None
    assert banner.isVisible()
    assert "cannot be kept safe from a crash" in banner.sentence.text()
    running.qtbot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()


def test_a_crashed_session_can_be_discarded(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    home = crashed_home(start, qtbot, tmp_path)
    (left,) = (home / SESSIONS).iterdir()
    running = start(settings=Settings(folder=home))
    offer = running.window.body.offer
    qtbot.waitUntil(offer.isVisible, timeout=10_000)
    qtbot.mouseClick(offer.refuse, LEFT)
    assert not offer.isVisible()
    assert not left.exists()


def test_what_was_closed_can_be_reopened_from_the_palette(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = start(settings=Settings(folder=home))
    first.session.change("Truncation ψ", "psi", 0.25)
    first.window.close()
    running = start(settings=Settings(folder=home))
    panel = running.window.panel(ProjectPanel)
    assert panel is not None
    qtbot.waitUntil(lambda: bool(running.session.recovery.earlier), timeout=10_000)
    assert not running.window.body.offer.isVisible()
    assert len(panel.cards) == 1
    command = next(each for each in running.window.book.offered() if each.name.startswith("Reopen the session"))
    command.run()
    qtbot.waitUntil(lambda: running.session.document.psi == 0.25, timeout=10_000)


def test_a_start_with_a_project_opens_it(start: Start, tmp_path: Path) -> None:
    running = start()
    running.session.change("Truncation ψ", "psi", 0.25)
    _path, work, done = running.session.projects.writing(tmp_path / "walk")
    work()
    done()
    later = start(tmp_path / "walk.ganstudio")
    assert later.settle().document.psi == 0.25
    assert later.session.projects.path == tmp_path / "walk.ganstudio"
    assert later.session.undo_label == "Truncation ψ"
