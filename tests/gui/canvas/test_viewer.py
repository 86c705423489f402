"""The picture: what is drawn, where, and how it moves."""

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.gui.canvas.camera import LARGEST, SMALLEST, Camera
from ganstudio.gui.canvas.viewer import Viewer, image_of
from tests.gui.screen import shown

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def quarters(side: int) -> np.ndarray:
    """Red, green, blue and white quarters."""
    picture = np.zeros((side, side, 3), np.uint8)
    half = side // 2
    picture[:half, :half, 0] = 255
    picture[:half, half:, 1] = 255
    picture[half:, :half, 2] = 255
    picture[half:, half:] = 255
    return picture


def under(camera: Camera, place: QPointF) -> tuple[float, float]:
    """The picture's place under a place on the screen."""
    return (place.x() - camera.left) / camera.scale, (place.y() - camera.top) / camera.scale


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    shown(qtbot, made, 432, 332)
    made.show_pictures({"image": quarters(64)}, 64)
    return made


def test_a_picture_keeps_its_pixels() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    image = image_of(picture)
    assert (image.width(), image.height()) == (7, 5)
    for y in range(5):
        for x in range(7):
            colour = image.pixelColor(x, y)
            assert (colour.red(), colour.green(), colour.blue()) == tuple(picture[y, x])


def test_the_picture_outlives_its_array() -> None:
    image = image_of(np.full((3, 3, 3), 77, np.uint8))
    other = np.zeros((64, 64, 3), np.uint8)
    assert image.pixelColor(1, 1).red() == 77
    assert other.sum() == 0


def test_it_is_fitted_and_centred(viewer: Viewer) -> None:
    assert viewer.camera.fitted
    assert viewer.camera.scale == pytest.approx(300 / 64)
    assert viewer.camera.left == pytest.approx(66)
    seen = viewer.grab().toImage()
    assert seen.pixelColor(100, 60).name() == "#ff0000"
    assert seen.pixelColor(330, 60).name() == "#00ff00"
    assert seen.pixelColor(100, 270).name() == "#0000ff"
    assert seen.pixelColor(10, 10).name() not in ("#000000", "#ffffff")


def test_the_wheel_zooms_around_the_pointer(viewer: Viewer) -> None:
    place = QPointF(150, 120)
    before = under(viewer.camera, place)
    scale = viewer.camera.scale
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewer, event)
    assert viewer.camera.scale > scale * 1.3
    assert under(viewer.camera, place) == pytest.approx(before)


def test_a_preview_takes_the_place_of_the_full_picture(viewer: Viewer) -> None:
    camera = viewer.camera
    viewer.show_pictures({"image": quarters(16)}, 64)
    assert viewer.camera == camera
    assert viewer.grab().toImage().pixelColor(100, 60).name() == "#ff0000"


def test_dragging_tells_each_step_of_one_gesture(viewer: Viewer, qtbot: QtBot) -> None:
    steps: list[tuple[float, float, str]] = []
    viewer.dragged.connect(lambda dx, dy, gesture: steps.append((dx, dy, gesture)))
    camera = viewer.camera
    qtbot.mousePress(viewer, LEFT, pos=QPoint(100, 100))
    qtbot.mouseMove(viewer, QPoint(110, 104))
    qtbot.mouseMove(viewer, QPoint(130, 100))
    with qtbot.waitSignal(viewer.drag_ended, timeout=1000):
        qtbot.mouseRelease(viewer, LEFT, pos=QPoint(130, 100))
    assert (sum(s[0] for s in steps), sum(s[1] for s in steps)) == (30, 0)
    assert len({s[2] for s in steps}) == 1
    assert viewer.camera == camera


@pytest.mark.parametrize("with_space", [True, False], ids=["space", "middle button"])
def test_panning_moves_the_picture_and_no_latent(viewer: Viewer, qtbot: QtBot, with_space: bool) -> None:
    steps: list[float] = []
    viewer.dragged.connect(lambda dx, _dy, _gesture: steps.append(dx))
    camera = viewer.camera
    button = LEFT if with_space else MIDDLE
    if with_space:
        viewer.setFocus()
        qtbot.keyPress(viewer, Qt.Key.Key_Space)
    qtbot.mousePress(viewer, button, pos=QPoint(100, 100))
    qtbot.mouseMove(viewer, QPoint(120, 90))
    qtbot.mouseRelease(viewer, button, pos=QPoint(120, 90))
    if with_space:
        qtbot.keyRelease(viewer, Qt.Key.Key_Space)
    assert (viewer.camera.left, viewer.camera.top) == pytest.approx((camera.left + 20, camera.top - 10))
    assert steps == []
    viewer.fit()
    assert viewer.camera == camera


def test_actual_size_is_one_to_one(viewer: Viewer) -> None:
    viewer.actual_size()
    assert viewer.camera.scale == pytest.approx(1 / viewer.devicePixelRatioF())
    assert not viewer.camera.fitted


def test_resizing_keeps_the_picture_fitted(viewer: Viewer, qtbot: QtBot) -> None:
    viewer.resize(832, 632)
    qtbot.waitUntil(lambda: viewer.camera.scale == pytest.approx(600 / 64), timeout=2000)


def test_crisp_pixels_have_hard_edges(viewer: Viewer) -> None:
    viewer.set_smooth(False)
    seen = viewer.grab().toImage()
    colours = {seen.pixelColor(x, 60).name() for x in range(70, 360)}
    assert colours == {"#ff0000", "#00ff00"}
    viewer.set_smooth(True)
    seen = viewer.grab().toImage()
    assert len({seen.pixelColor(x, 60).name() for x in range(70, 360)}) > 2


def test_two_pictures_lie_side_by_side(viewer: Viewer) -> None:
    red, blue = np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    viewer.show_pictures({"a": red, "b": blue}, 64)
    seen = viewer.grab().toImage()
    assert seen.pixelColor(100, 166).name() == "#ff0000"
    assert seen.pixelColor(330, 166).name() == "#0000ff"


def test_an_empty_viewer_answers_nothing(qtbot: QtBot) -> None:
    viewer = Viewer()
    shown(qtbot, viewer)
    steps: list[float] = []
    viewer.dragged.connect(lambda dx, _dy, _gesture: steps.append(dx))
    qtbot.mousePress(viewer, LEFT, pos=QPoint(10, 10))
    qtbot.mouseMove(viewer, QPoint(50, 50))
    qtbot.mouseRelease(viewer, LEFT)
    assert steps == []
    assert viewer.picture() is None


def test_zoom_has_ends() -> None:
    camera = Camera()
    for _ in range(200):
        camera = camera.zoomed(10, 10, 1.5)
    assert camera.scale == LARGEST
    for _ in range(200):
        camera = camera.zoomed(10, 10, 0.5)
    assert camera.scale == SMALLEST


def test_a_picture_cannot_be_lost_from_sight() -> None:
    camera = Camera(1.0, 0, 0, fitted=False).panned(-10_000, 10_000).kept_in_sight((64, 64), (400, 300))
    assert camera.left + 64 >= 48
    assert camera.top <= 300 - 48
