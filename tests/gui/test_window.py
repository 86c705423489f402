"""The whole window on a real session: what a person does, and what the document is afterwards."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.document import ClassChoice, LatentArray, LatentPoint, NoiseMode, Space
from ganstudio.core.frame import Problem
from ganstudio.core.progress import JobState, JobStatus, Progress
from ganstudio.gui.panels.classes import ClassPanel
from ganstudio.gui.panels.latent import LatentPanel
from ganstudio.gui.panels.noise import NoisePanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.style_sheet import style_sheet
from ganstudio.gui.theme.tokens import DARK, LIGHT
from ganstudio.gui.widgets.card import Card
from ganstudio.gui.widgets.labels import ElidedLabel
from ganstudio.gui.window import MainWindow
from ganstudio.studio.launch import Theme
from ganstudio.studio.settings import Settings
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
Start = Callable[..., Running]


def part(window: MainWindow, kind: type[Panel]) -> Panel:
    found = window.panel(kind)
    assert found is not None
    return found


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(50, 50), copy, data, LEFT, none)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, data, LEFT, none))


def test_dragging_the_picture_walks_and_is_one_step(start: Start, qtbot: QtBot) -> None:
    running = start()
    first = next(iter(running.settle().pictures.values()))
    viewer, session = running.window.stage.viewer, running.session
    before = session.document
    qtbot.mousePress(viewer, LEFT, pos=QPoint(100, 100))
    for x in (120, 180, 260):
        qtbot.mouseMove(viewer, QPoint(x, 100))
    qtbot.mouseRelease(viewer, LEFT, pos=QPoint(260, 100))
    moved = session.value("inputs.z")
    assert (moved.x - before.inputs["z"].x, moved.y) == (1.0, before.inputs["z"].y)
    second = next(iter(running.settle().pictures.values()))
    assert not np.array_equal(first, second)
    qtbot.keyClick(running.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.document == before
    assert not session.can_undo
    qtbot.keyClick(
        running.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert session.value("inputs.z") == moved


def test_panels_follow_the_model_that_is_dropped(start: Start, qtbot: QtBot, styled_model: Path) -> None:
    running = start()
    window, session = running.window, running.session
    assert not part(window, NoisePanel).isVisible()
    assert not part(window, ClassPanel).isVisible()
    drop(window, styled_model)
    qtbot.waitUntil(lambda: session.model is not None and session.model.architecture == "stylegan2", timeout=30_000)
    running.settle()
    noise, classes = part(window, NoisePanel), part(window, ClassPanel)
    assert isinstance(noise, NoisePanel)
    assert isinstance(classes, ClassPanel)
    assert noise.isVisible()
    qtbot.mouseClick(noise.mode.button("none"), LEFT)
    assert session.document.noise.mode is NoiseMode.NONE
    classes.search.setFocus()
    qtbot.keyClicks(classes.search, "07")
    qtbot.keyClick(classes.search, Qt.Key.Key_Return)
    assert session.document.inputs["class"] == ClassChoice(7)
    assert running.settle().document == session.document
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.model is not None
    assert session.model.architecture == "dcgan"
    assert not noise.isVisible()


def test_a_file_that_is_no_model_is_told_in_place(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    running = start()
    document = running.session.document
    text = tmp_path / "letter.pkl"
    text.write_text("Dear model,\n" * 50)
    drop(running.window, text)
    banner = running.window.stage.banner
    qtbot.waitUntil(banner.isVisible, timeout=10_000)
    assert "letter.pkl" in banner.sentence.text()
    assert "\n" not in banner.sentence.text()
    assert running.session.document == document
    qtbot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()
    qtbot.keyClick(running.window, Qt.Key.Key_N)
    assert running.settle().document == running.session.document != document


def test_what_could_not_be_drawn_is_told_until_something_can(start: Start, qtbot: QtBot) -> None:
    session = (running := start()).session
    short = LatentArray(Space.Z, session.store.put(np.zeros(3, np.float32)))
    session.change("Of another model", "inputs.z", short)
    banner = running.window.stage.banner
    qtbot.waitUntil(banner.isVisible, timeout=10_000)
    assert "use a latent that was made with this model" in banner.sentence.text()
    qtbot.keyClick(running.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not banner.isVisible(), timeout=10_000)
    assert running.settle().document == session.document


def test_without_a_model_the_window_says_what_to_do(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    running = start(model=None)
    running.session.open_model(str(tmp_path / "missing.pkl"))
    notice = running.window.stage.notice
    qtbot.waitUntil(running.window.stage.banner.isVisible, timeout=30_000)
    qtbot.waitUntil(lambda: notice.title.text() == "No model is open", timeout=5000)
    button = next(b for b in notice.findChildren(QAbstractButton) if b.text().strip().startswith("Open Faces"))
    qtbot.mouseClick(button, LEFT)
    frame = running.settle()
    assert frame.document.model.name == "faces"
    assert running.window.stage.viewer.isVisible()
    assert not running.session.can_undo


def test_a_typed_seed_is_undone_while_its_field_has_the_keyboard(start: Start, qtbot: QtBot) -> None:
    running = start()
    session, panel = running.session, part(running.window, LatentPanel)
    assert isinstance(panel, LatentPanel)
    field, before = panel.seed.field, session.document
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "4242")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.value("inputs.z").seed == 4242
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.document == before
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert session.value("inputs.z").seed == 4242


def test_two_hundred_gestures_can_be_undone_and_redone(start: Start, qtbot: QtBot) -> None:
    running = start()
    session, window = running.session, running.window
    states = [session.document]
    for _ in range(200):
        qtbot.mouseClick(part(window, LatentPanel).seed.dice, LEFT)  # type: ignore[attr-defined]
        states.append(session.document)
    for state in reversed(states[:-1]):
        qtbot.mouseClick(window.top.undo, LEFT)
        assert session.document == state
    assert not session.can_undo
    for state in states[1:]:
        qtbot.mouseClick(window.top.redo, LEFT)
        assert session.document == state
    last = running.settle()
    assert last.document == states[-1]


def test_the_palette_reaches_everything(start: Start, qtbot: QtBot) -> None:
    running = start()
    window, card = running.window, running.window.palette_card
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert card.isVisible()
    qtbot.keyClicks(card.field, "theme: light")
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert window.appearance.choice is Theme.LIGHT
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(card.field, "next seed")
    seed = running.session.value("inputs.z").seed
    qtbot.keyClick(card.field, Qt.Key.Key_Return)
    assert running.session.value("inputs.z").seed == seed + 1
    for command in window.book.offered():
        assert command.name
        assert command.name[0].isupper()


def test_the_picture_can_be_copied_and_saved(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    pixels = next(iter(running.settle().pictures.values()))
    qtbot.keyClick(running.window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    colour = clipboard.image().pixelColor(5, 9)
    assert (colour.red(), colour.green(), colour.blue()) == tuple(pixels[9, 5])
    target = tmp_path / "kept"
    monkeypatch.setattr("ganstudio.gui.window.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    qtbot.keyClick(running.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "Saved" in running.window.status.note.text(), timeout=10_000)
    with Image.open(target.with_suffix(".png")) as saved:
        assert np.array_equal(np.asarray(saved), pixels)


def test_a_picture_that_cannot_be_saved_is_told(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    target = tmp_path / "no such folder" / "x.png"
    monkeypatch.setattr("ganstudio.gui.window.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    running.window.save_picture()
    banner = running.window.stage.banner
    qtbot.waitUntil(banner.isVisible, timeout=10_000)
    assert "x.png" in banner.sentence.text()


def test_full_screen_is_the_picture_alone(start: Start, qtbot: QtBot) -> None:
    running = start()
    window = running.window
    window.left.hide()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.top.isVisible()
    assert not window.right.isVisible()
    assert window.stage.viewer.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.top.isVisible()
    assert window.right.isVisible()
    assert not window.left.isVisible()


def test_layout_and_theme_are_remembered(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    running = start(settings=Settings(folder=folder))
    window = running.window
    qtbot.mouseClick(window.right.sections[1].header, LEFT)
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    window.appearance.choose(Theme.LIGHT)
    window.close()
    again = Settings.load(folder)
    assert again.theme is Theme.LIGHT
    second = start(settings=again)
    assert second.window.left.isHidden()
    assert {"Truncation", "Device"} <= set(second.window.right.folded())
    assert "Latent" not in second.window.right.folded()


def test_jobs_and_problems_from_the_computing_are_shown(start: Start, qtbot: QtBot) -> None:
    running = start()
    running.session.receive(JobStatus(3, "Exporting", JobState.RUNNING, Progress(1, 4)))
    assert list(running.window.status.jobs.rows) == [3]
    running.session.receive(JobStatus(3, "Exporting", JobState.DONE, Progress(4, 4)))
    assert list(running.window.status.jobs.rows) == []
    running.session.receive(Problem("The graphics memory is full; smaller pictures fit.", "details"))
    assert running.window.stage.banner.isVisible()


def test_several_files_are_dropped_at_once(start: Start, qtbot: QtBot, styled_model: Path, tmp_path: Path) -> None:
    session = (running := start()).session
    other = tmp_path / "other.safetensors"
    other.write_bytes(styled_model.read_bytes())
    drop(running.window, styled_model, other)
    qtbot.waitUntil(lambda: session.model is not None and session.model.architecture == "stylegan2", timeout=30_000)
    assert {entry.path for entry in session.library.recent} == {str(styled_model), str(other)}
    assert session.model is not None
    assert session.model.path == str(styled_model)


def test_device_and_precision_are_switched(start: Start, qtbot: QtBot) -> None:
    running = start()
    qtbot.waitUntil(lambda: running.session.device is not None, timeout=10_000)
    assert running.session.device is not None
    choices = {c.id: c for c in running.session.device.choices}
    if not choices["cpu"].fast:
        pytest.skip("this processor has no faster 16-bit path")
    exact = next(iter(running.settle().pictures.values())).astype(int)
    running.session.set_device("cpu")
    panel = next(p for p in running.window.right.panels() if p.title == "Device")
    qtbot.mouseClick(panel.precision.button("fast"), LEFT)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: running.session.device.precision.value == "fast", timeout=10_000)  # type: ignore[union-attr]
    assert "fast" in running.window.model_line.facts.text()
    with qtbot.waitSignal(running.window.stage.viewer.painted, timeout=10_000):
        running.session.change("Seed", "inputs.z", LatentPoint(running.session.value("inputs.z").x + 1))
    running.session.undo()
    fast = next(iter(running.settle().pictures.values())).astype(int)
    assert np.abs(exact - fast).mean() < 4


def controls(window: MainWindow) -> list[QWidget]:
    kinds = (QAbstractButton, QLineEdit, Card)
    return [w for w in window.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible() and w.isEnabled()]


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT])
def test_every_control_is_named_explained_and_large_enough(start: Start, styled_model: Path, theme: Theme) -> None:
    running = start(styled_model)
    running.window.appearance.choose(theme)
    found = controls(running.window)
    assert len(found) > 30
    for control in found:
        who = f"{type(control).__name__} {control.accessibleName()!r}"
        assert control.accessibleName(), who
        assert control.toolTip() or isinstance(control, QLineEdit), who
        assert min(control.width(), control.height()) >= 24, who
    named = [w for w in running.window.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert all(w.accessibleName() or type(w).__module__.startswith("PyQt6") for w in named)


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080), (3840, 2160)], ids=str)
def test_no_word_is_clipped_at_any_size(start: Start, qtbot: QtBot, styled_model: Path, size: tuple[int, int]) -> None:
    running = start(styled_model)
    running.window.resize(*size)
    QApplication.processEvents()
    assert running.window.width() == size[0]
    for word in running.window.findChildren(QLabel):
        if word.isVisible() and word.text() and not word.wordWrap() and not isinstance(word, ElidedLabel):
            needed = word.fontMetrics().horizontalAdvance(word.text())
            assert word.width() >= needed, f"{word.text()!r} needs {needed} px and has {word.width()}"
    for button in running.window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width(), button.text()


def test_both_themes_paint_their_own_colours(start: Start, qtbot: QtBot) -> None:
    running = start()
    window = running.window
    for theme, tones in ((Theme.DARK, DARK), (Theme.LIGHT, LIGHT)):
        window.appearance.choose(theme)
        qtbot.waitUntil(lambda: window.appearance.settled)
        assert window.body.updatesEnabled()
        image = window.grab().toImage()
        assert image.pixelColor(400, 4).name() == tones.raised
        corner = window.stage.viewer.mapTo(window, QPoint(4, 30))
        assert image.pixelColor(corner).name() == tones.backdrop


def test_every_part_wears_the_theme_that_was_chosen_last(start: Start, qtbot: QtBot, styled_model: Path) -> None:
    running = start(styled_model)
    window, appearance = running.window, running.window.appearance
    for theme in (Theme.LIGHT, Theme.DARK, Theme.LIGHT):
        appearance.choose(theme)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: appearance.settled)
    sheet = style_sheet(LIGHT)
    worn = [w for w in window.findChildren(QWidget) if w.styleSheet()]
    assert {window.top, window.status, window.palette_card} <= set(worn)
    assert not any(other.isAncestorOf(part) for part in worn for other in worn if other is not part)
    assert {w.styleSheet() for w in worn} == {sheet}
    words = [w for w in window.findChildren(QLabel) if w.isVisible() and not w.property("tone") and not w.objectName()]
    assert {w.palette().color(w.foregroundRole()).name() for w in words} == {LIGHT.text}
    for control in controls(window):
        assert any(part is control or part.isAncestorOf(control) for part in worn), control.accessibleName()


def test_a_menu_wears_the_theme(start: Start, qtbot: QtBot) -> None:
    running = start()
    qtbot.mouseClick(running.window.model_line.model, LEFT)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert menu.styleSheet() == style_sheet(DARK)
    menu.close()


def test_closing_does_not_wait_for_a_long_step(start: Start, qtbot: QtBot) -> None:
    running = start()
    entered, go_on = threading.Event(), threading.Event()

    def long_work(_backend: object) -> Iterator[Progress]:
        entered.set()
        go_on.wait()
        yield Progress(1, 1)

    running.session.settings.device = "cpu"
    running.session.add_job("Long", long_work)
    qtbot.waitUntil(entered.is_set)
    running.window.close()
    assert not running.studio.quiet
    assert Settings.load(running.session.settings.folder).device == "cpu"
    go_on.set()


def test_every_question_mark_explains(start: Start, qtbot: QtBot, styled_model: Path) -> None:
    running = start(styled_model)
    card = running.window.topic_card
    titles = []
    for section in running.window.right.sections:
        qtbot.mouseClick(section.question, LEFT)
        assert card.isVisible()
        assert running.window.rect().contains(card.card.geometry())
        titles.append(card.title.text())
        qtbot.keyClick(running.window, Qt.Key.Key_Escape)
        assert not card.isVisible()
    assert len(set(titles)) == len(titles) == len(running.window.right.sections)
