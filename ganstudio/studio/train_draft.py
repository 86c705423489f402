"""The run that a person prepares: data, recipe and options, before anything is started."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from ganstudio.core.errors import StudioError
from ganstudio.core.progress import JobStatus, Progress
from ganstudio.studio.field_notes import field_notes

if TYPE_CHECKING:
    from ganstudio.studio.session import Session
    from ganstudio.training.options import TrainingOptions

HIDDEN_PRESETS = "tiny"
IN_FORM = (
    "images", "resolution", "mirror", "most", "arithmetic", "seed", "accumulate", "device", "channels_last",
    "sample_every", "snapshot_every", "checkpoint_every", "judge_every", "evaluate_every", "metrics", "metric_samples",
    "labels", "label_file", "start_from", "freeze_layers", "tensorboard",
)  # fmt: skip
OFTEN = ("images", "resolution", "mirror")


@dataclass(frozen=True)
class RecipeForm:
    """What an architecture's training can be told: its options dataclass, presets, and what the fields mean."""

    id: str
    title: str
    options: type
    presets: Mapping[str, Any]
    notes: Mapping[str, str]
    usual: str = ""
    """The preset to begin with; the first one where it is empty."""


@dataclass(frozen=True)
class Catalogue:
    """Every recipe, the one to begin with first, and the options that all runs have."""

    recipes: Mapping[str, RecipeForm]
    run: type
    run_defaults: Mapping[str, Any]
    run_notes: Mapping[str, str]


class TrainDraft:
    """Lives on the main thread; the catalogue is loaded beside it when it is first asked for."""

    changed = Signal()

    def __init__(self, session: "Session") -> None:
        """Begin with nothing chosen."""
        self._session = session
        self.catalogue: Catalogue | None = None
        self._loading = False
        self.architecture, self.preset, self.data = "", "", ""  # the first recipe, once they are known
        self.name = ""
        self.recipe: dict[str, Any] = {}  # fields that differ from the preset
        self.run: dict[str, Any] = {}  # fields that differ from the defaults

    def load(self) -> None:
        """Load the catalogue, once."""
        if self.catalogue is None and not self._loading:
            self._loading = True
            self._session.add_beside("Loading recipes", load_catalogue, self._take)

    @property
    def form(self) -> RecipeForm | None:
        """The chosen recipe, None while the catalogue is not there."""
        return self.catalogue.recipes.get(self.architecture) if self.catalogue is not None else None

    @property
    def recipe_options(self) -> Any:
        """The preset with what was changed, as the recipe's dataclass; None while the catalogue is not there."""
        form = self.form
        return None if form is None else dataclasses.replace(form.presets[self.preset], **self.recipe)

    def run_value(self, name: str) -> Any:
        """A field of the options that all runs have."""
        defaults = self.catalogue.run_defaults if self.catalogue is not None else {}
        return self.run.get(name, defaults.get(name))

    def choose_recipe(self, architecture: str) -> None:
        """Train another architecture, with its first preset."""
        if architecture != self.architecture:
            self.architecture, self.preset, self.recipe = architecture, "", {}
            self._settle()

    def choose_preset(self, preset: str) -> None:
        """Take another preset; what was changed before is dropped."""
        self.preset, self.recipe = preset, {}
        self._settle()

    def set_recipe(self, name: str, value: Any) -> None:
        """Change one field of the recipe's options."""
        form = self.form
        if form is not None and value == getattr(form.presets[self.preset], name):
            self.recipe.pop(name, None)
        else:
            self.recipe[name] = value
        self.changed.emit()

    def set_run(self, name: str, value: Any) -> None:
        """Change one field of the options that all runs have."""
        if self.catalogue is not None and value == self.catalogue.run_defaults.get(name):
            self.run.pop(name, None)
        else:
            self.run[name] = value
        self.changed.emit()

    def choose_data(self, data: str) -> None:
        """Learn from other pictures: a folder, a zip archive, or `model:NAME`."""
        if data != self.data:
            self.data = data
            self.changed.emit()

    def rename(self, name: str) -> None:
        """Give the run's folder another name."""
        self.name = name
        self.changed.emit()

    @property
    def folder_name(self) -> str:
        """The name of the run's folder: the given one, else one that says what is trained on what."""
        name = self.name.strip().replace("/", "-").replace("\\", "-").strip(".")
        if name:
            return name
        source = Path(self.data.removeprefix("model:")).stem or "run"
        return "-".join(part for part in (self.architecture, source) if part)

    def take(self, options: Mapping[str, Any]) -> None:
        """Take the stored options of a run, such as one that is duplicated."""
        self.architecture, self.preset = str(options.get("architecture", "")), str(options.get("preset", ""))
        self.data = str(options.get("data", ""))
        self.run = {name: value for name, value in options.items() if name in IN_FORM}
        self.recipe = dict(options.get("recipe", {}))
        self._settle()

    def build(self) -> "TrainingOptions":
        """Return the options of the run; raises TrainingOptionsError where they are incomplete or contradict."""
        from pydantic import TypeAdapter, ValidationError

        from ganstudio.training.options import TrainingOptions, TrainingOptionsError

        if not self.data:
            raise TrainingOptionsError("Choose pictures to learn from first.")
        form = self.form
        recipe = dict(self.recipe)
        if form is not None:
            known = {f.name for f in dataclasses.fields(form.options)}
            images = int(self.run_value("images"))
            if "images" in known and "images" not in recipe:
                recipe["images"] = images  # growth is laid out for the whole run
            whole = TypeAdapter(form.options).dump_python(dataclasses.replace(form.presets[self.preset], **recipe),
                                                          mode="json")  # fmt: skip
            recipe = {name: whole[name] for name in recipe}
        values = {"architecture": self.architecture, "data": self.data, "preset": self.preset, **self.run}
        try:
            options = TypeAdapter(TrainingOptions).validate_python({**values, "recipe": recipe})
        except ValidationError as error:
            first = error.errors()[0]
            raise TrainingOptionsError(f"The option {first['loc'][0]} is wrong: {first['msg']}.") from error
        options.validate()
        return options

    def _settle(self) -> None:
        if not self.architecture and self.catalogue is not None:
            self.architecture = next(iter(self.catalogue.recipes))
        form = self.form
        if form is not None:
            names = [name for name in form.presets if not name.startswith(HIDDEN_PRESETS)] or list(form.presets)
            self.preset = self.preset if self.preset in form.presets else form.usual or names[0]
            self.recipe = _typed(form, self.recipe)
        self.changed.emit()

    def _take(self, status: JobStatus) -> None:
        if isinstance(status.progress.result, Catalogue):
            self.catalogue = status.progress.result
            self._settle()
        if status.is_over:
            self._loading = False


