"""Retouching: colours, places drawn anew, joined or restyled, and photos restored."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from PyQt6.QtGui import QColor, QIcon, QPixmap
from PyQt6.QtWidgets import QColorDialog, QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.store import Array
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.colour_paint import ColourPaint
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.photo_page import FILES
from ganstudio.gui.panels.photo_views import BRUSH, drawn, tool_bar
from ganstudio.gui.photo_topics import RETOUCH
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.face_context import set_into
from ganstudio.studio.retouch_run import PLACED, SEES_PHOTO, WITH_OTHER, Tool
from ganstudio.studio.retouching import TITLE, Retouching
from ganstudio.studio.session import Session

TOOLS = {
    Tool.COLOUR: ("Colour strokes", "Strokes guide the picture's colours; elsewhere it stays"),
    Tool.FILL: ("Fill a hole", "What you paint of the photo is drawn anew from what is around it"),
    Tool.JOIN: ("Join pictures", "What you paint comes from another kept picture, and the model mends the seam"),
    Tool.STYLE: ("Textures", "What you paint takes the textures of another kept picture"),
    Tool.FACE: ("Set a face in", "The photo's face goes into another picture, and the model makes one face of both"),
    Tool.COLOURISE: ("Colourise", "Finds colours for a black and white photo"),
    Tool.ENLARGE: ("Sharpen", "Finds a sharp picture that looks like the photo when it is made small"),
}
HINTS = {
    Tool.COLOUR: "Choose a colour and paint over the picture.",
    Tool.FILL: "Paint over what shall be drawn anew.",
    Tool.JOIN: "Paint over what shall come from the other picture.",
    Tool.STYLE: "Paint over what shall take the other picture's textures.",
    Tool.FACE: "What you paint of the photo goes into the other picture.",
    Tool.COLOURISE: "The photo is read as black and white, and its colours are found.",
    Tool.ENLARGE: "The photo is read as if it were that many times smaller.",
}
SIGHT, KEPT, FILE = "sight", "kept ", "file"
PAINT, ERASE, PICK = "paint", "erase", "pick"
BRUSHES = (
    Option(PAINT, "Paint", "Paint where the picture shall change"),
    Option(ERASE, "Erase", "Take strokes away again; the right button does so, too"),
    Option(PICK, "Pick", "Take a colour from the picture"),
)
STRENGTH = SliderRange(low=0.25, high=4, default=1, step=0.25, decimals=2)
STEPS = SliderRange(low=10, high=500, default=150, step=10, decimals=0)
FACTORS = (
    Option("2", "2 ×", "The photo is taken to be half as large"),
    Option("4", "4 ×", "The photo is taken to be a quarter as large"),
)


class RetouchPage(Panel):
    """Stands in the picture's place."""

    title: ClassVar[str] = TITLE
    icon: ClassVar[IconName] = IconName.MASK

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setSpacing(0)
        self.retouching = retouching = Retouching(session)
        self._offered: tuple[Tool, ...] = ()
        self.canvas = ColourPaint()
        self.canvas.painted.connect(self._painted)
        self.canvas.picked.connect(self._picked)
        self.tools = MenuChoice("Tool", "What is done where you paint, or to the whole photo")
        self.tools.chosen.connect(lambda key: self._choose("tool", Tool(key)))
        self.go_button = TextButton("Start", "Search for the picture that follows", "primary", IconName.PLAY)
        self.go_button.clicked.connect(self.start_or_stop)
        self.steps = ValueSlider("Steps", "More steps come nearer to what is wanted and take longer", STEPS)
        self.steps.changed.connect(lambda value, _gesture: self._choose("steps", int(value)))
        self.brushes = ChoiceRow("Brush", BRUSHES)
        self.brushes.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.brushes.chosen.connect(self.choose_brush)
        self.colour_button = TextButton(" Colour…", "Choose the colour to paint with")
        self.colour_button.clicked.connect(self.choose_colour)
        self.size_slider = ValueSlider("Brush", "How wide the brush is, of 256 across the picture", BRUSH)
        self.size_slider.changed.connect(self._resize_brush)
        self.strength = ValueSlider("Strength", "How much strokes and textures count against the rest", STRENGTH)
        self.strength.changed.connect(lambda value, _gesture: self._choose("strength", value))
        self.others = MenuChoice("Other picture", "The kept picture that lends what is painted")
        self.others.chosen.connect(lambda key: self._choose("other", key))
        self.contexts = MenuChoice("Set into", "The picture that the photo's face is set into")
        self.contexts.chosen.connect(self._choose_context)
        self.factors = ChoiceRow("How much smaller", FACTORS)
        self.factors.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.factors.chosen.connect(lambda key: self._choose("factor", int(key)))
        self.clear_button = TextButton("Clear", "Take all strokes away")
        self.clear_button.clicked.connect(retouching.clear)
        self.words = label("", "muted", wrap=True)
        self._lay_out()
        self.column.addWidget(self.canvas, 1)
        self.choose_brush(PAINT)
        self._show_colour()
        for signal in (
            retouching.changed, retouching.sight_arrived, session.frame_arrived, session.model_changed,
            session.photo.aligned_changed, session.project_changed,
        ):  # fmt: skip
            self.on_sight(signal, self._show)

    def _lay_out(self) -> None:
        for menu in (self.tools, self.others, self.contexts):
            menu.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            menu.setMaximumWidth(150)
        asked = tool_bar(self.tools, self.others, self.contexts, self.factors)
        row = asked.layout()
        assert isinstance(row, QHBoxLayout)
        row.addWidget(self.go_button)
        hint = tool_bar(self.words, spring=False)
        brushes = tool_bar(self.brushes, self.colour_button, self.clear_button)
        self.brush_bar = brushes
        dials = tool_bar(self.size_slider, self.strength, self.steps, spring=False)
        for bar in (asked, hint, brushes, dials):
            self.column.addWidget(bar)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model draws from latents alone."""
        return info is not None and info.searchable

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return RETOUCH

    def commands(self) -> tuple[Command, ...]:
        """Starting, stopping, clearing."""
        words = "scribble inpaint face swap crossover texture colourise restore"
        return (
            Command("retouch.start", "Retouch: start or stop", self.start_or_stop, words=words, group=self.title),
            Command(
                "retouch.clear", "Retouch: clear the strokes", self.retouching.clear, words=words, group=self.title
            ),
        )

    def choose_brush(self, key: str) -> None:
        """Paint, erase, or take a colour from the picture."""
        self.canvas.erases, self.canvas.picks = key == ERASE, key == PICK
        self.brushes.show_choice(key)

    def choose_colour(self) -> None:
        """Let a person choose a colour."""
        colour = QColorDialog.getColor(self.canvas.colour, self.window(), "Colour of the strokes")
        if colour.isValid():
            self._picked(colour)

    def start_or_stop(self) -> None:
        """Search, or end it with the best so far."""
        if self.retouching.busy:
            self.retouching.stop()
        else:
            self.retouching.start()

    def release(self) -> None:
        """Nobody waits for it any longer."""
        self.retouching.release()
        super().release()

    def _choose(self, name: str, value: object) -> None:
        self.retouching.choose(replace(self.retouching.choices, **{name: value}))  # type: ignore[arg-type]

    def _painted(self, mask: Array | None) -> None:
        self.retouching.paint(mask, self.canvas.strokes.copy() if mask is not None else None)

    def _picked(self, colour: QColor) -> None:
        self.canvas.colour = colour
        self._show_colour()
        self.choose_brush(PAINT)

    def _show_colour(self) -> None:
        swatch = QPixmap(16, 16)
        swatch.fill(self.canvas.colour)
        self.colour_button.setIcon(QIcon(swatch))

    def _resize_brush(self, value: float, _gesture: str) -> None:
        self.canvas.brush = value
        self.canvas.update()

    def _seen(self) -> Array | None:
        retouching = self.retouching
        if retouching.sight is not None:
            return retouching.sight.picture
        aligned = self.session.photo.aligned
        if retouching.choices.tool is Tool.FACE and aligned is not None:
            return self._set_in(aligned)
        return aligned if retouching.choices.tool in SEES_PHOTO and aligned is not None else drawn(self.session)

    def _set_in(self, photo: Array) -> Array:
        """The photo's face as it lies in the picture in sight, where it goes there; else the photo."""
        choices, around = self.retouching.choices, drawn(self.session)
        named = choices.context or choices.context_file
        if named or self.retouching.mask is None or around is None or around.shape != photo.shape:
            return photo
        return set_into(photo, around, self.retouching.mask)

    def _show(self) -> None:
        retouching, choices = self.retouching, self.retouching.choices
        tool, busy = choices.tool, retouching.busy
        if retouching.tools != self._offered:
            self._offered = retouching.tools
            self.tools.show_options([Option(each.value, *TOOLS[each]) for each in self._offered])
        self.tools.show_choice(tool.value)
        placed, lends = tool in PLACED, tool in WITH_OTHER
        for part, visible in (
            (self.brush_bar, placed), (self.brushes, placed), (self.size_slider, placed), (self.clear_button, placed),
            (self.others, lends), (self.contexts, tool is Tool.FACE),
            (self.colour_button, tool is Tool.COLOUR), (self.factors, tool is Tool.ENLARGE),
            (self.strength, tool in (Tool.COLOUR, Tool.STYLE)),
        ):  # fmt: skip
            part.setVisible(visible)
            part.setEnabled(not busy)
        self.brushes.button(PICK).setVisible(tool is Tool.COLOUR)
        self.tools.setEnabled(not busy)
        self.steps.setEnabled(not busy)
        self.steps.show_value(choices.steps)
        self.strength.show_value(choices.strength)
        self.factors.show_choice(str(choices.factor))
        if lends:
            names = [kept.name for kept in retouching.others]
            self.others.show_options([Option(name, name, "A kept picture") for name in names])
            self.others.show_choice(choices.other or next(iter(names), ""))
        self._show_contexts()
        self._show_canvas(tool, busy)
        missing = retouching.missing
        self.go_button.setText(" Stop" if busy else " Start")
        self.go_button.draw(IconName.STOP if busy else IconName.PLAY)
        self.go_button.setEnabled(busy or not missing)
        self.clear_button.setEnabled(not busy and retouching.mask is not None)
        hint = HINTS[tool] if tool in PLACED and retouching.mask is None else missing or HINTS[tool]
        self.words.setText(retouching.words or hint)

    def _choose_context(self, key: str) -> None:
        """Take another picture to set the face into; a photo is asked for."""
        name, file = key.removeprefix(KEPT) if key.startswith(KEPT) else "", ""
        if key == FILE:
            start = str(Path(self.session.photo.hand.path).parent) if self.session.photo.hand is not None else ""
            file, _ = QFileDialog.getOpenFileName(self.window(), "Choose a photo to set the face into", start, FILES)
            if not file:
                self._show_contexts()
                return
        self.retouching.choose(replace(self.retouching.choices, context=name, context_file=file))

    def _show_contexts(self) -> None:
        choices = self.retouching.choices
        file = Path(choices.context_file).name if choices.context_file else "Another photo…"
        kept = [Option(KEPT + each.name, each.name, "A kept picture") for each in self.retouching.others]
        sight = Option(SIGHT, "Picture in sight", "What the window shows now, such as that of a seed")
        photo = Option(FILE, file, "The face of another photo gives way to this one")
        self.contexts.show_options([sight, *kept, photo])
        named = KEPT + choices.context if choices.context else SIGHT
        self.contexts.show_choice(FILE if choices.context_file else named)

    def _show_canvas(self, tool: Tool, busy: bool) -> None:
        canvas = self.canvas
        canvas.setEnabled(tool in PLACED and not busy)
        canvas.show_colours(tool is Tool.COLOUR)
        canvas.show_picture(self._seen())
        canvas.veiled = tool in SEES_PHOTO or not self.retouching.in_sight
        hidden = busy or tool not in PLACED
        canvas.show_strokes(None if hidden else self.retouching.mask, self.retouching.strokes)
