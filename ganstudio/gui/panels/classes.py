"""Which kind of picture a conditional model draws."""

from typing import ClassVar

from PyQt6.QtCore import QModelIndex, QSortFilterProxyModel, QStringListModel, Qt
from PyQt6.QtWidgets import QLineEdit, QListView, QWidget

from ganstudio.core.document import ClassChoice
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import ClassLabel
from ganstudio.core.project import Project
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import CLASSES, Topic
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.session import Session


class ClassPanel(Panel):
    """A list of classes that can be searched."""

    title: ClassVar[str] = "Class"
    icon: ClassVar[IconName] = IconName.CLASS

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
        for widget in (self.search, self.list, self.nothing):
            self.column.addWidget(widget)
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
        wanted = self._input()
        row = self.found.mapToSource(now).row()
        if wanted is not None and row >= 0 and not self._showing:
            self.session.change("Class", f"inputs.{wanted.name}", ClassChoice(row))

    def _show(self, project: Project) -> None:
        wanted = self._input()
        choice = project.document.inputs.get(wanted.name) if wanted is not None else None
        if not isinstance(choice, ClassChoice):
            return
        row = self.found.mapFromSource(self.names.index(choice.index, 0))
        if row.isValid() and row != self.list.currentIndex():
            self._showing = True
            self.list.setCurrentIndex(row)
            self.list.scrollTo(row)
            self._showing = False


def class_names(wanted: ClassLabel) -> list[str]:
    """One line per class: its number, and its name where the model knows it."""
    width = len(str(max(wanted.count - 1, 0)))
    numbered = (f"{i:0{width}d}" for i in range(wanted.count))
    return [f"{n}  {wanted.names[i]}" if i < len(wanted.names) else f"Class {n}" for i, n in enumerate(numbered)]
