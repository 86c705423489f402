"""Length, frame rate, noise loops and speed of a path, on a card beside the button that asked for it."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QWidget

from ganstudio.core.project import Timeline
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.number import NumberField
from ganstudio.gui.widgets.overlay import Popover
from ganstudio.gui.widgets.path_bar import speed_choice
from ganstudio.latent.path import total_seconds

FIELD_PX = 88


class PathSettings(Popover):
    """Takes typed numbers; up and down step."""

    total_chosen = pyqtSignal(float)
    fps_chosen = pyqtSignal(int)
    turns_chosen = pyqtSignal(int)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._timeline = Timeline()
        self.total = NumberField("Length of the path", "Seconds from its beginning to its end", 1, " s")
        self.fps = NumberField("Frames per second", "Pictures a second in what is exported", 0)
        self.turns = NumberField("Noise loops", "How often the noise goes round along the path; 0 keeps it still", 0)
        self._turns_words = label("Noise loops")
        self.speed = speed_choice()
        self.lengths = TextButton("Path lengths…", "The tables of the papers beside your numbers", "link")
        self.lengths.clicked.connect(self.dismiss)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        rows = ((label("Length"), self.total), (label("Frames per second"), self.fps), (self._turns_words, self.turns))
        for row, (words, field) in enumerate((*rows, (label("Speed of playing"), self.speed))):
            field.setFixedWidth(FIELD_PX)
            grid.addWidget(words, row, 0)
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignRight)
        self.column.addWidget(label("Path", "title"))
        self.column.addLayout(grid)
        self.column.addWidget(self.lengths, 0, Qt.AlignmentFlag.AlignRight)
        self.total.entered.connect(self.total_chosen)
        self.total.stepped.connect(lambda steps: self.total_chosen.emit(total_seconds(self._timeline) + 0.5 * steps))
        self.fps.entered.connect(lambda value: self.fps_chosen.emit(round(value)))
        self.fps.stepped.connect(lambda steps: self.fps_chosen.emit(self._timeline.fps + steps))
        self.turns.entered.connect(lambda value: self.turns_chosen.emit(round(value)))
        self.turns.stepped.connect(lambda steps: self.turns_chosen.emit(self._timeline.noise_turns + steps))

    def show_timeline(self, timeline: Timeline, noisy: bool) -> None:
        """Show what holds; noise only where the model has some."""
        self._timeline = timeline
        self.total.show_value(total_seconds(timeline))
        self.fps.show_value(timeline.fps)
        self.turns.show_value(timeline.noise_turns)
        for part in (self._turns_words, self.turns):
            part.setVisible(noisy)

    def open_dressed(self, control: QWidget, sheet: str) -> None:
        """Come up beside a control, in the style sheet of its part of the window."""
        self.setStyleSheet(sheet)
        self.open_at(control)
        self.total.setFocus(Qt.FocusReason.PopupFocusReason)
