"""S space: sliders on single style channels."""

from typing import ClassVar

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from ganstudio.core.document import ShiftStyle
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inspection import ActiveChannels
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.inside_topics import STYLE_CHANNELS
from ganstudio.gui.panels.bending import slider_range
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.bending import (
    SHIFT_AMOUNTS,
    add_shift,
    edit_in_words,
    layer_in_words,
    remove_edit,
    remove_edits,
    set_amount,
    set_on,
    shifts_of,
)
from ganstudio.studio.session import Session

REST_MS = 250
SUGGESTED_COLUMNS = 2


class StyleChannelsPanel(Panel):
    """A layer, a channel by its number or by what stands out here, and a slider for each."""

    title: ClassVar[str] = "Style channels"
    icon: ClassVar[IconName] = IconName.STYLES
    owns: ClassVar[tuple[str, ...]] = ("edits.ShiftStyle",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(session.layers.find_active)
        self.layer = MenuChoice("Layer", "The layer whose style channels are moved")
        self.layer.chosen.connect(session.layers.show_layer)
        self.number = QLineEdit()
        self.number.setFixedHeight(TARGET)
        self.number.returnPressed.connect(self._add)
        self.number.textEdited.connect(lambda _text: self.wrong.hide())
        describe(self.number, "Channel number", "Type a channel's number and press Return for its slider")
        self.add = IconButton(IconName.ADD, "Add the channel", "Have a slider for this channel")
        self.add.clicked.connect(self._add)
        self.wrong = label("", "danger", wrap=True)
        self.wrong.hide()
        self.heading = label("Most active here", "small")
        self.suggestions: list[TextButton] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self.list = EditList("Shifted style channels", movable=False)
        self.list.turned.connect(lambda place, on: set_on(session, place, on=on))
        self.list.weighed.connect(lambda place, amount, gesture: set_amount(session, place, amount, gesture))
        self.list.settled.connect(session.end_gesture)
        self.list.removed.connect(lambda place: remove_edit(session, place))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.layer, 3)
        row.addWidget(self.number, 2)
        row.addWidget(self.add)
        self.column.addLayout(row)
        for part in (self.wrong, self.heading):
            self.column.addWidget(part)
        self.column.addLayout(self._grid)
        self.column.addWidget(self.list)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.layers.layer_changed, self._layer_changed)
        self.bindings.on(session.layers.active_arrived, self._show_active)
        self._model_changed(session.model)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model's layers have styles."""
        return info is not None and any(stage.styles for stage in info.stages)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return STYLE_CHANNELS

    def commands(self) -> tuple[Command, ...]:
        """The way back to the model's own styles."""
        away = lambda: remove_edits(self.session, ShiftStyle)  # noqa: E731
        return (
            Command("styles.none", "Remove all style channels", away, words="reset s space", group=self.title),
        )

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin to look for channels that stand out, once nothing changes for a moment."""
        super().showEvent(event)
        self.session.layers.watch_styles(watched=True)
        self._rest.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Stop looking."""
        super().hideEvent(event)
        self._rest.stop()
        self.session.layers.watch_styles(watched=False)

    def release(self) -> None:
        """Listen no longer."""
        self._rest.stop()
        super().release()

    def _model_changed(self, _info: ModelInfo | None) -> None:
        layers = self.session.layers.style_layers
        options = [Option(name, layer_in_words(name), f"{width} channels") for name, width in layers.items()]
        self.layer.show_options(options)
        self._clear_suggestions()
        self._layer_changed(self.session.layers.layer)
        self._show(self.session.project)
        self._wake()

    def _layer_changed(self, layer: str) -> None:
        self.layer.show_choice(layer)
        self.number.setPlaceholderText(f"0–{self._width() - 1}")
        self._wake()

    def _width(self) -> int:
        return self.session.layers.style_layers.get(self.layer.key, 1)

    def _add(self) -> None:
        text = self.number.text().strip().lstrip("#")
        channel = int(text) if text.isdecimal() else -1
        if 0 <= channel < self._width():
            self.wrong.hide()
            self.number.clear()
            add_shift(self.session, self.layer.key, channel)
        else:
            self.wrong.setText(f"This layer has the channels 0 to {self._width() - 1}.")
            self.wrong.show()

    def _show_active(self, active: ActiveChannels) -> None:
        if active.layer != self.layer.key:
            return
        self._clear_suggestions()
        for place, (channel, deviation) in enumerate(active.channels):
            words = f"#{channel}  {deviation:+.1f} σ".replace("-", "−")
            button = TextButton(words, f"Channel {channel} is {deviation:+.1f} standard deviations from its mean here")
            button.clicked.connect(lambda _checked, channel=channel: add_shift(self.session, active.layer, channel))
            self._grid.addWidget(button, place // SUGGESTED_COLUMNS, place % SUGGESTED_COLUMNS)
            self.suggestions.append(button)

    def _clear_suggestions(self) -> None:
        clear(self._grid)
        self.suggestions = []

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)
        self._wake()

    def _wake(self) -> None:
        if self.isVisible():
            self._rest.start()

    def _show(self, project: Project) -> None:
        self.list.show_lines([shift_line(place, shift) for place, shift in shifts_of(project.document).items()])


def shift_line(place: int, shift: ShiftStyle) -> EditLine:
    """A shift as a line of the list."""
    spread = slider_range(SHIFT_AMOUNTS)
    return EditLine(place, edit_in_words(shift), shift.on, shift.amount, "standard deviations", spread)
