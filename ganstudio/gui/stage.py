"""The middle of the window: the picture, what is to be said about it, and how it is looked at."""

from collections.abc import Iterator, Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QPalette, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.frame import Frame, ModelInfo
from ganstudio.gui.canvas.viewer import Viewer
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.banner import Banner
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.frame import Ground, Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.tab_strip import TabStrip

PICTURE = "Picture"


class Notice(Surface):
    """What stands where the picture will be: what is happening, or what to do next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice", parent)
        self.title = label("", "backdrop-title")
        self.words = label("", "backdrop", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(220)
        self.bar.setAccessibleName("Progress")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._buttons)
        column.addStretch(1)

    def tell(self, title: str, words: str, busy: bool, buttons: Sequence[TextButton] = ()) -> None:
        """Show a title, a sentence, and either a moving bar or buttons."""
        self.title.setText(title)
        self.words.setText(words)
        self.bar.setVisible(busy)
        clear(self._buttons)
        if buttons:
            self._buttons.addStretch(1)
            for button in buttons:
                self._buttons.addWidget(button)
            self._buttons.addStretch(1)


HINTS = ("Drag the picture to move through the latent space", "Drag the picture to explore", "Drag to explore")


class ViewBar(Surface):
    """How the picture is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("viewbar", parent)
        self.setFixedHeight(36)
        self.pages = ChoiceRow("What the middle shows", ())
        self.pages.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.pages.hide()
        self.narrow = MenuChoice("What the middle shows", "Choose what stands in the picture's place")
        self.narrow.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.narrow.hide()
        self._paged = False
        self.hint = ElidedLabel(HINTS[0], "small")
        self._picture = True
        self.question = IconButton(IconName.HELP, "What is this page?", "Explains this page in plain words")
        self.question.hide()
        self.more = IconButton(IconName.MORE, "Presets of this page", "Save how this page is set, or set it as before")
        self.more.hide()
        self.zoom = label("", "muted")
        self.smooth = IconButton(IconName.GRID, "Crisp pixels", "Show enlarged pixels crisp instead of smooth (S)")
        self.smooth.setCheckable(True)
        self.fit = IconButton(IconName.FIT, "Fit", "Show the whole picture (F)")
        self.actual = IconButton(IconName.ACTUAL, "Actual size", "One screen pixel per picture pixel (1)")
        self.sharp = IconButton(
            IconName.SHARP,
            "Enlarge 4×",
            "Draw the picture four times as fine while it stands still, with Real-ESRGAN; copying and saving take it "
            "as it is seen (4)",
        )
        self.sharp.setCheckable(True)
        self.copy = IconButton(IconName.COPY, "Copy picture", "Copy the picture (Ctrl+C)")
        self.save = IconButton(IconName.SAVE, "Save picture", "Save the picture as PNG (Ctrl+S)")
        self.fullscreen = IconButton(IconName.FULLSCREEN, "Full screen", "Nothing but the picture (F11)")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.pages)
        row.addWidget(self.narrow)
        row.addWidget(self.hint, 1)
        row.addWidget(self.more)
        row.addWidget(self.question)
        row.addWidget(self.zoom)
        row.addSpacing(8)
        self._buttons = (self.fit, self.actual, self.smooth, self.sharp, self.copy, self.save, self.fullscreen)
        for button in self._buttons:
            row.addWidget(button)

    def show_for(self, picture: bool) -> None:
        """Offer what can be done with a picture only while there is one."""
        for part in (self.zoom, *self._buttons):
            part.setVisible(picture)
        self._picture = picture
        self._fit()

    def show_pages(self, pages: Sequence[tuple[str, IconName]]) -> None:
        """Offer what can stand in the picture's place; nothing where there is only the picture."""
        options = [Option(PICTURE, PICTURE, "The picture itself")]
        options += [Option(title, title, f"Show “{title}” in the picture's place") for title, _icon in pages]
        self.pages.show_options(options)
        self.narrow.show_options(options)
        self.show_page(PICTURE)
        self._paged = bool(pages)
        self._fit()

    def show_page(self, title: str) -> None:
        """Show which page stands in the middle."""
        self.pages.show_choice(title)
        self.narrow.show_choice(title)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Offer the pages in a menu where there is no room for all their names."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        always = (self.more, self.question)
        parts = (self.zoom, *always, *self._buttons) if self._picture else always
        others = sum(part.sizeHint().width() + 4 for part in parts)
        wide = self.pages.sizeHint().width() + others + 40 <= self.width()
        self.pages.setVisible(self._paged and wide)
        self.narrow.setVisible(self._paged and not wide)
        shown = (self.pages if wide else self.narrow).sizeHint().width() if self._paged else 0
        room, metrics = self.width() - shown - others - 40, self.hint.fontMetrics()
        fitting = (words for words in HINTS if metrics.horizontalAdvance(words) <= room)
        self.hint.setText(next(fitting, "") if self._picture else "")


