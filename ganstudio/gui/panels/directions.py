"""Directions: find them, see what they do, and dial those that are wanted."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QEnterEvent, QFocusEvent, QResizeEvent
from PyQt6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QInputDialog, QMenu, QWidget

from ganstudio.core.direction import Direction
from ganstudio.core.document import Document
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability, Latent
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.direction_topics import DIRECTIONS
from ganstudio.gui.panels.direction_menu import direction_menu, rows_in_words
from ganstudio.gui.panels.direction_preview import DirectionPreview
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.edit_list import EditLine, EditList
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange
from ganstudio.studio.bending import remove_edit, set_amount, set_on
from ganstudio.studio.direction_files import SUFFIX
from ganstudio.studio.direction_search import Method
from ganstudio.studio.directions import moves_of
from ganstudio.studio.mixing import layer_groups
from ganstudio.studio.session import Session
from ganstudio.studio.tagged_directions import learn_tag, telling_tags

METHODS = (
    Option(Method.COMPONENTS, "PCA", "Principal components: the ways along which latents vary the most (GANSpace)"),
    Option(Method.CLOSED_FORM, "SeFa", "Closed form: the ways that change most what the layers take up (SeFa)"),
    Option(Method.PARTS, "Parts", "The ways that change one part of a face and leave the rest as it is (ReSeFa)"),
    Option(Method.SAVED, "Saved", "Directions that you saved or imported for this model"),
)
EMPTY = {
    Method.COMPONENTS: "Not searched yet. Finding them takes a few seconds, once for each model.",
    Method.CLOSED_FORM: "Not computed yet. It takes a moment, once for each choice of layers.",
    Method.PARTS: "Not searched yet. For models of faces; it takes about half a minute, once for each.",
    Method.SAVED: "None yet. Save a slider from its menu ⋯, teach one, tag kept pictures, or import a file.",
}
MOST_TAGS = 24
LEAST_NAME_PX, PADDING_PX = 32, 16
NUMBERED_COLUMNS, NAMED_COLUMNS = 5, 2
ALL_LAYERS = "all"
READABLE = f"Directions (*{SUFFIX} *.npy *.npz *.pt *.pth)"


class DirectionButton(TextButton):
    """A direction that is offered; a long name is cut rather than making the panel wider."""

    pointed = pyqtSignal()

    def __init__(self, word: str, tip: str) -> None:
        super().__init__(word, tip)
        self._word = word

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(LEAST_NAME_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Show as much of the name as there is room for."""
        super().resizeEvent(event)
        room = self.width() - PADDING_PX
        self.setText(self.fontMetrics().elidedText(self._word, Qt.TextElideMode.ElideMiddle, room))

    def enterEvent(self, event: QEnterEvent | None) -> None:
        """Tell that it is pointed at."""
        super().enterEvent(event)
        self.pointed.emit()

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Tell that the keyboard points at it."""
        super().focusInEvent(event)
        self.pointed.emit()


class DirectionsPanel(Panel):
    """Where directions come from, those that there are, a preview, and the sliders."""

    title: ClassVar[str] = "Directions"
    icon: ClassVar[IconName] = IconName.DIRECTIONS
    owns: ClassVar[tuple[str, ...]] = ("edits.MoveAlong",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        directions = session.directions
        self.offers: list[DirectionButton] = []
        self.method = ChoiceRow("Where directions come from", METHODS)
        self.method.chosen.connect(lambda key: self._choose(Method(key), ()))
        self.layers = MenuChoice("Layers", "Which layers' weights are asked; the directions then act on those layers")
        self.layers.chosen.connect(lambda key: self._choose(Method.CLOSED_FORM, self._rows[key]))
        self.seek = TextButton("Find directions", "Search this model; what is found is kept", "primary")
        self.seek.clicked.connect(directions.find)
        self.tell = TextButton("Say what they do", "Move 24 pictures along each, and name it by what changes")
        self.tell.clicked.connect(directions.describe)
        self.bring = IconButton(IconName.FOLDER, "Import directions", "Take directions of a file")
        self.bring.clicked.connect(self.import_file)
        self.share = IconButton(IconName.SAVE, "Export directions", "Write these directions into a file to be shared")
        self.share.clicked.connect(self.export_file)
        self.tagged = TextButton(
            "From tags…", "Tag kept pictures that have something, and get a slider across the boundary to the others"
        )
        self.tag_menu = QMenu(self)
        self.tagged.clicked.connect(self._ask_tag)
        self.words = label("", "muted", wrap=True)
        self.preview = DirectionPreview(session)
        self.preview.chosen.connect(directions.add)
        self.list = EditList("Sliders along directions", movable=False)
        self._rows: dict[str, tuple[int, ...]] = {ALL_LAYERS: ()}
        self._lay_out()
        self._join()
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, lambda _info: self._model_changed())
        self.on_sight(directions.offered_changed, self._show_offers)
        self._model_changed()

    def _lay_out(self) -> None:
        search = QHBoxLayout()
        search.setSpacing(4)
        search.addWidget(self.seek, 1)
        search.addWidget(self.layers, 1)
        search.addWidget(self.tell, 1)
        search.addWidget(self.tagged, 1)
        search.addStretch(0)
        for button in (self.bring, self.share):
            search.addWidget(button)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self.column.addWidget(self.method)
        self.column.addLayout(search)
        self.column.addWidget(self.words)
        self.column.addLayout(self._grid)
        self.column.addWidget(self.preview)
        self.column.addWidget(self.list)

    def _join(self) -> None:
        session, sliders = self.session, self.list
        sliders.turned.connect(lambda place, on: set_on(session, place, on=on))
        sliders.weighed.connect(lambda place, amount, gesture: set_amount(session, place, amount, gesture))
        sliders.settled.connect(session.end_gesture)
        sliders.removed.connect(lambda place: remove_edit(session, place))
        sliders.asked.connect(self._menu)
        sliders.pointed.connect(lambda place: self.preview.show_direction(session.directions.direction_at(place)))

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model asks for a latent."""
        return info is not None and any(isinstance(i, Latent) for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return DIRECTIONS

    def commands(self) -> tuple[Command, ...]:
        """Finding, files and the way back, from the palette."""
        directions, group = self.session.directions, self.title
        return (
            Command(
                "directions.components", "Find directions: components", partial(self._search, Method.COMPONENTS),
                words="pca ganspace", group=group,
            ),
            Command(
                "directions.closed", "Find directions: closed form", partial(self._search, Method.CLOSED_FORM),
                words="sefa", group=group,
            ),
            Command(
                "directions.parts", "Find directions: parts of a face", partial(self._search, Method.PARTS),
                words="resefa local mouth eyes hair", group=group,
            ),
            Command("directions.describe", "Say what directions do", directions.describe, words="name", group=group),
            Command("directions.import", "Import directions…", self.import_file, words="npy pt boundary", group=group),
            Command("directions.export", "Export directions…", self.export_file, words="share save", group=group),
            Command("directions.reset", "Reset all directions", directions.reset_all, words="sliders", group=group),
        )  # fmt: skip

    def release(self) -> None:
        """Listen no longer."""
        self.preview.release()
        super().release()

    def import_file(self) -> None:
        """Let the person choose a file of directions."""
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Import directions", str(Path.home()), READABLE)
        if chosen:
            self.session.directions.import_file(Path(chosen))

    def export_file(self) -> None:
        """Let the person choose where the directions go that are offered."""
        directions = self.session.directions
        if directions.offered:
            start = str(Path.home() / f"{directions.method.value.replace(' ', '-')}{SUFFIX}")
            chosen, _ = QFileDialog.getSaveFileName(self.window(), "Export directions", start, READABLE)
            if chosen:
                directions.export(directions.offered, Path(chosen))

    def _choose(self, method: Method, rows: tuple[int, ...]) -> None:
        self.preview.show_direction(None)
        self.session.directions.choose(method, rows)

    def _search(self, method: Method) -> None:
        self._choose(method, ())
        if not self.session.directions.offered:
            self.session.directions.find()

    def _model_changed(self) -> None:
        info = self.session.model
        styled = info is not None and Ability.STYLE_MIXING in info.abilities and len(info.layer_resolutions) > 1
        groups = layer_groups(info.layer_resolutions) if styled and info is not None else ()
        self._rows = {ALL_LAYERS: (), **{each.group.value: each.rows for each in groups}}
        every = Option(ALL_LAYERS, "All layers", "Ask the weights of all layers")
        told = [
            Option(each.group.value, each.title.capitalize(), f"Ask the weights of the {each.title} px layers")
            for each in groups
        ]
        self.layers.show_options([every, *told])
        self.preview.show_direction(None)
        self._show_sliders(self.session.document)

    def _show_offers(self) -> None:
        directions = self.session.directions
        method = directions.method
        self.method.show_choice(method)
        self.layers.show_choice(next((key for key, rows in self._rows.items() if rows == directions.rows), ALL_LAYERS))
        saved = method is Method.SAVED
        self.layers.setVisible(method is Method.CLOSED_FORM and len(self._rows) > 1)
        self.seek.setVisible(not saved and not directions.offered)
        self.seek.setEnabled(not directions.busy)
        self.seek.setText("Finding…" if directions.busy else "Find directions")
        self.tell.setVisible(bool(directions.offered) and directions.undescribed and not saved)
        self.tell.setEnabled(not directions.busy)
        self.bring.setVisible(saved)
        self.tagged.setVisible(saved and bool(self._tags()))
        self.share.setVisible(saved and bool(directions.offered))
        self.words.setText("" if directions.offered else EMPTY[method])
        self.words.setVisible(not directions.offered)
        self._show_preview()
        clear(self._grid)
        named = method in (Method.SAVED, Method.PARTS)
        columns = NAMED_COLUMNS if named else NUMBERED_COLUMNS
        self.offers = [self._offer(each, place, named) for place, each in enumerate(directions.offered)]
        for place, button in enumerate(self.offers):
            self._grid.addWidget(button, place // columns, place % columns)

    def _tags(self) -> tuple[str, ...]:
        return telling_tags(self.session.project)[:MOST_TAGS]

    def _ask_tag(self) -> None:
        self.tag_menu.clear()
        for tag in self._tags():
            entry = self.tag_menu.addAction(tag)
            assert entry is not None
            entry.triggered.connect(partial(self._learn_tag, tag))
        self.tag_menu.popup(self.tagged.mapToGlobal(QPoint(0, self.tagged.height())))

    def _learn_tag(self, tag: str, *_checked: bool) -> None:
        learn_tag(self.session, tag)

    def _offer(self, direction: Direction, place: int, named: bool) -> DirectionButton:
        tip = f"{direction.name}: {direction.evidence or direction.origin.value}. Click for a slider along it"
        button = DirectionButton(direction.name if named else str(place + 1), tip)
        button.setAccessibleName(direction.name)
        button.pointed.connect(lambda: self.preview.show_direction(direction))
        button.clicked.connect(lambda: self.session.directions.add(direction))
        return button

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.kept != before.kept:
            self._show_offers()
        if after.document.edits != before.document.edits or after.document.model != before.document.model:
            self._show_sliders(after.document)

    def _show_sliders(self, document: Document) -> None:
        count = max(self._rows_count(), 1)
        self.list.show_lines(
            [
                EditLine(
                    place,
                    edit.name or "direction",
                    edit.on,
                    edit.amount,
                    f"σ  ·  {rows_in_words(edit.layers, self.session.model)}" if count > 1 else "σ",
                    SliderRange(-edit.reach, edit.reach, 0.0, edit.reach / 60, 2),
                    more=True,
                )
                for place, edit in moves_of(document).items()
            ]
        )

        self._show_preview()

    def _show_preview(self) -> None:
        self.preview.setVisible(bool(self.session.directions.offered or moves_of(self.session.document)))

    def _rows_count(self) -> int:
        return len(self.session.model.layer_resolutions) if self.session.model is not None else 0

    def _menu(self, place: int) -> None:
        row = self.list.rows[list(moves_of(self.session.document)).index(place)]
        menu = direction_menu(self, self.session, place, self._rename)
        menu.popup(row.more.mapToGlobal(QPoint(0, row.more.height())))

    def _rename(self, place: int) -> None:
        edit = moves_of(self.session.document)[place]
        name, agreed = QInputDialog.getText(self.window(), "Name of the direction", "Name", text=edit.name)
        if agreed:
            self.session.directions.rename(place, name)
