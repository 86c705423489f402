"""What the window is made of: bars, docks, the stage in the middle, and the shelf below it."""

from collections.abc import Iterator, Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.bars import ModelLine, StatusLine, TopBar
from ganstudio.gui.dock import Dock
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.shelf import Shelf
from ganstudio.gui.stage import Stage
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.widgets.offer import Offer
from ganstudio.gui.widgets.split import Split
from ganstudio.gui.workspaces import Workspace
from ganstudio.studio.session import Session

LEFT_PX, RIGHT_PX, SHELF_PX = 256, 304, 220


class Body(QWidget):
    """The parts in their places; panels come with a workspace."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.top, self.model_line, self.stage, self.status = TopBar(), ModelLine(), Stage(), StatusLine()
        self.left, self.right = Dock("left", LEFT_PX), Dock("right", RIGHT_PX)
        self.shelf = Shelf()
        self.offer = Offer()
        self.panels: list[Panel] = []
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
        parts = (self.top, self.model_line, self.offer, self.status, self.left, self.right, self.stage, self.shelf)
        appearance.dress(*parts)

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
        folded = self.workspace.folded if self.workspace is not None else ()
        for dock in (self.left, self.right):
            dock.fold([panel.title for panel in folded])

    def _share_room(self) -> None:
        self.upright.setSizes([10_000, SHELF_PX])
        self.across.setSizes([LEFT_PX, 10_000, RIGHT_PX])

    def show_workspace(self, workspace: Workspace, session: Session) -> None:
        """Build the panels of a workspace and put them in their places."""
        groups = [[kind(session) for kind in kinds] for kinds in workspace.places()]
        self.panels = [panel for group in groups for panel in group]
        left, right, middle, below = groups
        self.left.show_panels(left)
        self.right.show_panels(right)
        self.stage.show_panels(middle, workspace.front)
        self.shelf.show_panels(below)
        self.workspace = workspace
        self._fold_as_at_first()
        self.top.show_workspace(workspace.name)

    def show_fitting(self, info: ModelInfo | None) -> None:
        """Show the panels that have something to offer for a model."""
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
        for dock in (self.left, self.right):
            if title in dock.titles():
                dock.show()
                dock.reveal(title)
        self.stage.reveal(title)
        if title in (panel.title for panel in self.shelf.panels()):
            self.shelf.show()

    def release(self) -> None:
        """Listen no longer."""
        for panel in self.panels:
            panel.release()