class Stage(Ground):
    """Banner, picture or one of the panels that take its place, and the bar below."""

    page_changed = pyqtSignal(str)
    asked = pyqtSignal(object, object)
    more_asked = pyqtSignal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("stage", QPalette.ColorRole.Window, parent)
        self.tabs = TabStrip()
        self.banner = Banner()
        self.viewer = Viewer()
        self.notice = Notice()
        self.bar = ViewBar()
        self.frame: Frame | None = None
        self._panels: list[Panel] = []
        self._front = PICTURE  # what a workspace shows at first
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self.notice)
        self._stack.addWidget(self.viewer)
        held = QVBoxLayout()
        held.setContentsMargins(8, 8, 8, 8)
        held.addWidget(self.banner)
        self._held = QWidget()
        self._held.setLayout(held)
        self._held.hide()
        self.banner.dismissed.connect(self._held.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._held)
        column.addWidget(middle, 1)
        column.addWidget(self.bar)
        self.bar.show_for(False)
        self.bar.pages.chosen.connect(self.show_page)
        self.bar.narrow.chosen.connect(self.show_page)
        self.bar.question.clicked.connect(self._ask)
        self.bar.more.clicked.connect(lambda: self.more_asked.emit(self._stack.currentWidget(), self.bar.more))
        self.viewer.zoomed.connect(self._show_zoom)

    def parts(self) -> Iterator[QWidget]:
        """What wears the theme, beside the panels."""
        yield from (self.tabs, self._held, self.notice, self.viewer, self.bar)

    def give_up(self, front: str = "") -> list[QWidget]:
        """Take all panels off the screen, and return them; the one with the title `front` will stand in front."""
        before: list[QWidget] = [*self._panels]
        for panel in before:
            self._stack.removeWidget(panel)
            panel.hide()
        self._panels = []
        self.bar.show_pages(())
        self._front = front or PICTURE
        self.show_page(PICTURE)
        return before

    def add_panel(self, panel: Panel) -> QWidget:
        """Hold one more panel; return what wears the theme."""
        self._panels.append(panel)
        self._stack.addWidget(panel)
        if panel.title == self._front:
            self.show_page(panel.title)
        return panel

    def show_fitting(self, info: ModelInfo | None) -> None:
        """Offer the panels that have something to offer for a model."""
        fitting = [panel for panel in self._panels if panel.fits(info)]
        self.bar.show_pages(tuple((panel.title, panel.icon) for panel in fitting))
        self.bar.show_page(self.page)
        if self.page not in (PICTURE, *(panel.title for panel in fitting)):
            self.show_page(PICTURE)

    @property
    def page(self) -> str:
        """The title of the panel in the picture's place, else the picture's."""
        shown = self._stack.currentWidget()
        return shown.title if isinstance(shown, Panel) else PICTURE

    def show_page(self, title: str) -> None:
        """Show the picture or the panel with this title."""
        picture = self.viewer if self.frame is not None else self.notice
        found = next((panel for panel in self._panels if panel.title == title), picture)
        self._stack.setCurrentWidget(found)
        self.bar.show_page(self.page)
        self.bar.show_for(found is self.viewer)
        self.bar.question.setVisible(isinstance(found, Panel) and found.topic() is not None)
        self.bar.more.setVisible(isinstance(found, Panel) and bool(found.owns or found.at_first))
        self.page_changed.emit(self.page)

    def reveal(self, title: str) -> None:
        """Bring the panel with this title into sight, where there is one."""
        if title in (panel.title for panel in self._panels):
            self.show_page(title)

    def tell_problem(self, sentence: str, details: str) -> None:
        """Say above the picture what went wrong."""
        self.banner.tell(sentence, details)
        self._held.show()

    def forget_problem(self) -> None:
        """Take a problem that is over off the screen."""
        self.banner.dismiss()

    def show_frame(self, frame: Frame, resolution: int) -> None:
        """Show a frame's pictures."""
        first = self.frame is None
        self.frame = frame
        if first and self.page == PICTURE:
            self.show_page(PICTURE)
        self.viewer.show_pictures(frame.pictures, resolution)
        if first:
            self.viewer.fit()
            if self.page == PICTURE:
                self.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, title: str, words: str, busy: bool, buttons: Sequence[TextButton] = ()) -> None:
        """Show words where the picture will be."""
        self.frame = None
        self.notice.tell(title, words, busy, buttons)
        self.show_page(self._front if self.page == self._front else PICTURE)

    def _ask(self) -> None:
        self.asked.emit(self._stack.currentWidget(), self.bar.question)

    def _show_zoom(self, scale: float) -> None:
        self.bar.zoom.setText(f"{scale * 100:.0f} %")
