"""Watch it learn: the picture of a small pair of networks, its curves, and the buttons that let it go on."""

import time
from typing import ClassVar

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.learn_view import LearnView
from ganstudio.gui.canvas.small_chart import Series, SmallChart
from ganstudio.gui.learn_topics import LEARN
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.studio.session import Session
from ganstudio.studio.teaching_lecture import Wanted
from ganstudio.studio.teaching_lesson import D, G, Look, narrated, next_in_words

TICK_MS = 15
LOOKS = {D: 2, G: 1}  # colours: as real and generated examples have


class LearnPanel(Panel):
    """Plays while it is in sight."""

    title: ClassVar[str] = "Watch it learn"
    icon: ClassVar[IconName] = IconName.PLAY
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.lecture = session.lecture
        self.view = LearnView()
        self.losses = SmallChart("Losses", "The losses of both networks over steps", 132)
        self.gradients = SmallChart("Gradients", "How strong the gradients of both networks are, logarithmic", 132)
        self.told = label("", "", wrap=True)
        self.following = ElidedLabel("", "small")
        self.play = TextButton("Play", "Let both learn, or let them rest", "primary", IconName.PLAY)
        self.turn = TextButton("One turn", "One update of D or of G, whoever is next")
        self.step = TextButton("One step", "D's turns and then G's")
        self.slow = TextButton("Slow", "One turn about every half second while it plays", "", IconName.TIMELINE)
        self.slow.setCheckable(True)
        self.restart = IconButton(IconName.RESET, "Begin again", "Begin again with the same random numbers")
        self.reseed = IconButton(IconName.DICE, "Other random numbers", "Begin again with other random numbers")
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._build()
        self.play.clicked.connect(self._turn_over)
        self.turn.clicked.connect(lambda: self.lecture.take(Wanted.TURN))
        self.step.clicked.connect(lambda: self.lecture.take(Wanted.STEP))
        self.slow.clicked.connect(lambda slow: self.lecture.slow_down(slow=slow))
        self.restart.clicked.connect(self.lecture.restart)
        self.reseed.clicked.connect(self.lecture.reseed)
        self.bindings.on(self.lecture.changed, self._show)
        self.bindings.on(self.lecture.looked, self._show_look)
        self._show()
        if self.lecture.look is not None:
            self._show_look(self.lecture.look)

    @property
    def ticking(self) -> bool:
        """Whether it looks after the lesson, which it does while it is in sight."""
        return self._timer.isActive()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return LEARN

    def commands(self) -> tuple[Command, ...]:
        """Playing and stepping from the palette."""
        group, take = self.title, self.lecture.take
        return (
            Command("learn.play", "Learning: play or rest", self._turn_over, words="pause train", group=group),
            Command("learn.turn", "Learning: one turn", lambda: take(Wanted.TURN), words="single", group=group),
            Command("learn.step", "Learning: one step", lambda: take(Wanted.STEP), words="single", group=group),
            Command("learn.slow", "Learning: slow motion", self.slow.click, group=group),
            Command("learn.restart", "Learning: begin again", self.lecture.restart, words="reset", group=group),
        )

    def showEvent(self, event: QShowEvent | None) -> None:
        """Go on when it comes into sight."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Learn nothing that nobody sees."""
        super().hideEvent(event)
        self._timer.stop()

    def release(self) -> None:
        """Rest, and listen no longer."""
        self._timer.stop()
        super().release()
        self.lecture.stop()

    def _build(self) -> None:
        buttons = Flow((self.play, self.turn, self.step, self.slow, self.restart, self.reseed))
        charts, words = QHBoxLayout(), QVBoxLayout()
        for row, spacing in ((buttons, 8), (charts, 8), (words, 2)):
            row.setContentsMargins(12, 0, 12, 0)
            row.setSpacing(spacing)
        charts.addWidget(self.losses, 1)
        charts.addWidget(self.gradients, 1)
        words.addWidget(self.told)
        words.addWidget(self.following)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing())
        self.column.setContentsMargins(0, 10, 0, 10)
        self.column.addWidget(self.view, 1)
        for row in (words, buttons, charts):
            self.column.addLayout(row)

    def _tick(self) -> None:
        self.lecture.tick(time.monotonic())

    def _turn_over(self) -> None:
        self.lecture.play(playing=not self.lecture.playing)

    def _show(self) -> None:
        playing = self.lecture.playing
        self.play.setText(" Rest" if playing else " Play")
        self.play.draw(IconName.PAUSE if playing else IconName.PLAY)
        self.slow.setChecked(self.lecture.slow)

    def _show_look(self, look: Look) -> None:
        self.view.show_look(look)
        self.told.setText(narrated(look))
        self.following.setText(f"Step {look.steps:,}. {next_in_words(look)}")
        for chart, what, log in ((self.losses, "loss", False), (self.gradients, "gradient", True)):
            found = [(who, look.curves[f"{who} {what}"]) for who in (D, G) if f"{who} {what}" in look.curves]
            series = [Series(f"{who[0].upper()}'s {what}", x, y, LOOKS[who]) for who, (x, y) in found]
            chart.show_series(series, "steps", log=log)
