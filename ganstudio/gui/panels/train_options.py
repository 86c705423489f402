"""The recipe of a run that is prepared: architecture, preset, and every option with its explanation."""

import dataclasses
from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.gui.form import Form
from ganstudio.gui.panels.preparing import PreparingPanel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.train_topics import RECIPE
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.session import Session
from ganstudio.studio.train_draft import HIDDEN_PRESETS, IN_FORM, OFTEN, RecipeForm

OFTEN_IN_RECIPES = (
    "generator", "design", "scale", "batch", "learning_rate", "lr", "generator_lr", "discriminator_lr", "augment",
    "grow_from", "grow_images", "first_resolution", "r1_gamma", "generator_width",
)  # fmt: skip


class TrainOptionsPanel(PreparingPanel):
    """There while a run is prepared."""

    title: ClassVar[str] = "Recipe"
    icon: ClassVar[IconName] = IconName.STYLES

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.waiting = label("Loading recipes…", "muted")
        self.architectures = MenuChoice("Architecture", "What is trained")
        self.presets = MenuChoice("Preset", "Settings of the papers, and small ones for machines without a GPU")
        self.run_form, self.recipe_form = Form("Options of the run"), Form("Options of the recipe")
        for part in (self.waiting, self.architectures, self.presets):
            self.column.addWidget(part)
        self.column.addWidget(self.recipe_form)
        self.column.addWidget(label("The run", "small"))
        self.column.addWidget(self.run_form)
        self.recipe_form.more.setText(" All options of the recipe")
        self.run_form.more.setText(" All options of the run")
        self._listed: RecipeForm | None = None
        self.architectures.chosen.connect(self.draft.choose_recipe)
        self.presets.chosen.connect(self.draft.choose_preset)
        self.recipe_form.changed.connect(self.draft.set_recipe)
        self.run_form.changed.connect(self.draft.set_run)
        self.bindings.on(self.draft.changed, self._show)
        self.draft.load()
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return RECIPE

    def _show(self, *_told: object) -> None:
        catalogue, form, options = self.draft.catalogue, self.draft.form, self.draft.recipe_options
        known = catalogue is not None and form is not None
        self.waiting.setVisible(not known)
        for part in (self.architectures, self.presets, self.recipe_form, self.run_form):
            part.setVisible(known)
        if catalogue is None or form is None:
            return
        if form is not self._listed:
            self._listed = form
            found = catalogue.recipes.values()
            self.architectures.show_options([Option(each.id, each.title, each.title) for each in found])
            names = [name for name in form.presets if not name.startswith(HIDDEN_PRESETS)]
            self.presets.show_options([Option(name, name, name) for name in names])
            fields = [f.name for f in dataclasses.fields(form.options)]
            self.recipe_form.show_fields(form.options, fields, form.notes, OFTEN_IN_RECIPES)
            self.run_form.show_fields(catalogue.run, IN_FORM, catalogue.run_notes, OFTEN, "none")
        self.architectures.show_choice(form.id)
        self.presets.show_choice(self.draft.preset)
        self.recipe_form.show_values(lambda name: getattr(options, name), tuple(self.draft.recipe))
        self.run_form.show_values(self.draft.run_value, tuple(self.draft.run))
