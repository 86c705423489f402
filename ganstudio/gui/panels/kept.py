"""Kept latents: a strip of pictures to come back to and to lend elsewhere."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QLineEdit, QMenu, QWidget

from ganstudio.core.document import Document, Space
from ganstudio.core.files import with_ending
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Latent
from ganstudio.core.project import KeptLatent, Project
from ganstudio.gui.actions import Command
from ganstudio.gui.latent_topics import KEPT
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.kept_list import KeptList
from ganstudio.gui.widgets.labels import label
from ganstudio.studio import kept, kept_files
from ganstudio.studio.names import document_name
from ganstudio.studio.opening import LATENT_SUFFIXES
from ganstudio.studio.session import Session

READABLE = "Latents (*.npz *.npy *.pt *.pth);;All files (*)"
WRITABLE = "NumPy archive (*.npz);;NumPy array (*.npy);;PyTorch (*.pt)"
EMPTY = "Pictures you keep stand here. Right-click the picture to keep it."
LIST_TIP = (
    "Double-click or Return brings a picture back; drag it onto style sources, sheets and the timeline; "
    "F2 renames, Delete removes, a right click offers more"
)
MANY = 6


class KeptPanel(Panel):
    """Keep, find, bring back, lend, take in and give out."""

    title: ClassVar[str] = "Kept"
    icon: ClassVar[IconName] = IconName.FROM_KEPT

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.keep = TextButton("Keep", "Keep the picture in sight, with all that made it (L)", "", IconName.ADD)
        self.keep.clicked.connect(lambda: kept.keep(session))
        self.bring = IconButton(IconName.FOLDER, "Import latents", "Take latents from an .npz, .npy or .pt file")
        self.bring.clicked.connect(self.import_file)
        self.give = IconButton(IconName.SAVE, "Export latents", "Save the chosen latents, or all, as .npz, .npy or .pt")
        self.give.clicked.connect(lambda: self._export_menu(self.give))
        self.sheet = IconButton(IconName.GRID, "Contact sheet", "Save the chosen pictures, or all, as one sheet")
        self.sheet.clicked.connect(self.export_sheet)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search names and tags")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedHeight(TARGET)
        describe(self.search, "Search kept latents", "Show those whose name or tags have these letters")
        self.search.textChanged.connect(lambda _text: self._show(session.project))
        self.strip = KeptList("Kept latents", LIST_TIP, in_words)
        self.strip.opened.connect(lambda place: kept.show(session, place))
        self.strip.removed.connect(lambda places: kept.remove(session, places))
        self.strip.menu_wanted.connect(self._menu)
        self.strip.strip.renamed.connect(lambda place, name: kept.rename(session, place, name))
        self.strip.strip.moved.connect(lambda places, to: kept.move(session, places, to))
        self.empty = label(EMPTY, "muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.keep, 1)
        for button in (self.bring, self.give, self.sheet):
            row.addWidget(button)
        self.column.addLayout(row)
        for widget in (self.search, self.empty, self.strip):
            self.column.addWidget(widget)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.thumbnails.arrived, self._picture_arrived)
        self._show(session.project)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model asks for a latent."""
        return info is not None and any(isinstance(i, Latent) for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return KEPT

    def commands(self) -> tuple[Command, ...]:
        """What can be done with kept latents from the palette."""
        group, session = self.title, self.session
        return (
            Command("keep", "Keep this picture", lambda: kept.keep(session), "L", words="latent", group=group),
            Command("kept.import", "Import latents…", self.import_file, words="npz npy pt projected", group=group),
            *(
                Command(
                    f"kept.export.{space.value}", f"Export kept latents as {space.value}…",
                    partial(self.export_file, space), words="npz npy pt save", group=group,
                )
                for space in Space if space is not Space.STYLE
            ),
            Command("kept.sheet", "Contact sheet of kept pictures…", self.export_sheet, words="grid", group=group),
        )  # fmt: skip

    def import_file(self) -> None:
        """Let the person choose a file of latents."""
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Import latents", str(Path.home()), READABLE)
        if chosen:
            kept_files.import_latents(self.session, Path(chosen))

    def export_file(self, space: Space) -> None:
        """Let the person choose where the chosen latents go, all where none is chosen."""
        places = self._places()
        if not places or space not in kept_files.spaces_offered(self.session):
            return
        start = str(Path.home() / f"latents-{space.value.replace('+', 'plus')}.npz")
        chosen, _ = QFileDialog.getSaveFileName(self.window(), f"Export as {space.value}", start, WRITABLE)
        if chosen:
            path = with_ending(Path(chosen), (".npz", *LATENT_SUFFIXES))
            kept_files.export_latents(self.session, places, path, space)

    def export_sheet(self) -> None:
        """Let the person choose where the sheet goes."""
        places = self._places()
        if not places:
            return
        start = str(Path.home() / "kept.png")
        chosen, _ = QFileDialog.getSaveFileName(self.window(), "Contact sheet", start, "PNG pictures (*.png)")
        if chosen:
            kept_files.export_sheet(self.session, places, with_ending(Path(chosen), (".png",)))

    def _places(self) -> tuple[int, ...]:
        return self.strip.chosen() or tuple(range(len(self.session.project.kept)))

    def _project_changed(self, after: Project, before: Project) -> None:
        if after.kept != before.kept:
            self._show(after)

    def _show(self, project: Project) -> None:
        places = kept.found(project.kept, self.search.text())
        self.empty.setVisible(not places)
        self.empty.setText("Nothing kept has these letters." if project.kept else EMPTY)
        self.search.setVisible(len(project.kept) >= MANY or bool(self.search.text()))
        self.strip.setVisible(bool(places))
        self.strip.show_kept(project.kept, places)
        for button in (self.give, self.sheet):
            button.setEnabled(bool(project.kept))
        for place, each in enumerate(project.kept):
            pixels = self.session.thumbnails.get(each.document)
            if pixels is not None:
                self.strip.strip.show_picture(place, pixels)

    def _picture_arrived(self, document: Document) -> None:
        for place, each in enumerate(self.session.project.kept):
            pixels = self.session.thumbnails.get(each.document) if each.document == document else None
            if pixels is not None:
                self.strip.strip.show_picture(place, pixels)

    def _export_menu(self, button: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for space in kept_files.spaces_offered(self.session):
            _entry(menu, f"As {space.value}…", partial(self.export_file, space))
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _menu(self, place: QPoint) -> None:
        menu, session, chosen = QMenu(self), self.session, self.strip.chosen()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = chosen[0]
        _entry(menu, "Bring back", lambda: kept.show(session, first))
        _entry(menu, "Use only its latent", lambda: kept.lend(session, first))
        menu.addSeparator()
        _entry(menu, "Rename", lambda: self.strip.edit(self.strip.strip.row_of(first)))
        _entry(menu, "Tags…", lambda: self._ask_tags(chosen))
        for space in kept.spaces_of(session.project.kept[first], session.model):
            _entry(menu, f"Read as {space.value}", partial(kept.read_as, session, chosen, space))
        menu.addSeparator()
        for space in kept_files.spaces_offered(session):
            _entry(menu, f"Export as {space.value}…", partial(self.export_file, space))
        _entry(menu, "Contact sheet…", self.export_sheet)
        menu.addSeparator()
        _entry(menu, "Remove", lambda: kept.remove(session, chosen))
        menu.popup(place)

    def _ask_tags(self, places: tuple[int, ...]) -> None:
        present = ", ".join(self.session.project.kept[places[0]].tags)
        words, agreed = QInputDialog.getText(self, "Tags", "Tags, separated by commas:", text=present)
        if agreed:
            kept.tag(self.session, places, words.split(","))


def in_words(each: KeptLatent) -> str:
    """What the tooltip says of a kept latent."""
    tags = f"\nTags: {', '.join(each.tags)}" if each.tags else ""
    return f"{each.name}\n{document_name(each.document)}{tags}"


def _entry(menu: QMenu, words: str, run: Callable[[], object]) -> None:
    action = menu.addAction(words)
    if action is not None:
        action.triggered.connect(lambda _checked: run())
