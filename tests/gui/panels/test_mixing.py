"""The style-mixing board and the mixing sheet: what a person's hands do to the document."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget

from ganstudio.core.document import LatentPoint, ModelRef, StyleSource
from ganstudio.core.project import KeptLatent
from ganstudio.gui.canvas.weight_board import WeightBoard
from ganstudio.gui.kept_drag import kept_payload
from ganstudio.gui.panels.mixing import LAYERS, MixingPanel
from ganstudio.gui.panels.mixing_sheet import CUSTOM, MixingSheetPanel
from ganstudio.studio.exporting import ExportOptions, export_picture
from ganstudio.studio.recipe_file import recipe_of
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def running(start: Callable[..., Running], styled_model: Path) -> Running:
    return start(styled_model)


@pytest.fixture
def panel(running: Running) -> MixingPanel:
    found = running.window.panel(MixingPanel)
    assert found is not None
    running.window.right.fold(["Latent", "Truncation"])
    return found


def weights(running: Running) -> list[tuple[float, ...]]:
    return [source.weights for source in running.session.document.mixing]


def middle(board: WeightBoard, column: int, row: int) -> QPoint:
    return board.cell_rect(column, row).center().toPoint()


def add(running: Running, panel: MixingPanel, seed: int) -> None:
    panel.seed.field.setFocus()
    panel.seed.field.selectAll()
    running.qtbot.keyClicks(panel.seed.field, str(seed))
    running.qtbot.keyClick(panel.seed.field, Qt.Key.Key_Return)
    running.qtbot.mouseClick(panel.add, LEFT)


COARSE, MIDDLE = (1.0,) * 3 + (0.0,) * 5, (0.0,) * 3 + (1.0,) * 5  # 4 8 8, then 16 16 32 32 32
NOTHING = (0.0,) * 8


def test_sources_come_from_the_seed_box(running: Running, panel: MixingPanel) -> None:
    assert not panel.board.isVisible()
    for seed in (5, 6, 7):
        add(running, panel, seed)
    assert [s.name for s in running.session.document.mixing] == ["seed 5", "seed 6", "seed 7"]
    assert weights(running) == [COARSE, MIDDLE, NOTHING]
    assert panel.board.isVisible()
    for _ in range(3):
        running.session.undo()
    assert running.session.document.mixing == ()
    assert not panel.board.isVisible()


def test_a_drag_sets_a_groups_weight_in_one_step(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    board, port = panel.board, panel.board.viewport()
    assert port is not None
    place = middle(board, 0, 2)
    running.qtbot.mousePress(port, LEFT, pos=place)
    for up in (10, 25, 40):
        running.qtbot.mouseMove(port, place - QPoint(0, up))
    running.qtbot.mouseRelease(port, LEFT, pos=place - QPoint(0, 40))
    assert weights(running) == [(1.0, 1.0, 1.0, 0.4, 0.4, 0.4, 0.4, 0.4)]
    assert running.session.undo_label == "Mixing weight"
    running.session.undo()
    assert weights(running) == [COARSE]


def test_a_click_turns_a_cell_over_and_two_reset_it(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    board, port = panel.board, panel.board.viewport()
    running.qtbot.mouseClick(port, LEFT, pos=middle(board, 0, 2))
    assert weights(running) == [(1.0,) * 8]
    running.qtbot.mouseClick(port, LEFT, pos=middle(board, 0, 1))
    assert weights(running) == [MIDDLE]
    running.qtbot.mouseDClick(port, LEFT, pos=middle(board, 0, 1))
    assert weights(running) == [MIDDLE]
    running.session.undo()
    running.session.undo()
    assert weights(running) == [COARSE]


def test_the_whole_column_keeps_its_relations(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    running.session.change(
        "Given", "mixing", (StyleSource(LatentPoint(5.0), (0.5, 1.0, *(0.0,) * 6), "x"),)
    )
    port = panel.board.viewport()
    place = middle(panel.board, 0, 0)
    running.qtbot.mousePress(port, LEFT, pos=place)
    for left in (20, 120, 50):  # down to nothing and up again
        running.qtbot.mouseMove(port, place - QPoint(left, 0))
    running.qtbot.mouseRelease(port, LEFT, pos=place)
    assert weights(running) == [(0.25, 0.5, *(0.0,) * 6)]


def test_keys_move_type_step_and_remove(running: Running, panel: MixingPanel) -> None:
    for seed in (5, 6):
        add(running, panel, seed)
    board, keys = panel.board, running.qtbot
    board.setFocus()
    board.pick(0, 1)
    keys.keyClicks(board, "0.25")
    assert weights(running)[0] == COARSE
    keys.keyClick(board, Qt.Key.Key_Return)
    assert weights(running)[0] == (0.25, 0.25, 0.25, *(0.0,) * 5)
    keys.keyClick(board, Qt.Key.Key_Right)
    keys.keyClick(board, Qt.Key.Key_Down)
    assert board.cursor_cell == (1, 2)
    assert "Middle 16–32, seed 6: 1.00" in board.accessibleDescription()
    keys.keyClick(board, Qt.Key.Key_Minus)
    keys.keyClick(board, Qt.Key.Key_PageDown)
    assert weights(running)[1][3] == pytest.approx(0.85)
    keys.keyClick(board, Qt.Key.Key_Space)
    assert weights(running)[1] == MIDDLE
    keys.keyClick(board, Qt.Key.Key_Backspace)
    assert weights(running)[1] == NOTHING
    keys.keyClick(board, Qt.Key.Key_Delete)
    assert [s.name for s in running.session.document.mixing] == ["seed 5"]
    assert board.cursor_cell == (0, 2)


def test_typed_digits_are_no_shortcuts(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    panel.board.setFocus()
    scale = running.window.stage.viewer.camera.scale
    running.qtbot.keyClicks(panel.board, "1")
    running.qtbot.keyClick(panel.board, Qt.Key.Key_Escape)
    assert running.window.stage.viewer.camera.scale == scale
    assert weights(running) == [COARSE]


def test_every_layer_has_a_row_of_its_own(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    running.qtbot.mouseClick(panel.detail.button(LAYERS), LEFT)
    running.qtbot.mouseClick(panel.board.viewport(), LEFT, pos=middle(panel.board, 0, 3))  # whole, coarse, 4, 8
    assert weights(running) == [(1.0, 0.0, 1.0, *(0.0,) * 5)]
    assert "keeps 33%" in panel.board.words_at(panel.board.cell_rect(0, 1).center())


def test_presets_take_one_group_whole(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)
    button = panel.presets.itemAt(1).widget()  # type: ignore[union-attr]
    running.qtbot.mouseClick(button, LEFT)
    assert weights(running) == [MIDDLE]
    running.window.book.action("mixing.coarse").trigger()
    assert weights(running) == [COARSE]


def test_the_wheel_steps_only_with_the_keyboard_focus(running: Running, panel: MixingPanel) -> None:
    add(running, panel, 5)

    def turn() -> None:
        place = QPointF(middle(panel.board, 0, 2))
        event = QWheelEvent(
            place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(panel.board.viewport(), event)

    panel.seed.field.setFocus()
    turn()
    assert weights(running) == [COARSE]
    panel.board.setFocus()
    turn()
    assert weights(running)[0][3] == 0.05


def drop(widget: QWidget, data: QMimeData) -> None:
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, LEFT, none)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, none))


def keep(running: Running, *seeds: int) -> None:
    kept = tuple(KeptLatent(f"kept {s}", running.session.document, LatentPoint(float(s))) for s in seeds)
    running.session.change_project("Keep", {"kept": kept})


def test_kept_latents_are_dropped_on_the_board(running: Running, panel: MixingPanel) -> None:
    keep(running, 31, 32)
    drop(panel, kept_payload((1, 0)))
    sources = running.session.document.mixing
    assert [(s.name, s.latent) for s in sources] == [("kept 32", LatentPoint(32.0)), ("kept 31", LatentPoint(31.0))]
    running.session.undo()
    assert running.session.document.mixing == ()


def test_the_latent_of_an_exported_picture_is_mixed_in(running: Running, panel: MixingPanel, tmp_path: Path) -> None:
    path, session = tmp_path / "friend.png", running.session
    session.change("Seed", "inputs.z", LatentPoint(77.0))
    export_picture(session, path, ExportOptions())
    running.qtbot.waitUntil(lambda: path.exists() and not session.jobs, timeout=PATIENCE_MS)
    session.undo()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(panel, data)
    running.qtbot.waitUntil(lambda: bool(session.document.mixing), timeout=PATIENCE_MS)
    assert session.document.mixing == (StyleSource(LatentPoint(77.0), COARSE, "friend"),)
    assert session.document.inputs["z"] != LatentPoint(77.0)


def test_an_exported_mixture_is_mixed_in_as_it_was_seen(
    running: Running, panel: MixingPanel, tmp_path: Path
) -> None:
    path, session = tmp_path / "mixture.png", running.session
    own = session.document
    mixed = (StyleSource(LatentPoint(5.0), (0.5,) * 8),)
    session.change_many("Mixture", {"inputs.z": LatentPoint(77.0), "mixing": mixed})
    picture = running.settle().pictures["picture"]
    export_picture(session, path, ExportOptions())
    running.qtbot.waitUntil(lambda: path.exists() and not session.jobs, timeout=PATIENCE_MS)
    session.undo()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(panel, data)
    running.qtbot.waitUntil(lambda: bool(session.document.mixing), timeout=PATIENCE_MS)
    panel.take_only(None)
    assert session.document.inputs == own.inputs
    assert np.abs(running.settle().pictures["picture"].astype(int) - picture).max() <= 1
    other = dataclasses.replace(session.document, model=ModelRef("elsewhere", "abc"), mixing=())
    (tmp_path / "strange.recipe").write_bytes(recipe_of(other, session.store))
    before = session.document
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "strange.recipe"))])
    drop(panel, data)
    running.qtbot.waitUntil(running.window.stage.banner.isVisible, timeout=PATIENCE_MS)
    assert "“strange” was drawn by elsewhere" in running.window.stage.banner.sentence.text()
    assert session.document == before


def test_many_sources_scroll_sideways(running: Running, panel: MixingPanel) -> None:
    for seed in range(12):
        add(running, panel, seed)
    bar = panel.board.horizontalScrollBar()
    assert bar is not None
    assert bar.maximum() > 0
    assert panel.board.cell_rect(11, 1).right() <= panel.board.width() + 1
    panel.board.setFocus()
    running.qtbot.keyClick(panel.board, Qt.Key.Key_Home)
    assert bar.value() == 0
    assert panel.board.cell_at(panel.board.cell_rect(0, 1).center()) == (0, 1)


def test_a_seed_of_six_digits_is_seen_as_a_whole(running: Running, panel: MixingPanel) -> None:
    running.window.reveal("Style mixing")
    field = panel.seed.field
    assert field.width() >= field.fontMetrics().horizontalAdvance("999999") + 16
    assert panel.add.width() >= panel.add.sizeHint().width()


@pytest.fixture
def sheet(running: Running) -> MixingSheetPanel:
    found = running.window.panel(MixingSheetPanel)
    assert found is not None
    found.rows.show_text("0-2")
    found.columns.show_text("6,7")
    running.window.reveal("Mixing sheet")
    full(running, found, 3 * 2 + 3 + 2)
    return found


def full(running: Running, sheet: MixingSheetPanel, count: int) -> None:
    running.qtbot.waitUntil(lambda: sheet.grid.filled == count, timeout=PATIENCE_MS)


def test_a_cell_becomes_the_present_state_in_one_step(running: Running, sheet: MixingSheetPanel) -> None:
    before = running.session.document
    place = sheet.grid.rect_of(2, 1).center().toPoint()
    running.qtbot.mouseClick(sheet.grid.viewport(), LEFT, pos=place)
    document = running.session.document
    assert document.inputs["z"] == LatentPoint.of_seed(2)
    assert [(s.name, s.weights) for s in document.mixing] == [("seed 7", (1.0, 1.0, 1.0))]
    assert sheet.note.text() == "seed 2 with layers of seed 7"
    running.session.undo()
    assert running.session.document == before
    sheet.grid.setFocus()
    running.qtbot.keyClick(sheet.grid, Qt.Key.Key_Up)
    running.qtbot.keyClick(sheet.grid, Qt.Key.Key_Return)
    assert running.session.document.inputs["z"] == LatentPoint.of_seed(1)


def test_other_layers_and_other_seeds_are_drawn_anew(running: Running, sheet: MixingSheetPanel) -> None:
    running.qtbot.mouseClick(sheet.layers.button(CUSTOM), LEFT)
    running.qtbot.mouseClick(sheet.custom.buttons[0], LEFT)
    running.qtbot.waitUntil(lambda: sheet.sheet is not None and sheet.sheet.layers == (1, 2), timeout=PATIENCE_MS)
    full(running, sheet, 11)
    sheet.rows.field.setFocus()
    sheet.rows.field.selectAll()
    running.qtbot.keyClicks(sheet.rows.field, "4")
    running.qtbot.keyClick(sheet.rows.field, Qt.Key.Key_Return)
    full(running, sheet, 2 + 1 + 2)
    running.session.change("ψ", "psi", 0.5)
    running.qtbot.waitUntil(lambda: sheet.sheet is not None and sheet.sheet.base.psi == 0.5, timeout=PATIENCE_MS)
    full(running, sheet, 5)


def test_seeds_beyond_the_most_are_said_to_be_left_out(running: Running, sheet: MixingSheetPanel) -> None:
    assert "Only the first" not in sheet.note.text()
    sheet.columns.show_text("0")
    sheet.rows.show_text("0-40")
    sheet.draw()
    full(running, sheet, 32 + 32 + 1)
    running.qtbot.waitUntil(lambda: "Only the first 32 of each are drawn" in sheet.note.text(), timeout=PATIENCE_MS)


def test_what_are_no_seeds_is_said_in_place(running: Running, sheet: MixingSheetPanel) -> None:
    sheet.columns.field.setFocus()
    sheet.columns.field.selectAll()
    running.qtbot.keyClicks(sheet.columns.field, "many")
    running.qtbot.keyClick(sheet.columns.field, Qt.Key.Key_Return)
    running.qtbot.waitUntil(lambda: "no seed" in sheet.note.text(), timeout=PATIENCE_MS)
    assert sheet.columns.field.property("invalid")


def test_in_a_narrow_window_the_layers_words_are_whole(running: Running, sheet: MixingSheetPanel) -> None:
    for width, word in ((1024, "Coarse"), (1600, "Coarse 4–8")):
        running.window.resize(width, 700)
        running.qtbot.waitUntil(lambda word=word: sheet.layers.button("coarse").text() == word)
        assert sheet.layers.button("coarse").isChecked()
        for key in ("coarse", CUSTOM):
            button = sheet.layers.button(key)
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_kept_latents_head_the_sheet(running: Running, sheet: MixingSheetPanel) -> None:
    keep(running, 41, 42, 43)
    drop(sheet.columns, kept_payload((2,)))
    drop(sheet.columns, kept_payload((0,)))
    latents = lambda: [head.latent for head in sheet.sheet.columns] if sheet.sheet else []  # noqa: E731
    running.qtbot.waitUntil(lambda: latents() == [LatentPoint(43.0), LatentPoint(41.0)], timeout=PATIENCE_MS)
    full(running, sheet, 3 * 2 + 3 + 2)
    running.qtbot.mouseClick(sheet.rows.from_kept, LEFT)
    running.qtbot.waitUntil(lambda: len(sheet.sheet.rows if sheet.sheet else ()) == 3, timeout=PATIENCE_MS)


def test_the_sheet_is_saved_as_a_picture(
    running: Running, sheet: MixingSheetPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mixed.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(path), ""))
    running.qtbot.mouseClick(sheet.save, LEFT)
    running.qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    running.qtbot.waitUntil(lambda: not running.session.jobs, timeout=PATIENCE_MS)
