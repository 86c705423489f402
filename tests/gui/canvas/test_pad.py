"""The latent pad by mouse and keys."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.core.document import LatentPoint
from ganstudio.gui.canvas.pad import UNIT_PX, LatentPad, View
from tests.gui.screen import shown

LEFT = Qt.MouseButton.LeftButton
Moves = list[tuple[float, float, str]]


@pytest.fixture
def pad(qtbot: QtBot) -> LatentPad:
    made = LatentPad()
    shown(qtbot, made, 280, 184)
    return made


def moves(pad: LatentPad) -> Moves:
    calls: Moves = []
    pad.moved.connect(lambda x, y, gesture: calls.append((x, y, gesture)))
    return calls


def test_a_drag_moves_by_what_the_pointer_moved(pad: LatentPad, qtbot: QtBot) -> None:
    pad.show_point(LatentPoint(5.0, 2.0))
    calls = moves(pad)
    start = QPoint(40, 40)
    qtbot.mousePress(pad, LEFT, pos=start)
    qtbot.mouseMove(pad, start + QPoint(28, 0))
    qtbot.mouseMove(pad, start + QPoint(56, -14))
    with qtbot.waitSignal(pad.settled, timeout=1000):
        qtbot.mouseRelease(pad, LEFT, pos=start + QPoint(56, -14))
    assert calls[-1][:2] == pytest.approx((6.0, 2.0 - 14 / UNIT_PX))
    assert len({gesture for _, _, gesture in calls}) == 1


def test_shift_drags_finely(pad: LatentPad, qtbot: QtBot) -> None:
    calls = moves(pad)
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(pad, LEFT, shift, QPoint(100, 100))
    from PyQt6.QtCore import QEvent, QPointF
    from PyQt6.QtGui import QMouseEvent
    from PyQt6.QtWidgets import QApplication

    place = QPointF(156, 100)
    event = QMouseEvent(QEvent.Type.MouseMove, place, pad.mapToGlobal(place), LEFT, LEFT, shift)
    QApplication.sendEvent(pad, event)
    qtbot.mouseRelease(pad, LEFT, shift, QPoint(156, 100))
    assert calls[-1][:2] == pytest.approx((0.2, 0.0))


def test_a_click_goes_there_and_snaps_to_a_seed_that_is_close(pad: LatentPad, qtbot: QtBot) -> None:
    calls = moves(pad)
    middle = pad.rect().center()
    qtbot.mouseClick(pad, LEFT, pos=middle + QPoint(round(UNIT_PX) + 4, -3))
    assert calls[-1][:2] == (1.0, 0.0)
    qtbot.mouseClick(pad, LEFT, pos=middle + QPoint(round(UNIT_PX * 0.5), 0))
    assert calls[-1][0] == pytest.approx(0.5, abs=0.03)


def test_a_double_click_goes_to_the_nearest_seed(pad: LatentPad, qtbot: QtBot) -> None:
    calls = moves(pad)
    qtbot.mouseDClick(pad, LEFT, pos=pad.rect().center() + QPoint(round(UNIT_PX * 1.4), round(UNIT_PX * 0.6)))
    assert calls[-1][:2] == (1.0, 1.0)


def test_arrow_keys_walk(pad: LatentPad, qtbot: QtBot) -> None:
    calls = moves(pad)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_Right)
    qtbot.keyClick(pad, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [call[:2] for call in calls] == [pytest.approx((0.1, 0.0)), pytest.approx((0.1, 1.0))]
    assert len({gesture for _, _, gesture in calls}) == 1


def test_the_right_button_moves_nothing(pad: LatentPad, qtbot: QtBot) -> None:
    calls = moves(pad)
    qtbot.mouseClick(pad, Qt.MouseButton.RightButton)
    assert calls == []


def test_showing_a_far_place_brings_it_into_the_middle(pad: LatentPad) -> None:
    pad.show_point(LatentPoint(5_000_000.0, 0.0))
    seen = pad.grab().toImage()
    middle = seen.pixelColor(seen.width() // 2, seen.height() // 2)
    assert middle == pad.palette().color(pad.palette().ColorRole.Highlight)
    assert pad.point.x == 5_000_000.0


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (40.0, -7.5), (-3.25, 1e6)])
def test_a_point_is_never_at_the_edge_of_its_view(x: float, y: float) -> None:
    view = View().keeping(LatentPoint(x, y), 280, 184)
    assert abs(view.x - x) * UNIT_PX <= 280 / 2 - 36 + 1e-6 * abs(x)
    assert abs(view.y - y) * UNIT_PX <= 184 / 2 - 36 + 1e-6 * abs(y)
