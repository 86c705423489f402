"""Which kind of picture a conditional model draws, or which kinds it mixes."""

from functools import partial
from typing import ClassVar

from PyQt6.QtCore import QModelIndex, QSortFilterProxyModel, QStringListModel, Qt
from PyQt6.QtWidgets import QLineEdit, QListView, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import ClassLabel
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import CLASSES, Topic
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.share_row import ShareRow
from ganstudio.studio import class_blend
from ganstudio.studio.session import Session


class ClassPanel(Panel):
    """A list of classes that can be searched, and the shares of those that are mixed."""

    title: ClassVar[str] = "Class"
    icon: ClassVar[IconName] = IconName.CLASS
    owns: ClassVar[tuple[str, ...]] = ("inputs.class",)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._showing = False
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search classes")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedHeight(TARGET)
        describe(self.search, "Search classes", "Type a part of a class's name or its number")
        self.names = QStringListModel(self)
        self.found = QSortFilterProxyModel(self)
        self.found.setSourceModel(self.names)
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take_first)
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setModel(self.found)
        self.list.setFixedHeight(138)
        describe(self.list, "Classes", "Choose what kind of picture to draw")
        selection = self.list.selectionModel()
        if selection is not None:
            selection.currentChanged.connect(lambda now, _before: self._pick(now))
        self.list.clicked.connect(self._pick)
        self.nothing = label("No class has these letters.", "muted")
        self.nothing.hide()
        self._place = 0  # which of the mixed classes the list changes
        self.shares: list[ShareRow] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.another = TextButton("Mix in another class", "Interpolate between classes", "", IconName.ADD)
        self.another.clicked.connect(self.mix_in)
        for widget in (self.search, self.list, self.nothing):
            self.column.addWidget(widget)
        self.column.addLayout(self._rows)
        self.column.addWidget(self.another)
        self.bindings.on(session.model_changed, self._model_changed)
        self.bindings.on(session.project_changed, self._project_changed)
        self._model_changed()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model is conditional."""
        return info is not None and any(isinstance(i, ClassLabel) and i.count > 0 for i in info.inputs)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return CLASSES

    def commands(self) -> tuple[Command, ...]:
        """Mixing from the palette."""
        return (Command("class.mix", "Mix in another class", self.mix_in, words="blend label", group=self.title),)

    @property
    def parts(self) -> class_blend.Parts:
        """The classes of the document and their shares."""
        wanted = self._input()
        return class_blend.parts_of(self.session.document.inputs.get(wanted.name) if wanted is not None else None)

    def mix_in(self) -> None:
        """Add a class to the mixture; the list then chooses which."""
        wanted = self._input()
        if wanted is not None and len(self.parts) < min(class_blend.MOST, wanted.count):
            self._place = len(self.parts)
            self._change("Mix in a class", class_blend.with_another(self.parts, wanted.count))

    def _take_out(self, place: int) -> None:
        if len(self.parts) > 1 and place < len(self.parts):
            self._place = 0
            self._change("Take a class out", class_blend.without(self.parts, place))

    def _share(self, place: int, share: float, gesture: str) -> None:
        if place < len(self.parts):
            self._change("Share of a class", class_blend.with_share(self.parts, place, share), gesture)

    def _choose_part(self, place: int) -> None:
        self._place = place
        self._show(self.session.project)

    def _change(self, words: str, parts: class_blend.Parts, gesture: str | None = None) -> None:
        wanted = self._input()
        if wanted is not None:
            self.session.change(words, f"inputs.{wanted.name}", class_blend.value_of(parts), gesture)

    def _input(self) -> ClassLabel | None:
        info = self.session.model
        return next((i for i in info.inputs if isinstance(i, ClassLabel)), None) if info else None

    def _model_changed(self, *_told: object) -> None:
        wanted = self._input()
        names = class_names(wanted) if wanted is not None else []
        self._showing = True
        self.search.clear()
        self.names.setStringList(names)
        self._showing = False
        self._show(self.session.project)

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)

    def _filter(self, text: str) -> None:
        self._showing = True
        self.found.setFilterFixedString(text)
        self._showing = False
        self.nothing.setVisible(self.found.rowCount() == 0)
        self._show(self.session.project)

    def _take_first(self) -> None:
        if self.found.rowCount():
            self._pick(self.found.index(0, 0))

    def _pick(self, now: QModelIndex) -> None:
        row = self.found.mapToSource(now).row()
        if self._place < len(self.parts) and row >= 0 and not self._showing:
            self._change("Class", class_blend.with_class(self.parts, self._place, row))

    def _show(self, _project: Project) -> None:
        parts, wanted = self.parts, self._input()
        if not parts or wanted is None:
            return
        self._place = min(self._place, len(parts) - 1)
        self._show_shares(parts)
        self.another.setVisible(len(parts) < min(class_blend.MOST, wanted.count))
        row = self.found.mapFromSource(self.names.index(parts[self._place][0], 0))
        if row.isValid() and row != self.list.currentIndex():
            self._showing = True
            self.list.setCurrentIndex(row)
            self.list.scrollTo(row)
            self._showing = False

    def _show_shares(self, parts: class_blend.Parts) -> None:
        """A row for each class as soon as there are two."""
        wanted = len(parts) if len(parts) > 1 else 0
        while len(self.shares) > wanted:
            row = self.shares.pop()
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.shares) < wanted:
            place = len(self.shares)
            row = ShareRow(place)
            row.slider.changed.connect(partial(self._share, place))
            row.slider.settled.connect(self.session.end_gesture)
            row.name.clicked.connect(lambda _checked, place=place: self._choose_part(place))
            row.remove.clicked.connect(lambda _checked, place=place: self._take_out(place))
            self._rows.addWidget(row)
            self.shares.append(row)
        for place, row in enumerate(self.shares):
            name = self.names.data(self.names.index(parts[place][0], 0))
            row.show_part(str(name), parts[place][1], place == self._place)


def class_names(wanted: ClassLabel) -> list[str]:
    """One line per class: its number, and its name where the model knows it."""
    width = len(str(max(wanted.count - 1, 0)))
    numbered = (f"{i:0{width}d}" for i in range(wanted.count))
    return [f"{n}  {wanted.names[i]}" if i < len(wanted.names) else f"Class {n}" for i, n in enumerate(numbered)]
