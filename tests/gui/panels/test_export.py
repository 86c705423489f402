"""The export panel with the mouse: kinds, formats, what is missing, copying and pasting."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QPoint, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog

from ganstudio.core.document import LatentPoint
from ganstudio.core.project import Keyframe, PhotoInHand, Timeline
from ganstudio.core.square import Square
from ganstudio.gui.panels.export import FILM, GRID, KEPT, PICTURE, SEEDS, ExportPanel
from tests.gui.conftest import Running

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
Start = Callable[..., Running]


def export_panel(running: Running) -> ExportPanel:
    panel = running.window.panel(ExportPanel)
    assert panel is not None
    running.window.reveal("Export")
    return panel


def test_what_is_missing_is_said_and_formats_follow(start: Start) -> None:
    running = start()
    panel, session = export_panel(running), running.session
    panel.what.action(FILM).trigger()
    assert not panel.go.isEnabled()
    assert "two keyframes" in panel.note.text()
    assert panel.form.button(".mp4").isChecked()
    assert panel.fps.isVisibleTo(panel)
    panel.fps.changed.emit(24.0, "drag")
    assert (session.project.timeline.fps, panel.options().fps) == (24, 24.0)
    session.change_project("Elsewhere", {"timeline.fps": 12})
    assert (panel.options().fps, panel.fps.number.text()) == (12.0, "12")
    assert panel.options().bit_rate is None
    panel.rate.changed.emit(4.5, "")
    assert (panel.options().bit_rate, panel.quality.isVisibleTo(panel)) == (4_500_000, False)
    running.qtbot.mouseClick(panel.form.button(".gif"), LEFT)
    assert (panel.options().bit_rate, panel.rate.isVisibleTo(panel)) == (None, False)
    running.qtbot.mouseClick(panel.form.button(".mp4"), LEFT)
    panel.rate.changed.emit(0.0, "")
    assert panel.quality.isVisibleTo(panel)
    frames = (Keyframe(LatentPoint.of_seed(1), 0.1), Keyframe(LatentPoint.of_seed(2), 0.1))
    session.change_project("Path", {"timeline": Timeline(frames)})
    assert panel.go.isEnabled()
    panel.what.action(KEPT).trigger()
    assert not panel.go.isEnabled()
    running.window.book.action("keep").trigger()
    assert panel.go.isEnabled()
    panel.what.action(PICTURE).trigger()
    assert not panel.quality.isVisibleTo(panel)
    running.qtbot.mouseClick(panel.form.button(".jpg"), LEFT)
    assert panel.quality.isVisibleTo(panel)
    assert panel.options().side is None
    assert panel.note.text() == "Always in full precision, at the model's own size."
    panel.side.changed.emit(512.0, "")
    assert panel.options().side == 512
    assert "resampled to 512 px" in panel.note.text()


def test_the_photo_is_offered_with_the_picture_of_one_and_never_by_itself(start: Start) -> None:
    running = start()
    panel, session = export_panel(running), running.session
    assert not panel.photo.isVisibleTo(panel)
    pixels = session.store.put(np.zeros((64, 64, 3), np.uint8))
    photo = PhotoInHand("me.jpg", "/me.jpg", 64, 64, pixels, Square(0.0, 0.0, 64.0))
    session.change_project("Photo", {"photo": photo})
    assert panel.photo.isVisibleTo(panel)
    assert not panel.options().photo
    panel.photo.setFocus()
    running.qtbot.keyClick(panel.photo, Qt.Key.Key_Space)
    assert panel.options().photo
    assert "photo" not in panel.own_settings(), "no preset asks for it"
    panel.recipe.setChecked(False)
    assert (panel.photo.isVisibleTo(panel), panel.options().photo) == (False, False)
    panel.recipe.setChecked(True)
    panel.what.action(SEEDS).trigger()
    assert not panel.options().photo
    panel.what.action(PICTURE).trigger()
    session.undo()
    assert not panel.photo.isVisibleTo(panel)


def test_a_film_and_many_seeds_are_written(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start()
    panel, session, qtbot = export_panel(running), running.session, running.qtbot
    frames = (Keyframe(LatentPoint.of_seed(1), 0.1), Keyframe(LatentPoint.of_seed(2), 0.1))
    session.change_project("Path", {"timeline": Timeline(frames)})
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "walk 1.5"), ""))
    running.window.book.action("export.film").trigger()
    qtbot.waitUntil((tmp_path / "walk 1.5.mp4").exists, timeout=30_000)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "many"))
    panel.what.action(SEEDS).trigger()
    panel.seeds.setText("7,9-10")
    qtbot.mouseClick(panel.go, LEFT)
    qtbot.waitUntil((tmp_path / "many" / "seed0010.png").exists, timeout=30_000)
    assert len(list((tmp_path / "many").iterdir())) == 3
    session.change_project("Slower", {"timeline.fps": 10})
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "frames"))
    running.window.book.action("export.frames").trigger()
    qtbot.waitUntil((tmp_path / "frames" / "frame0001.png").exists, timeout=30_000)
    qtbot.waitUntil(lambda: not session.jobs, timeout=30_000)
    assert len(list((tmp_path / "frames").iterdir())) == 2
    panel.what.action(GRID).trigger()
    panel.seeds.setText("nonsense")
    qtbot.mouseClick(panel.go, LEFT)
    assert "'nonsense'" in running.window.stage.banner.sentence.text()


@pytest.mark.usefixtures("tiny_enlarger")
def test_a_grid_is_enlarged(
    start: Start, styled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(styled_model)
    panel, qtbot, path = export_panel(running), running.qtbot, tmp_path / "grid.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    panel.what.action(GRID).trigger()
    panel.seeds.setText("1-4")
    assert not panel.options().enlarge
    qtbot.mouseClick(panel.enlarge, LEFT, pos=QPoint(10, panel.enlarge.height() // 2))
    assert panel.options().enlarge
    assert "Real-ESRGAN" in panel.note.text()
    qtbot.mouseClick(panel.go, LEFT)
    qtbot.waitUntil(path.exists, timeout=30_000)
    with Image.open(path) as image:
        assert image.size == (256, 256)


def test_saving_takes_the_format_of_the_name(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "x.webp"), ""))
    running.qtbot.keyClick(running.window, Qt.Key.Key_S, CONTROL)
    running.qtbot.waitUntil((tmp_path / "x.webp").exists, timeout=30_000)
    with Image.open(tmp_path / "x.webp") as image:
        assert image.format == "WEBP"


def test_a_copied_picture_is_pasted_as_its_state(start: Start) -> None:
    running = start()
    session, window, qtbot = running.session, running.window, running.qtbot
    session.change("Truncate", "psi", 0.4)
    running.settle()
    document = session.document
    qtbot.keyClick(window, Qt.Key.Key_C, CONTROL)
    session.change("Seed", "inputs.z", LatentPoint.of_seed(8))
    qtbot.keyClick(window, Qt.Key.Key_V, CONTROL)
    assert session.document == document
    assert session.undo_label == "Paste a picture"
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.setMimeData(QMimeData())
    qtbot.keyClick(window, Qt.Key.Key_V, CONTROL)
    assert "clipboard holds no picture" in window.stage.banner.sentence.text()


def test_another_programs_picture_is_pasted_as_a_photo(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    session, qtbot, clipboard = running.session, running.qtbot, QGuiApplication.clipboard()
    assert clipboard is not None
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(QColor(10, 200, 30))
    clipboard.setImage(picture)
    qtbot.keyClick(running.window, Qt.Key.Key_V, CONTROL)
    qtbot.waitUntil(lambda: session.photo.hand is not None, timeout=30_000)
    assert session.photo.hand is not None
    pixels = np.asarray(Image.open(session.photo.hand.path))
    assert pixels.shape == (48, 64, 3)
    assert (pixels == (10, 200, 30)).all()
    monkeypatch.setattr(session.settings, "folder", tmp_path / "file" / "below")
    (tmp_path / "file").write_text("no folder")
    picture.fill(QColor(10, 20, 30))
    clipboard.setImage(picture)
    running.window.paste()
    assert "cannot be written to" in running.window.stage.banner.sentence.text()


def test_scripts_and_command_lines_are_copied(start: Start) -> None:
    running = start()
    panel = export_panel(running)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    running.qtbot.mouseClick(panel.script, LEFT)
    assert "ganstudio.open_model('faces-dcgan')" in clipboard.text()
    running.qtbot.mouseClick(panel.line, LEFT)
    assert clipboard.text() == "python launcher.py generate --model faces-dcgan --seeds 79 --out out"
    assert running.window.status.note.text() == "Copied."
