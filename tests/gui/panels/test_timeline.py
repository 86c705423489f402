"""The timeline in a real window: what a person does with it is asserted on the project."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt
from PyQt6.QtGui import QDropEvent, QGuiApplication
from PyQt6.QtWidgets import QLineEdit

from ganstudio.core.document import LatentBlend, LatentPoint, Space
from ganstudio.core.project import Curve, Easing, KeptLatent, Timeline
from ganstudio.gui.kept_drag import kept_payload
from ganstudio.gui.panels.timeline import TimelinePanel
from ganstudio.latent.path import evened, own_starts
from ganstudio.studio import path_speed
from ganstudio.studio.recipes import as_script
from tests.gui.conftest import PATIENCE_MS, Running

LEFT = Qt.MouseButton.LeftButton


class AtWork:
    """A window and its timeline."""

    def __init__(self, running: Running) -> None:
        self.running, self.session, self.qtbot = running, running.session, running.qtbot
        panel = running.window.panel(TimelinePanel)
        assert panel is not None
        self.panel = panel

    @property
    def timeline(self) -> Timeline:
        return self.session.project.timeline

    def add(self, *seeds: int) -> None:
        for seed in seeds:
            self.session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
            self.running.window.book.action("path.add").trigger()

    def seeds(self) -> list[int]:
        return [f.latent.seed for f in self.timeline.keyframes if isinstance(f.latent, LatentPoint)]

    def place(self, index: int) -> QPoint:
        return self.panel.track.mark_place(index).center().toPoint()

    def at(self, seconds: float) -> QPoint:
        return QPoint(round(self.panel.track.axis.x_of(seconds)), 80)

    def drag(self, index: int, seconds: float) -> None:
        track, start = self.panel.track, self.place(index)
        stop = QPoint(self.at(seconds).x(), start.y())
        self.qtbot.mousePress(track, LEFT, pos=start)
        for part in (0.3, 0.7, 1.0):
            self.qtbot.mouseMove(track, start + QPoint(round((stop - start).x() * part), 0))
        self.qtbot.mouseRelease(track, LEFT, pos=stop)


@pytest.fixture
def work(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> AtWork:
    monkeypatch.setattr(path_speed, "SAMPLES", 4)
    return AtWork(start())


def test_keys_build_a_path_and_every_keyframe_is_a_step(work: AtWork) -> None:
    viewer = work.running.window.stage.viewer
    viewer.setFocus()
    work.qtbot.keyClick(viewer, Qt.Key.Key_K)
    work.add(7, 12)
    assert work.seeds()[1:] == [7, 12]
    assert work.session.undo_label == "Add a keyframe"
    work.session.undo()
    assert len(work.timeline.keyframes) == 2


def test_play_pause_and_the_document_stays(work: AtWork) -> None:
    work.add(1, 2)
    document, panel = work.session.document, work.panel
    work.qtbot.mouseClick(panel.bar.play, LEFT)
    work.qtbot.waitUntil(lambda: work.panel.player.seconds > 0.2, timeout=PATIENCE_MS)
    work.qtbot.mouseClick(panel.bar.play, LEFT)
    assert not panel.player.playing
    assert work.session.document == document
    assert panel.bar.take.isVisible()
    work.qtbot.mouseClick(panel.bar.take, LEFT)
    latent = work.session.value("inputs.z")
    assert isinstance(latent, LatentBlend)
    assert latent.space is Space.Z
    assert not panel.bar.take.isVisible()
    work.session.undo()
    assert work.session.document == document


def test_scrubbing_shows_and_back_returns(work: AtWork) -> None:
    work.add(1, 2)
    work.qtbot.mouseClick(work.panel.track, LEFT, pos=work.at(0.5))
    assert work.panel.player.seconds == pytest.approx(0.5, abs=0.02)
    assert work.session.previewed is not None
    session = work.session
    work.qtbot.waitUntil(
        lambda: session.frame is not None and session.frame.document == session.previewed, timeout=PATIENCE_MS
    )
    work.qtbot.mouseClick(work.panel.bar.back, LEFT)
    assert work.session.previewed is None
    assert work.running.settle().document == work.session.document


def test_what_is_kept_and_copied_is_the_frame_in_sight(work: AtWork) -> None:
    work.add(1, 2)
    work.qtbot.mouseClick(work.panel.track, LEFT, pos=work.at(0.5))
    session, seen = work.session, work.session.previewed
    assert seen is not None
    work.qtbot.keyClick(work.running.window, Qt.Key.Key_L)
    assert session.project.kept[-1].document == seen
    work.running.window.book.action("export.script").trigger()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == as_script(seen, session.store)
    assert session.previewed == seen


def test_a_keyframe_is_added_where_the_retimed_path_is(work: AtWork) -> None:
    work.add(1, 2, 3)
    places, speeds = np.array([0.0, 1.0, 1.0, 2.0]), np.array([3.0, 3.0, 1.0, 1.0])  # the second keyframe after 3 s
    timing = work.session.store.put(evened(places, speeds))
    work.session.change_project("Even out", {"timeline.timing": timing})
    work.qtbot.mouseClick(work.panel.track, LEFT, pos=work.at(2.4))
    frame = work.session.previewed
    assert frame is not None
    work.qtbot.keyClick(work.panel.track, Qt.Key.Key_K)
    keyframes = work.timeline.keyframes
    assert keyframes[1].latent == frame.inputs["z"]
    assert own_starts(work.timeline) == pytest.approx([0.0, 1.6, 2.0, 4.0], abs=0.1)


def test_pictures_too_small_for_lpips_are_played_and_not_measured(start: Callable[..., Running]) -> None:
    work = AtWork(start("digits-gan"))
    work.add(1, 2)
    panel, told = work.panel, list[object]()
    work.session.failed.connect(told.append)
    assert panel.strip.refusal == "Pictures of 8 px are too small for LPIPS, which measures their speed"
    assert not panel.bar.even.isEnabled()
    panel.even_out()
    for now in (1e6, 2e6):  # long after the last change
        panel.speeds.tick(now)
        panel.model.tick(now)
    work.qtbot.mouseClick(panel.track, LEFT, pos=work.at(0.5))
    session = work.session
    work.qtbot.waitUntil(lambda: session.frame is not None and session.frame.document == session.previewed)
    panel.player.leave()
    work.running.settle()
    assert (panel.speeds.measuring, panel.model.figures(), work.session.jobs, told) == (False, {}, (), [])


def test_keyframes_are_dragged_reordered_and_removed(work: AtWork) -> None:
    work.add(1, 2, 3)
    work.drag(1, 3.0)
    assert own_starts(work.timeline) == pytest.approx([0.0, 3.0, 4.0], abs=0.05)
    assert work.session.undo_label == "Move a keyframe"
    work.session.undo()
    assert own_starts(work.timeline).tolist() == [0.0, 2.0, 4.0]
    work.drag(0, 3.0)
    assert work.seeds() == [2, 1, 3]
    track = work.panel.track
    assert track.selected == 1
    track.setFocus()
    work.qtbot.keyClick(track, Qt.Key.Key_Delete)
    assert work.seeds() == [2, 3]
    for _ in range(2):
        work.session.undo()
    assert work.seeds() == [1, 2, 3]


def test_kept_latents_are_dropped_between_keyframes(work: AtWork) -> None:
    work.add(1, 2)
    document = work.session.document
    work.session.change_project("Keep", {"kept": (KeptLatent("kept", document, LatentPoint.of_seed(9)),)})
    data: QMimeData = kept_payload((0,))
    action, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(work.at(1.0)), action, data, buttons, Qt.KeyboardModifier.NoModifier)
    work.panel.track.dropEvent(event)
    assert work.seeds() == [1, 9, 2]
    assert own_starts(work.timeline) == pytest.approx([0.0, 1.0, 2.0], abs=0.02)


def test_names_easing_and_menu(work: AtWork) -> None:
    work.add(1, 2)
    track = work.panel.track
    track.setFocus()
    track.select(0)
    work.qtbot.keyClick(track, Qt.Key.Key_F2)
    field = track.findChild(QLineEdit)
    assert field is not None
    work.qtbot.keyClicks(field, "first")
    work.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert work.timeline.keyframes[0].name == "first"
    assert work.session.undo_label == "Rename a keyframe"
    work.qtbot.keyClick(track, Qt.Key.Key_E)
    assert work.timeline.keyframes[0].easing is Easing.IN
    menu = work.panel.path_menu(0, 0.0)
    words = [action.text().split("\t")[0] for action in menu.actions()]
    assert words[:4] == ["Make it my picture", "Replace by my picture", "Rename…", "Remove"]
    next(a for a in menu.actions() if a.text().startswith("Replace")).trigger()
    assert work.seeds() == [2, 2]
    between = work.panel.path_menu(-1, 1.0)
    next(a for a in between.actions() if a.text().startswith("Add my picture")).trigger()
    assert work.seeds() == [2, 2, 2]
    work.qtbot.mouseDClick(track, LEFT, pos=work.place(0))
    assert work.session.value("inputs.z") == LatentPoint.of_seed(2)


def test_the_strip_fills_in_and_evening_out_can_be_taken_back(work: AtWork) -> None:
    work.add(1, 2)
    panel = work.panel
    work.qtbot.waitUntil(lambda: panel.speeds.complete, timeout=2 * PATIENCE_MS)
    work.qtbot.waitUntil(lambda: panel.strip.figures[0] is not None and panel.strip.figures[0].n == 4)
    assert panel.strip.bounds == (0.0, 2.0)
    assert "PPL" in panel.strip.accessibleDescription()
    assert "This path" in panel.figures.path.text()
    work.qtbot.mouseClick(panel.bar.even, LEFT)
    assert work.timeline.timing is not None
    assert work.session.undo_label == "Even out the speed"
    assert len(panel.strip.before.times)
    work.qtbot.mouseClick(panel.bar.even, LEFT)
    assert work.timeline.timing is None


def test_models_without_w_offer_z_alone(work: AtWork) -> None:
    keys = [action.text() for action in work.panel.bar.kind.menu_of_choices.actions()]
    assert keys == ["Z slerp", "Z cubic"]
    work.panel.bar.kind.action("z cubic").trigger()
    assert (work.timeline.space, work.timeline.curve) == (Space.Z, Curve.CUBIC)


def test_loop_and_settings_reach_the_project(start: Callable[..., Running], styled_model: Path) -> None:
    work = AtWork(start(styled_model))
    work.add(1, 2)
    panel, qtbot = work.panel, work.qtbot
    qtbot.mouseClick(panel.bar.loop, LEFT)
    assert work.timeline.closed
    panel.bar.kind.action("z linear").trigger()
    assert work.timeline.space is Space.Z
    qtbot.mouseClick(panel.bar.more, LEFT)
    settings = panel._settings
    assert settings is not None
    qtbot.keyClick(settings.turns, Qt.Key.Key_Up)
    qtbot.keyClick(settings.fps, Qt.Key.Key_Up)
    settings.total.setFocus()
    settings.total.selectAll()
    qtbot.keyClicks(settings.total, "10")
    qtbot.keyClick(settings.total, Qt.Key.Key_Return)
    timeline = work.timeline
    assert (timeline.noise_turns, timeline.fps, own_starts(timeline)[-1]) == (1, 31, 10.0)
    settings.speed.action("2").trigger()
    assert (panel.player.speed, panel.bar.speed.key) == (2.0, "2")
    qtbot.mouseClick(settings.lengths, LEFT)
    assert not settings.isVisible()
    assert panel._tables is not None
    assert panel._tables.isVisible()
    panel._tables.dismiss()


def test_published_tables_stand_beside_the_users_numbers(work: AtWork) -> None:
    work.qtbot.mouseClick(work.panel.figures.published, LEFT)
    card = work.panel._tables
    assert card is not None
    assert card.isVisible()
    words = card.words()
    assert "Karras et al. 2019, Table 3" in words
    assert "212.1" in words
    assert "do not compare" in words
    card.dismiss()


def test_a_narrow_window_and_folding_clip_nothing(work: AtWork) -> None:
    window, panel = work.running.window, work.panel
    window.resize(1024, 700)
    work.qtbot.waitUntil(lambda: not panel.figures.isVisible())
    assert panel.width() <= window.shelf.width()
    panel.fold()
    assert not panel.track.isVisible()
    work.qtbot.waitUntil(lambda: window.body.upright.sizes()[1] < 80)
    panel.fold()
    work.qtbot.waitUntil(lambda: panel.track.isVisible() and window.body.upright.sizes()[1] > 180)


def test_space_plays_and_arrows_step_on_the_track(work: AtWork) -> None:
    work.add(1, 2, 3)
    track, player = work.panel.track, work.panel.player
    track.setFocus()
    work.qtbot.keyClick(track, Qt.Key.Key_Home)
    work.qtbot.keyClick(track, Qt.Key.Key_Right)
    assert player.seconds == pytest.approx(0.1)
    track.select(0)
    work.qtbot.keyClick(track, Qt.Key.Key_PageDown)
    assert (track.selected, player.seconds) == (1, 2.0)
    work.qtbot.keyClick(track, Qt.Key.Key_Space)
    assert player.playing
    work.qtbot.keyClick(track, Qt.Key.Key_Space)
    assert not player.playing
    work.qtbot.keyClick(track, Qt.Key.Key_Return)
    assert work.session.value("inputs.z") == LatentPoint.of_seed(2)


def test_the_model_is_measured_in_idle_time_without_a_path(
    start: Callable[..., Running], styled_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganstudio.gui.panels.timeline.IDLE_S", 0.2)
    work = AtWork(start(styled_model))
    figures = work.panel.model.figures
    work.qtbot.waitUntil(lambda: any(figure.n for figure in figures().values()), timeout=PATIENCE_MS)
    assert not work.timeline.keyframes
    assert not work.session.jobs


def test_the_path_is_measured_before_the_model(work: AtWork) -> None:
    panel, jobs = work.panel, work.session.compute._jobs
    now = perf_counter()
    panel.model.tick(now + 10.0)  # the model's own begins first, and would take thousands of samples
    assert [job.title for job in jobs] == ["The model's path length"]
    work.add(7, 12)
    work.qtbot.waitUntil(lambda: panel.speeds.complete, timeout=2 * PATIENCE_MS)
