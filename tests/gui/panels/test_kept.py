"""Kept latents and latent arithmetic in the real window, with mouse and keys."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QByteArray, QMimeData, QModelIndex, QPoint, QPointF, Qt
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget

from ganstudio.core.document import LatentArray, LatentBlend, LatentPoint, MoveAlong, Space
from ganstudio.gui.kept_drag import KEPT_MIME, dragged_kept, kept_payload
from ganstudio.gui.panels.arithmetic import ArithmeticPanel
from ganstudio.gui.panels.kept import KeptPanel
from ganstudio.gui.window import MainWindow
from ganstudio.studio import kept
from tests.gui.conftest import Running

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Start = Callable[..., Running]


def kept_panel(window: MainWindow) -> KeptPanel:
    panel = window.panel(KeptPanel)
    assert panel is not None
    return panel


def keep(running: Running, *seeds: int) -> None:
    for seed in seeds:
        running.session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        running.window.book.action("keep").trigger()


def drop_kept(target: QWidget, *places: int) -> None:
    data = kept_payload(places)
    copy = Qt.DropAction.CopyAction
    entered = QDragEnterEvent(QPoint(5, 5), copy, data, LEFT, NONE)
    QApplication.sendEvent(target, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(5, 5), copy, data, LEFT, NONE))


def test_three_pictures_stand_side_by_side_with_their_names(start: Start) -> None:
    running = start()
    panel = kept_panel(running.window)
    keep(running, 100001, 100002, 100003)
    running.window.reveal("Kept")
    tops = {panel.strip.visualRect(panel.strip.strip.row_of(place)).top() for place in range(3)}
    assert len(tops) == 1
    assert panel.strip.gridSize().width() >= panel.strip.fontMetrics().horizontalAdvance("100003")
    assert "seed 100003" in running.window.status.note.text()


def test_pictures_are_kept_shown_and_brought_back(start: Start) -> None:
    running = start()
    panel, session, qtbot = kept_panel(running.window), running.session, running.qtbot
    assert panel.empty.isVisibleTo(panel)
    qtbot.mouseClick(panel.keep, LEFT)
    keep(running, 5, 6)
    assert [each.name for each in session.project.kept] == ["seed 79", "seed 5", "seed 6"]
    assert not panel.empty.isVisibleTo(panel)
    qtbot.waitUntil(lambda: all(session.thumbnails.get(each.document) is not None for each in session.project.kept))
    index = panel.strip.strip.row_of(1)
    panel.strip.scrollTo(index)
    place = panel.strip.visualRect(index).center()
    QTest.mouseClick(panel.strip.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(panel.strip.viewport(), LEFT, NONE, place)
    assert session.value("inputs.z") == LatentPoint.of_seed(5)
    assert panel.strip.chosen() == (1,)
    QTest.keyClick(panel.strip, Qt.Key.Key_Delete)
    assert [each.name for each in session.project.kept] == ["seed 79", "seed 6"]
    session.undo()
    assert len(session.project.kept) == 3


def test_names_order_and_search(start: Start) -> None:
    running = start()
    panel, session = kept_panel(running.window), running.session
    keep(running, *range(1, 8))
    strip = panel.strip.strip
    assert strip.setData(strip.row_of(0), "Anna") is False
    strip.dropMimeData(kept_payload((5, 6)), Qt.DropAction.MoveAction, -1, -1, strip.row_of(0))
    assert [each.name for each in session.project.kept][:3] == ["seed 6", "seed 7", "Anna"]
    strip.dropMimeData(kept_payload((0,)), Qt.DropAction.MoveAction, -1, -1, QModelIndex())
    assert session.project.kept[-1].name == "seed 6"
    assert panel.search.isVisibleTo(panel)
    running.qtbot.keyClicks(panel.search, "ann")
    assert strip.rowCount() == 1
    assert strip.data(strip.index(0)) == "Anna"
    panel.search.clear()
    running.qtbot.keyClicks(panel.search, "nobody")
    assert panel.empty.text() == "Nothing kept has these letters."


def test_what_is_chosen_stays_chosen_where_it_is_moved_to(start: Start) -> None:
    running = start()
    panel, session = kept_panel(running.window), running.session
    keep(running, 1, 2, 3)
    panel.strip.choose((2,))
    panel.strip.strip.dropMimeData(kept_payload((2,)), Qt.DropAction.MoveAction, -1, -1, panel.strip.strip.row_of(0))
    assert panel.strip.chosen() == (0,)
    kept.rename(session, 0, "Anna")
    assert panel.strip.chosen() == (0,)
    QTest.keyClick(panel.strip, Qt.Key.Key_Delete)
    assert [each.name for each in session.project.kept] == ["seed 1", "seed 2"]
    assert panel.strip.chosen() == ()


def test_latents_of_another_window_are_not_taken_for_this_ones(start: Start) -> None:
    running = start()
    panel, session = kept_panel(running.window), running.session
    keep(running, 1, 2)
    foreign = QMimeData()
    foreign.setData(KEPT_MIME, QByteArray(b"1:0"))
    assert dragged_kept(foreign, session.project) == ()
    panel.strip.strip.dropMimeData(foreign, Qt.DropAction.MoveAction, -1, -1, QModelIndex())
    assert [each.name for each in session.project.kept] == ["seed 1", "seed 2"]
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, foreign, LEFT, NONE)
    QApplication.sendEvent(panel.strip, event)
    assert not event.isAccepted()


def test_latents_are_exported_and_imported_by_dialog(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    panel, session, qtbot = kept_panel(running.window), running.session, running.qtbot
    keep(running, 4, 9)
    path = tmp_path / "mine.npz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path.with_suffix("")), ""))
    running.window.book.action("kept.export.z").trigger()
    qtbot.waitUntil(lambda: running.window.status.note.text() == f"Saved {path}", timeout=20_000)
    with np.load(path) as saved:
        assert saved["z"].shape == (2, 100)
        assert saved["names"].tolist() == ["seed 4", "seed 9"]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(panel.bring, LEFT)
    qtbot.waitUntil(lambda: len(session.project.kept) == 4, timeout=20_000)
    latent = session.project.kept[2].latent
    assert isinstance(latent, LatentArray)
    assert latent.space is Space.Z
    assert session.project.kept[2].name == "mine 0"


def test_sums_and_sliders_from_what_is_dropped_into_the_wells(start: Start) -> None:
    running = start()
    session, qtbot = running.session, running.qtbot
    panel = running.window.panel(ArithmeticPanel)
    assert panel is not None
    running.window.reveal("Arithmetic")
    keep(running, 1, 2, 3)
    assert not panel.make.isEnabled()
    drop_kept(panel.start, 0)
    drop_kept(panel.minus, 1)
    assert not panel.slide.isEnabled()
    menu = panel.plus.menu()
    menu.actions()[2].trigger()
    assert [each.name for each in panel.plus.held] == ["seed 3"]
    qtbot.mouseClick(panel.make, LEFT)
    seeds = tuple((LatentPoint.of_seed(seed), sign) for seed, sign in ((1, 1.0), (2, -1.0), (3, 1.0)))
    assert session.value("inputs.z") == LatentBlend(seeds, Space.Z)
    running.settle()
    qtbot.mouseClick(panel.slide, LEFT)
    qtbot.waitUntil(lambda: bool(session.document.edits), timeout=20_000)
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert edit.name == "seed 2 → seed 3"
    far = dataclasses.replace(edit, amount=7.0, reach=10.0)
    session.change("Further", "edits", (far,))
    assert panel.directions.rows[0].amount is not None
    assert panel.directions.rows[0].amount.spread.high == 10.0
    session.undo()
    row = panel.directions.rows[0]
    assert row.amount is not None
    row.amount.track.setFocus()
    QTest.keyClick(row.amount.track, Qt.Key.Key_Right)
    assert session.document.edits[0].amount == pytest.approx(1.05)
    qtbot.mouseClick(row.on, LEFT)
    assert not session.document.edits[0].on
    qtbot.mouseClick(row.away, LEFT)
    assert session.document.edits == ()
    kept.remove(session, (1,))
    assert panel.minus.held == ()
