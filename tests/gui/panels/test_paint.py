"""Painting in the window: strokes of a mouse and a pen to label pixels, and on to the picture."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QInputDevice, QPointingDevice, QTabletEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from ganstudio.core.document import LatentArray, LatentBlend
from ganstudio.core.store import Array
from ganstudio.gui.canvas.label_canvas import LabelCanvas, edges
from ganstudio.gui.panels.paint_map import PaintMapPanel
from ganstudio.gui.panels.paint_page import MAP, ONION, OUTPUT, SIDES, PaintPage
from ganstudio.gui.panels.paint_palette import PalettePanel
from ganstudio.gui.panels.paint_style import PaintStylePanel
from ganstudio.gui.panels.paint_tools import PaintToolsPanel
from ganstudio.studio.painting.strokes import Tool
from tests.gui.conftest import Running

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


class Painter:
    """A person in front of the Paint workspace."""

    def __init__(self, running: Running) -> None:
        self.running, self.session, self.bot = running, running.session, running.qtbot
        running.window.show_workspace("paint")
        running.window.body.turns.finish()
        page = running.window.panel(PaintPage)
        assert page is not None
        self.page = page
        self.bot.waitUntil(page.map_canvas.isVisible)
        self.bot.waitUntil(self.rests)

    def rests(self) -> bool:
        """Whether a turn of the event loop moves nothing any more."""
        canvas = self.page.map_canvas
        before = (canvas.size(), canvas.camera)
        QApplication.processEvents()
        return before == (canvas.size(), canvas.camera) and canvas.extent == (64, 64)

    @property
    def labels(self) -> Array:
        labels = self.session.painting.labels
        assert labels is not None
        return labels

    def panel(self, kind: type) -> object:
        return self.running.window.panel(kind)

    def at(self, place: Sequence[float], canvas: LabelCanvas | None = None) -> QPoint:
        return (canvas or self.page.map_canvas).on_screen((place[0], place[1])).toPoint()

    def stroke(
        self, *places: Sequence[float], button: Qt.MouseButton = LEFT, canvas: LabelCanvas | None = None
    ) -> None:
        target = canvas or self.page.map_canvas
        self.bot.mousePress(target, button, pos=self.at(places[0], target))
        for place in places[1:]:
            self.bot.mouseMove(target, self.at(place, target))
        self.bot.mouseRelease(target, button, pos=self.at(places[-1], target))

    def picture(self) -> Array:
        return next(iter(self.running.settle().pictures.values()))


@pytest.fixture
def painter(start: Callable[..., Running], painter_model: Path) -> Painter:
    return Painter(start(painter_model))


def test_strokes_become_label_pixels_and_another_picture(painter: Painter) -> None:
    before = painter.picture()
    painter.stroke((10.5, 20.5), (50.5, 20.5))
    assert painter.labels[20, 10:51].tolist() == [1] * 41
    assert painter.session.undo_label == "Paint hair"
    assert len(painter.session.history) == 1
    after = painter.picture()
    assert not np.array_equal(before, after)
    painter.stroke((30.5, 20.5), button=RIGHT)
    assert painter.labels[20, 30] == 0
    painter.running.window.book.action("undo").trigger()
    painter.running.window.book.action("undo").trigger()
    assert not painter.labels.any()
    assert np.array_equal(painter.picture(), before)
    painter.running.window.book.action("redo").trigger()
    assert np.array_equal(painter.picture(), after)


def test_painting_on_the_picture_paints_the_map(painter: Painter) -> None:
    page = painter.page
    painter.stroke((32.5, 32.5), canvas=page.output_canvas)
    assert painter.labels[32, 32] == 1
    page.views.button(OUTPUT).click()
    assert not page.map_canvas.isVisible()
    QApplication.processEvents()
    painter.stroke((8.5, 8.5), canvas=page.output_canvas)
    assert painter.labels[8, 8] == 1


def test_the_same_strokes_paint_the_same_picture(
    start: Callable[..., Running], painter_model: Path, painter: Painter
) -> None:
    def paint(who: Painter) -> tuple[Array, Array]:
        for key, places in (
            ("2", ((12, 12), (40, 15), (50, 40))),
            ("3", ((20, 40), (30, 50))),
            ("0", ((5, 5),)),
            ("4", ((32, 32), (33, 33))),
        ):
            who.bot.keyClick(who.page.map_canvas, key)
            who.stroke(*places)
        return who.labels.copy(), who.picture()

    labels, picture = paint(painter)
    painter.running.window.close()
    again, drawn = paint(Painter(start(painter_model)))
    assert set(np.unique(labels)) == {0, 1, 2, 3}
    assert np.array_equal(labels, again)
    assert np.array_equal(picture, drawn)


def test_keys_choose_tools_classes_and_sizes_only_on_the_map(painter: Painter) -> None:
    bot, canvas, painting = painter.bot, painter.page.map_canvas, painter.session.painting
    document = painter.session.document
    canvas.setFocus()
    bot.keyClick(canvas, "3")
    assert painting.hand.label == 2
    palette, tools = painter.panel(PalettePanel), painter.panel(PaintToolsPanel)
    assert palette.list.currentRow() == 2  # type: ignore[attr-defined]
    for key, tool in (("E", Tool.ELLIPSE), ("R", Tool.RECTANGLE), ("B", Tool.BRUSH)):
        bot.keyClick(canvas, key)
        assert painting.hand.tool is tool
        assert tools.tools[tool].isChecked()  # type: ignore[attr-defined]
    size = painting.hand.brush.size
    bot.keyClick(canvas, "]")
    assert painting.hand.brush.size > size
    bot.keyClick(canvas, "M")
    assert painting.hand.mirror
    assert painter.session.document == document  # R is not “Random seed” here


def test_the_keyboard_alone_can_paint(painter: Painter) -> None:
    bot, canvas = painter.bot, painter.page.map_canvas
    canvas.setFocus()
    canvas.show_pointer(None)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        bot.keyClick(canvas, key)
    assert painter.labels[33, 33] == 1
    bot.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    bot.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    bot.keyClick(canvas, Qt.Key.Key_Return)
    assert painter.labels[17, 33] == 1
    bot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert painter.labels[17, 33] == 0


def test_escape_takes_the_stroke_under_way_back(painter: Painter) -> None:
    bot, canvas = painter.bot, painter.page.map_canvas
    bot.mousePress(canvas, LEFT, pos=painter.at((20, 20)))
    bot.mouseMove(canvas, painter.at((40, 20)))
    assert painter.labels.any()
    bot.keyClick(canvas, Qt.Key.Key_Escape)
    bot.mouseMove(canvas, painter.at((50, 50)))
    bot.mouseRelease(canvas, LEFT, pos=painter.at((50, 50)))
    assert not painter.labels.any()
    assert not painter.session.can_undo


def test_alt_takes_the_class_up(painter: Painter) -> None:
    painter.stroke((20, 20))
    painter.session.painting.choose(3)
    alt = Qt.KeyboardModifier.AltModifier
    painter.bot.mouseClick(painter.page.map_canvas, LEFT, alt, painter.at((20, 20)))
    assert painter.session.painting.hand.label == 1
    assert len(painter.session.history) == 1


def test_a_pen_paints_wider_the_harder_it_is_pressed(painter: Painter) -> None:
    canvas = painter.page.map_canvas
    pen = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Pressure, 1, 1,
    )  # fmt: skip

    def send(kind: QEvent.Type, place: tuple[float, float], pressure: float) -> bool:
        at = QPointF(painter.at(place))
        button = LEFT if kind == QEvent.Type.TabletPress else Qt.MouseButton.NoButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else LEFT
        event = QTabletEvent(
            kind, pen, at, QPointF(canvas.mapToGlobal(at)), pressure, 0, 0, 0, 0, 0, NONE, button, held
        )
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    assert send(QEvent.Type.TabletPress, (10.5, 30.5), 0.15)
    assert send(QEvent.Type.TabletMove, (50.5, 30.5), 1.0)
    assert send(QEvent.Type.TabletRelease, (50.5, 30.5), 0.0)
    heights = (painter.labels == 1).sum(axis=0)
    assert 0 < heights[10] < heights[30] < heights[49]
    assert len(painter.session.history) == 1
    assert not send(QEvent.Type.TabletMove, (5.5, 5.5), 0.0)


def test_zoom_keeps_pixels_crisp_and_both_sides_together(painter: Painter) -> None:
    page, canvas = painter.page, painter.page.map_canvas
    painter.stroke((32.5, 32.5))
    place = canvas.on_screen((32.5, 32.5))
    wheel = QWheelEvent(
        place, QPointF(canvas.mapToGlobal(place)), QPoint(), QPoint(0, 1200), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    assert canvas.camera.scale > 20
    assert page.output_canvas.camera == canvas.camera
    assert canvas.on_screen((32.5, 32.5)).x() == pytest.approx(place.x(), abs=1)
    canvas.show_pointer(None)
    grabbed = canvas.grab().toImage()
    palette = painter.session.painting.asked.palette  # type: ignore[union-attr]
    for label, where in ((1, (32.5, 32.5)), (0, (45.5, 32.5))):
        at = painter.at(where)
        if canvas.rect().contains(at):
            assert grabbed.pixelColor(at).getRgb()[:3] == palette[label]
    bot = painter.bot
    bot.keyPress(canvas, Qt.Key.Key_Space)
    left = canvas.camera.left
    painter.stroke((30, 30), (34, 30))
    bot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.camera.left > left
    assert len(painter.session.history) == 1
    page.fit_button.click()
    assert canvas.camera.fitted


def test_the_onion_shows_the_picture_over_the_map(painter: Painter) -> None:
    page, canvas = painter.page, painter.page.map_canvas
    painter.stroke((32.5, 32.5))
    painter.running.settle()
    page.views.button(MAP).click()
    assert not page.output_canvas.isVisible()
    page.views.button(ONION).click()
    painter.bot.waitUntil(page.onion.isVisible)
    painter.bot.waitUntil(painter.rests)
    canvas.show_pointer(None)
    picture, palette = painter.picture(), painter.session.painting.asked.palette  # type: ignore[union-attr]
    for share, wanted in ((0.0, palette[1]), (100.0, tuple(picture[32, 32].tolist()))):
        page.onion.track._tell(share, "")
        shown = canvas.grab().toImage().pixelColor(painter.at((32.5, 32.5))).getRgb()[:3]
        assert np.abs(np.subtract(shown, wanted)).max() <= 12
    page.views.button(SIDES).click()
    assert page.output_canvas.isVisible()


def dropped(painter: Painter, path: Path) -> bool:
    """Drag a file over the page and let it go; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    page, copy = painter.page, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(40, 40), copy, data, LEFT, NONE)
    QApplication.sendEvent(page, enter)
    if not page.veil.isVisible():  # the window may still take it
        return False
    drop = QDropEvent(QPointF(40, 40), copy, data, LEFT, NONE)
    QApplication.sendEvent(page, drop)
    assert not page.veil.isVisible()
    return drop.isAccepted()


