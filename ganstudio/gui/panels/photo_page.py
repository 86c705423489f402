"""The photo itself, with the frame of what is edited; without one, what to begin with."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ganstudio.core.square import Square
from ganstudio.core.store import ArrayRef
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.photo_frame import PhotoFrame
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.photo_topics import PHOTO
from ganstudio.gui.theme.appearance import ink
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import RADIUS
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, clear, label
from ganstudio.studio.photo import samples
from ganstudio.studio.photo_reading import SUFFIXES
from ganstudio.studio.session import Session

SAMPLE_PX = 112
FILES = f"Pictures ({' '.join('*' + suffix for suffix in SUFFIXES)});;All files (*)"
WORDS = (
    "Its face is found and framed, the model's own numbers for it are searched, and then it can be edited like any "
    "other picture and pasted back. It stays on this machine."
)


class SampleButton(QAbstractButton):
    """A small photo to begin with."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setFixedSize(SAMPLE_PX, SAMPLE_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        describe(self, f"Sample photo: {name}", f"Edit the sample photo “{name}”")

    def show_pixels(self, pixels: np.ndarray) -> None:
        """Show what it looks like."""
        self._image = image_of(pixels)
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(SAMPLE_PX, SAMPLE_PX)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the photo with round corners, and a rim where it is pointed at."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        path = QPainterPath()
        path.addRoundedRect(place, RADIUS, RADIUS)
        painter.fillPath(path, ink(QPalette.ColorRole.Mid))
        painter.setClipPath(path)
        if not self._image.isNull():
            painter.drawImage(place, self._image)
        painter.setClipping(False)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(ink(QPalette.ColorRole.Highlight), 2.5))
            painter.drawPath(path)

    def enterEvent(self, event: object) -> None:
        """Show the rim."""
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Hide the rim."""
        self.update()


class Invitation(Surface):
    """What stands here without a photo."""

    chosen = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice", parent)
        self.title = label("Drop a photo here", "backdrop-title")
        self.words = label(WORDS, "backdrop", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.browse = TextButton("Choose a photo…", "Choose a photo on this machine", "primary", IconName.PICTURES)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(220)
        self.bar.setAccessibleName("Reading the photo")
        self.or_words = label("or begin with one of these", "backdrop")
        self.samples: dict[Path, SampleButton] = {}
        self._row = Flow(spacing=12, centred=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(16)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(self.title, 0, middle)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.words, 3)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.browse, 0, middle)
        column.addWidget(self.bar, 0, middle)
        column.addSpacing(8)
        column.addWidget(self.or_words, 0, middle)
        column.addLayout(self._row)
        column.addStretch(1)
        self.tell("")

    def offer(self, files: tuple[Path, ...]) -> None:
        """Offer these photos."""
        clear(self._row)
        for path in files:
            button = self.samples[path] = SampleButton(path.stem)
            button.clicked.connect(lambda _checked, path=path: self.chosen.emit(path))
            self._row.addWidget(button)

    def tell(self, reading: str) -> None:
        """Say which photo is being read, or invite one where none is."""
        self.title.setText(f"Reading {reading}…" if reading else "Drop a photo here")
        self.words.setText("Looking for faces." if reading else WORDS)
        self.bar.setVisible(bool(reading))
        for part in (self.browse, self.or_words, *self.samples.values()):
            part.setVisible(not reading)


class PhotoPage(Panel):
    """Stands in the picture's place."""

    title: ClassVar[str] = "Photo"
    icon: ClassVar[IconName] = IconName.PICTURES
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setSpacing(0)
        self._photo = session.photo
        self._pixels: ArrayRef | None = None
        self.invitation = Invitation()
        self.invitation.offer(samples())
        self.invitation.browse.clicked.connect(self.browse)
        self.invitation.chosen.connect(self._photo.open)
        self.canvas = PhotoFrame()
        self.canvas.framed.connect(self._framed)
        self.canvas.settled.connect(session.end_gesture)
        self.canvas.face_chosen.connect(self._photo.choose_face)
        self.words = ElidedLabel("", "muted")
        bar = Surface("viewbar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.words, 1)
        with_photo = QWidget()
        column = QVBoxLayout(with_photo)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.canvas, 1)
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self.invitation)
        self._stack.addWidget(with_photo)
        self.column.addWidget(middle)
        self.bindings.on(self._photo.sample_arrived, self._show_sample)
        self.on_sight(self._photo.changed, self._show)
        self._photo.show_samples()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PHOTO

    def commands(self) -> tuple[Command, ...]:
        """Opening, framing and putting away."""
        photo, group = self._photo, "Your photo"
        return (
            Command("photo.open", "Open a photo…", self.browse, words="picture face edit", group=group),
            Command("photo.find", "Find the face again", photo.find_again, words="align frame", group=group),
            Command("photo.middle", "Frame the middle of the photo", photo.frame_middle, group=group),
            Command("photo.away", "Put the photo away", photo.put_away, words="close remove", group=group),
        )

    def browse(self) -> None:
        """Let a person choose a photo."""
        hand = self._photo.hand
        start = str(Path(hand.path).parent) if hand is not None else str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Choose a photo", start, FILES)
        if chosen:
            self._photo.open(Path(chosen))

    def _framed(self, square: Square, gesture: str) -> None:
        hand = self._photo.hand
        if hand is not None:
            scale = hand.scale
            real = Square(square.x / scale, square.y / scale, square.side / scale, square.angle)
            self._photo.frame(real, gesture)

    def _show_sample(self, path: Path, pixels: np.ndarray) -> None:
        button = self.invitation.samples.get(path)
        if button is not None:
            button.show_pixels(pixels)

    def _show(self) -> None:
        hand, reading = self._photo.hand, self._photo.reading
        self._stack.setCurrentIndex(int(hand is not None and not reading))
        self.invitation.tell(reading)
        if hand is None:
            return
        if hand.pixels != self._pixels:
            self._pixels = hand.pixels
            self.canvas.show_photo(self.session.store.get(hand.pixels))
        scale = hand.scale
        faces = [Square(s.x * scale, s.y * scale, s.side * scale, s.angle) for s in hand.faces]
        self.canvas.show_frame(hand.shown_square, faces, hand.face)
        hint = "Click a number to take that face. " if len(hand.faces) > 1 else ""
        if self._photo.framed_otherwise:
            hint = "It was framed for another model: “Find the face” frames it anew. "
        self.words.setText(hint + "Drag the frame, its corners or the handle above it, until the face fills it.")
