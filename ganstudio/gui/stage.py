"""The middle of the window: the picture, what is to be said about it, and how it is looked at."""

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.frame import Frame
from ganstudio.gui.canvas.viewer import Viewer
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.banner import Banner
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label


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


class ViewBar(Surface):
    """How the picture is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("viewbar", parent)
        self.setFixedHeight(36)
        self.hint = ElidedLabel("Drag the picture to move through the latent space", "small")
        self.zoom = label("", "muted")
        self.smooth = IconButton(IconName.GRID, "Crisp pixels", "Show enlarged pixels crisp instead of smooth (S)")
        self.smooth.setCheckable(True)
        self.fit = IconButton(IconName.FIT, "Fit", "Show the whole picture (F)")
        self.actual = IconButton(IconName.ACTUAL, "Actual size", "One screen pixel per picture pixel (1)")
        self.copy = IconButton(IconName.COPY, "Copy picture", "Copy the picture (Ctrl+C)")
        self.save = IconButton(IconName.SAVE, "Save picture", "Save the picture as PNG (Ctrl+S)")
        self.fullscreen = IconButton(IconName.FULLSCREEN, "Full screen", "Nothing but the picture (F11)")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.hint, 1)
        row.addWidget(self.zoom)
        row.addSpacing(8)
        self._buttons = (self.fit, self.actual, self.smooth, self.copy, self.save, self.fullscreen)
        for button in self._buttons:
            row.addWidget(button)

    def show_for(self, picture: bool) -> None:
        """Offer what can be done with a picture only while there is one."""
        for part in (self.hint, self.zoom, *self._buttons):
            part.setVisible(picture)


class Stage(Surface):
    """Banner, picture, and the bar below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface-base", parent)
        self.banner = Banner()
        self.viewer = Viewer()
        self.notice = Notice()
        self.bar = ViewBar()
        self.frame: Frame | None = None
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
        column.addWidget(self._held)
        column.addWidget(middle, 1)
        column.addWidget(self.bar)
        self.bar.show_for(False)
        self.viewer.zoomed.connect(self._show_zoom)

    def tell_problem(self, sentence: str, details: str) -> None:
        """Say above the picture what went wrong."""
        self.banner.tell(sentence, details)
        self._held.show()

    def forget_problem(self) -> None:
        """Take a problem that is over off the screen."""
        self.banner.dismiss()

    def show_frame(self, frame: Frame, resolution: int) -> None:
        """Show a frame's pictures."""
        self.frame = frame
        first = self._stack.currentWidget() is not self.viewer
        if first:
            self._stack.setCurrentWidget(self.viewer)
            self.bar.show_for(True)
        self.viewer.show_pictures(frame.pictures, resolution)
        if first:
            self.viewer.fit()
            self.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, title: str, words: str, busy: bool, buttons: Sequence[TextButton] = ()) -> None:
        """Show words where the picture will be."""
        self.frame = None
        self.notice.tell(title, words, busy, buttons)
        self._stack.setCurrentWidget(self.notice)
        self.bar.show_for(False)

    def _show_zoom(self, scale: float) -> None:
        self.bar.zoom.setText(f"{scale * 100:.0f} %")
