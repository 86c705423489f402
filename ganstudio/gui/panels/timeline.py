"""The path through the latent space: keyframes, playing, and how fast the picture changes to the eye."""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import ClassVar

from PyQt6.QtCore import QElapsedTimer, QMimeData, QPoint, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from ganstudio.core.document import Document, LatentValue
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Latent
from ganstudio.core.project import Easing, Project, Timeline
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.strip import NOTHING, SpeedCurve, Strip
from ganstudio.gui.canvas.track import Mark, Track
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.kept_drag import dragged_kept
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.timeline_menu import EASINGS, KeyframeActs, PlaceOnPath, path_menu
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import TIMELINE, Topic
from ganstudio.gui.widgets.name_field import NameField
from ganstudio.gui.widgets.path_bar import PathBar
from ganstudio.gui.widgets.path_figures import PathFigures
from ganstudio.gui.widgets.path_settings import PathSettings
from ganstudio.gui.widgets.tables_card import TablesCard
from ganstudio.latent.path import blend_space, keyframe_times, segment_count, total_seconds
from ganstudio.studio.mixing import plain_document
from ganstudio.studio.model_ppl import ModelPathLength
from ganstudio.studio.path_editing import PathEditor
from ganstudio.studio.path_speed import PathSpeed
from ganstudio.studio.path_speed_ruler import Ruler
from ganstudio.studio.playing import BEAT_S, Player, has_w
from ganstudio.studio.published import PATH_LENGTHS, REMARK, PublishedTable
from ganstudio.studio.session import Session

TICK_MS, SHOWN_EVERY_S, ROOMY_PX = 250, 0.1, 600
IDLE_S = 5.0  # without a change, until the model itself is measured


