"""The page that compares, in a real window with real computing."""

from collections.abc import Callable

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QDropEvent

from ganstudio.core.comparison import Contrast, SideKind
from ganstudio.core.document import LatentPoint
from ganstudio.core.project import KeptLatent
from ganstudio.gui.canvas.compare_view import CompareMode
from ganstudio.gui.kept_drag import kept_payload
from ganstudio.gui.panels.compare import ComparePanel
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


def settled(running: Running) -> None:
    running.settle()
    running.qtbot.waitUntil(lambda: running.session.comparison.idle, timeout=PATIENCE_MS)


def test_pinning_wiping_and_measuring(start: Callable[..., Running]) -> None:
    running = start()
    qtbot, session = running.qtbot, running.session
    page = running.window.panel(ComparePanel)
    assert page is not None
    running.window.reveal("Compare")
    assert page.begin.isVisible()
    assert not page.view.isVisible()
    qtbot.mouseClick(page.begin, LEFT)
    settled(running)
    assert page.view.isVisible()
    qtbot.waitUntil(lambda: "LPIPS (VGG16) 0.0000" in page.numbers.text(), timeout=PATIENCE_MS)
    assert "mean absolute error 0 of 255" in page.numbers.text()
    session.change("Seed", "inputs.z", LatentPoint.of_seed(12))
    settled(running)
    qtbot.waitUntil(lambda: "…" not in page.numbers.text(), timeout=PATIENCE_MS)
    assert float(page.numbers.text().split()[2]) > 0.1
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert abs(page.view.divider - 0.6) < 1e-6
    camera = page.view.camera
    x = camera.left + 0.25 * 64 * camera.scale
    qtbot.mouseClick(page.view, LEFT, pos=QPoint(int(x), page.view.height() // 2))
    assert abs(page.view.divider - 0.25) < 0.01
    qtbot.mouseClick(page.modes.button("difference"), LEFT)
    qtbot.mouseClick(page.contrasts.button("absolute"), LEFT)
    qtbot.mouseClick(page.gains.button("16"), LEFT)
    assert (session.comparison.shown.contrast, session.comparison.shown.gain) == (Contrast.ABSOLUTE, 16.0)
    running.window.book.action("compare.blink").trigger()
    assert page.view.mode is CompareMode.BLINK
    assert page.view.shows_a
    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert not page.view.shows_a
    qtbot.mouseClick(page.swap, LEFT)
    assert session.comparison.sides["b"].kind is SideKind.PINNED
    seed = session.document
    qtbot.mouseClick(page.go_buttons["b"], LEFT)
    assert session.document != seed
    session.undo()
    assert session.document == seed
    settled(running)


def test_every_word_has_its_room_in_a_small_window(start: Callable[..., Running]) -> None:
    running = start()
    page = running.window.panel(ComparePanel)
    assert page is not None
    running.window.resize(1024, 700)
    running.window.reveal("Compare")
    running.window.book.action("compare.difference").trigger()
    running.qtbot.waitUntil(page.gains.isVisible)
    for row in (page.modes, page.contrasts, page.gains):
        running.qtbot.waitUntil(lambda row=row: row.width() >= row.sizeHint().width())  # type: ignore[misc]
        assert page.rect().contains(row.geometry())


def test_precisions_and_kept_latents_stand_on_sides(start: Callable[..., Running]) -> None:
    running = start()
    session = running.session
    page = running.window.panel(ComparePanel)
    assert page is not None
    running.window.reveal("Compare")
    assert session.model is not None
    assert f"model:{session.model.name}" not in dict(session.comparison.offers())  # nothing to compare itself with
    page.menus["a"].action("precision:fast").trigger()
    settled(running)
    running.qtbot.waitUntil(lambda: "LPIPS (VGG16) 0.00" in page.numbers.text(), timeout=PATIENCE_MS)
    assert page.go_buttons["a"].isHidden()
    kept = KeptLatent("smile", session.document, LatentPoint.of_seed(4))
    session.change_project("Keep", {"kept": (kept,)})
    assert page.menus["b"].action("kept:0").text() == "Kept: smile"
    data = kept_payload((0,))
    place = QPointF(page.width() - 20.0, page.height() / 2)
    buttons, modifiers = LEFT, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, modifiers))
    assert session.comparison.sides["b"].title == "Kept: smile"
    running.window.stage.show_page("Picture")
    settled(running)
    assert session.comparison.sides["a"].kind is SideKind.PRECISION
