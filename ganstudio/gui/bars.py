"""The lines above and below: workspaces and commands, the open model, and the status."""

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.jobs import JobsStrip
from ganstudio.gui.widgets.labels import ElidedLabel, label


class TopBar(Surface):
    """Workspaces at the left, the command palette in the middle, undo, help and theme at the right."""

    workspace_chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("topbar", parent)
        self.setFixedHeight(44)
        self._tabs: dict[str, TextButton] = {}
        self._left = QHBoxLayout()
        self._left.setSpacing(4)
        self.search = TextButton("Search commands", "Find any command by its name", "search", IconName.SEARCH)
        inside = QHBoxLayout(self.search)
        inside.setContentsMargins(8, 0, 10, 0)
        keys = label("Ctrl+K", "small")
        keys.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(keys, 0, Qt.AlignmentFlag.AlignRight)
        self.search.setMinimumWidth(240)
        self.search.setMaximumWidth(360)
        self.undo = IconButton(IconName.UNDO, "Undo", "Nothing to undo yet")
        self.redo = IconButton(IconName.REDO, "Redo", "Nothing to redo")
        self.help = IconButton(IconName.HELP, "Help", "Keys and what the window can do (F1)")
        self.settings = IconButton(IconName.SETTINGS, "Settings", "Theme, device, folders, journal, keys (Ctrl+,)")
        self.theme = IconButton(IconName.THEME, "Theme", "Light, dark, or as the system has it (Ctrl+Shift+T)")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addLayout(self._left)
        row.addStretch(1)
        row.addWidget(self.search, 2)
        row.addStretch(1)
        for button in (self.undo, self.redo):
            row.addWidget(button)
        row.addSpacing(12)
        for button in (self.help, self.settings, self.theme):
            row.addWidget(button)

    def show_workspaces(self, workspaces: Sequence[tuple[str, str, IconName]]) -> None:
        """Offer these workspaces, each by name, title and icon."""
        for tab in self._tabs.values():
            self._left.removeWidget(tab)
            tab.deleteLater()
        self._tabs = {}
        for name, title, drawing in workspaces:
            tab = TextButton(title, "", "tab", drawing)
            tab.setCheckable(True)
            tab.setAutoExclusive(True)
            describe(tab, f"Workspace {title}", f"The workspace “{title}”")
            tab.clicked.connect(lambda _checked, name=name: self.workspace_chosen.emit(name))
            self._tabs[name] = tab
            self._left.addWidget(tab)

    def tab(self, name: str) -> TextButton:
        """The tab of a workspace."""
        return self._tabs[name]

    def show_workspace(self, name: str) -> None:
        """Show which workspace is open."""
        self._tabs[name].setChecked(True)


class ModelLine(Surface):
    """Which model is open, and where it computes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("modelline", parent)
        self.setFixedHeight(36)
        self.model = TextButton("No model", "Choose another model", "model", IconName.MODEL)
        self.facts = ElidedLabel("", "muted")
        self.left_toggle = IconButton(IconName.SIDE, "Left panels", "Show or hide the panels on the left (Ctrl+B)")
        self.right_toggle = IconButton(
            IconName.SIDE, "Right panels", "Show or hide the panels on the right (Ctrl+Shift+B)"
        )
        self.new_tab = IconButton(IconName.PLUS, "New tab", "Put a copy of this picture into a tab of its own (Ctrl+T)")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.left_toggle)
        row.addWidget(self.model)
        row.addWidget(self.facts, 1)
        row.addWidget(self.new_tab)
        row.addWidget(self.right_toggle)

    def show_model(self, info: ModelInfo | None, computing: str) -> None:
        """Name the model, its kind, its size, and what computes it."""
        self.model.setText(f" {model_name(info)} ▾" if info is not None else " No model ▾")
        self.model.setAccessibleName(f"Model: {model_name(info)}" if info is not None else "Model: none")
        parts = [info.architecture_title, f"{info.resolution} px"] if info is not None else []
        self.facts.setText("  ·  ".join([*parts, computing] if computing else parts))


def model_name(info: ModelInfo) -> str:
    """A model's name; of a path, its last part."""
    return Path(info.name).name or info.name


class StatusLine(Surface):
    """Speed, jobs and memory."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("statusline", parent)
        self.setFixedHeight(32)
        self.speed = label("")
        self.speed.setProperty("tone", "muted")
        self.speed.setMinimumWidth(200)
        self.jobs = JobsStrip()
        self.note = ElidedLabel("", "muted")
        self.memory = label("", "muted")
        describe(self.speed, "Speed", "How long the last picture took, and how many come a second while they flow")
        describe(self.memory, "Memory", "Memory in use, of what this machine has")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        row.addWidget(self.speed)
        row.addWidget(self.note, 1)
        row.addWidget(self.jobs)
        row.addWidget(self.memory)
        self.jobs.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
