"""Edit photo in a real window: a photo is dropped, framed by hand, searched for, undone, masked, and pasted back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget

from ganstudio.core.document import LatentArray, Space, joined_codes
from ganstudio.core.paths import ASSETS
from ganstudio.core.project import PhotoInHand
from ganstudio.core.square import Square
from ganstudio.gui.canvas.compare_view import CompareMode
from ganstudio.gui.panels.photo_card import PhotoCardPanel
from ganstudio.gui.panels.photo_page import PhotoPage
from ganstudio.gui.panels.photo_paste import PhotoPastePanel
from ganstudio.gui.panels.photo_search import PhotoSearchPanel
from ganstudio.gui.panels.photo_views import BeforeAfterPage, MaskPage, PastedPage
from ganstudio.gui.panels.train_run import use_facts
from ganstudio.gui.widgets.slider import ValueSlider
from ganstudio.studio.photo_run import Plan
from ganstudio.studio.train_draft import reason_of
from tests.architectures.test_encoder_recipe import generator_file, run_of
from tests.data.odd_photos import readable, refused
from tests.gui.conftest import PATIENCE_MS, Running

ASTRONAUT = ASSETS / "samples" / "astronaut.png"
REMEDIES = ("Copy it from its source", "Replace or remove it", "Save it smaller")
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def hand_of(running: Running) -> PhotoInHand:
    """The photo in hand, once it is there and cut out."""
    photo = running.session.photo
    running.qtbot.waitUntil(lambda: photo.hand is not None and photo.aligned is not None, timeout=PATIENCE_MS)
    assert photo.hand is not None
    return photo.hand


def drop(running: Running, path: Path) -> None:
    """Drop a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(running.window, QDragEnterEvent(QPoint(400, 300), copy, data, LEFT, none))
    QApplication.sendEvent(running.window, QDropEvent(QPointF(400, 300), copy, data, LEFT, none))


