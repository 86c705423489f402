"""Classes painted into the pictures of generators that draw from no map."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.document import PaintUnits
from ganstudio.core.frame import ModelInfo
from ganstudio.gui.actions import Command
from ganstudio.gui.binding import Bound
from ganstudio.gui.canvas.label_canvas import LabelCanvas, Layer
from ganstudio.gui.paint_topics import CONCEPTS
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.bending import remove_edit, set_amount, set_on
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.concepts import REGION, can_paint_concepts
from ganstudio.studio.painting.strokes import Tool
from ganstudio.studio.session import Session

ADD, REMOVE = "add", "remove"
WAYS = (
    Option(ADD, "Add", "Let the class appear where you paint"),
    Option(REMOVE, "Remove", "Let it go where you paint"),
)
SIZE = SliderRange(low=1, high=32, default=8, step=1, decimals=0)
STRENGTH = SliderRange(low=0.0, high=3.0, default=1.5, step=0.05, decimals=2)
VIEW_TIP = (
    "Paint on the picture where the chosen class shall come or go. The wheel zooms, Space pans; arrow keys move the "
    "brush, Return uses it."
)


class ConceptView(Bound):
    """The picture under the brush."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.concepts = session, session.painting.concepts
        self.canvas = LabelCanvas("Picture to paint parts into", VIEW_TIP)
        self.canvas.show_labels(np.zeros((REGION, REGION), np.uint8), drawn=False)
        self.canvas.pressed.connect(lambda touch, _other: self.concepts.begin(touch))
        self.canvas.moved.connect(self.concepts.go)
        self.canvas.released.connect(self.concepts.end)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.on_sight(self.concepts.changed, self._show)
        self.on_sight(session.frame_arrived, self._show_picture)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Measure what is painted while it is seen."""
        super().showEvent(event)
        self.concepts.watch(watched=True)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Measure no longer."""
        super().hideEvent(event)
        self.concepts.watch(watched=False)

    def _show(self) -> None:
        self.canvas.show_tool(Tool.BRUSH, self.concepts.brush, mirror=False)
        self.canvas.show_region(self.concepts.region)

    def _show_picture(self) -> None:
        frame = self.session.frame
        if frame is not None:
            self.canvas.show_layers([Layer.of(next(iter(frame.pictures.values())))])


class ConceptPanel(Panel):
    """What the brush adds or removes, and what was painted so far."""

    title: ClassVar[str] = "Parts"
    icon: ClassVar[IconName] = IconName.BRUSH

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        concepts = self.concepts = session.painting.concepts
        self.words = label("", "muted", wrap=True)
        self.look = TextButton(
            "Find the parts", "Find the units of each class and try them; a minute or more the first time", "primary"
        )
        self.look.clicked.connect(self.find_or_stop)
        self.names = MenuChoice("Class", "What is added or removed")
        self.names.chosen.connect(lambda name: concepts.choose(replace(concepts.concept, name=name)))
        self.ways = ChoiceRow("Add or remove", WAYS)
        self.ways.chosen.connect(lambda key: concepts.choose(replace(concepts.concept, remove=key == REMOVE)))
        self.size_slider = ValueSlider("Brush", f"How wide the brush is, of {REGION} across the picture", SIZE)
        self.size_slider.changed.connect(self._resize)
        self.list = EditList("Painted parts", movable=False)
        self.list.turned.connect(lambda place, on: set_on(session, place, on=on))
        self.list.weighed.connect(partial(set_amount, session))
        self.list.settled.connect(session.end_gesture)
        self.list.removed.connect(partial(remove_edit, session))
        self.note, self.effect = label("", "small", wrap=True), label("", "small", wrap=True)
        asked = (self.words, self.look, self.names, self.ways, self.size_slider)
        for widget in (*asked, self.note, self.list, self.effect):
            self.column.addWidget(widget)
        self.on_sight(concepts.changed, self._show)
        self.on_sight(session.project_changed, self._show_edits)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model's units can be found and painted."""
        return can_paint_concepts(info)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return CONCEPTS

    def commands(self) -> tuple[Command, ...]:
        """Finding the parts."""
        words = "ganpaint dissection units"
        return (Command("parts.find", "Find the parts of the model", self.find_or_stop, words=words, group="Paint"),)

    def find_or_stop(self) -> None:
        """Look for the units, or look no further."""
        if self.concepts.searching:
            self.concepts.stop()
        else:
            self.concepts.look()

    def _resize(self, value: float, _gesture: str) -> None:
        self.concepts.brush = Brush(int(value))
        self.concepts.changed.emit()

    def _show(self) -> None:
        concepts, found = self.concepts, self.concepts.found
        waiting = "Find out which units stand for what, then paint hair, eyes and so on into the picture."
        self.words.setText(concepts.words or ("" if found is not None else waiting))
        self.words.setVisible(bool(self.words.text()))
        self.look.setVisible(found is None)
        self.look.setText("Stop" if concepts.searching else "Find the parts")
        for part in (self.names, self.ways, self.size_slider):
            part.setVisible(found is not None and bool(found.names))
        self.note.setText(concepts.note)
        self.note.setVisible(bool(concepts.note))
        if found is not None:
            self.names.show_options([Option(name, name, f"Paint {name}") for name in found.names])
            self.names.show_choice(concepts.concept.name)
        self.ways.show_choice(REMOVE if concepts.concept.remove else ADD)
        effect = concepts.effect
        self.effect.setVisible(effect is not None)
        if effect is not None:
            self.effect.setText(
                f"In the region: {effect.before * 100:.0f} % before, {effect.after * 100:.0f} % now. "
                f"Elsewhere: LPIPS {effect.outside:.3f}."
            )
        self._show_edits()

    def _show_edits(self) -> None:
        edits = enumerate(self.session.document.edits)
        self.list.show_lines(
            [
                EditLine(place, edit.name, edit.on, edit.amount, "strength", STRENGTH)
                for place, edit in edits
                if isinstance(edit, PaintUnits)
            ]
        )
