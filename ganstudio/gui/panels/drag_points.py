"""Points of the picture in sight are dragged to other places."""

from typing import ClassVar

from PyQt6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.points_paint import PointsPaint
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.photo_views import BRUSH, drawn, tool_bar
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import ValueSlider
from ganstudio.studio.dragging import TITLE, PointDragging, can_drag
from ganstudio.studio.session import Session

POINTS, PAINT, ERASE = "points", "paint", "erase"
TOOLS = (
    Option(POINTS, "Points", "Click where something is, then where it shall go"),
    Option(PAINT, "Mask", "Paint what may change; the rest is held as it is"),
    Option(ERASE, "Erase", "Take parts of the mask away again"),
)
HINT = "Click where something is, then where it shall go."
DRAGGING = Topic(
    "Drag points",
    (
        (
            "Set a point on something in the picture, then the place it shall go to: the corner of a mouth, the tip of "
            "a nose. The picture's latent is changed step by step so that what is at the point goes there, and the "
            "point is found again in the picture after every step."
        ),
        (
            "A painted mask says what may change. Without one the whole picture may follow: a nose that goes left "
            "turns the head. What comes out is one more direction of the picture, which can be dialled back or undone."
        ),
    ),
    "Pan et al. 2023, “Drag Your GAN: Interactive Point-based Manipulation on the Generative Image Manifold”",
)


class DragPointsPage(Panel):
    """Stands in the picture's place."""

    title: ClassVar[str] = TITLE
    icon: ClassVar[IconName] = IconName.DRAG

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setSpacing(0)
        self.dragging = dragging = PointDragging(session)
        self.canvas = PointsPaint()
        self.canvas.placed.connect(dragging.place)
        self.canvas.taken_back.connect(dragging.take_back)
        self.canvas.painted.connect(dragging.paint_mask)
        self.tools = ChoiceRow("Tool", TOOLS)
        self.tools.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tools.show_choice(POINTS)
        self.tools.chosen.connect(self.choose_tool)
        self.size_slider = ValueSlider("Brush", "How wide the brush is, of 256 across the picture", BRUSH)
        self.size_slider.setMaximumWidth(200)
        self.size_slider.changed.connect(self._resize_brush)
        self.go_button = TextButton("Start", "Drag the points to their places", "primary", IconName.PLAY)
        self.go_button.clicked.connect(self.start_or_stop)
        self.clear_button = TextButton("Clear", "Take away all points and the mask")
        self.clear_button.clicked.connect(dragging.clear)
        self.words = label(HINT, "muted", wrap=True)
        self.column.addWidget(tool_bar(self.tools, self.size_slider, self.go_button, self.clear_button))
        self.column.addWidget(tool_bar(self.words, spring=False))
        self.column.addWidget(self.canvas, 1)
        for signal in (dragging.changed, dragging.sight_arrived, session.frame_arrived, session.model_changed):
            self.on_sight(signal, self._show)
        self.choose_tool(POINTS)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model's layers have places."""
        return can_drag(info)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return DRAGGING

    def commands(self) -> tuple[Command, ...]:
        """Starting, stopping, clearing."""
        words = "move pull points dragging"
        return (
            Command("drag.start", "Drag points: start or stop", self.start_or_stop, words=words, group=self.title),
            Command("drag.clear", "Drag points: clear", self.dragging.clear, words=words, group=self.title),
        )

    def choose_tool(self, key: str) -> None:
        """Set points, or paint and erase the mask."""
        self.canvas.paints, self.canvas.erases = key != POINTS, key == ERASE
        self.size_slider.setVisible(key != POINTS)
        self.canvas.update()

    def start_or_stop(self) -> None:
        """Drag, or end it with what was reached."""
        if self.dragging.busy:
            self.dragging.stop()
        else:
            self.dragging.start()

    def release(self) -> None:
        """Nobody waits for the points any longer."""
        self.dragging.release()
        super().release()

    def _resize_brush(self, value: float, _gesture: str) -> None:
        self.canvas.brush = value
        self.canvas.update()

    def _show(self) -> None:
        dragging = self.dragging
        picture = drawn(self.session) if dragging.sight is None else dragging.sight.picture
        if picture is not None:
            self.canvas.show_picture(picture)
        self.canvas.show_points(dragging.points, dragging.waiting)
        self.canvas.show_mask(dragging.mask)
        self.go_button.setText(" Stop" if dragging.busy else " Start")
        self.go_button.draw(IconName.STOP if dragging.busy else IconName.PLAY)
        self.go_button.setEnabled(dragging.busy or dragging.ready)
        painted = dragging.mask is not None
        self.clear_button.setEnabled(
            not dragging.busy and (bool(dragging.points) or painted or dragging.waiting is not None)
        )
        waiting = "Now click where it shall go." if dragging.waiting is not None else HINT
        self.words.setText(dragging.words if dragging.words and dragging.waiting is None else waiting)
