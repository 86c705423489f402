"""The style-mixing board: other latents lend this picture their layers."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.core.document import SEED_COUNT, Document, StyleSource
from ganstudio.core.frame import ModelInfo, Problem
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.board_cells import BoardCell, BoardColumn, BoardRow
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.canvas.weight_board import WeightBoard
from ganstudio.gui.drop import dropped_files
from ganstudio.gui.kept_drag import dragged_kept
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import MIXING, Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.gui.widgets.seed_box import SeedBox
from ganstudio.studio import kept, mixing
from ganstudio.studio.recipes import carries_recipe
from ganstudio.studio.session import Session

GROUPS, LAYERS = "groups", "layers"
DETAIL = (
    Option(GROUPS, "Groups", "One row each for the coarse, middle and fine layers"),
    Option(LAYERS, "Every layer", "One row for every layer of the network"),
)
BOARD_TIP = (
    "Drag a cell to set a weight, click to turn it on or off, type a number, double-click for 0. "
    "Arrow keys move, + and − step, Delete removes the source"
)
EMPTY = "Nothing is mixed in yet. Add a seed, or drag a kept latent or an exported picture here."


class MixingPanel(Panel):
    """Sources by layers, with a weight in every cell."""

    title: ClassVar[str] = "Style mixing"
    icon: ClassVar[IconName] = IconName.MIXING
    owns: ClassVar[tuple[str, ...]] = ("mixing",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._groups: tuple[mixing.LayerRows, ...] = ()
        self._rows: list[tuple[int, ...]] = []  # the rows of ws behind each row of the board
        self._detail = GROUPS
        self._next_seed = 1
        self._held: tuple[str, StyleSource] | None = None  # a source as it was when a gesture began
        self.seed = SeedBox("Seed", "The seed of another picture to mix in", SEED_COUNT, labelled=False)
        self.seed.chosen.connect(self._seed_chosen)
        self.add = TextButton("Add seed", "Mix this seed in as another source", "", IconName.ADD)
        self.add.clicked.connect(self.add_seed)
        self.empty = label(EMPTY, "muted", wrap=True)
        self.board = WeightBoard("Style mixing board", BOARD_TIP)
        self.board.weighed.connect(self._weigh)
        self.board.toggled.connect(self._toggle)
        self.board.reset.connect(lambda column, row, gesture: self._weigh(column, row, 0.0, gesture))
        self.board.picked.connect(lambda _column, _row: self._show_picked())
        self.board.removed.connect(self.remove)
        self.board.settled.connect(self._settle)
        self.detail = ChoiceRow("Rows", DETAIL)
        self.detail.show_choice(GROUPS)
        self.detail.chosen.connect(self._choose_detail)
        self.picked = self._picked_row()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.seed, 1)
        row.addWidget(self.add)
        self.column.addLayout(row)
        for widget in (self.empty, self.board, self.picked, self.detail):
            self.column.addWidget(widget)
        self.setAcceptDrops(True)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.thumbnails.arrived, self._picture_arrived)
        self._model_changed()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model takes a style for each of its layers."""
        return info is not None and Ability.STYLE_MIXING in info.abilities and len(info.layer_resolutions) > 1

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return MIXING

    def commands(self) -> tuple[Command, ...]:
        """What can be mixed from the palette."""
        group = self.title
        presets = [
            Command(
                f"mixing.{each.value}", f"Mix in {each.value} layers only", partial(self.take_only, each),
                words="style preset", group=group,
            )
            for each in mixing.LayerGroup
        ]  # fmt: skip
        return (
            Command("mixing.add", "Mix in a random seed", self.add_random, "M", words="style source", group=group),
            Command("mixing.clear", "Remove all style sources", self.clear, words="mixing reset", group=group),
            Command("mixing.detail", "Mixing by groups, or by every layer", self._other_detail, group=group),
            *presets,
        )

    @property
    def sources(self) -> mixing.Sources:
        """The sources of the document."""
        return self.session.document.mixing

    def add_seed(self) -> None:
        """Mix in the seed that is typed."""
        self.add_latents((mixing.seed_source(self._next_seed),))
        self._show_seed(self._next_seed + 1)

    def add_random(self) -> None:
        """Mix in a seed by chance."""
        self.seed.roll()
        self.add_seed()

    def add_latents(self, latents: tuple[mixing.NamedLatent, ...]) -> None:
        """Mix in latents by their names, in one step."""
        sources = self.sources
        for latent, name in latents:
            sources = (*sources, mixing.new_source(sources, latent, name, self._groups))
        if len(sources) > len(self.sources):
            self._change("Add a style source", sources)
            self.board.pick(len(sources) - 1, self.board.cursor_cell[1])

    def remove(self, index: int) -> None:
        """Take a source out."""
        if index < len(self.sources):
            self._change("Remove a style source", (*self.sources[:index], *self.sources[index + 1 :]))

    def clear(self) -> None:
        """Take all sources out."""
        self._change("Remove all style sources", ())

    def take_only(self, group: mixing.LayerGroup | None) -> None:
        """Let the picked source have one group of layers whole and no other; all of them where none is named."""
        rows = [row for each in self._groups if group in (None, each.group) for row in each.rows]
        index = self.board.cursor_cell[0]
        if index < len(self.sources) and rows:
            source = mixing.only_in(self.sources[index], rows, self._count)
            self._change(f"Mix {group or 'all'} layers", mixing.with_source(self.sources, index, source))

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Invite kept latents, and pictures that carry a recipe."""
        if event is not None and (self._kept(event) or _pictures(event)):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Mix in what is dropped."""
        if event is None:
            return
        held, pictures = self._kept(event), _pictures(event)
        if held or pictures:
            event.acceptProposedAction()
        if held:
            self.add_latents(held)
        elif pictures:
            kept.read_pictures(self.session, pictures, self._take_read)

    def _kept(self, event: QDropEvent) -> tuple[mixing.NamedLatent, ...]:
        dragged = dragged_kept(event.mimeData(), self.session.project)
        return tuple((each.latent, each.name) for each in dragged)

    def _take_read(self, read: kept.Kept) -> None:
        own = self.session.document.model
        strange = [each for each in read if each.document.model.digest != own.digest]
        self.add_latents(tuple((each.latent, each.name) for each in read if each not in strange))
        if strange:
            first, model = strange[0].name, Path(strange[0].document.model.name).name
            self.session.failed.emit(
                Problem(f"“{first}” was drawn by {model}, whose latents mean something else here; open {model} for it.")
            )

    @property
    def _count(self) -> int:
        return sum(len(group.rows) for group in self._groups)

    def _picked_row(self) -> QWidget:
        held = QWidget()
        self.name = ElidedLabel("", "strong")
        self.drop_source = IconButton(IconName.REMOVE, "Remove the source", "Take this source out (Delete)")
        self.drop_source.clicked.connect(lambda: self.remove(self.board.cursor_cell[0]))
        self.presets = QHBoxLayout()
        self.presets.setSpacing(6)
        above = QHBoxLayout()
        above.addWidget(self.name, 1)
        above.addWidget(self.drop_source)
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addLayout(self.presets)
        return held

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model
        self._groups = mixing.layer_groups(info.layer_resolutions) if self.fits(info) and info is not None else ()
        clear(self.presets)
        for each in self._groups:
            tip = f"Take the {each.title} px layers of this source and nothing else: {mixing.MEANING[each.group]}"
            button = TextButton(each.group.value.capitalize(), tip)
            button.clicked.connect(lambda _checked, group=each.group: self.take_only(group))
            self.presets.addWidget(button, 1)
        self._show()

    def _project_changed(self, after: Project, before: Project) -> None:
        if (after.document.mixing, after.document.inputs) != (before.document.mixing, before.document.inputs):
            self._show()

    def _picture_arrived(self, document: Document) -> None:
        if document in self._documents():
            self._show_pictures()

    def _seed_chosen(self, seed: int, _gesture: str) -> None:
        self._next_seed = seed

    def _show_seed(self, seed: int) -> None:
        self._next_seed = seed % SEED_COUNT
        self.seed.show_seed(self._next_seed)

    def _choose_detail(self, key: str) -> None:
        self._detail = key
        self._show()

    def _other_detail(self) -> None:
        self._choose_detail(LAYERS if self._detail == GROUPS else GROUPS)
        self.detail.show_choice(self._detail)

    def _weigh(self, column: int, row: int, value: float, gesture: str) -> None:
        if column >= len(self.sources):
            return
        if self._held is None or self._held[0] != gesture:
            self._held = (gesture, self.sources[column])
        rows = self._rows[row]
        if row == 0:  # the whole column: relations stay as they were when the gesture began
            source = mixing.scaled_to(self._held[1], value, self._count)
        else:
            source = mixing.weighted(self.sources[column], rows, value, self._count)
        self._change("Mixing weight", mixing.with_source(self.sources, column, source), gesture)

    def _toggle(self, column: int, row: int, gesture: str) -> None:
        if column < len(self.sources):
            whole = all(mixing.weight_of(self.sources[column], each) == 1.0 for each in self._rows[row])
            source = mixing.weighted(self.sources[column], self._rows[row], 0.0 if whole else 1.0, self._count)
            self._change("Mixing weight", mixing.with_source(self.sources, column, source), gesture)

    def _settle(self) -> None:
        self._held = None
        self.session.end_gesture()

    def _change(self, words: str, sources: mixing.Sources, gesture: str | None = None) -> None:
        if sources != self.sources:
            self.session.change(words, "mixing", sources, gesture)

    def _show(self) -> None:
        sources = self.sources if self._groups else ()
        shown = self._board_rows()
        columns = [
            BoardColumn(
                source.name or f"source {number + 1}",
                tuple(self._cell(source, place, shown[place]) for place in range(len(shown))),
            )
            for number, source in enumerate(sources)
        ]
        self.board.show_cells(shown, columns)
        self.empty.setVisible(not sources)
        for part in (self.board, self.picked, self.detail):
            part.setVisible(bool(sources))
        if not sources:
            self._show_seed(self._next_seed)
        self._show_pictures()
        self._show_picked()

    def _board_rows(self) -> list[BoardRow]:
        everything = tuple(row for group in self._groups for row in group.rows)
        rows, self._rows = [BoardRow("Whole", "source", heading=True)], [everything]
        info = self.session.model
        for group in self._groups:
            bracket = group.group.value
            rows.append(BoardRow(bracket.capitalize(), group.pixels, heading=True, bracket=bracket))
            self._rows.append(group.rows)
            if self._detail == LAYERS and info is not None:
                rows += [BoardRow(f"{info.layer_resolutions[row]} px", bracket=bracket) for row in group.rows]
                self._rows += [(row,) for row in group.rows]
        return rows

    def _cell(self, source: StyleSource, place: int, row: BoardRow) -> BoardCell:
        weights = tuple(mixing.weight_of(source, each) for each in self._rows[place])
        mean = mixing.loudness(source) if place == 0 else sum(weights) / max(len(weights), 1)
        own = sum(mixing.own_share(self.sources, each) for each in self._rows[place]) / max(len(weights), 1)
        tip = f"{row.name} {row.below}, {source.name}: weight {mean:.2f}. The picture itself keeps {own:.0%} here."
        return BoardCell(mean, (mean,) if place == 0 else weights, tip=tip)

    def _documents(self) -> list[Document]:
        info = self.session.model
        if info is None or not self._groups:
            return []
        return [mixing.plain_document(info, self.session.document, source.latent) for source in self.sources]

    def _show_pictures(self) -> None:
        found = {i: self.session.thumbnails.get(document) for i, document in enumerate(self._documents())}
        images: dict[int, QImage] = {i: image_of(pixels) for i, pixels in found.items() if pixels is not None}
        self.board.show_pictures(images)

    def _show_picked(self) -> None:
        index = self.board.cursor_cell[0]
        if index < len(self.sources):
            name = self.sources[index].name or f"source {index + 1}"
            self.name.setText(name)
            describe(self.drop_source, f"Remove {name}", f"Take {name} out (Delete)")


def _pictures(event: QDropEvent) -> tuple[Path, ...]:
    """The dropped files that may carry a recipe."""
    return tuple(path for path in dropped_files(event.mimeData()) if carries_recipe(path))
