"""The photo in hand: its name, its faces, what should be known of it, and what of it the model is to draw."""

from typing import ClassVar

from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.gui.canvas.still import Still
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.photo_topics import PHOTO
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.studio.session import Session

MOST_FACES = 8


class PhotoCardPanel(Panel):
    """What is in hand."""

    title: ClassVar[str] = "Your photo"
    icon: ClassVar[IconName] = IconName.PHOTO
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        photo = self._photo = session.photo
        self.name = ElidedLabel("", "strong")
        self.size_words = label("", "small")
        self.aligned = Still("Aligned picture", "The framed part of the photo, at the model's own size")
        self.aligned.setFixedHeight(176)
        self.faces = ChoiceRow("Face", ())
        self.faces.chosen.connect(lambda key: photo.choose_face(int(key)))
        self.notes = label("", "muted", wrap=True)
        self.empty = label("No photo yet. Drop one on the window, or choose one in the middle.", "muted", wrap=True)
        self.find_face = TextButton("Find the face", "Read the photo once more, and frame its face for the model")
        self.find_face.clicked.connect(photo.find_again)
        self.middle = TextButton("Middle", "Frame the middle of the photo")
        self.middle.clicked.connect(photo.frame_middle)
        self.away = IconButton(IconName.CLOSE, "Put the photo away", "Put the photo away; its file stays where it is")
        self.away.clicked.connect(photo.put_away)
        top, row = QHBoxLayout(), QHBoxLayout()
        for line in (top, row):
            line.setSpacing(8)
        top.addWidget(self.name, 1)
        top.addWidget(self.away)
        row.addWidget(self.find_face, 1)
        row.addWidget(self.middle, 1)
        self._parts = (self.name, self.size_words, self.aligned, self.notes, self.away, self.find_face, self.middle)
        self.column.addWidget(self.empty)
        self.column.addLayout(top)
        for part in (self.size_words, self.aligned, self.faces, self.notes):
            self.column.addWidget(part)
        self.column.addLayout(row)
        self.on_sight(photo.changed, self._show)
        self.on_sight(photo.aligned_changed, self._show_aligned)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PHOTO

    def _show(self) -> None:
        hand = self._photo.hand
        for part in self._parts:
            part.setVisible(hand is not None)
        self.empty.setVisible(hand is None)
        count = len(hand.faces) if hand is not None else 0
        self.faces.setVisible(count > 1)
        if hand is None:
            return
        self.name.setText(hand.name)
        faces = {0: "no face found", 1: "one face"}.get(count, f"{count} faces")
        self.size_words.setText(f"{hand.width} × {hand.height} px, {faces}")
        shown = range(1, min(count, MOST_FACES) + 1)
        self.faces.show_options([Option(str(n), str(n), f"Frame face {n}, counted from the largest") for n in shown])
        self.faces.show_none()
        self.faces.show_choice(str(hand.face))
        self.notes.setText(" ".join(hand.notes))
        self.notes.setVisible(bool(hand.notes))

    def _show_aligned(self) -> None:
        aligned = self._photo.aligned
        self.aligned.show_image(QImage() if aligned is None else image_of(aligned))
