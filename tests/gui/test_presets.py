"""Presets from a panel's heading and from the palette."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from ganstudio.core.comparison import Amplified, Contrast
from ganstudio.core.inspection import Order, View
from ganstudio.gui.canvas.compare_view import CompareMode
from ganstudio.gui.panels.compare import ComparePanel
from ganstudio.gui.panels.export import FILM, PICTURE, ExportPanel
from ganstudio.gui.panels.layers import LayersPanel
from ganstudio.gui.preset_menu import NameCard
from ganstudio.gui.widgets.section import Section
from ganstudio.studio.exporting import ExportOptions
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
Start = Callable[..., Running]


def section(running: Running, title: str) -> Section:
    return next(each for each in running.window.right.sections if each.body.accessibleName() == title)


def choose(running: Running, qtbot: QtBot, words: str) -> None:
    """Open the menu of Truncation and choose an entry."""
    qtbot.mouseClick(section(running, "Truncation").more, LEFT)
    menu = next(each for each in running.window.findChildren(QMenu) if each.isVisible())
    action = next(each for each in menu.actions() if each.text() == words)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_settings_are_saved_under_a_name_and_used_again(start: Start, qtbot: QtBot) -> None:
    running = start()
    session = running.session
    session.change("Truncation ψ", "psi", 0.5)
    choose(running, qtbot, "Save these settings…")
    card = next(each for each in running.window.findChildren(NameCard) if each.isVisible())
    assert running.window.rect().contains(card.card.geometry())
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert card.isVisible()
    qtbot.keyClicks(card.field, "R & B")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert not card.isVisible()
    choose(running, qtbot, "Back to the defaults")
    assert session.document.psi == 1.0
    choose(running, qtbot, "R && B")
    assert session.document.psi == 0.5
    qtbot.keyClick(running.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.document.psi == 1.0
    command = next(each for each in running.window.book.offered() if each.name == "Preset of Truncation: R & B")
    command.run()
    assert session.document.psi == 0.5
    session.presets.remove("Truncation", "R & B")
    assert not [each for each in running.window.book.offered() if each.name.startswith("Preset of")]
    running.settle()


def test_settings_of_the_export_panel_have_presets_too(start: Start, qtbot: QtBot) -> None:
    running = start()
    panel, window = running.window.panel(ExportPanel), running.window
    assert panel is not None
    window.reveal("Export")
    panel.what.action(FILM).trigger()
    panel.side.changed.emit(512.0, "")
    panel.rate.changed.emit(4.0, "")
    panel.recipe.setChecked(False)
    said = panel.options()
    session = running.session
    session.presets.keep(panel.title, "large", panel.owns, panel.own_settings())
    qtbot.mouseClick(section(running, "Export").more, LEFT)
    menu = next(each for each in window.findChildren(QMenu) if each.isVisible())
    next(each for each in menu.actions() if each.text() == "Back to the defaults").trigger()
    assert (panel.what.key, panel.options()) == (PICTURE, ExportOptions())
    next(each for each in window.book.offered() if each.name == "Preset of Export: large").run()
    assert (panel.what.key, panel.options()) == (FILM, said)
    assert panel.form.button(".mp4").isChecked()
    panel.take_settings({"what": "nothing", "side": "wide", "form": 7, "quality": 1e9})
    assert (panel.what.key, panel.options()) == (PICTURE, ExportOptions(quality=100))


def test_pages_have_presets_of_how_they_look(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, session, bar = running.window, running.session, running.window.stage.bar
    assert not bar.more.isVisible()
    window.reveal("Layers")
    assert bar.more.isVisible()
    layers, page = session.layers, window.panel(LayersPanel)
    assert page is not None
    last = layers.stages[-1].name
    layers.show_stage(last)
    layers.show_channels((3,))
    layers.sort_by(Order.STD)
    said = layers.look
    session.presets.keep(page.title, "spread", page.owns, page.own_settings())
    qtbot.mouseClick(bar.more, LEFT)
    menu = next(each for each in window.findChildren(QMenu) if each.isVisible())
    next(each for each in menu.actions() if each.text() == "Back to the defaults").trigger()
    assert (layers.look.stage, layers.look.view, layers.look.order) == (last, View.COMPONENTS, Order.INDEX)
    layers.show_stage(layers.stages[0].name)
    next(each for each in window.book.offered() if each.name == "Preset of Layers: spread").run()
    assert layers.look == said
    page.take_settings({"stage": 7, "channels": 5, "view": "none", "order": None, "plane": ""})
    assert layers.look.stage == last
    assert layers.look.view is View.CHANNEL
    compare = window.panel(ComparePanel)
    assert compare is not None
    window.reveal("Compare")
    assert bar.more.isVisible()
    compare.take_settings({"mode": CompareMode.DIFFERENCE.value, "contrast": Contrast.ABSOLUTE.value, "gain": "64"})
    kept = compare.own_settings()
    assert (session.comparison.shown, compare.view.mode) == (Amplified(Contrast.ABSOLUTE, 64.0), CompareMode.DIFFERENCE)
    compare.take_settings(compare.at_first)
    assert (session.comparison.shown, compare.view.mode) == (Amplified(), CompareMode.WIPE)
    compare.take_settings(kept)
    assert compare.own_settings() == kept
    compare.take_settings({"mode": 3, "gain": "many"})
    assert compare.view.mode is CompareMode.WIPE
    window.stage.show_page("Picture")
    assert not bar.more.isVisible()
    running.settle()


def test_panels_without_settings_have_no_presets(start: Start) -> None:
    running = start()
    assert not section(running, "Device").more.isVisible()
    assert section(running, "Truncation").more.isVisible()
