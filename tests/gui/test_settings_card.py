"""The settings and the card of keys in a real window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QHelpEvent, QKeySequence
from PyQt6.QtWidgets import QApplication, QFileDialog, QToolTip
from pytestqt.qtbot import QtBot

from ganstudio.core.device import Precision
from ganstudio.studio.launch import Theme
from ganstudio.studio.settings import Settings
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Start = Callable[..., Running]


def test_settings_hold_at_once_and_are_kept(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    window, settings = running.window, running.session.settings
    qtbot.mouseClick(window.top.settings, LEFT)
    card = window.settings_card
    assert card is not None
    assert card.isVisible()
    qtbot.mouseClick(card.theme.button("light"), LEFT)
    assert window.appearance.choice is Theme.LIGHT
    qtbot.mouseClick(card.journal.button("3"), LEFT)
    qtbot.mouseClick(card.preview_size.button("128"), LEFT)
    qtbot.mouseClick(card.preview_wait.button("250"), LEFT)
    assert (settings.preview_px, settings.preview_ms) == (128, 250)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_told: str(pictures))
    qtbot.mouseClick(card.browse, LEFT)
    assert card.folder.text() == str(pictures)
    qtbot.mouseClick(card.device.precision.button("fast"), LEFT)
    qtbot.waitUntil(lambda: settings.precision is Precision.FAST, timeout=10_000)
    running.settle()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not card.isVisible()
    window.close()
    later = Settings.load(settings.folder)
    assert (later.theme, later.journal_s, later.exports_folder) == (Theme.LIGHT, 3.0, pictures)
    pictures.rmdir()
    assert later.exports_folder == Path.home()


def test_the_layout_goes_back(start: Start, qtbot: QtBot) -> None:
    running = start()
    body = running.window.body
    first = body.across.sizes()
    body.left.hide()
    body.right.sections[0].set_open(False)
    body.across.setSizes([600, 200, 400])
    qtbot.keyClick(running.window, Qt.Key.Key_Comma, CTRL)
    assert running.window.settings_card is not None
    qtbot.mouseClick(running.window.settings_card.layout_button, LEFT)
    assert body.left.isVisible()
    assert body.right.sections[0].is_open
    qtbot.waitUntil(lambda: body.across.sizes() == first, timeout=5000)


def test_a_shortcut_is_changed_with_a_click_and_kept(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    running = start(settings=Settings(folder=tmp_path / "home"))
    window, card = running.window, running.window.keys_card
    qtbot.keyClick(window, Qt.Key.Key_F1)
    qtbot.mouseClick(card.keys["fit"], LEFT)
    qtbot.keyClick(card, Qt.Key.Key_Control)
    assert "Press the new keys" in card.words.text()
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert "moves about" in card.words.text()
    qtbot.keyClick(card, Qt.Key.Key_F, CTRL | SHIFT)
    assert card.keys["fit"].text() == "Ctrl+Shift+F"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    running.window.stage.viewer.actual_size()
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert window.stage.bar.zoom.text() == "100 %"
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL | SHIFT)
    assert window.stage.bar.zoom.text() != "100 %"
    window.close()
    running.studio.end()
    later = start(settings=Settings.load(tmp_path / "home"))
    assert later.window.book.action("fit").shortcut() == QKeySequence("Ctrl+Shift+F")


def test_keys_that_are_taken_are_said_and_can_be_taken_over(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, card, settings = running.window, running.window.keys_card, running.session.settings
    qtbot.keyClick(window, Qt.Key.Key_F1)
    qtbot.mouseClick(card.keys["fit"], LEFT)
    qtbot.keyClick(card, Qt.Key.Key_Y, CTRL)
    assert "already stands for “Redo”" in card.words.text()
    assert settings.keys == {}
    qtbot.mouseClick(card.take, LEFT)
    assert settings.keys == {"fit": "Ctrl+Y", "redo": "Ctrl+Shift+Z"}
    assert window.book.action("redo").shortcuts() == [QKeySequence("Ctrl+Shift+Z")]
    qtbot.mouseClick(card.keys["copy"], LEFT)
    qtbot.keyClick(card, Qt.Key.Key_Backspace)
    assert card.keys["copy"].text() == "–"
    assert window.book.action("copy").shortcuts() == []
    qtbot.mouseClick(card.keys["save"], LEFT)
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert (card.isVisible(), card.keys["save"].text()) == (True, "Ctrl+S")
    qtbot.mouseClick(card.reset, LEFT)
    assert settings.keys == {}
    assert card.keys["copy"].text() == "Ctrl+C"
    assert window.book.action("redo").shortcuts() == [QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")]


def test_commands_without_keys_can_have_some(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, card = running.window, running.window.keys_card
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert "theme.light" not in card.keys
    qtbot.mouseClick(card.more, LEFT)
    qtbot.mouseClick(card.keys["theme.light"], LEFT)
    qtbot.keyClick(card, Qt.Key.Key_F9)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.appearance.choice is Theme.LIGHT


def test_tooltips_name_the_keys_that_hold(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, settings = running.window, running.session.settings
    tip = "Keep the picture in sight (L)"
    assert window.book.spelled(tip) == tip
    window.book.take_keys({"keep": "Ctrl+Shift+L", "theme": ""})
    assert window.book.spelled(tip) == "Keep the picture in sight (Ctrl+Shift+L)"
    assert window.book.spelled("Close it (Esc)") == "Close it (Esc)"
    button = window.top.theme
    middle = button.rect().center()
    QApplication.sendEvent(button, QHelpEvent(QEvent.Type.ToolTip, middle, button.mapToGlobal(middle)))
    assert QToolTip.text() == "Light, dark, or as the system has it"
    window.book.take_keys({})
    QApplication.sendEvent(button, QHelpEvent(QEvent.Type.ToolTip, middle, button.mapToGlobal(middle)))
    assert QToolTip.text().endswith("(Ctrl+Shift+T)")
    QToolTip.hideText()
    assert settings.keys == {}
