"""From tags by mouse: pictures are kept, two of them tagged by their menu, and a slider lies across the boundary."""

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QInputDialog, QMenu

from ganstudio.core.document import LatentPoint
from ganstudio.gui.panels.directions import DirectionsPanel
from ganstudio.gui.panels.kept import KeptPanel
from ganstudio.studio.direction_search import Method
from ganstudio.studio.directions import moves_of
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


def clicked(running: Running, menu: QMenu, word: str) -> None:
    """Click the entry of an open menu."""
    running.qtbot.waitUntil(menu.isVisible, timeout=PATIENCE_MS)
    entry = next(action for action in menu.actions() if action.text() == word)
    running.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())


def tagged(running: Running, panel: KeptPanel, row: int, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """Open the menu of a kept picture and tag it."""
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_named: (words, True))
    index = panel.strip.strip.row_of(row)
    panel.strip.scrollTo(index)
    running.qtbot.mouseClick(panel.strip.viewport(), LEFT, pos=panel.strip.visualRect(index).center())
    panel.strip.menu_wanted.emit(panel.strip.mapToGlobal(QPoint(20, 20)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    clicked(running, menu, "Tags…")


def test_a_slider_comes_from_tags(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    running = start("faces-dcgan")
    session, qtbot, window = running.session, running.qtbot, running.window
    window.reveal("Directions")
    panel, kept = window.panel(DirectionsPanel), window.panel(KeptPanel)
    assert panel
    assert kept
    qtbot.waitUntil(panel.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(panel.method.button(Method.SAVED.value), LEFT)
    assert not panel.tagged.isVisible()
    assert "tag kept pictures" in panel.words.text()
    for seed in range(4):
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        qtbot.mouseClick(kept.keep, LEFT)
    assert not panel.tagged.isVisible(), "none of them has a tag"
    for row in (0, 2):
        tagged(running, kept, row, monkeypatch, "smile, LPIPS 0.2")
    assert [each.tags for each in session.project.kept] == [("smile", "LPIPS 0.2"), (), ("smile", "LPIPS 0.2"), ()]
    assert panel.tagged.isVisible()
    assert panel.tagged.accessibleName() == "From tags…"
    assert "Tag kept pictures" in panel.tagged.toolTip()
    before = session.document
    qtbot.mouseClick(panel.tagged, LEFT)
    assert [action.text() for action in panel.tag_menu.actions()] == ["smile"], "a measure is no tag to learn"
    clicked(running, panel.tag_menu, "smile")
    qtbot.waitUntil(lambda: bool(moves_of(session.document)), timeout=PATIENCE_MS)
    (edit,) = moves_of(session.document).values()
    assert (edit.name, edit.amount) == ("smile", 0.0)
    (row,) = panel.list.rows
    assert row.amount is not None
    assert row.title.text() == "smile"
    row.amount.track.setFocus()
    qtbot.keyClick(row.amount.track, Qt.Key.Key_End)
    assert [each.amount for each in moves_of(session.document).values()] == [edit.reach]
    running.settle()
    session.undo()
    session.undo()
    assert session.document == before
    panel.tagged.setFocus()
    qtbot.keyClick(panel.tagged, Qt.Key.Key_Space)
    qtbot.waitUntil(panel.tag_menu.isVisible, timeout=PATIENCE_MS)
    qtbot.keyClick(panel.tag_menu, Qt.Key.Key_Down)
    qtbot.keyClick(panel.tag_menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(moves_of(session.document)), timeout=PATIENCE_MS)
