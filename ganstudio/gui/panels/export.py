"""Pictures, frames, grids and films to files, and the picture as a text that draws it again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from ganstudio.core.errors import StudioError
from ganstudio.core.files import with_ending
from ganstudio.core.frame import ModelInfo, Problem
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.latent_topics import EXPORT
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio import exporting, recipes
from ganstudio.studio.carried import FILMS, PICTURES
from ganstudio.studio.exporting import ExportOptions
from ganstudio.studio.generation import parse_seeds
from ganstudio.studio.path_editing import MOST_FPS
from ganstudio.studio.session import Session

QUALITY = SliderRange(low=1, high=100, default=90, step=1, decimals=0)
FPS = SliderRange(low=1, high=MOST_FPS, default=30, step=1, decimals=0)
RATE = SliderRange(low=0, high=50, default=0, step=0.5, decimals=1)
SIDE = SliderRange(low=0, high=4096, default=0, step=64, decimals=0)
PICTURE, FILM, FRAMES, KEPT, SEEDS, GRID = "picture", "film", "frames", "kept", "seeds", "grid"
PICTURE_FORMATS = (
    Option(".png", "PNG", "Every pixel as it is"),
    Option(".jpg", "JPEG", "Smaller, for photos"),
    Option(".webp", "WebP", "Smaller still; lossless at quality 100"),
)
FILM_FORMATS = (
    Option(".mp4", "MP4", "H.264, plays everywhere"),
    Option(".webm", "WebM", "VP9, for web pages"),
    Option(".gif", "GIF", "256 colours a frame, plays where films do not"),
)


@dataclass(frozen=True)
class Kind:
    """Something that can be exported: its word, what it is, and whether a folder is asked for."""

    word: str
    tip: str
    formats: tuple[Option, ...] = PICTURE_FORMATS
    folder: bool = False
    moves: bool = False
    seeds: bool = False


KINDS = {
    PICTURE: Kind("This picture", "The picture in sight"),
    FILM: Kind("The path as a film", "The timeline's path from its beginning to its end", FILM_FORMATS, moves=True),
    FRAMES: Kind("The path as numbered frames", "One picture per frame, in a folder", folder=True, moves=True),
    KEPT: Kind("All kept pictures", "One file each, by their names, in a folder", folder=True),
    SEEDS: Kind("Many seeds", "This picture with other seeds, one file each, in a folder", folder=True, seeds=True),
    GRID: Kind("Many seeds as one grid", "This picture with other seeds, side by side", seeds=True),
}
FIRST_SEEDS = "0-15"
AT_FIRST: Mapping[str, Any] = MappingProxyType(
    {
        "what": PICTURE, "form": ".png", "seeds": FIRST_SEEDS, "side": 0.0, "rate": 0.0, "quality": 90.0,
        "recipe": True, "enlarge": False,
    }
)  # fmt: skip


def tick(word: str, tip: str) -> QCheckBox:
    """Return a box to be ticked."""
    box = QCheckBox(word)
    box.setMinimumHeight(TARGET)
    describe(box, word, tip)
    return box


class ExportPanel(Panel):
    """What, how, and where to."""

    title: ClassVar[str] = "Export"
    icon: ClassVar[IconName] = IconName.SAVE
    at_first: ClassVar[Mapping[str, Any]] = AT_FIRST

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        kinds = [Option(key, kind.word, kind.tip) for key, kind in KINDS.items()]
        self.what = MenuChoice("What", "What to write", kinds)
        self.what.chosen.connect(lambda _key: self._show_kind())
        self.form = ChoiceRow("Format", PICTURE_FORMATS)
        self.form.chosen.connect(self._form_chosen)
        self.seeds = QLineEdit(FIRST_SEEDS)
        self.seeds.setFixedHeight(TARGET)
        describe(self.seeds, "Seeds", "Seeds and ranges of seeds, such as 0-15 or 1,5,7-9")
        self.side = ValueSlider("Longer side, px", "0 keeps the model's own size; others are resampled", SIDE)
        self.fps = ValueSlider("Frames a second", "How smooth the path is", FPS)
        self.quality = ValueSlider("Quality", "Higher keeps more and takes more space", QUALITY)
        self.rate = ValueSlider("Bit rate, Mbit/s", "How much a second of the film takes; 0 lets the quality say", RATE)
        self.fps.changed.connect(self._fps_chosen)
        self.fps.settled.connect(session.end_gesture)
        self._named = {"side": self.side, "rate": self.rate, "quality": self.quality}
        self._numbers: dict[ValueSlider, float] = {slider: AT_FIRST[name] for name, slider in self._named.items()}
        for slider in self._numbers:
            slider.changed.connect(lambda value, _gesture, slider=slider: self._set(slider, value))
        self.recipe = tick(
            "Carry the recipe", "The file remembers how it was made: drop it on the window to come back"
        )
        self.recipe.setChecked(True)
        self.recipe.toggled.connect(lambda _on: self._show_kind())
        self.photo = tick(
            "With my photo",
            "The recipe holds the photo that you edit as well, and whoever has the file can see it: dropping the file "
            "on the window brings photo and frame back",
        )
        self.enlarge = tick(
            "Enlarge 4×",
            "Four times as wide and high before the longer side is looked at: Real-ESRGAN draws the details, which "
            "takes a second and more for each picture",
        )
        self.enlarge.toggled.connect(lambda _on: self._show_kind())
        self.note = label("", "small", wrap=True)
        self.go = TextButton("Export…", "Choose where it goes", "primary", IconName.SAVE)
        self.go.clicked.connect(self.export)
        self.script = TextButton("Copy as Python", "A script that draws this picture, pixel for pixel")
        self.script.clicked.connect(self.copy_script)
        self.line = TextButton("Copy as command", "A command line that draws this picture, pixel for pixel")
        self.line.clicked.connect(self.copy_command)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.script)
        row.addWidget(self.line)
        for widget in (
            self.what, self.form, self.seeds, self.enlarge, self.side, self.fps, self.rate, self.quality, self.recipe,
            self.photo, self.note, self.go,
        ):  # fmt: skip
            self.column.addWidget(widget)
        self.column.addLayout(row)
        self._form = ".png"
        self.bindings.on(session.project_changed, self._project_changed)
        self._show_kind()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether there is a picture."""
        return info is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return EXPORT

    def commands(self) -> tuple[Command, ...]:
        """Every kind of export, and the texts."""
        group = self.title
        kinds = (
            Command(f"export.{key}", f"Export: {kind.word.lower()}…", partial(self.export_kind, key), group=group)
            for key, kind in KINDS.items()
            if key != PICTURE
        )
        return (
            *kinds,
            Command("export.script", "Copy the picture as a Python script", self.copy_script, group=group),
            Command("export.command", "Copy the picture as a command line", self.copy_command, group=group),
        )

    def own_settings(self) -> dict[str, Any]:
        """What the controls say, but for the frames a second, which are the path's."""
        numbers = {name: self._numbers[slider] for name, slider in self._named.items()}
        ticked = {"recipe": self.recipe.isChecked(), "enlarge": self.enlarge.isChecked()}
        return {"what": self.what.key, "form": self._form, "seeds": self.seeds.text(), **numbers, **ticked}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Set the controls; what a preset says in a way that they do not know is as at first."""
        fitting = {name: value for name, value in settings.items() if type(value) is type(AT_FIRST.get(name))}
        known = {**AT_FIRST, **fitting}
        self.what.show_choice(known["what"] if known["what"] in KINDS else PICTURE)
        self.seeds.setText(known["seeds"])
        for name, slider in self._named.items():
            self._set(slider, slider.spread.bounded(known[name]))
        self.recipe.setChecked(known["recipe"])
        self.enlarge.setChecked(known["enlarge"])
        self._form_chosen(known["form"])

    @property
    def kind(self) -> Kind:
        """What is to be exported."""
        return KINDS[self.what.key]

    def options(self) -> ExportOptions:
        """What the controls say."""
        side = int(self._numbers[self.side])
        quality = int(self._numbers[self.quality])
        rate = int(self._numbers[self.rate] * 1e6) if self._has_rate else 0
        return ExportOptions(
            side or None,
            quality,
            float(self.session.project.timeline.fps),
            rate or None,
            recipe=self.recipe.isChecked(),
            photo=self.offers_photo and self.photo.isChecked(),
            enlarge=self.enlarge.isChecked(),
        )

    @property
    def offers_photo(self) -> bool:
        """Whether there is a photo that the picture's recipe could hold."""
        return self.what.key == PICTURE and self.session.project.photo is not None and self.recipe.isChecked()

    @property
    def _has_rate(self) -> bool:
        return self.kind.formats is FILM_FORMATS and self._form != ".gif"

    def export_kind(self, key: str) -> None:
        """Export another kind of thing, as the controls say."""
        self.what.show_choice(key)
        self._show_kind()
        self.export()

    def export(self) -> None:
        """Ask where to, and write there as a job."""
        if not self.go.isEnabled():
            return
        start = self.session.settings.exports_folder / f"{self.what.key}{'' if self.kind.folder else self._form}"
        if self.kind.folder:
            chosen = QFileDialog.getExistingDirectory(self.window(), "Choose a folder", str(start.parent))
        else:
            name = next(option.word for option in self.kind.formats if option.key == self._form)
            chosen, _ = QFileDialog.getSaveFileName(
                self.window(), self.kind.word, str(start), f"{name} (*{self._form})"
            )
        if chosen:
            endings = (self._form, *(FILMS if self.kind.formats is FILM_FORMATS else PICTURES))
            self._begin(Path(chosen) if self.kind.folder else with_ending(Path(chosen), endings))

    def copy_script(self) -> None:
        """Put a script that draws the picture on the clipboard."""
        self._copy(lambda: recipes.as_script(self.session.seen, self.session.store))

    def copy_command(self) -> None:
        """Put a command line that draws the picture on the clipboard."""
        self._copy(lambda: recipes.as_command(self.session.seen, self.session.store))

    def _begin(self, path: Path) -> None:
        try:
            self._start(path, self.options())
        except StudioError as error:
            self.session.failed.emit(Problem(str(error)))

    def _start(self, path: Path, options: ExportOptions) -> None:
        session = self.session
        match self.what.key:
            case key if key == FILM:
                exporting.export_film(session, path, options)
            case key if key == FRAMES:
                exporting.export_frames(session, path, self._form, options)
            case key if key == KEPT:
                named = [(each.name, each.document) for each in session.project.kept]
                exporting.export_pictures(session, path, self._form, named, options)
            case key if key == SEEDS:
                exporting.export_pictures(session, path, self._form, self._seeded(), options)
            case key if key == GRID:
                exporting.export_grid(session, path, [document for _, document in self._seeded()], options)
            case _:
                exporting.export_picture(session, path, options)

    def _seeded(self) -> tuple[exporting.Named, ...]:
        return exporting.seed_documents(self.session, parse_seeds(self.seeds.text()))

    def _copy(self, made: Callable[[], str]) -> None:
        clipboard = QGuiApplication.clipboard()
        try:
            text = made()
        except StudioError as error:
            self.session.failed.emit(Problem(str(error)))
            return
        if clipboard is not None:
            clipboard.setText(text)
            self.session.noted.emit("Copied.")

    def _set(self, slider: ValueSlider, value: float) -> None:
        self._numbers[slider] = value
        slider.show_value(value)
        self._show_quality()
        self._show_note()

    def _fps_chosen(self, value: float, gesture: str) -> None:
        self.session.change_project("Frames per second", {"timeline.fps": round(value)}, gesture)

    def _show_quality(self) -> None:
        self.rate.setVisible(self._has_rate)
        free = not (self._has_rate and self._numbers[self.rate])
        self.quality.setVisible(free and self._form not in (".png", ".gif"))

    def _form_chosen(self, key: str) -> None:
        self._form = key
        self._show_kind()

    def _project_changed(self, after: Project, before: Project) -> None:
        if any(getattr(after, part) != getattr(before, part) for part in ("kept", "timeline", "photo")):
            self._show_kind()

    def _show_kind(self) -> None:
        kind = self.kind
        if self._form not in [option.key for option in kind.formats]:
            self._form = kind.formats[0].key
        self.form.show_options(kind.formats)
        self.form.show_choice(self._form)
        self.seeds.setVisible(kind.seeds)
        self.photo.setVisible(self.offers_photo)
        self.fps.setVisible(kind.moves)
        self.fps.show_value(float(self.session.project.timeline.fps))
        self._show_quality()
        self._show_note()

    def _show_note(self) -> None:
        kind, project = self.kind, self.session.project
        missing = ""
        if kind.moves and len(project.timeline.keyframes) < 2:
            missing = "There is no path yet: put two keyframes on the timeline first."
        if self.what.key == KEPT and not project.kept:
            missing = "Nothing is kept yet: press L to keep a picture."
        side = int(self._numbers[self.side])
        size = f"resampled to {side} px along the longer side" if side else "at the model's own size"
        if self.enlarge.isChecked():
            size = f"enlarged with Real-ESRGAN, as the recipe says{f', and {size}' if side else ''}"
        self.note.setText(missing or f"Always in full precision, {size}.")
        self.go.setEnabled(not missing)
