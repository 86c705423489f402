"""Two pictures in one place: what is painted where."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.gui.canvas.compare_view import CompareMode, CompareView

LEFT = Qt.MouseButton.LeftButton
RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 255, 0)


@pytest.fixture
def view(qtbot: QtBot) -> CompareView:
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(432, 432)
    view.show()
    view.show_pair(*(np.full((8, 8, 3), colour, dtype=np.uint8) for colour in (RED, BLUE, GREEN)))
    view.fit()
    return view


def colour(view: CompareView, x: float, y: float = 0.75) -> tuple[int, int, int]:
    """The colour at shares of the widget's width and height."""
    image = view.grab().toImage()
    found = QColor(image.pixel(int(x * image.width()), int(y * image.height())))
    return found.red(), found.green(), found.blue()


def test_the_divider_parts_a_from_b(view: CompareView, qtbot: QtBot) -> None:
    assert (colour(view, 0.3), colour(view, 0.7)) == (RED, BLUE)
    view.move_divider(0.2)
    assert colour(view, 0.3) == BLUE
    qtbot.mousePress(view, LEFT, pos=QPoint(100, 300))
    qtbot.mouseMove(view, QPoint(332, 300))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(332, 300))
    assert abs(view.divider - 316 / 400) < 0.02
    assert colour(view, 0.6) == RED
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.divider == 1.0
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.divider == 0.98


def test_side_by_side_in_turns_and_their_difference(view: CompareView) -> None:
    view.show_mode(CompareMode.SIDES)
    assert (colour(view, 0.25, 0.55), colour(view, 0.75, 0.55)) == (RED, BLUE)
    view.show_mode(CompareMode.BLINK)
    assert colour(view, 0.5) == RED
    view.turn()
    assert colour(view, 0.5) == BLUE
    view.show_mode(CompareMode.DIFFERENCE)
    assert colour(view, 0.5) == GREEN
    view.clear()
    assert colour(view, 0.5) not in (RED, GREEN, BLUE)


def test_zoom_and_pan_hold_for_both(view: CompareView, qtbot: QtBot) -> None:
    before = view.camera
    place, nothing = QPointF(216.0, 216.0), QPoint()
    wheel = QWheelEvent(
        place, place, nothing, QPoint(0, 240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert view.camera.scale > before.scale
    zoomed = view.camera
    qtbot.keyPress(view, Qt.Key.Key_Space)
    qtbot.mousePress(view, LEFT, pos=QPoint(200, 200))
    qtbot.mouseMove(view, QPoint(230, 210))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(230, 210))
    qtbot.keyRelease(view, Qt.Key.Key_Space)
    assert (round(view.camera.left - zoomed.left), round(view.camera.top - zoomed.top)) == (30, 10)
    assert view.divider == 0.5
    qtbot.mouseDClick(view, LEFT)
    assert view.camera.fitted
