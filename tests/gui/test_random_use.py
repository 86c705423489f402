"""Random clicks, keys, drags, wheels and drops: nothing is raised, and the last picture is the last state."""

import random
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from ganstudio.gui.panels.latent import LatentPanel
from tests.gui.conftest import Running

QUICK, FULL = 2_000, 100_000
KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Space,
    Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace, Qt.Key.Key_F,
    Qt.Key.Key_1, Qt.Key.Key_S, Qt.Key.Key_N, Qt.Key.Key_R, Qt.Key.Key_P, Qt.Key.Key_7, Qt.Key.Key_Minus,
)  # fmt: skip
CONTROL_KEYS = (Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_K, Qt.Key.Key_C, Qt.Key.Key_B)


class Hands:
    """Uses a window at random, the same way for the same seed."""

    def __init__(self, running: Running, seed: int) -> None:
        self.running = running
        self.chance = random.Random(seed)

    def act(self) -> None:
        """One random event on a random visible widget."""
        widget = self.widget()
        place = QPoint(self.chance.randrange(widget.width()), self.chance.randrange(widget.height()))
        action = self.chance.choice((self.click, self.click, self.key, self.key, self.drag, self.wheel, self.control))
        action(widget, place)

    def widget(self) -> QWidget:
        seen = [w for w in self.running.window.findChildren(QWidget) if w.isVisible() and w.width() and w.height()]
        return self.chance.choice(seen)

    def click(self, widget: QWidget, place: QPoint) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def key(self, widget: QWidget, _place: QPoint) -> None:
        QTest.keyClick(QApplication.focusWidget() or widget, self.chance.choice(KEYS))

    def control(self, widget: QWidget, _place: QPoint) -> None:
        QTest.keyClick(widget, self.chance.choice(CONTROL_KEYS), Qt.KeyboardModifier.ControlModifier)

    def drag(self, widget: QWidget, place: QPoint) -> None:
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=place)
        for _ in range(3):
            QTest.mouseMove(widget, place + QPoint(self.chance.randint(-90, 90), self.chance.randint(-90, 90)))
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=place)

    def wheel(self, widget: QWidget, place: QPoint) -> None:
        delta = QPoint(0, self.chance.choice((-240, -120, 120, 240)))
        event = QWheelEvent(
            QPointF(place), QPointF(widget.mapToGlobal(place)), QPoint(), delta, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What reaches the last resort."""
    caught: list[BaseException] = []

    def catch(_kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_tb(trace)
        caught.append(error)

    monkeypatch.setattr(sys, "excepthook", catch)
    return caught


def use(start: Callable[..., Running], model: Path, raised: list[BaseException], events: int, seed: int) -> None:
    running = start(model)
    running.window.book.enable("close", False)  # a random walk through the palette may find it
    hands = Hands(running, seed)
    for number in range(events):
        hands.act()
        if number % 5 == 0:
            QApplication.processEvents()
        while popup := QApplication.activePopupWidget():
            popup.close()
        assert not raised
        assert running.window.isVisible()
    running.window.show_workspace("explore")
    latent = running.window.panel(LatentPanel)
    assert latent is not None
    latent.release()
    frame = running.settle()
    assert frame.document == running.session.document
    assert not raised


def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(f"PyQt6.QtWidgets.QFileDialog.{name}", lambda *_: ("", ""))
    monkeypatch.setattr("PyQt6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: "")
    monkeypatch.setattr("PyQt6.QtWidgets.QInputDialog.getText", lambda *_, **__: ("", False))


def test_random_use_raises_nothing(
    start: Callable[..., Running], styled_model: Path, raised: list[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_dialogs(monkeypatch)
    use(start, styled_model, raised, QUICK, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(5))
def test_long_random_use_raises_nothing(
    start: Callable[..., Running],
    styled_model: Path,
    raised: list[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    no_dialogs(monkeypatch)
    use(start, styled_model, raised, FULL, seed)
