"""The window: bars, docks and stage, and what they do together."""

from functools import partial
from pathlib import Path
from typing import TypeVar

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QPaintEvent,
)
from PyQt6.QtWidgets import QAbstractButton, QFileDialog, QMainWindow, QWidget

from ganstudio.core.files import with_ending
from ganstudio.gui.actions import Command, CommandBook
from ganstudio.gui.bars import model_name
from ganstudio.gui.body import Body
from ganstudio.gui.clipboard import paste_data, picture_data
from ganstudio.gui.commands import (
    Chrome,
    class_commands,
    device_commands,
    model_commands,
    picture_commands,
    session_commands,
    window_commands,
)
from ganstudio.gui.desk import Desk
from ganstudio.gui.dock import Dock
from ganstudio.gui.drop import FileDrops
from ganstudio.gui.help_cards import TopicCard
from ganstudio.gui.keep import Keeper
from ganstudio.gui.key_tips import KeyTips
from ganstudio.gui.keys_card import KeysCard
from ganstudio.gui.menus import Menus
from ganstudio.gui.panels.latent import LatentPanel
from ganstudio.gui.panels.library import LibraryPanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.project import ProjectPanel
from ganstudio.gui.preset_menu import PresetMenu
from ganstudio.gui.project_desk import ProjectDesk
from ganstudio.gui.settings_card import SettingsCard
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.widgets.command_palette import CommandPalette
from ganstudio.gui.widgets.overlay import Overlay
from ganstudio.gui.workspaces import WORKSPACES, Workspace, workspace_named
from ganstudio.studio.carried import PICTURES
from ganstudio.studio.exporting import ExportOptions, export_picture
from ganstudio.studio.session import Session

SAVED_AS = "PNG pictures (*.png);;JPEG pictures (*.jpg);;WebP pictures (*.webp)"
SMALLEST = (960, 600)
P = TypeVar("P", bound=Panel)


