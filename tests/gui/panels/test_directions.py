"""Directions and the lesson in a real window with real computing: found, seen, dialled, taught, undone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from ganstudio.core.document import MoveAlong
from ganstudio.gui.panels.direction_menu import direction_menu, rows_in_words
from ganstudio.gui.panels.directions import DirectionButton, DirectionsPanel
from ganstudio.gui.panels.directions_teach import TeachPanel
from ganstudio.latent import part_directions as latent_parts
from ganstudio.studio import part_directions
from ganstudio.studio.direction_search import Method
from ganstudio.studio.directions import moves_of
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


def shown(running: Running) -> DirectionsPanel:
    running.window.reveal("Directions")
    panel = running.window.panel(DirectionsPanel)
    assert isinstance(panel, DirectionsPanel)
    running.qtbot.waitUntil(panel.isVisible, timeout=PATIENCE_MS)
    return panel


def edits(running: Running) -> list[MoveAlong]:
    return list(moves_of(running.session.document).values())


def chosen(menu: QMenu, *words: str) -> None:
    for word in words[:-1]:
        found = next(action for action in menu.actions() if action.text().startswith(word)).menu()
        assert found is not None
        menu = found
    next(action for action in menu.actions() if action.text().startswith(words[-1])).trigger()


def test_a_direction_is_found_seen_and_dialled(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    qtbot, session = running.qtbot, running.session
    panel = shown(running)
    assert panel.words.text().startswith("Not searched yet")
    qtbot.mouseClick(panel.seek, LEFT)
    qtbot.waitUntil(lambda: len(panel.offers) == 16, timeout=PATIENCE_MS)
    assert not panel.seek.isVisible()
    panel.offers[2].setFocus()
    qtbot.waitUntil(lambda: len(panel.preview.strip.images) == 7, timeout=PATIENCE_MS)
    assert panel.preview.words.text().startswith("Component 3 · ")
    left, right = panel.preview.strip.images[0], panel.preview.strip.images[6]
    assert left != right
    assert panel.preview.strip.images[3] not in (left, right)
    qtbot.mouseClick(panel.preview.strip, LEFT, pos=panel.preview.strip.rect_of(5).center().toPoint())
    assert [(edit.name, edit.amount) for edit in edits(running)] == [("Component 3", 2.0)]
    qtbot.mouseClick(panel.offers[0], LEFT)
    first, second = panel.list.rows
    assert second.amount is not None
    assert second.title.text() == "Component 1"
    second.amount.track.step(20)
    assert edits(running)[1].amount == 1.0
    qtbot.mouseClick(first.on, LEFT)
    assert [edit.on for edit in edits(running)] == [False, True]
    qtbot.mouseClick(first.away, LEFT)
    assert [edit.name for edit in edits(running)] == ["Component 1"]
    running.window.book.action("directions.reset").trigger()
    assert edits(running)[0].amount == 0.0
    for _ in range(4):
        session.undo()
    assert [(edit.name, edit.amount) for edit in edits(running)] == [("Component 3", 2.0), ("Component 1", 0.0)]


def test_a_part_of_a_face_is_dialled(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_directions, "PICTURES", 4)
    monkeypatch.setattr(latent_parts, "AXES", 4)
    running = start("faces")
    panel = shown(running)
    running.qtbot.mouseClick(panel.method.button(Method.PARTS), LEFT)
    assert "half a minute" in panel.words.text()
    running.qtbot.mouseClick(panel.seek, LEFT)
    running.qtbot.waitUntil(lambda: len(panel.offers) > 8, timeout=PATIENCE_MS)
    offer = next(each for each in panel.offers if each.text() == "Hair 1")
    assert "times as much as the rest" in offer.toolTip()
    running.qtbot.mouseClick(offer, LEFT)
    (edit,) = edits(running)
    assert (edit.name, edit.amount, edit.layers) == ("Hair 1", 0.0, ())
    running.session.undo()
    assert edits(running) == []


def test_a_long_name_makes_no_panel_wider(qtbot: QtBot) -> None:
    button = DirectionButton("Neck and clothes 1", "What it is")
    qtbot.addWidget(button)
    assert button.minimumSizeHint().width() < 60
    button.resize(90, 28)
    button.show()
    qtbot.waitUntil(lambda: "…" in button.text(), timeout=PATIENCE_MS)
    assert (button.text()[:2], button.text()[-1]) == ("Ne", "1")
    button.resize(300, 28)
    qtbot.waitUntil(lambda: button.text() == "Neck and clothes 1", timeout=PATIENCE_MS)


def test_the_menu_of_a_slider(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    session = running.session
    panel = shown(running)
    running.window.book.action("directions.closed").trigger()
    running.qtbot.waitUntil(lambda: len(panel.offers) > 0, timeout=PATIENCE_MS)
    running.qtbot.mouseClick(panel.offers[0], LEFT)

    def menu() -> QMenu:
        return direction_menu(panel, session, 0, lambda place: session.directions.rename(place, "Age"))

    chosen(menu(), "Rename")
    chosen(menu(), "Layers", "Middle")
    assert (edits(running)[0].name, rows_in_words(edits(running)[0].layers, session.model)) == ("Age", "middle 16–32")
    chosen(menu(), "Layers", "From", "Layer 2")
    assert rows_in_words(edits(running)[0].layers, session.model).startswith("layers 2–")
    chosen(menu(), "Layers", "All layers")
    chosen(menu(), "Range", "±10")
    assert edits(running)[0] == MoveAlong(edits(running)[0].direction, 0.0, (), "Age", reach=10.0)
    assert panel.list.rows[0].amount is not None
    assert panel.list.rows[0].amount.spread.high == 10.0
    chosen(menu(), "Save")
    session.directions.choose(Method.SAVED)
    assert [offer.text() for offer in panel.offers] == ["Age"]
    chosen(menu(), "Delete")
    assert panel.offers == []
    assert panel.words.text().startswith("None yet")


def test_a_slider_is_taught_by_clicks_and_keys(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    qtbot, session = running.qtbot, running.session
    running.window.reveal("Teach a slider")
    page = running.window.panel(TeachPanel)
    assert isinstance(page, TeachPanel)
    qtbot.waitUntil(lambda: page.sheet.filled == 24, timeout=PATIENCE_MS)
    assert not page.use.isEnabled()
    box = page.sheet.rect_of(7)
    qtbot.mouseClick(page.sheet, LEFT, pos=(box.topLeft() + (box.center() - box.topLeft()) / 2).toPoint())
    qtbot.keyClick(page.sheet, Qt.Key.Key_Right)
    qtbot.keyClick(page.sheet, Qt.Key.Key_D)
    assert session.directions.ballot.liked == (page.seeds[7],)
    assert session.directions.ballot.disliked == (page.seeds[8],)
    qtbot.waitUntil(lambda: session.directions.idle and page.use.isEnabled(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(page.preview.strip.images) == 7, timeout=PATIENCE_MS)
    assert page.told.text().startswith("1 up, 1 down")
    qtbot.keyClick(page.sheet, Qt.Key.Key_D)
    assert session.directions.ballot.disliked == ()
    qtbot.mouseClick(page.more, LEFT)
    assert page.seeds[0] == 1024
    page.name.setText("Rounder")
    qtbot.mouseClick(page.use, LEFT)
    assert [edit.name for edit in edits(running)] == ["Rounder"]
    session.undo()
    session.undo()
    assert session.directions.ballot.disliked == (1008,)
    qtbot.mouseClick(page.anew, LEFT)
    assert page.told.text() == "Thumb up what has it, thumb down what lacks it"
    qtbot.waitUntil(lambda: session.directions.idle, timeout=PATIENCE_MS)
