"""Network bending: what is done to units of a stage before anything after it sees them."""

from typing import ClassVar

from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ganstudio.core.document import SPATIAL, Bend, BendUnits
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inspection import Look
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.inside_topics import BENDING
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange
from ganstudio.studio.bending import (
    BEND_AMOUNTS,
    BEND_TITLES,
    AmountRange,
    add_bend,
    bends_of,
    edit_in_words,
    move_edit,
    remove_edit,
    remove_edits,
    set_amount,
    set_on,
    units_in_words,
    units_of,
)
from ganstudio.studio.session import Session

BEND_TIPS = {
    Bend.ABLATE: "Set the units to zero",
    Bend.SCALE: "Make the units stronger, weaker or negative",
    Bend.ADD: "Add the same to every pixel of the units",
    Bend.INVERT: "Turn the sign of the units around",
    Bend.THRESHOLD: "What is not above the threshold becomes zero",
    Bend.CLIP: "Hold values between minus and plus the amount",
    Bend.MOVE_X: "Push what the units show to the right",
    Bend.MOVE_Y: "Push what the units show down",
    Bend.ROTATE: "Turn what the units show clockwise",
    Bend.ZOOM: "Enlarge what the units show around the middle",
    Bend.FLIP_X: "Mirror what the units show",
    Bend.FLIP_Y: "Turn what the units show upside down",
}


class BendingPanel(Panel):
    """Stage, units and kind of a new bend, and the list of those that act."""

    title: ClassVar[str] = "Bending"
    icon: ClassVar[IconName] = IconName.BENDING
    owns: ClassVar[tuple[str, ...]] = ("edits.BendUnits",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.stage = MenuChoice("Stage to bend", "The stage whose units are bent")
        self.bend = MenuChoice("Kind of bend", "What is done to the units")
        self.stage.chosen.connect(self._stage_chosen)
        self.units = QLineEdit()
        self.units.setFixedHeight(TARGET)
        self.units.setClearButtonEnabled(True)
        describe(self.units, "Units to bend", "Numbers and ranges such as 3, 8-12; empty means all units of the stage")
        self.units.returnPressed.connect(self._add)
        self.units.textEdited.connect(lambda _text: self._mark_wrong(False))
        self.from_sheet = IconButton(
            IconName.LAYERS, "Units from the layers page", "Take the channels that the layers page shows"
        )
        self.from_sheet.clicked.connect(self._take_looked_at)
        self.add = TextButton("Bend", "Add this bend to the list", drawing=IconName.ADD)
        self.add.clicked.connect(self._add)
        self.wrong = label("", "danger", wrap=True)
        self.wrong.hide()
        self.list = EditList("Bends", movable=True)
        self.list.turned.connect(lambda place, on: set_on(session, place, on=on))
        self.list.weighed.connect(lambda place, amount, gesture: set_amount(session, place, amount, gesture))
        self.list.settled.connect(session.end_gesture)
        self.list.swapped.connect(lambda place, other: move_edit(session, place, other))
        self.list.removed.connect(lambda place: remove_edit(session, place))
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((first, (self.stage, self.bend)), (second, (self.units, self.from_sheet, self.add))):
            row.setSpacing(4)
            for part in parts:
                row.addWidget(part, 1 if part in (self.stage, self.bend, self.units) else 0)
            self.column.addLayout(row)
        for widget in (self.wrong, self.list):
            self.column.addWidget(widget)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.layers.look_changed, self._look_changed)
        self._model_changed(session.model)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model has units to bend."""
        return info is not None and bool(info.stages)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return BENDING

    def commands(self) -> tuple[Command, ...]:
        """Every kind of bend on what is chosen, and the way back."""
        kinds = tuple(
            Command(
                f"bend.{bend.value}",
                f"Bend: {BEND_TITLES[bend].lower()}",
                lambda bend=bend: self._bend(bend),  # type: ignore[misc]
                tip=BEND_TIPS[bend],
                words="network bending units",
                group=self.title,
            )
            for bend in Bend
        )
        away = lambda: remove_edits(self.session, BendUnits)  # noqa: E731
        return (*kinds, Command("bend.none", "Remove all bends", away, words="reset bending", group=self.title))

    def _model_changed(self, info: ModelInfo | None) -> None:
        stages = info.stages if info is not None else ()
        self.stage.show_options([Option(s.name, s.name, f"{s.units} units, {s.side} px") for s in stages])
        self.stage.show_choice(self.session.layers.look.stage)
        self._stage_chosen(self.stage.key)
        self._show(self.session.project)

    def _look_changed(self, look: Look) -> None:
        self.stage.show_choice(look.stage)
        self._stage_chosen(self.stage.key)

    def _stage_chosen(self, name: str) -> None:
        stage = self.session.layers.stage_named(name)
        if stage is None:
            return
        bends = [bend for bend in Bend if stage.side > 1 or bend not in SPATIAL]
        self.bend.show_options([Option(bend.value, BEND_TITLES[bend], BEND_TIPS[bend]) for bend in bends])
        self.units.setPlaceholderText(f"All {stage.units} units")
        self._mark_wrong(False)

    def _take_looked_at(self) -> None:
        layers = self.session.layers
        self.stage.show_choice(layers.look.stage)
        self._stage_chosen(self.stage.key)
        channels = layers.look.looked_at
        self.units.setText(units_in_words(channels) if channels else "")

    def _add(self) -> None:
        if self.bend.key:
            self._bend(Bend(self.bend.key))

    def _bend(self, bend: Bend) -> None:
        stage = self.session.layers.stage_named(self.stage.key)
        if stage is None:
            return
        units = units_of(self.units.text(), stage.units)
        self._mark_wrong(units is None)
        if units is not None:
            add_bend(self.session, stage.name, units, bend)

    def _mark_wrong(self, wrong: bool) -> None:
        stage = self.session.layers.stage_named(self.stage.key)
        last = stage.units - 1 if stage is not None else 0
        self.wrong.setText(f"Write units as numbers and ranges from 0 to {last}, such as 3, 8-12." if wrong else "")
        self.wrong.setVisible(wrong)

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)

    def _show(self, project: Project) -> None:
        self.list.show_lines([bend_line(place, bend) for place, bend in bends_of(project.document).items()])


def bend_line(place: int, bend: BendUnits) -> EditLine:
    """A bend as a line of the list."""
    amounts = BEND_AMOUNTS.get(bend.bend)
    spread = slider_range(amounts) if amounts is not None else None
    caption = amounts.unit if amounts is not None else ""
    return EditLine(place, edit_in_words(bend), bend.on, bend.amount, caption, spread)


def slider_range(amounts: AmountRange) -> SliderRange:
    """The slider for amounts; a double click goes back to what changes nothing."""
    return SliderRange(amounts.low, amounts.high, amounts.rest, amounts.step, amounts.decimals)
