"""Several codes for a photo: how many, where they meet, how their channels count; and whether all of them draw."""

from dataclasses import replace

from PyQt6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.widgets.buttons import describe
from ganstudio.gui.widgets.choice import Option
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.photo_run import CODES, MOST_CODES, meetings_of
from ganstudio.studio.photo_search import PhotoSearch

COUNT = SliderRange(low=2, high=MOST_CODES, default=CODES, step=1, decimals=0)
ALL = "Edits and paths move all of them. What the picture lends to others, or to a file of latents, is their mean."
MEAN = "Only their mean draws now, as any single latent does."


class CodesSettings(QWidget):
    """What the search for several codes is asked."""

    def __init__(self, search: PhotoSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self._offered: tuple[str, ...] = ()
        self.count = ValueSlider("Codes", "More codes come nearer to the photo, and take longer", COUNT)
        self.count.changed.connect(lambda value, _gesture: search.choose(replace(search.plan, codes=int(value))))
        self.meet = MenuChoice(
            "Stage where the codes meet",
            "Early, they agree on what is drawn and edits stay natural; late, each draws its own parts, nearer to the "
            "photo",
        )
        self.meet.chosen.connect(lambda name: search.choose(replace(search.plan, stage=name)))
        self.adaptive = tick(
            "Weigh every channel", "Also search for how much of each code every channel takes; else all count alike"
        )
        self.adaptive.clicked.connect(lambda on: search.choose(replace(search.plan, adaptive=on)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.count, self.meet, self.adaptive):
            column.addWidget(part)

    def show_plan(self, info: ModelInfo) -> None:
        """Show how the next search goes."""
        plan, meetings = self._search.plan, meetings_of(info)
        names = tuple(stage.name for stage in meetings)
        if names != self._offered:
            self._offered = names
            self.meet.show_options(
                [
                    Option(stage.name, f"Meet at {stage.side} × {stage.side} px", f"The stage {stage.name}")
                    for stage in meetings
                ]
            )
        self.count.show_value(plan.codes)
        self.meet.show_choice(plan.stage)
        self.adaptive.setChecked(plan.adaptive)
        self.setEnabled(not self._search.busy)


class JoinedSwitch(QWidget):
    """Whether all codes of the picture in sight draw it, and what works with them; hidden where it has none."""

    def __init__(self, search: PhotoSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self.all = tick("Draw with all codes", "Draw the picture by all its codes, or by their mean alone")
        self.all.clicked.connect(lambda on: search.join(on=on))
        self.words = label("", "small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.all)
        column.addWidget(self.words)

    def show_codes(self) -> None:
        """Show what the picture in sight is drawn by."""
        join = self._search.parted
        self.setVisible(join is not None)
        self.setEnabled(not self._search.busy)
        if join is not None:
            self.all.setChecked(join.on)
            said = f"Drawn by {join.count} codes that meet at {join.stage}. {ALL}"
            self.words.setText(said if join.on else MEAN)


def tick(name: str, tip: str) -> QCheckBox:
    """A box to tick, large enough to hit."""
    box = QCheckBox(name)
    box.setMinimumHeight(TARGET)
    describe(box, name, tip)
    return box
