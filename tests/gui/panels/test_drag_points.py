"""Dragging points in the window: set by mouse and keyboard, dragged, shown, one step of undo."""

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt

from ganstudio.core.document import MoveAlong
from ganstudio.gui.panels.drag_points import HINT, PAINT, DragPointsPage
from ganstudio.gui.workspaces import EXPLORE
from tests.gui.conftest import Running


@pytest.fixture
def page(start: Callable[..., Running]) -> tuple[Running, DragPointsPage]:
    running = start("faces-dcgan")
    running.window.reveal(DragPointsPage.title)
    (found,) = running.window.findChildren(DragPointsPage)
    running.qtbot.waitUntil(found.isVisible)
    return running, found


def at(page: DragPointsPage, x: float, y: float) -> QPoint:
    frame = page.canvas.place()
    return QPoint(round(frame.left() + x * frame.width()), round(frame.top() + y * frame.height()))


def test_points_are_clicked_pulled_and_typed(page: tuple[Running, DragPointsPage]) -> None:
    running, shown = page
    left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
    bot, canvas, dragging = running.qtbot, shown.canvas, shown.dragging
    assert shown.words.text() == HINT
    assert not shown.go_button.isEnabled()
    bot.mouseClick(canvas, left, pos=at(shown, 0.5, 0.5))
    assert "where it shall go" in shown.words.text()
    bot.mouseClick(canvas, left, pos=at(shown, 0.4, 0.5))
    (point,) = dragging.points
    assert point.at == pytest.approx((0.5, 0.5), abs=0.01)
    assert point.target == pytest.approx((0.4, 0.5), abs=0.01)
    bot.mousePress(canvas, left, pos=at(shown, 0.2, 0.2))
    bot.mouseRelease(canvas, left, pos=at(shown, 0.3, 0.3))
    assert len(dragging.points) == 2
    bot.mouseClick(canvas, right, pos=at(shown, 0.3, 0.3))
    assert len(dragging.points) == 1
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space):
        bot.keyClick(canvas, key)
    assert len(dragging.points) == 2
    bot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert len(dragging.points) == 1
    assert shown.go_button.isEnabled()
    before = canvas.grab().toImage()
    shown.clear_button.click()
    assert not dragging.points
    assert canvas.grab().toImage() != before


def test_start_and_stop_leave_one_edit(page: tuple[Running, DragPointsPage]) -> None:
    running, shown = page
    session, dragging = running.session, shown.dragging
    before = session.document
    dragging.place((0.5, 0.55))
    dragging.place((0.3, 0.55))
    shown.go_button.click()
    assert dragging.busy
    assert shown.go_button.text().strip() == "Stop"
    running.qtbot.waitUntil(lambda: dragging.sight is not None and dragging.sight.number >= 3, timeout=30_000)
    shown.go_button.click()
    running.qtbot.waitUntil(lambda: not dragging.busy, timeout=30_000)
    (edit,) = session.document.edits
    assert isinstance(edit, MoveAlong)
    assert shown.words.text().startswith("Stopped after")
    running.settle()
    session.undo()
    assert session.document == before


def test_the_mask_is_painted_with_its_own_tool(page: tuple[Running, DragPointsPage]) -> None:
    running, shown = page
    assert not shown.size_slider.isVisible()
    shown.tools.button(PAINT).click()
    assert shown.size_slider.isVisible()
    running.qtbot.mouseClick(shown.canvas, Qt.MouseButton.LeftButton, pos=at(shown, 0.25, 0.75))
    mask = shown.dragging.mask
    assert mask is not None
    assert not shown.dragging.points
    rows, columns = np.nonzero(mask)
    assert (columns.mean() / 256, rows.mean() / 256) == pytest.approx((0.25, 0.75), abs=0.02)


def test_layers_without_places_have_no_such_page(start: Callable[..., Running]) -> None:
    running = start("digits-gan")
    assert DragPointsPage in EXPLORE.middle
    assert not DragPointsPage.fits(running.session.model)
    assert DragPointsPage.fits(None) is False


def test_what_to_do_is_read_in_full_in_a_small_window(page: tuple[Running, DragPointsPage]) -> None:
    running, shown = page
    running.window.resize(1024, 700)
    running.qtbot.waitUntil(lambda: shown.words.width() > shown.words.fontMetrics().horizontalAdvance(HINT))
    assert shown.words.text() == HINT
