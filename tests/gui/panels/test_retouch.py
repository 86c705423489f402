"""Retouching by mouse: strokes in colours, picked and erased, searched for, stopped, undone."""

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor

from ganstudio.gui.panels.retouch import ERASE, PICK, RetouchPage
from ganstudio.gui.workspaces import PHOTO
from ganstudio.studio.retouch_run import Tool
from tests.gui.conftest import Running

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def page(start: Callable[..., Running]) -> tuple[Running, RetouchPage]:
    running = start("faces-dcgan")
    running.window.show_workspace(PHOTO.name)
    running.window.reveal(RetouchPage.title)
    (found,) = running.window.findChildren(RetouchPage)
    running.qtbot.waitUntil(found.isVisible)
    running.settle()
    return running, found


def at(page: RetouchPage, x: float, y: float) -> QPoint:
    frame = page.canvas.place()
    return QPoint(round(frame.left() + x * frame.width()), round(frame.top() + y * frame.height()))


def test_strokes_are_painted_picked_erased_and_cleared(page: tuple[Running, RetouchPage]) -> None:
    running, shown = page
    bot, canvas, retouching = running.qtbot, shown.canvas, shown.retouching
    assert not shown.go_button.isEnabled()
    assert "paint over the picture" in shown.words.text()
    canvas.colour = QColor(10, 200, 30)
    bot.mouseClick(canvas, LEFT, pos=at(shown, 0.5, 0.5))
    mask, strokes = retouching.mask, retouching.strokes
    assert mask is not None
    assert strokes is not None
    assert mask[128, 128] == 255
    assert strokes[128, 128].tolist() == [10, 200, 30]
    assert mask[20, 20] == 0
    assert shown.go_button.isEnabled()
    shown.brushes.button(PICK).click()
    bot.mouseClick(canvas, LEFT, pos=at(shown, 0.25, 0.25))
    picked = canvas.colour
    assert picked != QColor(10, 200, 30)
    assert not canvas.picks
    bot.mouseClick(canvas, LEFT, pos=at(shown, 0.5, 0.5))
    again = retouching.strokes
    assert again is not None
    assert again[128, 128].tolist() == [picked.red(), picked.green(), picked.blue()]
    shown.brushes.button(ERASE).click()
    bot.mouseClick(canvas, LEFT, pos=at(shown, 0.5, 0.5))
    assert retouching.mask is not None
    assert retouching.mask[128, 128] == 0
    before = canvas.grab().toImage()
    shown.brushes.button("paint").click()
    bot.mouseClick(canvas, LEFT, pos=at(shown, 0.3, 0.6))
    assert canvas.grab().toImage() != before
    shown.clear_button.click()
    assert retouching.mask is None


def test_a_search_is_started_stopped_and_undone(page: tuple[Running, RetouchPage]) -> None:
    running, shown = page
    session, retouching = running.session, shown.retouching
    before = session.document
    running.qtbot.mouseClick(shown.canvas, LEFT, pos=at(shown, 0.5, 0.3))
    shown.go_button.click()
    assert retouching.busy
    assert shown.go_button.text().strip() == "Stop"
    assert not shown.tools.isEnabled()
    running.qtbot.waitUntil(lambda: retouching.sight is not None and retouching.sight.number >= 2, timeout=60_000)
    shown.go_button.click()
    running.qtbot.waitUntil(lambda: not retouching.busy, timeout=60_000)
    assert session.document != before
    assert shown.words.text().startswith("Done after")
    running.settle()
    session.undo()
    assert session.document == before


def test_every_tool_shows_what_it_needs(page: tuple[Running, RetouchPage]) -> None:
    _, shown = page
    assert list(shown.retouching.tools) == [tool for tool in Tool if tool is not Tool.STYLE]
    for tool, parts in (
        (Tool.FILL, {shown.brushes, shown.size_slider, shown.clear_button}),
        (Tool.JOIN, {shown.brushes, shown.size_slider, shown.clear_button, shown.others}),
        (Tool.ENLARGE, {shown.factors}),
        (Tool.COLOURISE, set()),
    ):
        shown.tools.action(tool.value).trigger()
        own = (
            shown.brushes, shown.size_slider, shown.clear_button, shown.others, shown.strength, shown.factors,
            shown.colour_button,
        )  # fmt: skip
        assert {part for part in own if part.isVisible()} == parts
        assert not shown.go_button.isEnabled()
    assert "Open a photo" in shown.words.text()
    assert not shown.canvas.isEnabled()
    assert np.all(shown.canvas.strokes == 0)