class TimelinePanel(Panel):
    """Bar, track and strip, with the model's figures beside them."""

    title: ClassVar[str] = "Timeline"
    icon: ClassVar[IconName] = IconName.TIMELINE

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.player, self.editor, ruler = Player(session), PathEditor(session), Ruler()
        self.speeds, self.model = PathSpeed(session, ruler), ModelPathLength(session, ruler)
        self._pictures: dict[Document, QImage] = {}
        self._origin: tuple[str, Timeline] | None = None
        self._speeds_shown = 0.0
        self._tables: TablesCard | None = None
        self._settings: PathSettings | None = None
        self._clock, self._frames, self._idle = QElapsedTimer(), QTimer(self), QTimer(self)
        self._frames.setInterval(round(BEAT_S * 1000))
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._advance)
        self._idle.setInterval(TICK_MS)
        self._idle.timeout.connect(self._tick)
        self._changed_at = perf_counter()
        self.bar, self.track, self.strip, self.figures = PathBar(), Track(), Strip(), PathFigures()
        self.question = self.bar.question
        self._build()
        self._wire()
        self._show(session.project)
        self._show_player()
        self._show_model()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model has a latent to walk with."""
        return info is not None and any(isinstance(i, Latent) for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return TIMELINE

    def commands(self) -> tuple[Command, ...]:
        """What can be done with the path."""
        group = self.title
        return (
            Command("path.add", "Add a keyframe", self.add_keyframe, "K", words="timeline path animate", group=group),
            Command("path.play", "Play the path, or stand still", self.player.toggle, "Shift+Space", group=group),
            Command("path.take", "Take the frame of the path", self.player.take, words="set here", group=group),
            Command("path.back", "Back to my picture", self.player.leave, words="leave path", group=group),
            Command("path.even", "Even out the speed of the path", self.even_out, words="arc length ppl", group=group),
            Command("path.loop", "Close or open the path", self.bar.loop.click, words="loop", group=group),
            Command("path.clear", "Clear the path", self.editor.clear, words="keyframes timeline", group=group),
            Command("path.tables", "Published path lengths", self.show_tables, words="ppl tables", group=group),
        )

    def release(self) -> None:
        """Stand still and listen no longer."""
        self._frames.stop()
        self._idle.stop()
        self.player.release()
        self.speeds.release()
        self.model.release()
        super().release()

    def add_keyframe(self) -> None:
        """Add what is seen: the path's own frame where it is shown, else the picture at the path's end."""
        player = self.player
        if player.showing and 0.0 < player.seconds < player.total:
            self.track.select(self.editor.add(player.document(), player.seconds))
        else:
            self.track.select(self.editor.add(self.session.document))

    def even_out(self) -> None:
        """Even out the speed, or give the path its own timing back."""
        if self.editor.timeline.timing is not None:
            self.speeds.own_timing()
        else:
            self.speeds.even_out()
            self._show_even()

    def show_tables(self) -> None:
        """Show the published tables beside the user's numbers."""
        if self._tables is None:
            self._tables = TablesCard(self.window() or self)
        info, known = self.session.model, self.model.figures()
        rows = [(v.title, f.words(), str(f.n)) for v in self.model.variants() if (f := known.get(v)) is not None]
        path = self.speeds.path_figure()
        rows += [("this path", path.words(), str(path.n))] if path is not None else []
        size = f"{info.resolution} px" if info is not None else ""
        source = f"measured here at {size}, LPIPS-VGG16, ± half a 95 % interval" if rows else "Nothing is measured yet."
        name = info.name.rsplit("/", 1)[-1] if info is not None else ""
        own = PublishedTable(f"Your numbers: {name}", source, ("figure", "PPL", "samples"), tuple(rows))
        self._tables.show_tables("Perceptual path length", own, REMARK, PATH_LENGTHS, self._sheet())

    def show_settings(self) -> None:
        """Show length, frame rate, noise loops and what a narrow window leaves out."""
        if self._settings is None:
            self._settings = PathSettings(self.window() or self)
            self._settings.total_chosen.connect(self.editor.set_total)
            self._settings.fps_chosen.connect(self.editor.set_fps)
            self._settings.turns_chosen.connect(self.editor.set_turns)
            self._settings.lengths.clicked.connect(self.show_tables)
            self._settings.speed.chosen.connect(self.bar.choose_speed)
        self._settings.show_timeline(self.editor.timeline, self._noisy())
        self._settings.speed.show_choice(self.bar.speed.key)
        self._settings.open_dressed(self.bar.more, self._sheet())

    def fold(self) -> None:
        """Fold track and strip away, or show them again."""
        folded = not self.body.isHidden()
        self.body.setVisible(not folded)
        self.bar.fold.draw(IconName.UP if folded else IconName.DOWN)
        self.setMaximumHeight(self.sizeHint().height() if folded else 16_777_215)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Measure while it is seen."""
        super().showEvent(event)
        self._idle.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Measure no longer."""
        super().hideEvent(event)
        self._idle.stop()
        self.player.pause()
        self.speeds.stop()
        self.model.stop()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the numbers to their card where there is little room."""
        super().resizeEvent(event)
        self.figures.setVisible(self.width() >= ROOMY_PX)

    def _build(self) -> None:
        self.body = QWidget()
        inside = QHBoxLayout(self.body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addWidget(self.track)
        lines.addWidget(self.strip, 1)
        inside.addLayout(lines, 1)
        inside.addWidget(self.figures)
        self.column.setContentsMargins(8, 6, 8, 8)
        self.column.setSpacing(6)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.body, 1)

    def _wire(self) -> None:
        bar, track, session = self.bar, self.track, self.session
        pairs: tuple[tuple[object, Callable[..., object]], ...] = (
            (bar.play, self.player.toggle), (bar.add, self.add_keyframe), (bar.take, self.player.take),
            (bar.back, self.player.leave), (bar.even, self.even_out), (bar.more, self.show_settings),
            (bar.fold, self.fold), (self.figures.published, self.show_tables),
        )  # fmt: skip
        for button, act in pairs:
            button.clicked.connect(lambda _checked=False, act=act: act())  # type: ignore[attr-defined]
        bar.loop.clicked.connect(self.editor.close)
        bar.kind_chosen.connect(self.editor.choose)
        bar.kind_chosen.connect(lambda *_kind: self._show(self.session.project))  # it may be another one
        bar.speed_chosen.connect(self.player.set_speed)
        track.scrubbed.connect(self._scrub)
        self.strip.scrubbed.connect(self._scrub)
        track.shown.connect(self._use)
        track.moved.connect(self._move)
        track.settled.connect(self._settled)
        track.removed.connect(self.editor.remove)
        track.renamed.connect(self._rename)
        track.eased.connect(self._next_easing)
        track.played.connect(self.player.toggle)
        track.dropped.connect(self._dropped)
        track.menu_wanted.connect(self._menu)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.thumbnails.arrived, self._picture_arrived)
        self.bindings.on(session.failed, lambda _problem: self.player.pause())
        self.bindings.on(self.player.changed, self._show_player)
        self.bindings.on(self.speeds.changed, self._speeds_changed)
        self.bindings.on(self.model.changed, self._show_model)

    def _scrub(self, seconds: float) -> None:
        self.player.pause()
        self.player.seek(min(seconds, self.player.total - 1e-6) if self.editor.timeline.closed else seconds)

    def _use(self, index: int) -> None:
        self.player.seek(float(keyframe_times(self.editor.timeline, self.session.store)[index]))
        self.player.take()

    def _move(self, index: int, seconds: float, gesture: str) -> None:
        if self._origin is None or self._origin[0] != gesture:
            self.player.leave()
            self._origin = (gesture, self.editor.timeline)
        self.track.follow(self.editor.move(self._origin[1], index, seconds, gesture))

    def _settled(self) -> None:
        self._origin = None
        self.session.end_gesture()
        self._show(self.session.project)

    def _dropped(self, data: QMimeData, seconds: float) -> None:
        self.track.select(self.editor.add_kept(dragged_kept(data, self.session.project), seconds))

    def _rename(self, index: int) -> None:
        field = NameField("the keyframe", self.editor.timeline.keyframes[index].name, self.track)
        place = self.track.mark_place(index).toRect()
        field.setGeometry(max(place.left() - 24, 0), place.bottom() - 4, 96, 24)
        field.named.connect(partial(self._named, index))
        field.show()
        field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _named(self, index: int, name: str) -> None:
        if index < len(self.editor.timeline.keyframes):
            self.editor.rename(index, name)

    def _next_easing(self, index: int) -> None:
        order = [easing for easing, _ in EASINGS]
        now = self.editor.timeline.keyframes[index].easing
        self.editor.ease(index, order[(order.index(now) + 1) % len(order)])

    def _menu(self, index: int, seconds: float, place: QPoint) -> None:
        menu = self.path_menu(index, seconds)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def path_menu(self, index: int, seconds: float) -> QMenu:
        """What can be done with a keyframe, or with a time where there is none (-1)."""
        at = index if index >= 0 else self._segment_at(seconds)
        acts = KeyframeActs(partial(self._use, index), partial(self._rename, index))
        return path_menu(self, self.editor, self.session.document, PlaceOnPath(index, at, seconds), acts)

    def _segment_at(self, seconds: float) -> int:
        times = keyframe_times(self.editor.timeline, self.session.store)
        return int((times <= seconds).sum()) - 1

    def _advance(self) -> None:
        gone = self._clock.nsecsElapsed() / 1e9  # whole milliseconds would let the path fall behind
        self._clock.restart()
        self.player.advance(min(gone, 0.25))

    def _tick(self) -> None:
        now = perf_counter()
        self.speeds.tick(now)
        idle = self.isVisible() and now - self._changed_at >= IDLE_S
        if self.speeds.measuring:
            self.model.stop()  # the path comes first, whichever began earlier
        elif not self.player.playing and (idle or segment_count(self.editor.timeline)):
            self.model.tick(now)
        self._ask_pictures()
        if self._speeds_shown < 0:
            self._show_speeds()

    def _project_changed(self, after: Project, before: Project) -> None:
        self._changed_at = perf_counter()
        if after.timeline != before.timeline or after.document.model != before.document.model:
            self._show(after)

    def _model_changed(self, *_told: object) -> None:
        self._pictures.clear()
        self._show(self.session.project)
        self._show_model()

    def _show(self, project: Project) -> None:
        timeline = project.timeline
        w = has_w(self.session)
        self.bar.show_timeline(timeline, blend_space(timeline, w), w)
        times = keyframe_times(timeline, self.session.store)
        total = total_seconds(timeline)
        segments = segment_count(timeline)
        words = {Easing.EVEN: "", Easing.IN: "slow in", Easing.OUT: "slow out", Easing.IN_OUT: "slow in, out"}
        marks = tuple(
            Mark(
                float(times[i]) if i < len(times) else total,
                frame.name,
                self._picture_of(frame.latent),
                words[frame.easing] if i < segments and timeline.timing is None else "",
            )
            for i, frame in enumerate(timeline.keyframes)
        )
        self.track.show_path(marks, total, timeline.closed)
        if self._settings is not None:
            self._settings.show_timeline(timeline, self._noisy())
        self._show_speeds()
        self._show_player()

    def _noisy(self) -> bool:
        info = self.session.model
        return info is not None and any(ability.value == "noise" for ability in info.abilities)

    def _ask_pictures(self) -> None:
        changed = False
        for frame in self.editor.timeline.keyframes:
            document = self._document_of(frame.latent)
            if document is not None and document not in self._pictures:
                picture = self.session.thumbnails.get(document)
                if picture is not None:
                    self._pictures[document] = image_of(picture)
                    changed = True
        if changed:
            self._show(self.session.project)

    def _picture_of(self, latent: LatentValue) -> QImage | None:
        document = self._document_of(latent)
        return None if document is None else self._pictures.get(document)

    def _document_of(self, latent: LatentValue) -> Document | None:
        info = self.session.model
        return plain_document(info, self.session.document, latent) if info is not None and self.fits(info) else None

    def _picture_arrived(self, document: Document) -> None:
        if any(document == self._document_of(frame.latent) for frame in self.editor.timeline.keyframes):
            self._ask_pictures()

    def _show_player(self) -> None:
        player = self.player
        if player.playing and not self._frames.isActive():
            self._clock.start()
            self._frames.start()
        elif not player.playing:
            self._frames.stop()
        words = f"{player.seconds:.1f} / {player.total:.1f} s" if player.total else ""
        self.bar.show_playing(player.playing, player.showing, words)
        at = player.seconds if self.editor.timeline.keyframes and player.total else None
        for canvas in (self.track, self.strip):
            canvas.show_playhead(at)

    def _speeds_changed(self) -> None:
        now = perf_counter()
        if now - self._speeds_shown >= SHOWN_EVERY_S:
            self._show_speeds()
        else:
            self._speeds_shown = -1.0  # shown with the next tick

    def _show_speeds(self) -> None:
        self._speeds_shown = perf_counter()
        timeline, speeds = self.editor.timeline, self.speeds
        segments = segment_count(timeline)
        bounds = tuple(map(float, keyframe_times(timeline, self.session.store))) if segments else ()
        own = speeds.own_curve() if timeline.timing is not None and segments else None
        curve = SpeedCurve(*speeds.curve(timeline)) if segments else NOTHING
        found = tuple(speeds.segment_figure(i) for i in range(segments))
        self.strip.show_speeds(curve, SpeedCurve(*own) if own is not None else NOTHING, bounds, found, speeds.refusal)
        self.figures.show_path(speeds.path_figure() if segments else None)
        self._show_even()

    def _show_even(self) -> None:
        possible = segment_count(self.editor.timeline) > 0 and not self.speeds.refusal
        self.bar.show_retimed(self.editor.timeline.timing is not None, possible)

    def _show_model(self) -> None:
        self.figures.show_model(self.model.variants(), self.model.figures())

    def _sheet(self) -> str:
        """The style sheet that this part of the window wears, for what floats over the window."""
        part: QWidget | None = self
        while part is not None and not part.styleSheet():
            part = part.parentWidget()
        return part.styleSheet() if part is not None else ""

