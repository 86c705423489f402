"""Retouching by mouse: strokes in colours, picked and erased, searched for, stopped, undone."""

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QFileDialog

from ganstudio.core.paths import ASSETS
from ganstudio.gui.panels.retouch import ERASE, HINTS, PICK, RetouchPage
from ganstudio.gui.workspaces import PHOTO
from ganstudio.studio.kept import keep
from ganstudio.studio.retouch_run import IN_W, Tool
from ganstudio.studio.retouching import SEVERAL
from tests.gui.conftest import Running

ASTRONAUT = ASSETS / "samples" / "astronaut.png"
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
    assert not shown.canvas.veiled, "what came of it is seen, not the strokes"
    bot, came_to = running.qtbot, session.document
    before_stroke = retouching.mask
    bot.mouseClick(shown.canvas, LEFT, pos=at(shown, 0.2, 0.6))
    assert shown.canvas.veiled
    assert retouching.mask is not None
    assert before_stroke is not None
    assert retouching.mask[128 - 51, 128] == before_stroke[128 - 51, 128] == 255, "the strokes are still there"
    assert not shown.words.text().startswith("Done after")
    session.undo()
    assert session.document == came_to
    session.undo()
    assert session.document == before
    assert shown.words.text() == HINTS[Tool.COLOUR]
    assert shown.canvas.veiled


def test_strokes_are_painted_by_keys_in_their_colour(page: tuple[Running, RetouchPage]) -> None:
    running, shown = page
    shown.canvas.colour = QColor(10, 200, 30)
    shown.canvas.setFocus()
    running.qtbot.keyClick(shown.canvas, Qt.Key.Key_Space)
    assert shown.retouching.mask is not None
    assert shown.retouching.strokes is not None
    assert shown.retouching.mask[128, 128] == 255
    assert shown.retouching.strokes[128, 128].tolist() == [10, 200, 30]


def test_every_tool_shows_what_it_needs(page: tuple[Running, RetouchPage]) -> None:
    _, shown = page
    assert list(shown.retouching.tools) == [tool for tool in Tool if tool not in IN_W]
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


def test_what_to_do_is_read_in_full_in_a_small_window(page: tuple[Running, RetouchPage]) -> None:
    running, shown = page
    running.window.resize(1024, 700)
    for tool in shown.retouching.tools:
        shown.tools.action(tool.value).trigger()
        running.qtbot.waitUntil(lambda: shown.words.height() >= shown.words.heightForWidth(shown.words.width()))
        assert shown.words.text() in (HINTS[tool], shown.retouching.missing)
    shown.words.setText(SEVERAL)
    running.qtbot.waitUntil(lambda: shown.words.height() >= shown.words.heightForWidth(shown.words.width()))
    assert shown.words.height() > 2 * shown.words.fontMetrics().height(), "in several lines where it is long"


def test_a_face_is_set_into_a_picture_by_mouse(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> None:
    running = start("faces")
    session, bot = running.session, running.qtbot
    keep(session)
    session.photo.open(ASTRONAUT)
    bot.waitUntil(lambda: session.photo.aligned is not None, timeout=60_000)
    running.window.show_workspace(PHOTO.name)
    running.window.reveal(RetouchPage.title)
    shown = running.window.panel(RetouchPage)
    assert shown
    bot.waitUntil(shown.isVisible)
    running.settle()
    shown.tools.action(Tool.FACE.value).trigger()
    retouching = shown.retouching
    assert shown.contexts.isVisible()
    assert shown.contexts.accessibleName() == "Set into: Picture in sight"
    assert shown.go_button.isEnabled()
    assert shown.canvas.counts is not None, "a region to begin with"
    photo, frame = session.photo.aligned, session.frame
    assert photo is not None
    assert frame is not None
    seen = shown._seen()
    assert seen is not None
    assert np.array_equal(seen[32, 32], photo[32, 32]), "the photo's face"
    assert np.array_equal(seen[1, 1], frame.pictures["picture"][1, 1]), "around it the picture that it goes into"
    shown.brushes.button(ERASE).click()
    bot.mouseClick(shown.canvas, LEFT, pos=at(shown, 0.5, 0.5))
    assert retouching.mask is not None
    assert retouching.mask[128, 128] < 30
    shown.brushes.button("paint").click()
    bot.mouseClick(shown.canvas, LEFT, pos=at(shown, 0.5, 0.5))
    shown.contexts.setFocus()
    bot.keyClick(shown.contexts, Qt.Key.Key_Down)
    assert retouching.choices.context == session.project.kept[0].name
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(ASTRONAUT), ""))
    shown.contexts.action("file").trigger()
    assert retouching.choices.context_file == str(ASTRONAUT)
    assert "astronaut.png" in shown.contexts.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: ("", ""))
    shown.contexts.action("file").trigger()
    assert retouching.choices.context_file == str(ASTRONAUT), "a dialog that was left changes nothing"
    shown.contexts.action("sight").trigger()
    assert (retouching.choices.context, retouching.choices.context_file) == ("", "")
    before = session.document
    shown.go_button.click()
    bot.waitUntil(lambda: retouching.sight is not None, timeout=60_000)
    shown.go_button.click()
    bot.waitUntil(lambda: not retouching.busy, timeout=60_000)
    assert session.document != before
    assert running.window.stage.page == "Before and after", "where the photo and what came of it are seen"
    session.undo()
    assert session.document == before
