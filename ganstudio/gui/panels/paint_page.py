"""The map and the picture that a model draws from it, side by side or one over the other, under the brush."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.gui.canvas.label_canvas import LabelCanvas, Layer
from ganstudio.gui.drop import DropVeil, dropped_files
from ganstudio.gui.paint_topics import PAINTING
from ganstudio.gui.panels.paint_concepts import ConceptView
from ganstudio.gui.panels.paint_tools import TOOL_WORDS
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.photo_views import tool_bar
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.class_list import KEYS
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.painting.brush import Place
from ganstudio.studio.painting.map_files import looks_like_map
from ganstudio.studio.painting.regions import Shift
from ganstudio.studio.painting.strokes import Tool, Touch, picked
from ganstudio.studio.photo_reading import is_photo
from ganstudio.studio.session import Session

SIDES, ONION, MAP, OUTPUT = "sides", "onion", "map", "output"
VIEWS = (
    Option(SIDES, "Side by side", "The map on the left, the picture on the right"),
    Option(ONION, "Onion", "The picture over the map, as faint as you like"),
    Option(MAP, "Map", "The map alone"),
    Option(OUTPUT, "Picture", "The picture alone; it can be painted on, too"),
)
OPACITY = SliderRange(low=0, high=100, default=50, step=5, decimals=0)
GROWTH = 1.15
TOOL_OF = {key: tool for tool, (_icon, _name, key, _tip) in TOOL_WORDS.items()}
ALL_KEYS = (*TOOL_OF, *KEYS, "[", "]", "M")
MAP_TIP = (
    "Paint what is where. The wheel zooms, Space pans, the right button paints the other class, Alt takes up a class. "
    "Arrow keys move the brush, Return uses it; numbers choose classes, letters tools."
)
OUTPUT_TIP = (
    "What the model draws from the map. It can be painted on as well: the class goes to the same place of the map."
)
NO_MODEL = "Open a model that draws from maps, and paint what it is to draw."
NO_MAP = "Others do: they turn what you paint, such as hair, skin or sky, into a picture."


class Pair(QWidget):
    """Two views of the same size, side by side or one above the other, whichever leaves them more room."""

    def __init__(self, first: QWidget, second: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(1)
        for view in (first, second):
            self._box.addWidget(view, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Look which way there is more room."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        wide = min(self.width() / 2, self.height()) >= min(self.width(), self.height() / 2)
        self._box.setDirection(directions.LeftToRight if wide else directions.TopToBottom)


class PaintPage(Panel):
    """Stands in the picture's place."""

    title: ClassVar[str] = "Paint"
    icon: ClassVar[IconName] = IconName.PAINT
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setSpacing(0)
        self.painting = session.painting
        self.map_canvas = LabelCanvas("Map", MAP_TIP)
        self.output_canvas = LabelCanvas("Picture under the brush", OUTPUT_TIP)
        self.views = ChoiceRow("View", VIEWS)
        self.views.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.views.chosen.connect(self.show_view)
        self.onion = ValueSlider("Picture, %", "How much of the picture shows over the map", OPACITY)
        self.guide = ValueSlider("Guide, %", "How much of the guide shines through", OPACITY)
        self._opacity = {self.onion: OPACITY.default, self.guide: OPACITY.default}
        for slider in self._opacity:
            slider.setMaximumWidth(180)
            slider.changed.connect(lambda value, _gesture, slider=slider: self._fade(slider, value))
        self.words = ElidedLabel("", "muted")
        self.fit_button = IconButton(IconName.FIT, "Fit the map", "See the whole map")
        self.fit_button.clicked.connect(self.map_canvas.fit)
        self._output: Layer | None = None
        self._view = SIDES
        self._lay_out()
        for canvas, neighbour in ((self.map_canvas, self.output_canvas), (self.output_canvas, self.map_canvas)):
            self._wire(canvas, neighbour)
        self.veil = DropVeil(self)
        self.setAcceptDrops(True)
        self.on_sight(self.painting.changed, self._show_hand)
        self.on_sight(self.painting.labels_changed, self._show_labels)
        self.on_sight(session.model_changed, self._show_model)
        self.on_sight(session.frame_arrived, self._show_output)
        self.show_view(SIDES)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PAINTING

    def release(self) -> None:
        """Listen no longer."""
        self.concepts.release()
        super().release()

    def show_view(self, view: str) -> None:
        """Show map and picture in another arrangement."""
        self._view = view
        self.views.show_choice(view)
        self.map_canvas.setVisible(view != OUTPUT)
        self.output_canvas.setVisible(view in (SIDES, OUTPUT))
        self._show_layers()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Invite pictures."""
        files = dropped_files(event.mimeData()) if event is not None else ()
        if event is not None and not self._takes(files):
            event.ignore()
        elif event is not None:
            event.acceptProposedAction()
            what = "Drop to paint on the map" if looks_like_map(files[0]) else "Drop to make a map of"
            self.veil.invite(f"{what} “{files[0].name}”", self)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Invite no longer."""
        self.veil.hide()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Take a map, or make one of a photo."""
        self.veil.hide()
        files = dropped_files(event.mimeData()) if event is not None else ()
        if event is not None and self._takes(files):
            event.acceptProposedAction()
            self.painting.take_file(files[0])

    def showEvent(self, event: QShowEvent | None) -> None:
        """Let the map have the keyboard."""
        super().showEvent(event)
        if self.map_canvas.isVisible():
            self.map_canvas.setFocus()

    def _fade(self, slider: ValueSlider, value: float) -> None:
        self._opacity[slider] = value
        self._show_layers()

    def _takes(self, files: tuple[Path, ...]) -> bool:
        return bool(files) and self.painting.asked is not None and is_photo(files[0])

    def _lay_out(self) -> None:
        bar = tool_bar(self.views, self.onion, self.guide, self.words, self.fit_button, spring=False)
        row = bar.layout()
        assert isinstance(row, QHBoxLayout)
        row.setStretch(3, 1)
        sides = Pair(self.map_canvas, self.output_canvas)
        self.empty = Surface("notice")
        inside = QVBoxLayout(self.empty)
        inside.addStretch(1)
        self.empty_words = label("", "backdrop", wrap=True)
        self.empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(self.empty_words)
        self.offers = QHBoxLayout()
        inside.addLayout(self.offers)
        inside.addStretch(1)
        with_map = QWidget()
        column = QVBoxLayout(with_map)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(sides, 1)
        middle = QWidget()
        self.stack = QStackedLayout(middle)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(with_map)
        self.concepts = ConceptView(self.session)
        self.stack.addWidget(self.concepts)
        self.column.addWidget(middle, 1)

    def _wire(self, canvas: LabelCanvas, neighbour: LabelCanvas) -> None:
        painting = self.painting
        canvas.take_keys(ALL_KEYS)
        canvas.pressed.connect(lambda touch, other: painting.begin(touch, other=other))
        canvas.picked.connect(lambda touch, other: painting.pick(touch, other=other))
        canvas.moved.connect(painting.go)
        canvas.released.connect(painting.end)
        canvas.given_up.connect(painting.give_up)
        canvas.nudged.connect(lambda right, down: painting.shift(Shift(right, down)))
        canvas.key_pressed.connect(self._key)
        canvas.hovered.connect(neighbour.show_pointer)
        canvas.hovered.connect(self._show_place)
        canvas.camera_changed.connect(neighbour.show_camera)

    def _key(self, key: str) -> None:
        painting = self.painting
        if key in TOOL_OF:
            painting.take_up(replace(painting.hand, tool=TOOL_OF[key]))
        elif key in KEYS:
            painting.choose(KEYS.index(key))
        elif key == "M":
            painting.take_up(replace(painting.hand, mirror=not painting.hand.mirror))
        else:
            painting.resize_brush(GROWTH if key == "]" else 1 / GROWTH)

    def _show_model(self) -> None:
        asked = self.painting.asked
        if asked is None:
            self.stack.setCurrentWidget(self.concepts if self.painting.concepts.possible else self.empty)
            self._output = None
            self._show_empty()
            return
        self.stack.setCurrentIndex(1)
        for canvas in (self.map_canvas, self.output_canvas):
            canvas.show_colours(asked.palette)
        self._show_labels()
        self._show_hand()

    def _show_empty(self) -> None:
        model = self.session.model
        self.empty_words.setText(NO_MODEL if model is None else f"{model.name} draws from no map. {NO_MAP}")
        clear(self.offers)
        self.offers.addStretch(1)
        for entry in self.painting.painters():
            button = TextButton(f"Open {entry.name}", entry.summary or entry.title, "primary")
            button.clicked.connect(lambda _on, path=entry.path: self.session.open_model(path))
            self.offers.addWidget(button)
        self.offers.addStretch(1)

    def _show_labels(self) -> None:
        labels = self.painting.labels
        self.map_canvas.show_labels(labels)
        self.output_canvas.show_labels(labels, drawn=False)

    def _show_hand(self) -> None:
        painting, hand = self.painting, self.painting.hand
        for canvas in (self.map_canvas, self.output_canvas):
            canvas.show_tool(hand.tool, hand.brush, mirror=hand.mirror)
            canvas.show_region(painting.selection)
            canvas.nudges = hand.tool is Tool.MOVE and painting.selection is not None
        self._show_layers()

    def _show_output(self) -> None:
        frame = self.session.frame
        if frame is not None:
            self._output = Layer.of(next(iter(frame.pictures.values())))
            self._show_layers()

    def _show_layers(self) -> None:
        guide = self.painting.guide
        self.onion.setVisible(self._view == ONION)
        self.guide.setVisible(guide is not None and self._view != OUTPUT)
        layers = [] if guide is None else [Layer.of(guide, self._opacity[self.guide] / 100)]
        if self._output is not None:
            if self._view == ONION:
                layers.append(Layer(self._output.image, self._opacity[self.onion] / 100))
            self.output_canvas.show_layers([self._output])
        self.map_canvas.show_layers(layers)

    def _show_place(self, place: Place | None) -> None:
        asked, labels = self.painting.asked, self.painting.labels
        found = picked(labels, Touch(place)) if place is not None and labels is not None else None
        if place is None or asked is None or found is None or found >= len(asked.classes):
            self.words.setText("")
        else:
            self.words.setText(f"{asked.classes[found]}   {int(place[0])}, {int(place[1])}")
