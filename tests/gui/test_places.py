"""Panels in the middle and below: offered where they fit, revealed, remembered."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.gui.actions import Command
from ganstudio.gui.body import Body
from ganstudio.gui.panels.device import DevicePanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.workspaces import EXPLORE, Workspace
from ganstudio.studio.session import Session
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton


class SheetPanel(Panel):
    """Stands in the picture's place."""

    title: ClassVar[str] = "Sheet"
    icon: ClassVar[IconName] = IconName.GRID

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.ran = 0

    def commands(self) -> tuple[Command, ...]:
        return (Command("sheet.count", "Count sheets", self._count),)

    def _count(self) -> None:
        self.ran += 1


class StylePanel(SheetPanel):
    """Stands below, for style-based models."""

    title: ClassVar[str] = "Styles"

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        return info is not None and Ability.STYLE_MIXING in info.abilities

    def commands(self) -> tuple[Command, ...]:
        return ()


WIDE = Workspace("wide", "Wide", IconName.GRID, EXPLORE.left, EXPLORE.right, (SheetPanel,), (StylePanel,))


def test_a_panel_takes_the_pictures_place_and_gives_it_back(start: Callable[..., Running]) -> None:
    running = start(workspaces=(WIDE, EXPLORE))
    stage, qtbot = running.window.stage, running.qtbot
    panel = running.window.panel(SheetPanel)
    assert panel is not None
    qtbot.mouseClick(stage.bar.pages.button("Sheet"), LEFT)
    assert stage.page == "Sheet"
    assert panel.isVisible()
    assert not stage.viewer.isVisible()
    running.session.change("Truncate", "psi", 0.3)
    running.settle()
    assert stage.page == "Sheet"
    qtbot.mouseClick(stage.bar.pages.button("Picture"), LEFT)
    assert stage.viewer.isVisible()
    running.window.reveal("Sheet")
    assert stage.page == "Sheet"
    running.window.book.action("sheet.count").trigger()
    assert panel.ran == 1


def test_the_shelf_is_there_for_models_that_its_panels_fit(start: Callable[..., Running], styled_model: Path) -> None:
    running = start(workspaces=(WIDE, EXPLORE))
    shelf = running.window.shelf
    assert shelf.isHidden()
    running.session.open_model(str(styled_model))
    running.qtbot.waitUntil(lambda: not shelf.isHidden(), timeout=30_000)
    running.window.book.action("below").trigger()
    assert shelf.isHidden()
    second = start(styled_model, running.session.settings, (WIDE,))
    assert second.window.shelf.isHidden()
    body: Body = second.window.body
    second.window.book.action("below").trigger()
    assert not body.shelf.isHidden()


def test_workspaces_change_with_a_click_and_keep_the_document(start: Callable[..., Running]) -> None:
    running = start(workspaces=(WIDE, EXPLORE))
    window, qtbot = running.window, running.qtbot
    running.session.change("Truncate", "psi", 0.3)
    qtbot.mouseClick(window.top.tab("explore"), LEFT)
    assert window.panel(SheetPanel) is None
    assert "sheet.count" not in {command.id for command in window.book.all()}
    window.book.action("random").trigger()
    running.settle()
    assert running.session.document.psi == 0.3
    before = running.session.document
    viewer = window.stage.viewer
    viewer.nudged.emit(1.0, 0.0)
    assert running.session.document != before
    running.session.undo()
    assert running.session.document == before
    window.book.action("workspace.wide").trigger()
    assert window.panel(SheetPanel) is not None


def test_what_was_unfolded_stays_so_in_every_workspace(start: Callable[..., Running]) -> None:
    running = start(workspaces=(EXPLORE, WIDE))
    window, qtbot = running.window, running.qtbot
    assert "Device" in window.right.folded()
    device = next(section for section in window.right.sections if isinstance(section.body, DevicePanel))
    qtbot.mouseClick(device.header, LEFT)
    window.show_workspace("wide")
    assert window.panel(DevicePanel) is not None
    assert "Device" not in window.right.folded()
    window.show_workspace("explore")
    assert window.panel(DevicePanel) is not None
    assert "Device" not in window.right.folded()
    assert "Arithmetic" in window.right.folded()
