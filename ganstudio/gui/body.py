"""What the window is made of: bars, docks, the stage in the middle, and the shelf below it."""

from collections.abc import Iterator, Sequence
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.bars import ModelLine, StatusLine, TopBar
from ganstudio.gui.dock import Dock
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.shelf import Shelf
from ganstudio.gui.stage import Stage
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.turns import Turns
from ganstudio.gui.widgets.offer import Offer
from ganstudio.gui.widgets.split import Split
from ganstudio.gui.workspaces import Workspace
from ganstudio.studio.session import Session

LEFT_PX, RIGHT_PX, SHELF_PX = 256, 304, 220


class Body(QWidget):
    """The parts in their places; panels come with a workspace, one in each turn of the event loop."""

    panel_added = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.top, self.model_line, self.stage, self.status = TopBar(), ModelLine(), Stage(), StatusLine()
        self.left, self.right = Dock("left", LEFT_PX), Dock("right", RIGHT_PX)
        self.shelf = Shelf()
        self.offer = Offer()
        self.turns = Turns(self)
        self._panels: list[Panel] = []
        self._leaving: list[QWidget] = []
        self._info: ModelInfo | None = None
        self._appearance: Appearance | None = None
        self.workspace: Workspace | None = None
        self.upright = Split(Qt.Orientation.Vertical)
        self.across = Split(Qt.Orientation.Horizontal)
        for part in (self.stage, self.shelf):
            self.upright.addWidget(part)
        for side in (self.left, self.upright, self.right):
            self.across.addWidget(side)
        self.upright.setStretchFactor(0, 1)
        self.across.setStretchFactor(1, 1)
        self._share_room()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for bar in (self.top, self.model_line, self.offer):
            column.addWidget(bar)
        column.addWidget(self.across, 1)
        column.addWidget(self.status)

    def dress(self, appearance: Appearance) -> None:
        """Give every part the theme."""
        self._appearance = appearance
        appearance.dress(self.top, self.model_line, self.offer, self.status)
        for place in (self.stage, self.left, self.right):
            appearance.dress(*place.parts())

    def offer_workspaces(self, workspaces: Sequence[Workspace]) -> None:
        """Offer these workspaces above."""
        self.top.show_workspaces([(w.name, w.title, w.icon) for w in workspaces])

    def reset_layout(self) -> None:
        """Show every panel at the size that it has at first, folded only where it is at first."""
        for dock in (self.left, self.right):
            dock.show()
        self._fold_as_at_first()
        self.shelf.wanted = True
        self._share_room()

    def _fold_as_at_first(self) -> None:
        for dock in (self.left, self.right):
            dock.fold(self._folded_at_first)

    @property
    def _folded_at_first(self) -> list[str]:
        return [panel.title for panel in self.workspace.folded] if self.workspace is not None else []

    def _share_room(self) -> None:
        self.upright.setSizes([10_000, SHELF_PX])
        self.across.setSizes([LEFT_PX, 10_000, RIGHT_PX])

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels of the workspace; those that are not there yet are built at once."""
        self.turns.finish()
        return tuple(self._panels)

    @property
    def panels_so_far(self) -> tuple[Panel, ...]:
        """The panels that are there already."""
        return tuple(self._panels)

    def show_workspace(self, workspace: Workspace, session: Session) -> None:
        """Take the panels of a workspace in place of those before; each is built in a turn of its own."""
        self.turns.forget()
        self.workspace = workspace
        self._panels = []
        self._leaving += self.stage.give_up(workspace.front)
        for place in (self.left, self.right, self.shelf):
            self._leaving += place.give_up()
        self.top.show_workspace(workspace.name)
        left, right, middle, below = workspace.places()
        for part, kinds in ((self.stage, middle), (self.right, right), (self.left, left), (self.shelf, below)):
            self.turns.add(*(partial(self._add, part, kind, session) for kind in kinds))
        self.turns.add(lambda: self.stage.show_fitting(self._info))
        self.turns.add(*(partial(self._let_go, part) for part in self._leaving))

    def _add(self, place: Dock | Shelf | Stage, kind: type[Panel], session: Session) -> None:
        panel = kind(session)
        self._panels.append(panel)
        wearing = place.add_panel(panel)
        if self._appearance is not None:
            self._appearance.dress(wearing)
        if isinstance(place, Dock) and panel.title in self._folded_at_first:
            place.fold([*place.folded(), panel.title])
        self.panel_added.emit(panel)
        if not isinstance(place, Stage):
            place.show_fitting(self._info)

    def _let_go(self, part: QWidget) -> None:
        self._leaving.remove(part)
        part.deleteLater()

    def show_fitting(self, info: ModelInfo | None) -> None:
        """Show the panels that have something to offer for a model."""
        self._info = info
        for dock in (self.left, self.right):
            dock.show_fitting(info)
        self.stage.show_fitting(info)
        self.shelf.show_fitting(info)

    def around(self) -> Iterator[QWidget]:
        """Everything but the picture."""
        yield from (self.top, self.model_line, self.status, self.left, self.right, self.stage.bar, self.shelf)
        yield from (self.offer, self.stage.tabs)

    def reveal(self, title: str) -> None:
        """Bring a panel into sight."""
        self.turns.finish()
        for dock in (self.left, self.right):
            if title in dock.titles():
                dock.show()
                dock.reveal(title)
        self.stage.reveal(title)
        if title in (panel.title for panel in self.shelf.panels()):
            self.shelf.show()

    def release(self) -> None:
        """Listen no longer."""
        self.turns.forget()
        for panel in self._panels:
            panel.release()
