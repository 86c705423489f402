"""The line above the track: play, add, and what kind of path it is."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ganstudio.core.document import Space
from ganstudio.core.project import Curve, Timeline
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice

EVEN_OUT, OWN_TIMING = "Even out", "Own timing"
NARROW_PX, LEAST_PX = 660, 400
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
KINDS = (
    Option("w linear", "W lerp", "Straight lines through W, where the model disentangled its latents"),
    Option("z linear", "Z slerp", "Arcs of great circles through Z, with norms interpolated"),
    Option("w cubic", "W cubic", "A smooth curve through W that passes keyframes without a corner"),
    Option("z cubic", "Z cubic", "A smooth curve through Z that passes keyframes without a corner"),
)


def kind_key(space: Space, curve: Curve) -> str:
    """The kind of path that a space and a curve make."""
    return f"{'z' if space is Space.Z else 'w'} {curve.value}"


def speed_choice() -> MenuChoice:
    """A menu of the speeds to play at, of which 1 holds."""
    options = [Option(f"{speed:g}", f"{speed:g}×", f"{speed:g} times as fast") for speed in SPEEDS]
    choice = MenuChoice("Speed of playing", "How fast it plays; the path keeps its seconds", options)
    choice.show_choice("1")
    return choice


class PathBar(QWidget):
    """Buttons that tell what is wanted; shows what holds."""

    kind_chosen = pyqtSignal(object, object)
    speed_chosen = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = IconButton(IconName.PLAY, "Play", "Play the path, or stand still (Shift+Space)")
        self.time = label("", "muted")
        self.time.setMinimumWidth(84)
        self.add = TextButton("Keyframe", "Add the picture as a keyframe (K)", "", IconName.ADD)
        self.take = TextButton("Take", "Make this frame of the path the picture you work on", "primary")
        self.back = IconButton(IconName.RESET, "Back", "Show the picture you work on again")
        self.kind = MenuChoice("Kind of path", "Where the path runs, and whether it has corners", KINDS)
        self.speed = speed_choice()
        self.loop = IconButton(IconName.LOOP, "Loop", "Close the path: it returns to its first keyframe and plays on")
        self.loop.setCheckable(True)
        self.even = TextButton(
            EVEN_OUT,
            "Re-time the path by its measured speed, so that the picture changes equally fast to the eye",
        )
        self.more = IconButton(IconName.MORE, "Path settings", "Length, frames per second, noise loops")
        self.question = IconButton(IconName.HELP, "What is this?", "What the timeline and its numbers are")
        self.fold = IconButton(IconName.DOWN, "Fold the timeline", "Fold track and strip away, or show them again")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.play, self.time, self.add, self.take, self.back):
            row.addWidget(button)
        row.addStretch(1)
        for choice in (self.kind, self.speed):
            choice.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            row.addWidget(choice)
        for button in (self.loop, self.even, self.more, self.question, self.fold):
            row.addWidget(button)
        self.setMinimumWidth(LEAST_PX)
        self.kind.chosen.connect(self._kind_chosen)
        self.speed.chosen.connect(lambda key: self.speed_chosen.emit(float(key)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave out what can be done elsewhere where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_PX
        self.add.setText("" if narrow else " Keyframe")
        for part in (self.time, self.speed, self.question):
            part.setVisible(not narrow)

    def choose_speed(self, key: str) -> None:
        """Play at another speed, chosen elsewhere."""
        self.speed.show_choice(key)
        self.speed_chosen.emit(float(key))

    def show_retimed(self, retimed: bool, possible: bool) -> None:
        """Offer to even out the speed, or the way back."""
        self.even.setText(OWN_TIMING if retimed else EVEN_OUT)
        self.even.setEnabled(possible)

    def show_timeline(self, timeline: Timeline, space: Space, has_w: bool) -> None:
        """Show what kind of path it is, and offer what fits the model."""
        offered = [option for option in KINDS if has_w or option.key.startswith("z")]
        self.kind.show_options(offered)
        self.kind.show_choice(kind_key(space, timeline.curve))
        self.loop.setChecked(timeline.closed)

    def show_playing(self, playing: bool, showing: bool, words: str) -> None:
        """Show whether it plays, and when in the path that is."""
        self.play.draw(IconName.PAUSE if playing else IconName.PLAY)
        self.time.setText(words)
        self.take.setVisible(showing)
        self.back.setVisible(showing)

    def _kind_chosen(self, key: str) -> None:
        space, curve = key.split()
        self.kind_chosen.emit(Space(space), Curve(curve))