def _typed(form: RecipeForm, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored fields as the dataclass has them; unknown or impossible ones are left out."""
    from pydantic import TypeAdapter, ValidationError

    known = {f.name for f in dataclasses.fields(form.options)}
    preset = next(iter(form.presets.values()))
    plain = TypeAdapter(form.options).dump_python(preset, mode="json")
    found: dict[str, Any] = {}
    for name in values.keys() & known:
        try:
            read: Any = TypeAdapter(form.options).validate_python({**plain, name: _plain(values[name])})
        except ValidationError:
            continue
        found[name] = getattr(read, name)
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def load_catalogue() -> Iterator[Progress]:
    """Find every recipe."""
    from ganstudio.architectures import cards
    from ganstudio.training.options import TrainingOptions

    found = [(card, card.recipe) for card in cards().values() if card.recipe is not None]
    recipes = {
        card.id: RecipeForm(
            card.id, card.title, recipe.options, recipe.presets, field_notes(recipe.options), recipe.usual
        )
        for card, recipe in sorted(found, key=lambda pair: -pair[1].standing)
    }
    defaults = {
        f.name: None if f.default is dataclasses.MISSING else f.default
        for f in dataclasses.fields(TrainingOptions)
        if f.name in IN_FORM
    }
    notes = field_notes(TrainingOptions)
    yield Progress(1, 1, result=Catalogue(recipes, TrainingOptions, defaults, notes))


def reason_of(draft: TrainDraft) -> str:
    """Return why a draft cannot be started, an empty text where it can."""
    try:
        draft.build()
    except StudioError as error:
        return str(error)
    return ""
