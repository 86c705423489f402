"""Latent arithmetic: one picture minus another plus a third, and their differences as sliders."""

import dataclasses
from typing import ClassVar

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.core.document import Document, LatentValue, MoveAlong
from ganstudio.core.frame import ModelInfo
from ganstudio.core.project import KeptLatent, Project
from ganstudio.core.store import Array
from ganstudio.gui.actions import Command
from ganstudio.gui.latent_topics import ARITHMETIC
from ganstudio.gui.panels.kept import KeptPanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.kept_well import KeptWell
from ganstudio.gui.widgets.slider import SliderRange
from ganstudio.studio import kept
from ganstudio.studio.bending import remove_edit, set_amount, set_on
from ganstudio.studio.mixing import latent_name
from ganstudio.studio.session import Session

AMOUNT = SliderRange(low=-3.0, high=3.0, default=0.0, step=0.05, decimals=2)


class ArithmeticPanel(Panel):
    """Three wells, the picture that they make, and the directions that act."""

    title: ClassVar[str] = "Arithmetic"
    icon: ClassVar[IconName] = IconName.ARITHMETIC

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        project = self._project
        self.start = KeptWell("", "Start from", "the picture in sight, or the mean of these", project, self._drawn)
        self.minus = KeptWell("−", "Take away", "the mean of these", project, self._drawn)
        self.plus = KeptWell("+", "Add", "the mean of these", project, self._drawn)
        self.make = TextButton("Make the picture", "Start − take away + add, as the picture's latent", "")
        self.make.clicked.connect(self.make_picture)
        self.slide = TextButton("Make a slider", "The way from “take away” to “add”, to be dialled on any picture", "")
        self.slide.clicked.connect(self.make_slider)
        self.directions = EditList("Directions", movable=False)
        self.directions.turned.connect(lambda place, on: set_on(session, place, on=on))
        self.directions.weighed.connect(lambda place, amount, gesture: set_amount(session, place, amount, gesture))
        self.directions.settled.connect(session.end_gesture)
        self.directions.removed.connect(lambda place: remove_edit(session, place))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.make)
        row.addWidget(self.slide)
        for well in (self.start, self.minus, self.plus):
            well.changed.connect(self._allow)
            self.column.addWidget(well)
        self.column.addLayout(row)
        self.column.addWidget(self.directions)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.thumbnails.arrived, self._picture_arrived)
        self._allow()
        self._show(session.document)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model asks for a latent."""
        return KeptPanel.fits(info)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return ARITHMETIC

    def commands(self) -> tuple[Command, ...]:
        """The two results, from the palette."""
        words = "smile add subtract vector direction"
        return (
            Command("arithmetic.make", "Latent arithmetic: make the picture", self.make_picture, words=words),
            Command("arithmetic.slide", "Latent arithmetic: make a slider", self.make_slider, words=words),
        )

    def make_picture(self) -> None:
        """Set the picture's latent to start − take away + add."""
        info, name = self.session.model, latent_name(self.session.model)
        if info is None or name is None or not self.make.isEnabled():
            return
        present = self.session.document.inputs[name]
        begin: tuple[LatentValue, ...] = tuple(each.latent for each in self.start.held)
        if not begin and isinstance(present, LatentValue):
            begin = (present,)
        terms = [(latent, 1.0 / len(begin)) for latent in begin]
        for well, sign in ((self.minus, -1.0), (self.plus, 1.0)):
            terms += [(each.latent, sign / len(well.held)) for each in well.held]
        latent = kept.summed(terms, info)
        if latent is not None:
            self.session.change("Latent arithmetic", f"inputs.{name}", latent)

    def make_slider(self) -> None:
        """Add the way from what is taken away to what is added as a direction."""
        if self.slide.isEnabled():
            every = self.session.project.kept
            towards, away = ([every.index(each) for each in well.held] for well in (self.plus, self.minus))
            title = f"{_names(self.minus.held)} → {_names(self.plus.held)}"
            kept.difference(self.session, towards, away, title)

    def _allow(self) -> None:
        self.make.setEnabled(bool(self.minus.held or self.plus.held or self.start.held))
        self.slide.setEnabled(bool(self.minus.held and self.plus.held))

    def _project(self) -> Project:
        return self.session.project

    def _drawn(self, each: KeptLatent) -> Array | None:
        return self.session.thumbnails.get(each.document)

    def _picture_arrived(self, document: Document) -> None:
        for well in (self.start, self.minus, self.plus):
            if any(each.document == document for each in well.held):
                well.hold(well.held, tell=False)

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.kept != before.kept:
            for well in (self.start, self.minus, self.plus):
                left = tuple(each for each in well.held if each in after.kept)
                if left != well.held:
                    well.hold(left)
        self._show(after.document)

    def _show(self, document: Document) -> None:
        lines = [
            EditLine(place, edit.name or "direction", edit.on, edit.amount, "amount", _range_of(edit))
            for place, edit in enumerate(document.edits)
            if isinstance(edit, MoveAlong)
        ]
        self.directions.show_lines(lines)


def _range_of(edit: MoveAlong) -> SliderRange:
    return dataclasses.replace(AMOUNT, low=-edit.reach, high=edit.reach)


def _names(held: tuple[KeptLatent, ...]) -> str:
    return held[0].name if len(held) == 1 else f"{held[0].name} and {len(held) - 1} more"
