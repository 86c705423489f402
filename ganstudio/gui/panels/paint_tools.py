"""The tools that paint label maps, and how each is set."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

from PyQt6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QHBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.actions import Command
from ganstudio.gui.paint_topics import TOOLS
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.map_inputs import map_input
from ganstudio.studio.painting.strokes import Tool
from ganstudio.studio.session import Session

COLUMNS = 5
SIZE = SliderRange(low=1, high=64, default=12, step=1, decimals=0)
GAP = SliderRange(low=0, high=8, default=0, step=1, decimals=0)
ROUND, SQUARE = "round", "square"
FILLED, HOLLOW = "filled", "hollow"
AROUND = "around"
FORMS = (Option(ROUND, "Round", "A round brush"), Option(SQUARE, "Square", "A square brush, upright"))
BODIES = (
    Option(FILLED, "Filled", "The whole shape is painted"),
    Option(HOLLOW, "Outline", "Only its edge is painted, as wide as the brush"),
)
TOOL_WORDS: dict[Tool, tuple[IconName, str, str, str]] = {
    Tool.BRUSH: (IconName.BRUSH, "Brush", "B", "Paint by hand"),
    Tool.LINE: (IconName.LINE, "Line", "L", "Draw a straight line as wide as the brush"),
    Tool.RECTANGLE: (IconName.RECTANGLE, "Rectangle", "R", "Draw from corner to corner; Shift makes it square"),
    Tool.ELLIPSE: (IconName.ELLIPSE, "Ellipse", "E", "Draw from corner to corner; Shift makes it a circle"),
    Tool.LASSO: (IconName.LASSO, "Lasso", "O", "Paint what a line drawn by hand surrounds"),
    Tool.BUCKET: (IconName.BUCKET, "Fill", "G", "Fill what belongs together"),
    Tool.EXCHANGE: (IconName.EXCHANGE, "Replace class", "X", "Turn the clicked class into the chosen one, everywhere"),
    Tool.SELECT: (IconName.SELECT, "Select", "S", "Surround a region that Move takes along; a click drops it"),
    Tool.MOVE: (IconName.MOVE, "Move", "V", "Move what is selected or clicked; with Shift make it larger or smaller"),
    Tool.PICK: (IconName.PICK, "Eyedropper", "I", "Take up the class that is clicked"),
}
BRUSHED = (Tool.BRUSH, Tool.LINE)
SHAPED = (Tool.RECTANGLE, Tool.ELLIPSE, Tool.LASSO)


class PaintToolsPanel(Panel):
    """A grid of tools, and below it what the one in hand can be set to."""

    title: ClassVar[str] = "Tools"
    icon: ClassVar[IconName] = IconName.BRUSH

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        painting = self.painting = session.painting
        self.tools = {tool: self._tool_button(tool) for tool in TOOL_WORDS}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(4)
        for place, button in enumerate(self.tools.values()):
            self._group.addButton(button)
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        self.name = label("", "strong")
        self.form = ChoiceRow("Brush", FORMS)
        self.form.chosen.connect(lambda key: self._brush(replace(painting.hand.brush, square=key == SQUARE)))
        self.size_slider = ValueSlider("Size, px", "How wide the brush is, in pixels of the map; keys [ and ]", SIZE)
        self.size_slider.changed.connect(
            lambda value, _gesture: self._brush(replace(painting.hand.brush, size=int(value)))
        )
        self.body = ChoiceRow("Shape", BODIES)
        self.body.chosen.connect(lambda key: painting.take_up(replace(painting.hand, hollow=key == HOLLOW)))
        self.gap = ValueSlider("Gap, px", "Openings in a contour up to so wide count as closed", GAP)
        self.gap.changed.connect(lambda value, _gesture: painting.take_up(replace(painting.hand, gap=int(value))))
        self.left_words = label("Leave behind", "muted")
        self.left = MenuChoice("Leave behind", "What fills the place that a moved region leaves")
        self.left.chosen.connect(self._leave)
        self.mirror = QCheckBox("Mirror left and right")
        self.mirror.setMinimumHeight(TARGET)
        describe(self.mirror, "Mirror left and right", "Paint on both sides of the upright middle at once; key M")
        self.mirror.toggled.connect(lambda on: painting.take_up(replace(painting.hand, mirror=on)))
        self.clear_button = TextButton("Clear", "Paint the whole map in the right button's class")
        self.clear_button.clicked.connect(painting.clear)
        self.flip_button = TextButton("Flip", "Swap left and right of the whole map")
        self.flip_button.clicked.connect(painting.flip)
        behind, row = QHBoxLayout(), QHBoxLayout()
        for line, parts in ((behind, (self.left_words, self.left)), (row, (self.clear_button, self.flip_button))):
            line.setSpacing(8)
            for part in parts:
                line.addWidget(part, 1)
        self.column.addLayout(grid)
        for widget in (self.name, self.form, self.size_slider, self.body, self.gap):
            self.column.addWidget(widget)
        self.column.addLayout(behind)
        self.column.addWidget(self.mirror)
        self.column.addLayout(row)
        self.on_sight(painting.changed, self._show)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model draws from a map."""
        return map_input(info) is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return TOOLS

    def commands(self) -> tuple[Command, ...]:
        """Each tool, and what is done with the whole map."""
        group, painting = "Paint", self.painting
        tools = (
            Command(f"paint.{tool.value}", f"Paint: {name}", partial(self._choose_tool, tool), tip=tip, group=group)
            for tool, (_icon, name, _key, tip) in TOOL_WORDS.items()
        )
        return (
            *tools,
            Command("paint.mirror", "Paint: mirror left and right", self.mirror.toggle, group=group),
            Command("paint.clear", "Paint: clear the map", painting.clear, words="empty new", group=group),
            Command("paint.flip", "Paint: swap left and right of the map", painting.flip, group=group),
            Command("paint.drop", "Paint: drop the selection", partial(painting.select, None), group=group),
        )

    def _tool_button(self, tool: Tool) -> IconButton:
        drawing, name, key, tip = TOOL_WORDS[tool]
        button = IconButton(drawing, name, f"{name}, key {key}: {tip}")
        button.setCheckable(True)
        button.setFixedSize(36, 32)
        button.clicked.connect(lambda _checked: self._choose_tool(tool))
        return button

    def _choose_tool(self, tool: Tool) -> None:
        self.painting.take_up(replace(self.painting.hand, tool=tool))

    def _brush(self, brush: Brush) -> None:
        self.painting.take_up(replace(self.painting.hand, brush=brush))

    def _leave(self, key: str) -> None:
        self.painting.take_up(replace(self.painting.hand, left_behind=None if key == AROUND else int(key)))

    def _show(self) -> None:
        hand, asked = self.painting.hand, self.painting.asked
        self.tools[hand.tool].setChecked(True)
        self.name.setText(TOOL_WORDS[hand.tool][1])
        swept = hand.tool in BRUSHED or (hand.tool in SHAPED and hand.hollow)
        self.form.setVisible(hand.tool in BRUSHED)
        self.form.show_choice(SQUARE if hand.brush.square else ROUND)
        self.size_slider.setVisible(swept)
        self.size_slider.show_value(hand.brush.size)
        self.body.setVisible(hand.tool in SHAPED)
        self.body.show_choice(HOLLOW if hand.hollow else FILLED)
        self.gap.setVisible(hand.tool is Tool.BUCKET)
        self.gap.show_value(hand.gap)
        for part in (self.left_words, self.left):
            part.setVisible(hand.tool is Tool.MOVE)
        self.mirror.setChecked(hand.mirror)
        if asked is not None:
            around = Option(AROUND, "what is around", "The nearest classes around it")
            names = (Option(str(n), name, f"Leave {name}") for n, name in enumerate(asked.classes))
            self.left.show_options([around, *names])
            self.left.show_choice(AROUND if hand.left_behind is None else str(hand.left_behind))
