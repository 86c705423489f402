"""The pictures of a run that is prepared: chosen, looked at, made ready."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.core.progress import JobState, JobStatus, Progress, Urgency
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.still import Still
from ganstudio.gui.form import Form
from ganstudio.gui.panels.preparing import PreparingPanel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import PICTURES
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.field_notes import field_notes
from ganstudio.studio.session import Session
from ganstudio.studio.train_data import MODEL, DataPreview, prepared_name, preview, shipped_sources

SOURCES = "Archives and videos (*.zip *.mp4 *.mov *.avi *.mkv *.webm);;All files (*)"
OFTEN = ("resolution", "fit", "drop_duplicates")
IN_FORM = (*OFTEN, "grey", "mirrored", "box", "box_file", "every", "labels", "label_file", "background",
           "duplicate_distance")  # fmt: skip
USUAL_RESOLUTION = 64
OWN = "own"


class TrainDataPanel(PreparingPanel):
    """There while a run is prepared."""

    title: ClassVar[str] = "Pictures"
    icon: ClassVar[IconName] = IconName.PICTURES

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.found: DataPreview | None = None
        self._asked: tuple[str, int, str] | None = None
        self._values: dict[str, Any] = {"resolution": USUAL_RESOLUTION}
        self._options: type | None = None
        self.folder = TextButton("Folder…", "Learn from the pictures in a folder", "", IconName.FOLDER)
        self.archive = TextButton("Zip…", "Learn from the pictures in a zip archive", "", IconName.PROJECT)
        self.shipped = MenuChoice("Shipped", "Endless pictures, drawn by a model that comes with the program")
        self.where = ElidedLabel("", "strong", Qt.TextElideMode.ElideMiddle)
        self.sheet = Still("Some of the pictures", "Some of the pictures, evenly spread over all of them")
        self.words = label("", "muted", wrap=True)
        self.prepare = TextButton(
            "Prepare pictures…", "Cut and resize pictures or a video once, for quicker training", "fold", IconName.RIGHT
        )
        self.form = Form("How pictures are prepared")
        self.begin = TextButton("Prepare", "Write the prepared pictures beside their source", "", IconName.PLAY)
        self._lay_out()
        self.folder.clicked.connect(self._browse_folder)
        self.archive.clicked.connect(self._browse_archive)
        self.shipped.chosen.connect(self._chosen)
        self.prepare.clicked.connect(lambda: self._unfold(self._import.isHidden()))
        self.form.changed.connect(self._set)
        self.begin.clicked.connect(self.import_pictures)
        self.bindings.on(self.draft.changed, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return PICTURES

    def commands(self) -> tuple[Command, ...]:
        """Choosing pictures."""
        return (
            Command("train.folder", "Learn from a folder of pictures…", self._browse_folder, group="Runs"),
            Command("train.archive", "Learn from a zip archive of pictures…", self._browse_archive, group="Runs"),
        )

    def import_pictures(self, *_told: object) -> None:
        """Prepare the chosen pictures, and learn from what comes out."""
        if self._options is None or not self.draft.data or self.draft.data.startswith(MODEL):
            return
        source = Path(self.draft.data)
        target = prepared_name(source, int(self._values["resolution"]))
        options = self._options(source=source, out=target, **self._values)

        def steps() -> Iterator[Progress]:
            from ganstudio.studio.dataset_import import prepare

            yield from prepare(options)

        def told(status: JobStatus) -> None:
            if status.state is JobState.DONE:
                self.draft.choose_data(str(target))

        self.session.add_beside(f"Preparing {source.name}", steps, told, Urgency.WORK)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.folder, self.archive):
            row.addWidget(button)
        self.shipped.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._import = QWidget()
        inside = QVBoxLayout(self._import)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.form)
        inside.addWidget(self.begin)
        self._import.hide()
        self.sheet.hide()
        self.column.addLayout(row)
        self.column.addWidget(self.shipped)
        for part in (self.where, self.sheet, self.words, self.prepare, self._import):
            self.column.addWidget(part)
        offers = [Option(data, title, f"Fresh pictures by {title}") for data, title in shipped_sources(self.session)]
        self.shipped.show_options([Option(OWN, "Shipped pictures", "Pictures of your own"), *offers])

    def _unfold(self, is_open: bool) -> None:
        if self._options is None:
            from ganstudio.studio.dataset_import import PrepareData

            self._options = PrepareData
            self.form.show_fields(PrepareData, IN_FORM, field_notes(PrepareData), OFTEN, "none")
            self._show_form()
        self._import.setVisible(is_open)
        self.prepare.draw(IconName.DOWN if is_open else IconName.RIGHT)

    def _set(self, name: str, value: object) -> None:
        self._values[name] = value

    def _show_form(self) -> None:
        assert self._options is not None
        defaults = {f.name: f.default for f in dataclasses.fields(self._options)}
        self.form.show_values(lambda name: self._values.get(name, defaults[name]))

    def _browse_folder(self, *_told: object) -> None:
        chosen = QFileDialog.getExistingDirectory(self.window(), "Pictures to learn from", str(Path.home()))
        if chosen:
            self.draft.choose_data(chosen)

    def _browse_archive(self, *_told: object) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self.window(), "Pictures to learn from", str(Path.home()), SOURCES)
        if chosen:
            self.draft.choose_data(chosen)

    def _chosen(self, key: str) -> None:
        self.draft.choose_data("" if key == OWN else key)

    def _show(self, *_told: object) -> None:
        data = self.draft.data
        own = bool(data) and not data.startswith(MODEL)
        self.where.setText(Path(data).name if own else "")
        self.where.setVisible(own)
        self.where.setToolTip(data)
        self.shipped.show_choice(data if data.startswith(MODEL) else OWN)
        self.prepare.setVisible(own)
        if not own:
            self._unfold_not()
        asked = (data, int(self.draft.run_value("resolution") or 0), str(self.draft.run_value("labels") or "none"))
        if asked != self._asked:
            self._asked = asked
            if data:
                self.words.setText("Looking at the pictures…")
                told = self.bindings.meanwhile(self._looked)
                self.session.add_beside("Looking at pictures", lambda: preview(*asked), told)
            else:
                self.sheet.hide()
                self.words.setText("Choose a folder or archive of pictures, or a model that draws them.")

    def _unfold_not(self) -> None:
        self._import.hide()
        self.prepare.draw(IconName.RIGHT)

    def _looked(self, status: JobStatus) -> None:
        found = status.progress.result
        if not isinstance(found, DataPreview) or self._asked is None or found.data != self._asked[0]:
            return
        self.found = found
        self.words.setText(" ".join(found.sentences()))
        self.sheet.setVisible(found.sheet is not None)
        if found.sheet is not None:
            height, width, _ = found.sheet.shape
            image = QImage(found.sheet.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
            self.sheet.show_image(image.copy())
