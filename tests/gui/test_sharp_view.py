"""The picture enlarged while it stands still: on and off, the same place, plain when it moves, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFileDialog

from ganstudio.core.document import LatentPoint
from ganstudio.gui.desk import Desk
from ganstudio.studio import sharpening
from ganstudio.studio.settings import Settings
from ganstudio.studio.sharpening import halved
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton
Start = Callable[..., Running]
pytestmark = pytest.mark.usefixtures("tiny_enlarger")


def desk(running: Running) -> Desk:
    assert running.window.desk is not None
    return running.window.desk


def sharp(running: Running) -> None:
    running.qtbot.waitUntil(lambda: running.window.stage.viewer.is_sharp, timeout=30_000)


def test_it_is_off_at_first_and_nothing_is_loaded(start: Start, styled_model: Path) -> None:
    running = start(styled_model)
    assert not running.window.stage.bar.sharp.isChecked()
    running.session.change("Truncate", "psi", 0.5)
    running.settle()
    assert desk(running).sharp.sharpening.idle
    assert not desk(running).sharp.sharpening.loaded
    assert not desk(running).sharp.mark.isVisible()


def test_the_picture_is_enlarged_in_its_place(start: Start, styled_model: Path) -> None:
    running = start(styled_model)
    stage, viewer = running.window.stage, running.window.stage.viewer
    viewer.zoom(3.0)
    camera = viewer.camera
    plain = viewer.grab().toImage()
    running.qtbot.mouseClick(stage.bar.sharp, LEFT)
    sharp(running)
    assert viewer.camera == camera
    assert viewer.grab().toImage() != plain
    assert "32 × 32 → 128 × 128 px" in desk(running).sharp.mark.accessibleName()
    assert "32 px" in running.window.status.speed.text()
    viewer.zoom(0.5)
    assert viewer.is_sharp
    running.qtbot.keyClick(viewer, Qt.Key.Key_4)
    assert not viewer.is_sharp
    assert not desk(running).sharp.mark.isVisible()
    assert not desk(running).sharp.sharpening.loaded
    viewer.zoom(2.0)
    assert viewer.grab().toImage() == plain


def test_what_moves_is_plain_and_sharp_again_later(start: Start, styled_model: Path) -> None:
    running = start(styled_model)
    stage, viewer = running.window.stage, running.window.stage.viewer
    running.window.perform("sharp")
    sharp(running)
    first = viewer.picture()
    running.session.change("Seed", "inputs.z", LatentPoint.of_seed(5))
    assert not viewer.is_sharp, "at once, before the new picture is there"
    running.settle()
    sharp(running)
    assert stage.frame is not None
    assert stage.frame.document == running.session.document
    assert viewer.picture() != first
    running.session.change_project("Name", {"kept": ()})
    assert viewer.is_sharp, "the document is the same"


def test_it_is_remembered_and_copied_and_saved_as_seen(
    start: Start, styled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(styled_model)
    window, qtbot = running.window, running.qtbot
    window.perform("sharp")
    sharp(running)
    window.perform("copy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.image().width() == 128
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "seen.png"), ""))
    window.perform("save")
    qtbot.waitUntil((tmp_path / "seen.png").exists, timeout=30_000)
    with Image.open(tmp_path / "seen.png") as image:
        assert image.size == (128, 128)
    running.session.settings.keeping.finish()
    settings = Settings.load(tmp_path / "home")
    assert settings.enlarge
    again = start(styled_model, settings)
    assert again.window.stage.bar.sharp.isChecked()
    sharp(again)


def test_large_pictures_are_refused_with_the_reason(
    start: Start, styled_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharpening, "MOST_SIDE_PX", 16)
    running = start(styled_model)
    running.window.perform("sharp")
    mark = desk(running).sharp.mark
    assert mark.isVisible()
    assert mark.words == "Not enlarged: 32 px wide or high, 16 at most. Exports enlarge any size."
    assert desk(running).sharp.sharpening.idle


def test_a_missing_network_is_told_in_place(
    start: Start, styled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(styled_model)
    (tmp_path / "tiny-enlarger" / "model.safetensors").write_bytes(b"nothing")
    running.window.perform("sharp")
    mark = desk(running).sharp.mark
    running.qtbot.waitUntil(lambda: "model.safetensors" in mark.words, timeout=30_000)
    assert mark.share is None
    assert mark.width() <= running.window.stage.viewer.width()


def test_half_the_size_is_the_mean_of_four() -> None:
    given = np.array([[0, 2], [255, 255]], np.uint8).repeat(3).reshape(2, 2, 3)
    assert (halved(given) == 128).all()
