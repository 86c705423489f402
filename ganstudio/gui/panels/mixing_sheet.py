"""The mixing sheet: rows' pictures with some layers of the columns'."""

import dataclasses
from collections import OrderedDict
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.files import with_ending
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.progress import JobState, JobStatus, Urgency
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.picture_grid import PictureGrid
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import MIXING_SHEET, Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.heads_box import HeadsBox
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.toggle_row import ToggleRow
from ganstudio.studio import mixing
from ganstudio.studio.mixing_sheet import HEAD, MOST, MixingSheet, Place, SheetHead, drawing, saving
from ganstudio.studio.session import Session

CUSTOM = "custom"
SIDE_PX = 224
REST_MS = 150
KEPT = 400
NARROW_PX = 640
GRID_TIP = "Click a picture to make it the present one. Arrow keys move, Return chooses"


class MixingSheetPanel(Panel):
    """Seeds of rows and columns, the layers that columns give, and the pictures as they become ready."""

    title: ClassVar[str] = "Mixing sheet"
    icon: ClassVar[IconName] = IconName.MIXING_SHEET

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.sheet: MixingSheet | None = None
        self._groups: tuple[mixing.LayerRows, ...] = ()
        self._group = CUSTOM
        self._narrow = self._left_out = False
        self._images: OrderedDict[Document, QImage] = OrderedDict()
        self._cells: dict[Place, Document] = {}
        self._job: int | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.draw)
        self.rows = self._heads("Rows", "0-5")
        self.columns = self._heads("Columns", "6-11")
        self.layers = ChoiceRow("Layers from the columns", ())
        self.layers.chosen.connect(self._group_chosen)
        self.custom = ToggleRow("Layer")
        self.custom.changed.connect(self._later)
        self.save = TextButton("Save…", "Save the sheet as one PNG at full size", "", IconName.SAVE)
        self.save.clicked.connect(self._save)
        self.grid = PictureGrid("Mixing sheet", GRID_TIP)
        self.grid.chosen.connect(self.take)
        self.grid.pointed.connect(self._say)
        self.note = ElidedLabel("", "small")
        self._build()
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self._model_changed()

    def _heads(self, name: str, text: str) -> HeadsBox:
        tip = "Seeds, such as 0-5 or 3,8,15; or drop kept latents here"
        box = HeadsBox(name, tip, lambda: self.session.project)
        box.show_text(text)
        box.changed.connect(self._later)
        return box

    def _build(self) -> None:
        heads, choice = QHBoxLayout(), QHBoxLayout()
        for row in (heads, choice):
            row.setContentsMargins(12, 0, 12, 0)
            row.setSpacing(12)
        for box in (self.rows, self.columns):
            heads.addWidget(box, 1)
        self.caption = label("Layers from the columns")
        choice.addWidget(self.caption)
        choice.addWidget(self.layers, 1)
        choice.addWidget(self.save)
        below = QHBoxLayout()
        below.setContentsMargins(12, 0, 12, 0)
        below.addWidget(self.note)
        picked = QHBoxLayout()
        picked.setContentsMargins(12, 0, 12, 0)
        picked.addWidget(self.custom)
        picked.addStretch(1)
        self.column.setContentsMargins(0, 10, 0, 6)
        for part in (heads, choice, picked):
            self.column.addLayout(part)
        self.column.addWidget(self.grid, 1)
        self.column.addLayout(below)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model takes a style for each of its layers."""
        return info is not None and Ability.STYLE_MIXING in info.abilities and len(info.layer_resolutions) > 1

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return MIXING_SHEET

    def commands(self) -> tuple[Command, ...]:
        """What can be done with the sheet from the palette."""
        group = self.title
        return (
            Command("sheet.roll", "Mixing sheet: other seeds by chance", self._roll, words="random", group=group),
            Command("sheet.save", "Save the mixing sheet…", self._save, words="export png", group=group),
        )

    def take(self, row: int, column: int) -> None:
        """Make a cell the present state: its row's latent, with its column's as the one source."""
        document = self._cells.get((row, column))
        if document is None or self.sheet is None:
            return
        path = f"inputs.{self.sheet.latent}"
        values = {path: document.inputs[self.sheet.latent], "mixing": document.mixing}
        self.session.change_many("Choose from the mixing sheet", values)

    def draw(self) -> None:
        """Draw what is missing; what was being drawn for an earlier sheet is left."""
        self._rest.stop()
        if self._job is not None:
            self.session.cancel_job(self._job)
            self._job = None
        self._read()
        if self.sheet is None:
            return
        self._show_known()
        missing = tuple(dict.fromkeys(each for each in self._cells.values() if each not in self._images))
        if missing:
            factory = drawing(missing, self.session.store, SIDE_PX)
            self._job = self.session.add_job("Mixing sheet", factory, self._take_step, Urgency.QUICK)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw when the sheet comes into sight."""
        super().showEvent(event)
        self._later()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Say less where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_PX
        if narrow != self._narrow:
            self._narrow = narrow
            self.caption.setHidden(narrow)
            self._offer_layers()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Draw nothing that nobody sees."""
        super().hideEvent(event)
        self._stop()

    def release(self) -> None:
        """Draw and listen no longer."""
        self._stop()
        super().release()

    def _stop(self) -> None:
        self._rest.stop()
        if self._job is not None:
            self.session.cancel_job(self._job)
            self._job = None

    def _later(self) -> None:
        if self.isVisible():
            self._rest.start()

    def _roll(self) -> None:
        self.rows.roll()
        self.columns.roll()

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model
        self._groups = mixing.layer_groups(info.layer_resolutions) if self.fits(info) and info is not None else ()
        self.custom.show_words([str(side) for side in info.layer_resolutions] if info is not None else [])
        self._images.clear()
        self._group_chosen(self._groups[0].group.value if self._groups else CUSTOM)
        self._offer_layers()

    def _offer_layers(self) -> None:
        options = [_option(each, self._narrow) for each in self._groups]
        self.layers.show_options([*options, Option(CUSTOM, "Custom", "Choose single layers")])
        self.layers.show_choice(self._group)

    def _group_chosen(self, key: str) -> None:
        self._group = key
        chosen = next((group for group in self._groups if group.group.value == key), None)
        if chosen is not None:
            self.custom.show_down(chosen.rows)
        self.custom.setVisible(key == CUSTOM)
        self._later()

    def _project_changed(self, after: Project, before: Project) -> None:
        if self.sheet is not None and self._base(after.document) != self._base(before.document):
            self._later()
        self._show_current()

    def _base(self, document: Document) -> Document:
        """What the sheet takes over from a document: everything but the latent and the sources."""
        info, name = self.session.model, mixing.latent_name(self.session.model)
        if info is None or name is None or not {name} <= document.inputs.keys() & info.document.inputs.keys():
            return document
        inputs = document.inputs.with_item(name, info.document.inputs[name])
        return dataclasses.replace(document, inputs=inputs, mixing=())

    def _read(self) -> None:
        """Understand what is asked for."""
        self.sheet, self._left_out = None, False
        name = mixing.latent_name(self.session.model)
        rows, columns = self._heads_of(self.rows), self._heads_of(self.columns)
        if name is None or not rows or not columns or not self._groups:
            return
        base = self._base(self.session.document)
        self.sheet = MixingSheet(base, name, rows, columns, self.custom.down())
        self._cells = self.sheet.cells()
        self.grid.show_heads([r.name for r in rows], [c.name for c in columns], self.sheet.words)
        self._show_current()
        self._say(HEAD, HEAD)

    def _heads_of(self, box: HeadsBox) -> tuple[SheetHead, ...]:
        if box.kept:
            heads = tuple(SheetHead(each.latent, each.name) for each in box.kept[:MOST])
            self._left_out |= len(box.kept) > MOST
        else:
            from ganstudio.studio.generation import parse_seeds  # brings the command line's parts

            try:
                seeds = parse_seeds(box.field.text())
            except StudioError as problem:
                box.mark_invalid(True)
                self.note.setText(str(problem))
                return ()
            heads = tuple(SheetHead(*mixing.seed_source(seed)) for seed in seeds[:MOST])
            self._left_out |= len(seeds) > MOST
        box.mark_invalid(False)
        box.count = len(heads)
        return heads

    def _take_step(self, status: JobStatus) -> None:
        if status.number != self._job:
            return
        found = status.progress.result
        if isinstance(found, tuple) and found:
            self._images.update({document: image_of(pixels) for document, pixels in found})
            drawn = {document for document, _ in found}
            known = {place: self._images[each] for place, each in self._cells.items() if each in drawn}
            self.grid.show_pictures(known)
            self.note.setText(f"Drawing: {status.progress.label}")
        if status.is_over:
            self._job = None
            self._forget()
            if status.state is JobState.DONE:
                self._say(HEAD, HEAD)

    def _forget(self) -> None:
        wanted = set(self._cells.values())
        for document in [each for each in self._images if each not in wanted][: max(len(self._images) - KEPT, 0)]:
            del self._images[document]

    def _show_known(self) -> None:
        self.grid.show_pictures({p: self._images[d] for p, d in self._cells.items() if d in self._images})

    def _show_current(self) -> None:
        document = self.session.document
        self.grid.show_current(next((place for place, each in self._cells.items() if each == document), None))

    def _say(self, row: int, column: int) -> None:
        if self.sheet is None:
            return
        if (row, column) == (HEAD, HEAD):
            chosen = next((g for g in self._groups if g.group.value == self._group), None)
            which = f"their {chosen.title} px layers" if chosen is not None else f"{len(self.sheet.layers)} layers"
            most = f" Only the first {MOST} of each are drawn." if self._left_out else ""
            self.note.setText(f"Columns give {which}, rows everything else. Click a picture to go there.{most}")
        else:
            self.note.setText(self.sheet.words(row, column))

    def _save(self) -> None:
        self._read()
        info = self.session.model
        if self.sheet is None or info is None:
            return
        start = str(Path.home() / "mixing-sheet.png")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the mixing sheet", start, "PNG pictures (*.png)")
        if chosen:
            path = with_ending(Path(chosen), (".png",))
            factory = saving(self.sheet, self.session.store, path, info.resolution)
            self.session.add_job(f"Saving {path.name}", factory)


def _option(rows: mixing.LayerRows, narrow: bool) -> Option:
    word = rows.group.value.capitalize() if narrow else f"{rows.group.value.capitalize()} {rows.pixels}"
    return Option(rows.group.value, word, f"The {rows.title} px layers: {mixing.MEANING[rows.group]}")