def test_a_dropped_map_is_painted_and_foreign_colours_are_asked_for(painter: Painter, tmp_path: Path) -> None:
    session, panel = painter.session, painter.panel(PaintMapPanel)
    assert isinstance(panel, PaintMapPanel)
    index = np.zeros((32, 32), np.uint8)
    index[8:24] = 2
    Image.fromarray(index).save(tmp_path / "index.png")
    assert dropped(painter, tmp_path / "index.png")
    painter.bot.waitUntil(lambda: painter.labels[32, 0] == 2)
    assert painter.labels.shape == (64, 64)
    assert "32 × 32" in panel.words.text()
    before = painter.picture()
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, 40:] = (7, 200, 90)
    Image.fromarray(pixels).save(tmp_path / "foreign.png")
    assert dropped(painter, tmp_path / "foreign.png")
    painter.bot.waitUntil(panel.wizard.isVisible)
    place = next(p for p, tone in enumerate(session.painting.files.pending.tones) if tone.known is None)  # type: ignore[union-attr]
    panel.tones.choices[place].action("3").trigger()
    panel.take.click()
    assert (painter.labels[:, 40:] == 3).all()
    assert not panel.wizard.isVisible()
    assert panel.again.isVisible()
    assert not np.array_equal(painter.picture(), before)
    (tmp_path / "notes.txt").write_text("no picture")
    assert not dropped(painter, tmp_path / "notes.txt")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    labels = painter.labels.copy()
    with painter.bot.waitSignal(
        painter.running.window.stage.banner.dismissed, raising=False, timeout=10
    ) as _:
        session.painting.files.open(tmp_path / "broken.png")
    painter.bot.waitUntil(painter.running.window.stage.banner.isVisible)
    assert np.array_equal(painter.labels, labels)