class MainWindow(QMainWindow):
    """Painted before anything heavy is loaded; comes to life when it is given a session."""

    painted = pyqtSignal()
    closing = pyqtSignal()
    aside_wanted = pyqtSignal(object, object)  # work, and who is told on this thread how it went

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.appearance = appearance
        self.session: Session | None = None
        self.workspaces = WORKSPACES
        self.desk: Desk | None = None
        self.settings_card: SettingsCard | None = None
        self.project_desk: ProjectDesk | None = None
        self._keeper: Keeper | None = None
        self._was_painted = False
        self._alone = False
        self._hidden_before: list[QWidget] = []
        self.setWindowTitle("GAN Studio")
        self.setMinimumSize(*SMALLEST)
        self.body = Body()
        self.top, self.model_line, self.stage, self.status = (
            self.body.top, self.body.model_line, self.body.stage, self.body.status,
        )  # fmt: skip
        self.left, self.right, self.shelf = self.body.left, self.body.right, self.body.shelf
        self.setCentralWidget(self.body)
        self.stage.tell("GAN Studio", "Starting…", busy=True)
        self.book = CommandBook(self)
        self.menus = Menus(self, self.book, appearance)
        self.palette_card = CommandPalette(self, self.book)
        self.topic_card = TopicCard(self)
        self.keys_card = KeysCard(self, self.book)
        KeyTips(self.book, self)
        self.drops = FileDrops(self)
        self.body.dress(appearance)
        self.body.panel_added.connect(self._panel_added)
        appearance.dress(self.palette_card, self.topic_card, self.keys_card)
        appearance.dressing.connect(self._hold_painting)
        self._wire_chrome()

    def attach(
        self,
        session: Session,
        workspace: str | None,
        keeper: Keeper,
        workspaces: tuple[Workspace, ...] = WORKSPACES,
    ) -> None:
        """Come to life: build the workspace's panels and listen to the session."""
        self.session = session
        self._keeper = keeper
        self.workspaces = workspaces
        self.body.offer_workspaces(workspaces)
        self.project_desk = ProjectDesk(self, session, self.stage.tabs, self.body.offer, self.aside_wanted.emit)
        self.body.show_workspace(workspace_named(workspace, workspaces), session)
        self.body.turns.finish()
        self.drops.take_for(session)
        self.desk = Desk(session, self.top, self.model_line, self.stage, self.status, self.browse)
        self.desk.bindings.on(session.model_changed, self._model_changed)
        self.desk.bindings.on(session.projects.changed, self._show_title)
        self.desk.bindings.on(session.history_changed, self._history_changed)
        self._wire_session(session)
        self._wire_settings(session, keeper)
        keeper.restore_layout(self.body)
        for dock in (self.left, self.right):
            dock.folding_changed.connect(self.keep)
        self._model_changed()
        self._history_changed()
        self.stage.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_workspace(self, name: str) -> None:
        """Change to another workspace; the document stays."""
        workspace = workspace_named(name, self.workspaces)
        if self.session is None or workspace is self.body.workspace:
            return
        self.keep()
        for panel in self.body.panels_so_far:
            for command in panel.commands():
                self.book.remove(command.id)
        self.body.release()
        self.body.show_workspace(workspace, self.session)

    def _panel_added(self, panel: Panel) -> None:
        for command in panel.commands():
            self.book.add(command)
        if self._keeper is not None:
            self._keeper.restore_folds(self.body)
        if isinstance(panel, ProjectPanel) and self.project_desk is not None:
            panel.save.clicked.connect(self.project_desk.save)
            panel.open.clicked.connect(self.project_desk.browse)
        if isinstance(panel, LatentPanel):
            self.stage.viewer.dragged.connect(panel.drag)
            self.stage.viewer.nudged.connect(panel.pad.nudge)
        self._enable(panel)

    def perform(self, command: str) -> None:
        """Do a command, of panels that are still to come as well."""
        self.body.turns.finish()
        self.book.action(command).trigger()

    def panel(self, kind: type[P]) -> P | None:
        """The panel of a kind, where the workspace has it."""
        return next((panel for panel in self.body.panels if isinstance(panel, kind)), None)

    def tell_problem(self, sentence: str, details: str = "") -> None:
        """Say in place what went wrong; the window lives on."""
        self.stage.tell_problem(sentence, details)

    def say(self, words: str) -> None:
        """Say in the status bar that something is done."""
        self.status.note.setText(words)

    def browse(self) -> None:
        """Let the person choose a model file."""
        library = self.panel(LibraryPanel)
        if library is not None:
            library.browse()

    def copy_picture(self) -> None:
        """Put the picture on the clipboard, and its recipe with it."""
        picture, clipboard, frame = self.stage.viewer.picture(), QGuiApplication.clipboard(), self.stage.frame
        if picture is not None and clipboard is not None and frame is not None and self.session is not None:
            clipboard.setMimeData(picture_data(picture, frame.document, self.session))
            self.say("Picture copied.")

    def paste(self) -> None:
        """Open what the clipboard holds: a picture's recipe, or files."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self.session is not None:
            paste_data(clipboard.mimeData(), self.session)

    def save_picture(self) -> None:
        """Ask where to, and save the picture there in full precision."""
        frame = self.stage.frame
        if frame is None or self.session is None:
            return
        info = self.session.model
        name = f"{Path(model_name(info)).stem if info is not None else 'picture'}.png"
        start = str(self.session.settings.exports_folder / name)
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the picture", start, SAVED_AS)
        if chosen:
            path = with_ending(Path(chosen), (".png", *PICTURES))
            options = ExportOptions(enlarge=self.stage.viewer.is_sharp)
            export_picture(self.session, path, options, frame.document)

    def keep(self) -> None:
        """Remember how the window is laid out."""
        if self._keeper is not None and not self._alone:
            self._keeper.keep_layout(self, self.body)
            self._keeper.keep_theme(self.appearance)

    def toggle_fullscreen(self) -> None:
        """Nothing but the picture, or everything again."""
        self.show_alone(not self._alone)

    def show_alone(self, alone: bool) -> None:
        """Show the picture alone on the whole screen, or everything."""
        if alone == self._alone:
            return
        if alone:
            self.keep()
            self._hidden_before = [part for part in self.body.around() if part.isHidden()]
        self._alone = alone
        for part in self.body.around():
            part.setHidden(alone or part in self._hidden_before)
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.stage.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes what floats, then leaves the full screen."""
        if event is None or event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        floating = [card for card in self.findChildren(Overlay) if card.isVisible()]
        for card in floating:
            card.dismiss()
        if not floating:
            self.show_alone(False)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Tell when the window is first seen."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Keep everything, ask nothing."""
        self.keep()
        self.body.release()
        for desk in (self.desk, self.project_desk, self.settings_card):
            if desk is not None:
                desk.release()
        self.hide()
        self.closing.emit()
        super().closeEvent(event)

    def _hold_painting(self, dressing: bool) -> None:
        self.body.setUpdatesEnabled(not dressing)  # so that the whole window changes in one picture

    def _wire_chrome(self) -> None:
        self._chrome = Chrome(
            palette=self.palette_card.open,
            keys=self.keys_card.show_commands,
            left=lambda: self._toggle(self.left),
            right=lambda: self._toggle(self.right),
            below=self._toggle_shelf,
            fullscreen=self.toggle_fullscreen,
            browse=self.browse,
            copy=self.copy_picture,
            paste=self.paste,
            save=self.save_picture,
            reveal=self.reveal,
            close=self._close,
        )
        for command in (*window_commands(self._chrome, self.appearance), *picture_commands(self._chrome, self.stage)):
            self.book.add(command)
        bar = self.stage.bar
        bar.smooth.toggled.connect(lambda crisp: self.stage.viewer.set_smooth(not crisp))
        buttons: tuple[tuple[QAbstractButton, str], ...] = (
            (self.top.search, "palette"),
            (self.top.help, "keys"),
            (self.top.theme, "theme"),
            (self.model_line.left_toggle, "left"),
            (self.model_line.right_toggle, "right"),
            (bar.fit, "fit"),
            (bar.actual, "actual"),
            (bar.copy, "copy"),
            (bar.save, "save"),
            (bar.fullscreen, "fullscreen"),
        )
        for button, command_id in buttons:
            button.clicked.connect(self.book.action(command_id).trigger)
        for place in (self.left, self.right, self.stage, self.shelf):
            place.asked.connect(self._explain)
        for split in (self.body.across, self.body.upright):
            split.splitterMoved.connect(lambda _place, _index: self.keep())
        self.appearance.changed.connect(lambda _theme: self.keep())
        self.stage.viewer.menu_wanted.connect(self._picture_menu)

    def _wire_session(self, session: Session) -> None:
        self.stage.viewer.drag_ended.connect(session.end_gesture)
        for command in (*session_commands(session, self._chrome), *self._workspace_commands()):
            self.book.add(command)
        if self.project_desk is not None:
            for command in self.project_desk.commands():
                self.book.add(command)
            self.book.add_source(self.project_desk.offers)
        self.model_line.new_tab.clicked.connect(self.book.action("tab.new").trigger)
        self.top.workspace_chosen.connect(self.show_workspace)
        if self.desk is not None:
            self.desk.bindings.on(session.runs.workspace_wanted, self.show_workspace)
            self.desk.bindings.on(session.photo.workspace_wanted, self.show_workspace)
            self.desk.bindings.on(session.photo.page_wanted, self.reveal)
            self.desk.bindings.on(session.painting.workspace_wanted, self.show_workspace)
        for source in (model_commands, class_commands, device_commands):
            self.book.add_source(partial(source, session))
        self.top.undo.clicked.connect(self.book.action("undo").trigger)
        self.top.redo.clicked.connect(self.book.action("redo").trigger)
        self.model_line.model.clicked.connect(lambda: self.menus.show_models(session, self.model_line.model))

    def _wire_settings(self, session: Session, keeper: Keeper) -> None:
        card = self.settings_card = SettingsCard(self, session, self.appearance)
        self.appearance.dress(card)
        card.on_layout_reset(lambda: self._reset_layout(keeper))
        card.on_keys(self.keys_card.show_commands)
        self.book.take_keys(session.settings.keys)
        self.keys_card.keep_with(keeper.keep_keys)
        for command in (
            Command("settings", "Settings…", card.open, "Ctrl+,", words="options preferences", group="Window"),
            Command("layout", "Reset the layout", lambda: self._reset_layout(keeper), group="Window"),
        ):
            self.book.add(command)
        presets = PresetMenu(self, session, self.menus.new)
        self.appearance.dress(presets.card)
        for place in (self.left, self.right, self.stage):
            place.more_asked.connect(presets.open_for)
        self.book.add_source(lambda: presets.offers(self.body.panels))
        self.top.settings.clicked.connect(self.book.action("settings").trigger)

    def _reset_layout(self, keeper: Keeper) -> None:
        keeper.forget_layout(self.body)
        self._model_changed()
        self.keep()

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model if self.session is not None else None
        self.body.show_fitting(info)
        self._show_title()
        self.book.enable("report", info is not None)
        for panel in self.body.panels_so_far:
            self._enable(panel)

    def _enable(self, panel: Panel) -> None:
        info = self.session.model if self.session is not None else None
        for command in panel.commands():
            self.book.enable(command.id, panel.fits(info))

    def _show_title(self) -> None:
        session = self.session
        info, path = (session.model, session.projects.path) if session is not None else (None, None)
        parts = (path.stem if path is not None else "", model_name(info) if info is not None else "", "GAN Studio")
        self.setWindowTitle(" – ".join(part for part in parts if part))

    def _workspace_commands(self) -> list[Command]:
        return [
            Command(f"workspace.{each.name}", f"Workspace: {each.title}", partial(self.show_workspace, each.name))
            for each in self.workspaces
        ]

    def _history_changed(self, *_told: object) -> None:
        if self.session is not None:
            self.book.enable("undo", self.session.can_undo)
            self.book.enable("redo", self.session.can_redo)

    def reveal(self, title: str) -> None:
        """Bring a panel into sight."""
        self.body.reveal(title)

    def _explain(self, panel: Panel, control: QWidget) -> None:
        topic = panel.topic()
        if topic is not None:
            self.topic_card.explain(topic, control.parentWidget() or control)  # beside the part, not over it

    def _toggle(self, dock: Dock) -> None:
        dock.setVisible(dock.isHidden())
        self.keep()

    def _toggle_shelf(self) -> None:
        self.shelf.toggle(self.session.model if self.session is not None else None)
        self.keep()

    def _close(self) -> None:
        self.close()

    def _picture_menu(self, place: QPoint) -> None:
        if not self.stage.viewer.is_empty:
            self.menus.show_picture(place)
