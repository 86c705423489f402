"""The slider with mouse, wheel, keys and typed numbers."""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.gui.widgets.gesture import Gesture
from ganstudio.gui.widgets.number import NumberField, parsed
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from tests.gui.screen import shown

PSI = SliderRange(low=-1.0, high=2.0, default=1.0, step=0.01, decimals=2)


@pytest.fixture
def slider(qtbot: QtBot) -> ValueSlider:
    made = ValueSlider("ψ", "pulls", PSI)
    shown(qtbot, made, 300, 60)
    return made


def told(slider: ValueSlider) -> list[tuple[float, str]]:
    calls: list[tuple[float, str]] = []
    slider.changed.connect(lambda value, gesture: calls.append((value, gesture)))
    return calls


def place_of(slider: ValueSlider, value: float) -> QPoint:
    track = slider.track
    return QPoint(round(9 + PSI.fraction(value) * (track.width() - 18)), track.height() // 2)


def wheel(slider: ValueSlider, delta: int) -> None:
    track = slider.track
    middle = QPointF(track.rect().center())
    event = QWheelEvent(
        middle, track.mapToGlobal(middle), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(track, event)


def test_a_drag_is_one_gesture(slider: ValueSlider, qtbot: QtBot) -> None:
    calls, ended = told(slider), []
    slider.settled.connect(lambda: ended.append(True))
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(slider.track, left, pos=place_of(slider, 1.0))
    for value in (0.8, 0.5, 0.2):
        qtbot.mouseMove(slider.track, place_of(slider, value))
        QApplication.processEvents()
    assert not ended
    qtbot.mouseRelease(slider.track, left, pos=place_of(slider, 0.2))
    assert calls[-1][0] == pytest.approx(0.2, abs=0.02)
    assert len({gesture for _, gesture in calls}) == 1
    assert ended == [True]


def test_two_drags_are_two_gestures(slider: ValueSlider, qtbot: QtBot) -> None:
    calls = told(slider)
    for value in (0.0, 1.5):
        qtbot.mouseClick(slider.track, Qt.MouseButton.LeftButton, pos=place_of(slider, value))
    assert len({gesture for _, gesture in calls}) == 2
    assert calls[-1][0] == pytest.approx(1.5, abs=0.02)


def test_a_drag_beyond_the_end_stays_in_the_range(slider: ValueSlider, qtbot: QtBot) -> None:
    calls = told(slider)
    qtbot.mousePress(slider.track, Qt.MouseButton.LeftButton, pos=place_of(slider, 0.0))
    qtbot.mouseMove(slider.track, QPoint(slider.track.width() + 500, 10))
    qtbot.mouseRelease(slider.track, Qt.MouseButton.LeftButton)
    assert calls[-1][0] == 2.0


def test_a_double_click_resets(slider: ValueSlider, qtbot: QtBot) -> None:
    slider.show_value(-0.4)
    calls = told(slider)
    qtbot.mouseDClick(slider.track, Qt.MouseButton.LeftButton, pos=place_of(slider, -0.4))
    assert calls[-1][0] == PSI.default


def test_a_typed_number_counts_on_return(slider: ValueSlider, qtbot: QtBot) -> None:
    calls = told(slider)
    slider.number.setFocus()
    slider.number.selectAll()
    qtbot.keyClicks(slider.number, "0,7")
    assert calls == []
    qtbot.keyClick(slider.number, Qt.Key.Key_Return)
    assert [value for value, _ in calls] == [0.7]
    assert slider.number.text() == "0.70"


def test_a_typed_number_outside_is_brought_inside(slider: ValueSlider, qtbot: QtBot) -> None:
    calls = told(slider)
    slider.number.setFocus()
    slider.number.selectAll()
    qtbot.keyClicks(slider.number, "99")
    qtbot.keyClick(slider.number, Qt.Key.Key_Return)
    assert calls[-1][0] == 2.0
    assert slider.number.text() == "2.00"


@pytest.mark.parametrize("nonsense", ["abc", "", "nan", "inf", "1e999"])
def test_nonsense_is_marked_and_changes_nothing(slider: ValueSlider, qtbot: QtBot, nonsense: str) -> None:
    calls = told(slider)
    slider.number.setFocus()
    slider.number.selectAll()
    qtbot.keyClick(slider.number, Qt.Key.Key_Delete)
    qtbot.keyClicks(slider.number, nonsense)
    qtbot.keyClick(slider.number, Qt.Key.Key_Return)
    assert calls == []
    assert slider.number.property("invalid") is True
    qtbot.keyClick(slider.number, Qt.Key.Key_Escape)
    assert slider.number.text() == "1.00"
    assert slider.number.property("invalid") is False


def test_the_wheel_turns_only_a_chosen_slider(slider: ValueSlider) -> None:
    slider.track.clearFocus()
    calls = told(slider)
    wheel(slider, 120)
    assert calls == []
    slider.track.setFocus()
    wheel(slider, -120)
    wheel(slider, -60)
    wheel(slider, -60)
    assert [value for value, _ in calls] == [0.95, 0.9]
    assert len({gesture for _, gesture in calls}) == 1


def test_keys_step_leap_and_go_to_the_ends(slider: ValueSlider, qtbot: QtBot) -> None:
    calls = told(slider)
    slider.track.setFocus()
    keys = (Qt.Key.Key_Left, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace)
    for key in keys:
        qtbot.keyClick(slider.track, key)
    assert [value for value, _ in calls] == [0.99, 0.89, -1.0, 2.0, 1.0]


def test_keys_rest_and_the_gesture_ends(slider: ValueSlider, qtbot: QtBot) -> None:
    slider.track.setFocus()
    with qtbot.waitSignal(slider.settled, timeout=5000):
        qtbot.keyClick(slider.track, Qt.Key.Key_Left)


def test_showing_a_value_tells_nobody(slider: ValueSlider) -> None:
    calls = told(slider)
    slider.show_value(0.3)
    assert calls == []
    assert slider.number.text() == "0.30"


def test_what_is_being_typed_is_not_overwritten(slider: ValueSlider, qtbot: QtBot) -> None:
    slider.number.setFocus()
    slider.number.selectAll()
    qtbot.keyClicks(slider.number, "0.4")
    slider.show_value(1.8)
    assert slider.number.text() == "0.4"


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), (" −0.5 ", -0.5), ("2,25", 2.25), ("1e2", 100.0), ("x", None), ("--1", None)]
)
def test_numbers_as_people_type_them(text: str, value: float | None) -> None:
    assert parsed(text) == value


def test_leaving_a_number_takes_it(qtbot: QtBot) -> None:
    host = QWidget()
    field, other = NumberField("n", "t", 1, parent=host), NumberField("o", "t", 1, parent=host)
    shown(qtbot, host)
    entered: list[float] = []
    field.entered.connect(entered.append)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "3.5")
    other.setFocus()
    assert entered == [3.5]


def test_a_held_gesture_keeps_its_name_until_it_is_released(qtbot: QtBot) -> None:
    owner = NumberField("n", "t", 1)
    qtbot.addWidget(owner)
    gesture = Gesture("drag", owner)
    first = gesture.hold()
    assert gesture.hold() == first == gesture.touch()
    gesture.release()
    assert not gesture.active
    assert gesture.hold() != first
