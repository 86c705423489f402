"""A place to put kept latents into, by dragging or from a menu."""

from collections.abc import Callable

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from ganstudio.core.project import KeptLatent, Project
from ganstudio.core.store import Array
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.kept_drag import dragged_kept
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import clear, label

PICTURE = QSize(32, 32)
Draw = Callable[[KeptLatent], Array | None]


class KeptWell(Surface):
    """Shows what is inside as small pictures; `changed` tells that it holds something else."""

    changed = pyqtSignal()

    def __init__(
        self, sign: str, title: str, tip: str, project: Callable[[], Project], draw: Draw,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__("card", parent)
        self._title, self._project, self._draw = title, project, draw
        self.held: tuple[KeptLatent, ...] = ()
        self.add = IconButton(IconName.ADD, f"{title}: add", f"Choose kept pictures: {tip}")
        self.add.clicked.connect(self._open)
        self.away = IconButton(IconName.CLOSE, f"{title}: empty", "Take everything out of here")
        self.away.clicked.connect(lambda: self.hold(()))
        self.words = label("", "small", wrap=True)
        self._pictures = QHBoxLayout()
        self._pictures.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(label(f"{sign} {title}".strip()), 1)
        for button in (self.add, self.away):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 6, 6)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(self._pictures)
        column.addWidget(self.words)
        self.setAcceptDrops(True)
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self._empty = tip
        self.hold((), tell=False)

    def hold(self, kept: tuple[KeptLatent, ...], *, tell: bool = True) -> None:
        """Hold these instead of what was inside."""
        self.held = tuple(dict.fromkeys(kept))
        clear(self._pictures)
        for each in self.held:
            self._pictures.addWidget(self._picture(each))
        if self.held:
            self._pictures.addStretch(1)
        self.away.setVisible(bool(self.held))
        self.words.setText(", ".join(each.name for each in self.held) or self._empty)
        if tell:
            self.changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Invite kept latents."""
        if event is not None and dragged_kept(event.mimeData(), self._project()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Take them in."""
        kept = dragged_kept(event.mimeData(), self._project()) if event is not None else ()
        if event is not None and kept:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.hold((*self.held, *kept))

    def menu(self) -> QMenu:
        """One entry per kept latent, checked where it is inside."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for each in self._project().kept:
            action = menu.addAction(each.name)
            if action is not None:
                action.setCheckable(True)
                action.setChecked(each in self.held)
                action.triggered.connect(lambda _on, each=each: self._turn(each))
        if not self._project().kept:
            none = menu.addAction("Nothing is kept yet: press L to keep the picture")
            if none is not None:
                none.setEnabled(False)
        return menu

    def _open(self) -> None:
        self.menu().popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def _turn(self, each: KeptLatent) -> None:
        inside = tuple(other for other in self.held if other != each)
        self.hold(inside if each in self.held else (*self.held, each))

    def _picture(self, each: KeptLatent) -> QLabel:
        shown = QLabel()
        shown.setFixedSize(PICTURE)
        shown.setToolTip(each.name)
        pixels = self._draw(each)
        if pixels is not None:
            smooth = Qt.TransformationMode.SmoothTransformation
            picture = QPixmap.fromImage(image_of(pixels))
            shown.setPixmap(picture.scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        return shown
