"""Thumbnails with names that can be chosen, renamed, put in another order and dragged away."""

from collections.abc import Callable, Iterable, Sequence

from PyQt6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QIcon, QKeyEvent, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QListView, QSizePolicy, QWidget

from ganstudio.core.project import KeptLatent
from ganstudio.core.store import Array
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.kept_drag import KEPT_MIME, dragged_places, kept_payload
from ganstudio.gui.widgets.buttons import describe

PICTURE_PX = 56
CELL = QSize(66, 90)  # three of them side by side; the name has two lines
MOST_HIGH = 3 * CELL.height()
Words = Callable[[KeptLatent], str]


class KeptModel(QAbstractListModel):
    """What the strip shows: places of the project's kept latents, with their pictures once they are drawn."""

    renamed = pyqtSignal(int, str)
    moved = pyqtSignal(tuple, int)

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._kept: tuple[KeptLatent, ...] = ()
        self._places: tuple[int, ...] = ()
        self._pictures: dict[KeptLatent, QIcon] = {}

    def show_kept(self, kept: Sequence[KeptLatent], places: Sequence[int]) -> None:
        """Show these places of all kept latents."""
        if tuple(kept) == self._kept and tuple(places) == self._places:
            return
        self.beginResetModel()
        self._kept, self._places = tuple(kept), tuple(places)
        self._pictures = {each: picture for each, picture in self._pictures.items() if each in self._kept}
        self.endResetModel()

    def show_picture(self, place: int, pixels: Array) -> None:
        """Show the picture of a place."""
        self._pictures[self._kept[place]] = QIcon(QPixmap.fromImage(image_of(pixels)))
        if place in self._places:
            index = self.index(self._places.index(place))
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def place(self, index: QModelIndex) -> int:
        """The place among all kept latents."""
        return self._places[index.row()]

    def kept(self, place: int) -> KeptLatent:
        """What is at a place."""
        return self._kept[place]

    @property
    def count(self) -> int:
        """How many latents there are, shown or not."""
        return len(self._kept)

    def row_of(self, place: int) -> QModelIndex:
        """Where a place is shown; nowhere where it is not."""
        return self.index(self._places.index(place)) if place in self._places else QModelIndex()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """How many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._places)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The name, the picture, or what the tooltip says."""
        if not index.isValid():
            return None
        each = self._kept[self.place(index)]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return each.name
            case Qt.ItemDataRole.DecorationRole:
                return self._pictures.get(each, _blank())
            case Qt.ItemDataRole.SizeHintRole:
                return CELL
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._words(each)
        return None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take another name."""
        if role == Qt.ItemDataRole.EditRole and str(value).strip():
            self.renamed.emit(self.place(index), str(value))
        return False  # the project answers

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """All can be chosen, renamed and dragged, and dropped upon."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        item = Qt.ItemFlag
        return (
            item.ItemIsEnabled
            | item.ItemIsSelectable
            | item.ItemIsEditable
            | item.ItemIsDragEnabled
            | item.ItemIsDropEnabled
        )

    def mimeTypes(self) -> list[str]:
        """Kept latents."""
        return [KEPT_MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        """Carry places."""
        return kept_payload(tuple(self.place(index) for index in indexes))

    def supportedDropActions(self) -> Qt.DropAction:
        """Move within, lend elsewhere."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def dropMimeData(
        self, data: QMimeData | None, action: Qt.DropAction, row: int, column: int, parent: QModelIndex
    ) -> bool:
        """Put what was dragged before the one that it was dropped on, or at the end."""
        places = dragged_places(data)
        under = parent.row() if parent.isValid() else row
        to = self._places[under] if 0 <= under < len(self._places) else len(self._kept)
        if places:
            self.moved.emit(places, to)
        return False  # the project answers; nothing is to be removed here


class KeptList(QListView):
    """The strip: `opened(place)` on a double click or Return, `menu_wanted` on a right click."""

    opened = pyqtSignal(int)
    removed = pyqtSignal(tuple)
    menu_wanted = pyqtSignal(QPoint)

    def __init__(self, name: str, tip: str, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = KeptModel(words, self)
        self.setModel(self.strip)
        self.setProperty("kind", "strip")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Snap)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setGridSize(CELL)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QListView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.strip.place(index)))
        describe(self, name, tip)

    def show_kept(self, kept: Sequence[KeptLatent], places: Sequence[int]) -> None:
        """Show these places; those that were chosen stay chosen, wherever they are now."""
        chosen = {place: self.strip.kept(place) for place in self.chosen()}
        renamed = len(kept) == self.strip.count
        self.strip.show_kept(kept, places)
        now = {each: place for place, each in enumerate(kept)}
        found = [now.get(each, place if renamed else -1) for place, each in chosen.items()]
        self.choose(found)
        self._fit()

    def _fit(self) -> None:
        columns = max((self.width() - 4) // CELL.width(), 1)
        rows = -(-self.strip.rowCount() // columns)
        self.setFixedHeight(min(max(rows, 1) * CELL.height(), MOST_HIGH) + 4)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Be as high as the rows need."""
        super().resizeEvent(event)
        self._fit()

    def chosen(self) -> tuple[int, ...]:
        """The places that are chosen, in order."""
        return tuple(sorted(self.strip.place(index) for index in self.selectedIndexes()))

    def choose(self, places: Iterable[int]) -> None:
        """Choose these places."""
        selection = self.selectionModel()
        if selection is None:
            return
        selection.clearSelection()
        for place in places:
            index = self.strip.row_of(place)
            if index.isValid():
                selection.select(index, selection.SelectionFlag.Select)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return opens, Delete removes, F2 renames."""
        if event is None:
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.strip.place(self.currentIndex()))
        elif event.key() == Qt.Key.Key_Delete and self.chosen():
            self.removed.emit(self.chosen())
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take kept latents; files go to the window."""
        _take_kept(event)

    def dragMoveEvent(self, event: QDragMoveEvent | None) -> None:
        """Take kept latents anywhere."""
        super().dragMoveEvent(event)
        _take_kept(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Ask for the menu."""
        if event is not None and self.chosen():
            self.menu_wanted.emit(event.globalPos())


def _take_kept(event: QDragMoveEvent | None) -> None:
    if event is not None and dragged_places(event.mimeData()):
        event.acceptProposedAction()
    elif event is not None:
        event.ignore()


def _blank() -> QIcon:
    empty = QPixmap(PICTURE_PX, PICTURE_PX)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)
