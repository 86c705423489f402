"""The noise panel and the mixture of classes: what a person's hands do to the document."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QFileDialog, QScrollArea

from ganstudio.core.document import ClassBlend, ClassChoice, LayerNoise, NoiseMode
from ganstudio.core.store import Store
from ganstudio.gui.panels.classes import ClassPanel
from ganstudio.gui.panels.noise import NoisePanel
from ganstudio.studio.recipes import recipe_in
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(start: Callable[..., Running], styled_model: Path) -> Running:
    return start(styled_model)


@pytest.fixture
def panel(running: Running) -> NoisePanel:
    found = running.window.panel(NoisePanel)
    assert found is not None
    running.window.right.fold([title for title in running.window.right.titles() if title != "Noise"])
    return found


@pytest.fixture
def classes(running: Running) -> ClassPanel:
    found = running.window.panel(ClassPanel)
    assert found is not None
    running.window.right.fold([title for title in running.window.right.titles() if title != "Class"])
    return found


def test_an_animation_is_one_undo_step(running: Running, panel: NoisePanel) -> None:
    session, before = running.session, running.session.document
    running.window.book.action("noise.animate").trigger()
    running.qtbot.waitUntil(lambda: session.document.noise.turn > 0.01, timeout=PATIENCE_MS)
    assert session.document.noise.mode is NoiseMode.RANDOM
    running.qtbot.mouseClick(panel.play, LEFT)
    assert not panel.animating
    session.undo()
    assert session.document == before
    assert not session.can_undo


def test_a_turn_from_elsewhere_ends_the_animation(running: Running, panel: NoisePanel) -> None:
    panel.toggle_animation()
    running.session.change("Turn", "noise.turn", 0.75)
    running.qtbot.waitUntil(lambda: not panel.animating, timeout=PATIENCE_MS)
    assert running.session.document.noise.turn == 0.75
    panel.turn.track.setFocus()
    running.qtbot.keyClick(panel.turn.track, Qt.Key.Key_Home)
    assert running.session.document.noise.turn == 0.0


def test_presets_choose_where_noise_is(running: Running, panel: NoisePanel) -> None:
    running.qtbot.mouseClick(panel.where.button("middle"), LEFT)
    noise = running.session.document.noise
    assert [noise.of_layer(i).on for i in range(7)] == [False] * 3 + [True] * 4  # 4 8 8 16 16 32 32
    running.window.book.action("noise.none").trigger()
    assert not any(running.session.document.noise.of_layer(i).on for i in range(7))
    assert panel.where.button("none").isChecked()
    running.qtbot.mouseClick(panel.where.button("all"), LEFT)
    assert running.session.document.noise.layers == ()
    for _ in range(3):
        running.session.undo()
    assert not running.session.can_undo


def test_each_layer_has_strength_switch_and_seed(running: Running, panel: NoisePanel) -> None:
    session, keys = running.session, running.qtbot
    keys.mouseClick(panel.layers.line, LEFT)
    board = panel.layers.board
    port = board.viewport()
    place = board.cell_rect(0, 2).center().toPoint()
    keys.mouseClick(port, LEFT, pos=place)
    assert session.document.noise.layers == (LayerNoise(2, on=False),)
    assert not any(panel.where.button(key).isChecked() for key in ("all", "coarse", "middle", "none"))
    keys.mousePress(port, LEFT, pos=place)
    for right in (5, 15, 25):
        keys.mouseMove(port, place + QPoint(right, 0))
    keys.mouseRelease(port, LEFT, pos=place)
    assert session.document.noise.layers == (LayerNoise(2, strength=1.5),)
    assert not panel.layers.seeds.isVisible()
    keys.mouseClick(panel.mode.button("random"), LEFT)
    keys.mouseClick(panel.layers.seed.after, LEFT)
    assert session.document.noise.of_layer(2) == LayerNoise(2, strength=1.5, seed=1)
    still = panel.layers.still
    area = running.window.right.findChild(QScrollArea)
    assert area is not None
    held, port_of_all = area.widget(), area.viewport()
    assert held is not None
    assert port_of_all is not None
    assert held.minimumSizeHint().width() <= port_of_all.width()  # a row too wide would push all aside
    keys.mouseClick(still, LEFT, pos=QPoint(10, still.height() // 2))
    assert session.document.noise.of_layer(2) == LayerNoise(2, strength=1.5, seed=1, still=True)
    assert still.isChecked()
    keys.mouseClick(still, LEFT, pos=QPoint(10, still.height() // 2))
    keys.mouseClick(panel.layers.shared, LEFT)
    assert session.document.noise.of_layer(2).seed is None
    board.setFocus()
    keys.keyClick(board, Qt.Key.Key_Backspace)
    assert session.document.noise.layers == ()


def test_the_deviation_is_measured_shown_and_saved(
    running: Running, panel: NoisePanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawer, path = panel.deviation, tmp_path / "deviation.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(path), ""))
    drawer.line.click()
    assert not drawer.still.isVisible()
    drawer.count.number.setFocus()
    drawer.count.number.selectAll()
    running.qtbot.keyClicks(drawer.count.number, "14")
    running.qtbot.keyClick(drawer.count.number, Qt.Key.Key_Return)
    running.qtbot.mouseClick(drawer.measure, LEFT)
    running.qtbot.waitUntil(lambda: drawer.result is not None and drawer.result.count == 14, timeout=PATIENCE_MS)
    running.qtbot.waitUntil(lambda: not running.session.jobs, timeout=PATIENCE_MS)
    assert drawer.still.isVisible()
    assert drawer.words.text().startswith("14 noises")
    running.qtbot.mouseClick(drawer.save, LEFT)
    running.qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    assert recipe_in(path, Store()).document == running.session.document
    running.session.change("ψ", "psi", 0.5)
    assert drawer.words.text().endswith("Of an earlier state.")


def test_a_measurement_can_be_left_off(running: Running, panel: NoisePanel) -> None:
    drawer = panel.deviation
    running.window.book.action("noise.deviation").trigger()
    assert drawer.is_open
    drawer.begin()
    running.qtbot.waitUntil(lambda: not running.session.jobs, timeout=PATIENCE_MS)
    assert drawer.result is None or drawer.result.count < 100


def test_classes_are_mixed_by_shares(running: Running, classes: ClassPanel) -> None:
    session, keys = running.session, running.qtbot
    assert classes.shares == []
    keys.mouseClick(classes.another, LEFT)
    assert session.document.inputs["class"] == ClassBlend(((0, 0.5), (1, 0.5)))
    keys.keyClicks(classes.search, "07")
    keys.keyClick(classes.search, Qt.Key.Key_Return)
    assert session.document.inputs["class"] == ClassBlend(((0, 0.5), (7, 0.5)))
    keys.mouseClick(classes.shares[0].name, LEFT)
    classes.search.clear()
    keys.keyClick(classes.list, Qt.Key.Key_Down)
    assert session.document.inputs["class"] == ClassBlend(((1, 0.5), (7, 0.5)))
    classes.shares[1].slider.track.setFocus()
    for _ in range(2):
        keys.keyClick(classes.shares[1].slider.track, Qt.Key.Key_PageUp)
    assert session.document.inputs["class"] == ClassBlend(((1, 0.3), (7, 0.7)))
    session.undo()
    assert session.document.inputs["class"] == ClassBlend(((1, 0.5), (7, 0.5)))
    running.settle()
    keys.mouseClick(classes.shares[0].remove, LEFT)
    assert session.document.inputs["class"] == ClassChoice(7)
    assert classes.shares == []
    session.undo()
    assert len(classes.shares) == 2
