"""The settings: a card over the window; every choice holds at once."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.gui.panels.device import DevicePanel
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton, TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.overlay import Overlay
from ganstudio.studio.launch import Theme
from ganstudio.studio.session import Session
from ganstudio.studio.settings import JOURNAL_CHOICES_S, PREVIEW_CHOICES_MS, PREVIEW_CHOICES_PX

THEMES = (
    Option(Theme.SYSTEM.value, "System", "As the desktop has it"),
    Option(Theme.LIGHT.value, "Light", "Dark words on light surfaces"),
    Option(Theme.DARK.value, "Dark", "Light words on dark surfaces"),
)
JOURNAL = tuple(Option(f"{s:g}", f"{s:g} s", f"Edits are on the disk {s:g} s later at most") for s in JOURNAL_CHOICES_S)
SIZES = tuple(
    Option(str(px), f"{px} px" if px else "None", f"Shown first at {px} px" if px else "Wait for the whole picture")
    for px in PREVIEW_CHOICES_PX
)
WAITS = tuple(
    Option(str(ms), f"{ms} ms", f"A preview first where a picture takes longer than {ms} ms")
    for ms in PREVIEW_CHOICES_MS
)
WIDTH_PX = 520


class SettingsCard(Overlay):
    """Theme, device, folder for pictures, journal, layout, keys."""

    def __init__(self, host: QWidget, session: Session, appearance: Appearance) -> None:
        super().__init__(host)
        self._session = session
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close the settings (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        top = QHBoxLayout()
        top.addWidget(label("Settings", "title"), 1)
        top.addWidget(self.close_button)
        self.theme = ChoiceRow("Theme", THEMES)
        self.theme.chosen.connect(lambda key: appearance.choose(Theme(key)))
        self.theme.show_choice(appearance.choice.value)
        appearance.changed.connect(lambda theme: self.theme.show_choice(theme.value))
        self.device = DevicePanel(session)
        self.journal = ChoiceRow("Journal", JOURNAL)
        self.journal.chosen.connect(self._journal_chosen)
        self.preview_size = ChoiceRow("Size of previews", SIZES)
        self.preview_wait = ChoiceRow("When previews come", WAITS)
        self.preview_size.chosen.connect(lambda key: session.choose_previews(int(key), session.settings.preview_ms))
        self.preview_wait.chosen.connect(lambda key: session.choose_previews(session.settings.preview_px, int(key)))
        self.folder = ElidedLabel("", "muted", Qt.TextElideMode.ElideMiddle)
        self.browse = TextButton("Choose…", "Choose the folder that saved pictures go to at first", "", IconName.FOLDER)
        self.browse.clicked.connect(self._browse)
        self.layout_button = TextButton("Reset the layout", "Panels and sizes as they were at the very first start")
        self.keys = TextButton("Keyboard…", "See and change the shortcuts (F1)", "", IconName.KEYBOARD)
        self.column.addLayout(top)
        self.column.addLayout(self._rows())
        self.card.setFixedWidth(WIDTH_PX)

    def open(self) -> None:
        """Come up with the settings as they are."""
        settings = self._session.settings
        self.journal.show_choice(f"{settings.journal_s:g}")
        self.preview_size.show_choice(str(settings.preview_px))
        self.preview_wait.show_choice(str(settings.preview_ms))
        self._show_folder()
        super().open()
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def on_layout_reset(self, reset: Callable[[], None]) -> None:
        """Say what puts the window's layout back."""
        self.layout_button.clicked.connect(reset)

    def on_keys(self, show: Callable[[], None]) -> None:
        """Say what shows the keys."""
        self.keys.clicked.connect(show)

    def release(self) -> None:
        """Listen no longer."""
        self.device.release()

    def _rows(self) -> QGridLayout:
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.browse)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.layout_button, self.keys):
            buttons.addWidget(button)
        buttons.addStretch(1)
        previews = QVBoxLayout()
        previews.setSpacing(8)
        previews.addWidget(self.preview_size)
        previews.addWidget(self.preview_wait)
        rows = QGridLayout()
        rows.setHorizontalSpacing(24)
        rows.setVerticalSpacing(16)
        rows.setColumnStretch(1, 1)
        listed: tuple[tuple[str, QWidget | QHBoxLayout | QVBoxLayout, str], ...] = (
            ("Theme", self.theme, ""),
            ("Computing", self.device, ""),
            ("Previews", previews, "Shown first where the whole picture takes longer than this."),
            ("Pictures", folder, "Where saved pictures go at first."),
            ("Journal", self.journal, "How soon an edit is safe from a crash."),
            ("Window", buttons, ""),
        )
        for i, (name, part, words) in enumerate(listed):
            cell = QVBoxLayout()
            cell.setSpacing(4)
            if isinstance(part, QWidget):
                cell.addWidget(part)
            else:
                cell.addLayout(part)
            if words:
                cell.addWidget(label(words, "small", wrap=True))
            title = label(name, "strong")
            title.setMinimumHeight(28)
            rows.addWidget(title, i, 0, Qt.AlignmentFlag.AlignTop)
            rows.addLayout(cell, i, 1)
        return rows

    def _journal_chosen(self, key: str) -> None:
        settings = self._session.settings
        settings.journal_s = float(key)
        settings.save_soon()
        self._session.recovery.write_every(settings.journal_s)

    def _browse(self) -> None:
        settings = self._session.settings
        chosen = QFileDialog.getExistingDirectory(self.window(), "Folder for pictures", str(settings.exports_folder))
        if chosen:
            settings.exports = chosen
            settings.save_soon()
            self._show_folder()

    def _show_folder(self) -> None:
        folder = str(self._session.settings.exports_folder)
        self.folder.setText(folder)
        describe(self.folder, f"Pictures go to {folder}", folder)