def test_styles_of_pictures_and_between_two(painter: Painter, tmp_path: Path) -> None:
    session, styles = painter.session, painter.session.painting.styles
    panel = painter.panel(PaintStylePanel)
    assert isinstance(panel, PaintStylePanel)
    assert styles.can_encode
    assert panel.open_button.isVisible()
    panel.wells["A"].take.click()
    assert not panel.between.isVisible()
    noise = np.random.default_rng(0).integers(0, 255, (80, 96, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    panel.wells["B"].dropped.emit(tmp_path / "noise.png")
    painter.bot.waitUntil(lambda: "B" in styles.held, timeout=30_000)
    assert "No face was found in noise.png" in panel.words.text()
    latent = session.document.inputs["z"]
    assert isinstance(latent, LatentArray)
    assert latent.array.shape == (8,)
    assert session.undo_label == "Style of noise.png"
    of_b = painter.picture()
    styles.mix(0.25, None)
    blend = session.document.inputs["z"]
    assert isinstance(blend, LatentBlend)
    assert styles.share == pytest.approx(0.25)
    styles.mix(0.0, None)
    of_a = painter.picture()
    assert session.document.inputs["z"] == styles.held["A"].latent
    assert not np.array_equal(of_a, of_b)
    styles.use("B")
    assert np.array_equal(painter.picture(), of_b)


def test_the_edges_of_a_region_surround_it() -> None:
    region = np.zeros((6, 6), bool)
    region[1:3, 2:5] = True
    lines = edges(region)
    assert sorted(lines) == [
        (2.0, 1.0, 2.0, 3.0),
        (2.0, 1.0, 5.0, 1.0),
        (2.0, 3.0, 5.0, 3.0),
        (5.0, 1.0, 5.0, 3.0),
    ]
    region[1, 3] = False
    around = sum(abs(x2 - x1) + abs(y2 - y1) for x1, y1, x2, y2 in edges(region))
    assert around == 12
    assert edges(np.zeros((3, 3), bool)) == []