def drag(running: Running, widget: QWidget, start: QPointF, by: tuple[int, int], button: Qt.MouseButton = LEFT) -> None:
    """Press, move in steps, release."""
    running.qtbot.mousePress(widget, button, pos=start.toPoint())
    for share in (0.5, 1.0):
        place = start.toPoint() + QPoint(round(by[0] * share), round(by[1] * share))
        move = QPointF(place)

        event = QMouseEvent(
            QEvent.Type.MouseMove, move, widget.mapToGlobal(move), Qt.MouseButton.NoButton, button,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
    running.qtbot.mouseRelease(widget, button, pos=start.toPoint() + QPoint(*by))


def test_from_a_dropped_photo_to_a_saved_one(
    start: Callable[..., Running], styled_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(styled_model)
    session, window, qtbot = running.session, running.window, running.qtbot
    drop(running, ASTRONAUT)
    hand = hand_of(running)
    page, card = window.panel(PhotoPage), window.panel(PhotoCardPanel)
    search, paste = window.panel(PhotoSearchPanel), window.panel(PhotoPastePanel)
    before_after, pasted = window.panel(BeforeAfterPage), window.panel(PastedPage)
    assert page
    assert card
    assert search
    assert paste
    assert before_after
    assert pasted
    assert window.stage.page == "Photo"
    assert page.canvas.isVisible()
    assert page.canvas.square == hand.square
    assert card.size_words.text() == "512 × 512 px, one face"
    assert not card.aligned.image.isNull()
    corner, middle = page.canvas.corner(2), page.canvas.on_screen(hand.square.x, hand.square.y)
    away = corner - middle
    drag(running, page.canvas, corner, (round(away.x() / 2), round(away.y() / 2)))
    scaled = hand_of(running)
    assert scaled.square.side == pytest.approx(1.5 * hand.square.side, rel=0.05)
    assert (scaled.square.x, scaled.square.angle) == pytest.approx((hand.square.x, hand.square.angle))
    assert not search.methods.button("hybrid").isEnabled()
    assert "no encoder" in search.reason.text()
    assert search.train.isVisible()
    session.photo.search.choose(Plan(space=Space.W_PLUS, steps=3))
    first = session.document
    qtbot.mouseClick(search.begin, LEFT)
    assert window.stage.page == "Before and after"
    qtbot.waitUntil(lambda: not session.photo.search.busy, timeout=PATIENCE_MS)
    running.settle()
    assert isinstance(session.document.inputs["z"], LatentArray)
    assert "LPIPS" in search.words.text()
    assert len(search.likeness.series[0].x) == 3
    assert before_after.view.isVisible()
    qtbot.mouseClick(before_after.modes.button("sides"), LEFT)
    assert before_after.view.mode is CompareMode.SIDES
    assert session.project.kept[-1].name.startswith("astronaut")
    session.undo()
    assert session.document == first
    assert session.project.photo == scaled
    session.undo()
    assert session.project.photo == hand
    session.redo()
    session.redo()
    qtbot.mouseClick(paste.look, LEFT)
    qtbot.waitUntil(lambda: not pasted.view.image.isNull() and session.photo.back.idle, timeout=PATIENCE_MS)
    assert (pasted.view.image.width(), pasted.view.image.height()) == (512, 512)
    out = tmp_path / "edited 1.5.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "edited 1.5"), "PNG (*.png)"))
    qtbot.mouseClick(paste.save, LEFT)
    qtbot.waitUntil(out.exists, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not session.jobs, timeout=PATIENCE_MS)
    with Image.open(out) as picture:
        assert picture.size == (512, 512)


def test_a_photo_that_the_program_is_started_with_is_framed_for_the_first_model(start: Callable[..., Running]) -> None:
    running = start("faces-dcgan", file=ASTRONAUT)
    hand, model = hand_of(running), running.session.model
    assert model is not None
    assert hand.framed_for == model.digest
    assert hand.face == 1
    assert running.window.stage.page == "Photo"
    assert running.session.photo.search.plan.method == "optimise"


def test_the_frame_is_corrected_by_hand_and_faces_are_chosen(start: Callable[..., Running], tmp_path: Path) -> None:
    with Image.open(ASTRONAUT) as picture:
        both = np.concatenate([np.asarray(picture)[:260, 100:360]] * 2, axis=1)
    Image.fromarray(both).save(tmp_path / "two.bmp")
    running = start("faces-dcgan")
    drop(running, tmp_path / "two.bmp")
    hand = hand_of(running)
    page, card = running.window.panel(PhotoPage), running.window.panel(PhotoCardPanel)
    assert page
    assert card
    assert len(hand.faces) == 2
    canvas = page.canvas
    qtbot = running.qtbot
    other = 3 - hand.face
    qtbot.mouseClick(canvas, LEFT, pos=canvas.on_screen(hand.faces[other - 1].x, hand.faces[other - 1].y).toPoint())
    assert hand_of(running).face == other
    qtbot.mouseClick(card.faces.button(str(hand.face)), LEFT)
    assert hand_of(running).square == hand.square
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert hand_of(running).square.x == pytest.approx(hand.square.x + 0.1 * hand.square.side)
    running.session.undo()
    knob = canvas.handle()
    drag(running, canvas, knob, (40, 0))
    assert hand_of(running).square.angle > hand.square.angle + 0.1
    running.session.undo()
    drag(running, canvas, canvas.on_screen(hand.square.x, hand.square.y), (-30, 20))
    moved = hand_of(running).square
    assert moved.x < hand.square.x
    assert moved.side == hand.square.side
    qtbot.mouseClick(card.middle, LEFT)
    assert hand_of(running).square == Square.middle(520, 260)
    qtbot.mouseClick(card.away, LEFT)
    assert running.session.photo.hand is None
    assert page.invitation.isVisible()


def test_a_mask_is_painted_erased_and_cleared(start: Callable[..., Running]) -> None:
    running = start("faces-dcgan")
    session, qtbot = running.session, running.qtbot
    running.window.show_workspace("photo")
    page = running.window.panel(PhotoPage)
    assert page
    qtbot.waitUntil(lambda: len(page.invitation.samples) == 5, timeout=PATIENCE_MS)
    qtbot.mouseClick(page.invitation.samples[ASTRONAUT], LEFT)
    hand_of(running)
    running.window.reveal("Mask")
    mask = running.window.panel(MaskPage)
    assert mask
    middle = mask.canvas.place().center()
    drag(running, mask.canvas, middle, (60, 0))
    assert session.project.photo is not None
    ref = session.project.photo.mask
    assert ref is not None
    painted = session.store.get(ref)
    assert painted.shape == (256, 256)
    assert painted[128, 128] == 255
    assert painted[10, 10] == 0
    drag(running, mask.canvas, middle, (10, 0), RIGHT)
    assert session.project.photo.mask is not None
    assert session.store.get(session.project.photo.mask)[128, 128] == 0
    session.undo()
    assert session.project.photo.mask == ref
    running.window.perform("photo.mask.clear")
    assert session.project.photo.mask is None
    assert mask.canvas.counts is None


def test_odd_photos_are_dropped_and_nothing_is_lost(start: Callable[..., Running], tmp_path: Path) -> None:
    running = start()
    session, window, qtbot = running.session, running.window, running.qtbot
    for name, (data, words) in readable().items():
        (tmp_path / name).write_bytes(data)
        drop(running, tmp_path / name)
        qtbot.waitUntil(lambda name=name: of_name(session.project.photo) == name, timeout=PATIENCE_MS)  # type: ignore[misc]
        hand_of(running)
        card = window.panel(PhotoCardPanel)
        assert card
        assert card.notes.isVisible()
        assert words in card.notes.text()
        assert not window.stage.banner.isVisible()
    hand, document, banner = session.project.photo, session.document, window.stage.banner
    for name, (data, _) in refused().items():
        (tmp_path / name).write_bytes(data)
        drop(running, tmp_path / name)
        qtbot.waitUntil(banner.isVisible, timeout=PATIENCE_MS)
        assert banner.sentence.text().startswith(name)
        assert any(remedy in banner.sentence.text() for remedy in REMEDIES)
        qtbot.mouseClick(banner.close_button, LEFT)
        assert (session.project.photo, session.document) == (hand, document)
    assert session.photo.aligned is not None


def of_name(hand: PhotoInHand | None) -> str:
    """The name of the photo in hand."""
    return "" if hand is None else hand.name


def test_an_encoder_can_be_trained_for_a_model_without(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(styled_model)
    running.window.show_workspace("photo")
    search = running.window.panel(PhotoSearchPanel)
    assert search
    running.qtbot.mouseClick(search.train, LEFT)
    assert running.window.body.workspace is not None
    assert running.window.body.workspace.name == "train"
    draft = running.session.runs.draft
    assert draft.architecture == "encoder"
    assert draft.recipe["generator"] == str(styled_model)
    running.qtbot.waitUntil(lambda: draft.catalogue is not None, timeout=PATIENCE_MS)
    assert draft.preset == "faces-64", "as small as the model"
    assert draft.data == f"model:{styled_model}", "it can begin at once"
    assert reason_of(draft) == ""


def test_an_encoder_that_was_trained_is_used(start: Callable[..., Running], tmp_path: Path) -> None:
    model = generator_file(tmp_path / "own.safetensors")
    running = start(model)
    running.window.show_workspace("photo")
    search = running.window.panel(PhotoSearchPanel)
    assert search
    assert not search.methods.button("encoder").isEnabled()
    trainer = run_of(model)
    trainer.save_model(tmp_path / "reads-own.safetensors", ("generator", "discriminator"))
    drop(running, tmp_path / "reads-own.safetensors")
    assert search.methods.button("encoder").isEnabled()
    assert search.methods.button("hybrid").isChecked()
    assert not search.reason.isVisible()
    assert not search.train.isVisible()
    assert not search.spaces.button("z").isEnabled(), "what an encoder answers lies outside of z"
    qtbot = running.qtbot
    qtbot.mouseClick(search.methods.button("optimise"), LEFT)
    qtbot.mouseClick(search.spaces.button("z"), LEFT)
    assert running.session.photo.search.plan.space is Space.Z
    qtbot.mouseClick(search.methods.button("hybrid"), LEFT)
    assert running.session.photo.search.plan.space is Space.W_PLUS
    assert running.session.model is not None
    assert running.session.model.path == str(model), "the model stays open"
    (tmp_path / "run").mkdir()
    assert use_facts(tmp_path / "run") == []
    (tmp_path / "reads-own.safetensors").rename(tmp_path / "run" / "model.safetensors")
    assert use_facts(tmp_path / "run") == [("Used", "in “Edit photo”, for photos with own.safetensors")]


def test_several_codes_are_chosen_by_mouse_searched_for_and_turned_off(start: Callable[..., Running]) -> None:
    running = start("faces-dcgan")
    session, qtbot = running.session, running.qtbot
    drop(running, ASTRONAUT)
    hand_of(running)
    search = running.window.panel(PhotoSearchPanel)
    assert search
    codes, joined = search.codes, search.joined
    assert not codes.isVisible()
    assert not joined.isVisible()
    qtbot.mouseClick(search.methods.button("codes"), LEFT)
    assert codes.isVisible()
    assert not search.spaces.isVisible()
    codes.count.track.setFocus()
    qtbot.keyClick(codes.count.track, Qt.Key.Key_Home)
    qtbot.keyClick(codes.count.track, Qt.Key.Key_Right)
    codes.meet.setFocus()
    qtbot.keyClick(codes.meet, Qt.Key.Key_Up)
    qtbot.mouseClick(codes.adaptive, LEFT, pos=QPoint(8, codes.adaptive.height() // 2))
    plan = session.photo.search.plan
    assert (plan.codes, plan.stage, plan.adaptive) == (3, "b8", False)
    assert codes.meet.text().startswith("Meet at 8 × 8 px")
    session.photo.search.choose(replace(plan, steps=3))
    qtbot.mouseClick(search.begin, LEFT)
    assert not codes.isEnabled()
    qtbot.waitUntil(lambda: not session.photo.search.busy, timeout=PATIENCE_MS)
    running.settle()
    join = joined_codes(session.document)
    assert join is not None
    weights = session.store.get(join.weights)
    assert np.allclose(weights, 1 / 3), "channels were not to be weighed"
    assert joined.isVisible()
    assert "Drawn by 3 codes that meet at b8" in joined.words.text()
    assert search.onward.isVisible()
    qtbot.mouseClick(joined.all, LEFT, pos=QPoint(8, joined.all.height() // 2))
    assert joined_codes(session.document) is None
    assert "Only their mean" in joined.words.text()
    session.undo()
    assert joined_codes(session.document) == join
    assert joined.all.isChecked()
    running.window.perform("photo.codes")
    assert not joined.all.isChecked()
    for part in (codes.count, codes.meet, codes.adaptive, joined.all):
        named = part.track if isinstance(part, ValueSlider) else part
        assert named.accessibleName()
        assert named.toolTip()
