"""The page that looks inside, bending and style channels, in a real window with real computing."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt

from ganstudio.core.document import Bend, BendUnits, LatentPoint, ShiftStyle
from ganstudio.core.inspection import Look, Order, View
from ganstudio.gui.panels.bending import BendingPanel
from ganstudio.gui.panels.layers import LayersPanel, look_in_words
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.style_channels import StyleChannelsPanel
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


def panel_of(running: Running, kind: type[Panel]) -> Panel:
    found = running.window.panel(kind)
    assert found is not None
    return found


def settled(running: Running) -> None:
    running.settle()
    running.qtbot.waitUntil(lambda: running.session.layers.idle, timeout=PATIENCE_MS)


def test_the_page_shows_stages_channels_and_numbers(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    qtbot, layers = running.qtbot, running.session.layers
    page = panel_of(running, LayersPanel)
    assert isinstance(page, LayersPanel)
    assert layers.seen is None
    running.window.reveal("Layers")
    settled(running)
    assert page.sheet.drawn == 16
    assert page.picture.image is not None
    assert "of the variance" in page.what.text()
    assert page.numbers.text().startswith("mean ")
    assert sum(count for _, count in page.histogram.points) == 16 * 16 * 16
    assert [round(x * 16) for x, _ in page.spectrum.points] == list(range(1, 9))
    qtbot.mouseClick(page.stages.row.button("b8"), LEFT)
    qtbot.mouseClick(page.sheet, LEFT, pos=page.sheet.cell(6).center())
    settled(running)
    assert layers.look.looked_at == (6,)
    assert page.what.text() == "b8 · channel 6"
    assert (page.picture.image.width(), page.sheet.drawn) == (8, 16)
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseClick(page.sheet, LEFT, shift, page.sheet.cell(2).center())
    qtbot.mouseClick(page.sheet, LEFT, shift, page.sheet.cell(3).center())
    assert layers.look.view is View.COLOURS
    assert layers.look.looked_at == (6, 2, 3)
    qtbot.mouseClick(page.orders.row.button("std"), LEFT)
    settled(running)
    assert layers.look.order is Order.STD
    assert sorted(page.sheet.order) == list(range(16))
    qtbot.keyClick(page.sheet, Qt.Key.Key_Home)
    qtbot.keyClick(page.sheet, Qt.Key.Key_Right)
    qtbot.keyClick(page.sheet, Qt.Key.Key_Return)
    assert layers.look.looked_at == (page.sheet.order[1],)
    settled(running)
    values = page.picture.image.copy()
    qtbot.mouseClick(page.planes.row.button("frequencies"), LEFT)
    assert page.picture.image != values
    running.window.book.action("layers.picture").trigger()
    running.window.book.action("layers.later").trigger()
    settled(running)
    assert (layers.look.stage, layers.look.view) == ("b16", View.PICTURE)
    qtbot.mouseClick(running.window.stage.bar.question, LEFT)
    assert running.window.topic_card.title.text() == "Layers"
    assert not running.session.can_undo


def test_the_page_follows_a_drag_and_rests_when_hidden(start: Callable[..., Running]) -> None:
    running = start()
    session = running.session
    running.window.reveal("Layers")
    settled(running)
    for step in range(10):
        session.change("Drag", "inputs.z", LatentPoint(step * 0.2), "drag")
        running.qtbot.wait(1)
    settled(running)
    assert session.layers.seen is not None
    assert session.layers.seen.document == session.document
    running.window.stage.show_page("Picture")
    session.change("Seed", "inputs.z", LatentPoint.of_seed(8))
    settled(running)
    assert session.layers.seen.document != session.document
    assert panel_of(running, StyleChannelsPanel).isHidden() or not StyleChannelsPanel.fits(session.model)


def test_units_are_bent_from_the_panel(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    qtbot, session = running.qtbot, running.session
    panel = panel_of(running, BendingPanel)
    assert isinstance(panel, BendingPanel)
    running.window.reveal("Bending")
    panel.stage.action("b8").trigger()
    panel.bend.action("rotate").trigger()
    panel.units.clear()
    qtbot.keyClicks(panel.units, "3, 90")
    qtbot.mouseClick(panel.add, LEFT)
    assert session.document.edits == ()
    assert "0 to 15" in panel.wrong.text()
    panel.units.clear()
    qtbot.keyClicks(panel.units, "3, 5-6")
    assert panel.wrong.isHidden()
    qtbot.keyClick(panel.units, Qt.Key.Key_Return)
    assert session.document.edits == (BendUnits("b8", (3, 5, 6), Bend.ROTATE, 20.0),)
    running.window.book.action("bend.invert").trigger()
    first, second = panel.list.rows
    assert second.amount is None
    assert first.amount is not None
    first.amount.track.setFocus()
    for _ in range(3):
        qtbot.keyClick(first.amount.track, Qt.Key.Key_Right)
    assert panel.list.rows[0] is first
    edit = session.document.edits[0]
    assert isinstance(edit, BendUnits)
    assert edit.amount == 23.0
    first.amount.track.settled.emit()
    assert set(running.settle().stages_run) <= {"b8", "b16", "b32"}
    qtbot.mouseClick(first.on, LEFT)
    assert [getattr(each, "on", None) for each in session.document.edits] == [False, True]
    qtbot.mouseClick(first.down, LEFT)
    assert [getattr(each, "bend", None) for each in session.document.edits] == [Bend.INVERT, Bend.ROTATE]
    qtbot.mouseClick(panel.list.rows[0].away, LEFT)
    assert len(session.document.edits) == 1
    for _ in range(6):
        session.undo()
    assert session.document.edits == ()
    assert not panel.list.isVisible()
    session.layers.show_channels((4,))
    qtbot.mouseClick(panel.from_sheet, LEFT)
    assert (panel.units.text(), panel.stage.key) == ("4", session.layers.look.stage)
    running.settle()


def test_style_channels_have_sliders(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    qtbot, session = running.qtbot, running.session
    panel = panel_of(running, StyleChannelsPanel)
    assert isinstance(panel, StyleChannelsPanel)
    running.window.reveal("Style channels")
    qtbot.waitUntil(lambda: len(panel.suggestions) == 8, timeout=PATIENCE_MS)
    qtbot.mouseClick(panel.suggestions[0], LEFT)
    chosen = session.document.edits[0]
    assert isinstance(chosen, ShiftStyle)
    assert panel.suggestions[0].text().startswith(f"#{chosen.channel} ")
    row = panel.list.rows[0]
    assert row.amount is not None
    row.amount.track.setFocus()
    qtbot.keyClick(row.amount.track, Qt.Key.Key_End)
    assert session.document.edits == (ShiftStyle(chosen.layer, chosen.channel, 20.0),)
    assert running.settle().stages_run[0] == chosen.stage
    panel.layer.action("b32.torgb").trigger()
    qtbot.keyClicks(panel.number, "99")
    qtbot.keyClick(panel.number, Qt.Key.Key_Return)
    assert "0 to 15" in panel.wrong.text()
    panel.number.clear()
    qtbot.keyClicks(panel.number, "#7")
    qtbot.mouseClick(panel.add, LEFT)
    assert session.document.edits[1] == ShiftStyle("b32.torgb", 7, 0.0)
    running.window.book.action("styles.none").trigger()
    assert session.document.edits == ()
    session.undo()
    assert len(session.document.edits) == 2
    running.settle()


def test_models_without_styles_have_no_style_channels(start: Callable[..., Running]) -> None:
    running = start()
    assert LayersPanel.fits(running.session.model)
    assert BendingPanel.fits(running.session.model)
    assert not StyleChannelsPanel.fits(running.session.model)
    assert not LayersPanel.fits(None)


def test_words_say_which_of_several_codes_is_seen() -> None:
    look = Look("b4", View.CHANNEL, (6,))
    assert look_in_words(look) == "b4 · channel 6"
    assert look_in_words(look, (), 8) == "b4 · channel 6, of the first of 8 codes"
