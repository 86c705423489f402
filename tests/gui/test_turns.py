"""Work in turns of the event loop, and workspaces whose panels come one by one."""

from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ganstudio.gui.panels.device import DevicePanel
from ganstudio.gui.panels.latent import LatentPanel
from ganstudio.gui.panels.learn import LearnPanel
from ganstudio.gui.panels.mixing import MixingPanel
from ganstudio.gui.panels.model import ModelPanel
from ganstudio.gui.turns import Turns
from ganstudio.gui.workspaces import EXPLORE
from ganstudio.studio.launch import Theme
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton


def words_of(panel: ModelPanel) -> set[str]:
    return {label.text() for label in panel.facts.findChildren(QLabel)}


def test_other_events_come_between_two_pieces(qtbot: QtBot) -> None:
    turns, told = Turns(), list[str]()
    QTimer.singleShot(0, lambda: told.append("other"))
    turns.add(lambda: QTimer.singleShot(0, lambda: told.append("between")), lambda: told.append("last"))
    qtbot.waitUntil(lambda: turns.idle)
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told.index("other") < told.index("last")


def test_a_piece_waits_once_and_can_be_done_at_once_or_forgotten(qapp: QApplication) -> None:
    turns, done = Turns(), list[int]()

    def piece() -> None:
        done.append(1)

    turns.add(piece, piece)
    turns.add(piece)
    turns.finish()
    assert done == [1]
    turns.add(piece)
    turns.forget()
    qapp.processEvents()
    assert done == [1]
    assert turns.idle


def test_a_piece_that_fails_does_not_hold_up_the_others(qtbot: QtBot) -> None:
    turns, done = Turns(), list[int]()

    def fail() -> None:
        raise ValueError

    turns.add(fail, lambda: done.append(1))
    with qtbot.captureExceptions() as told:
        qtbot.waitUntil(lambda: bool(done))
    assert [kind for kind, *_ in told] == [ValueError]


def test_panels_of_a_workspace_come_one_by_one_and_work(start: Callable[..., Running]) -> None:
    running = start()
    window, body = running.window, running.window.body
    before = window.panel(LatentPanel)
    assert before is not None
    gone: list[bool] = []
    before.destroyed.connect(lambda: gone.append(True))
    running.qtbot.mouseClick(window.top.tab("learn"), LEFT)
    assert not body.turns.idle
    assert not body.panels_so_far
    running.qtbot.waitUntil(lambda: body.turns.idle)
    running.qtbot.waitUntil(lambda: bool(gone))
    assert isinstance(body.panels_so_far[0], LearnPanel)
    assert window.stage.page == LearnPanel.title
    window.book.action("workspace.explore").trigger()
    running.qtbot.waitUntil(lambda: body.turns.idle)
    device, latent = window.panel(DevicePanel), window.panel(LatentPanel)
    assert device is not None
    assert latent is not None
    assert latent.isVisible()
    assert not device.isVisible()
    assert "Device" in window.right.folded()
    seed = running.session.document
    window.book.action("next").trigger()
    assert running.session.document != seed


def test_a_hasty_change_of_workspaces_leaves_one_set_of_panels(start: Callable[..., Running]) -> None:
    running = start()
    window, body = running.window, running.window.body
    for name in ("train", "learn", "explore", "train", "explore"):
        window.show_workspace(name)
        QApplication.processEvents()
    running.qtbot.waitUntil(lambda: body.turns.idle)
    titles = [panel.title for panel in body.panels_so_far]
    assert len(titles) == len(set(titles)) == sum(len(kinds) for kinds in EXPLORE.places())
    assert window.right.titles()[0] == LatentPanel.title
    assert window.book.action("random").isEnabled()


def test_what_came_in_turns_wears_a_theme_chosen_later(start: Callable[..., Running]) -> None:
    running = start()
    window = running.window
    window.show_workspace("learn")
    window.show_workspace("explore")
    window.appearance.choose(Theme.LIGHT)
    running.qtbot.waitUntil(lambda: window.appearance.settled and window.body.turns.idle)
    mixing = window.panel(MixingPanel)
    assert mixing is not None
    tones, section = window.appearance.tones, mixing.parentWidget()
    assert section is not None
    assert section.grab().toImage().pixelColor(1, 1).name() == tones.raised


def test_a_folded_panel_says_what_is_open_once_it_is_unfolded(start: Callable[..., Running]) -> None:
    running = start("faces-dcgan")
    window, model = running.window, running.window.panel(ModelPanel)
    assert model is not None
    assert "This model" in window.left.folded()
    assert not words_of(model)
    running.session.open_model("digits-gan")
    running.qtbot.waitUntil(lambda: running.session.document.model.name == "digits-gan", timeout=30_000)
    window.reveal("This model")
    assert "8 × 8 px" in words_of(model)
    running.session.undo()
    assert "64 × 64 px" in words_of(model)
