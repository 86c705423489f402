"""How far pictures may be from the ordinary."""

from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.core.document import PSI_HIGH, PSI_LOW
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability
from ganstudio.core.project import Project
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import RESAMPLING, TRUNCATION, Topic
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.slider import SliderRange, ValueSlider
from ganstudio.studio.session import Session

PULL = SliderRange(low=PSI_LOW, high=PSI_HIGH, default=1.0, step=0.01, decimals=2)
RESAMPLE = SliderRange(low=0.02, high=1.0, default=1.0, step=0.01, decimals=2)
PULL_TIP = "Pulls pictures towards the model's average: 1 leaves them as they are, 0 is the average itself"
RESAMPLE_TIP = "Values |z| above 2ψ are drawn again: smaller ψ keeps pictures nearer to the ordinary"


class TruncationPanel(Panel):
    """ψ, and for models with a W space the layer up to which it acts."""

    title: ClassVar[str] = "Truncation"
    icon: ClassVar[IconName] = IconName.TRUNCATION
    owns: ClassVar[tuple[str, ...]] = ("psi", "cutoff")

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._layers = 0
        self.psi = ValueSlider("ψ (psi)", PULL_TIP, PULL)
        self.psi.changed.connect(self._psi_chosen)
        self.psi.settled.connect(session.end_gesture)
        self.cutoff = ValueSlider("Up to layer", "", SliderRange(0, 1, 1, 1, 0))
        self.cutoff.changed.connect(self._cutoff_chosen)
        self.cutoff.settled.connect(session.end_gesture)
        self.note = label("", "small", wrap=True)
        for widget in (self.psi, self.cutoff, self.note):
            self.column.addWidget(widget)
        self.bindings.on(session.project_changed, self._project_changed)
        self.bindings.on(session.model_changed, self._model_changed)
        self._model_changed()

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the model can be truncated in either way."""
        return info is not None and bool(info.abilities & {Ability.TRUNCATION, Ability.RESAMPLING})

    def commands(self) -> tuple[Command, ...]:
        """The way back to no truncation."""
        back = lambda: self.session.change("Truncation ψ", "psi", 1.0)  # noqa: E731
        return (Command("psi", "Truncation back to 1", back, words="reset psi", group="Truncation"),)

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return TRUNCATION if self._pulls() else RESAMPLING

    def _pulls(self) -> bool:
        info = self.session.model
        return info is not None and Ability.TRUNCATION in info.abilities

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model
        pulls = self._pulls()
        self._layers = info.n_latent if info is not None and pulls else 0
        self.psi.show_range(PULL if pulls else RESAMPLE)
        self.psi.explain(PULL_TIP if pulls else RESAMPLE_TIP)
        self.cutoff.setVisible(self._layers > 1)
        if self._layers > 1:
            self.cutoff.show_range(SliderRange(0, self._layers, self._layers, 1, 0))
            self.cutoff.explain(f"ψ acts on the first layers only; {self._layers} means all of them")
        self._show(self.session.project)

    def _psi_chosen(self, value: float, gesture: str) -> None:
        self.session.change("Truncation ψ", "psi", value, gesture)

    def _cutoff_chosen(self, value: float, gesture: str) -> None:
        cutoff = int(value)
        self.session.change("Truncation layers", "cutoff", cutoff if cutoff < self._layers else None, gesture)

    def _project_changed(self, after: Project, _before: Project) -> None:
        self._show(after)

    def _show(self, project: Project) -> None:
        document = project.document
        self.psi.show_value(document.psi)
        cutoff = self._layers if document.cutoff is None else min(document.cutoff, self._layers)
        self.cutoff.show_value(float(cutoff))
        self.note.setText(self._reach(cutoff) if self._pulls() else "Values |z| above 2ψ are drawn again.")

    def _reach(self, cutoff: int) -> str:
        info = self.session.model
        if cutoff >= self._layers:
            return "Acts on all layers."
        if cutoff == 0:
            return "Acts on no layer."
        pixels = info.layer_resolutions if info is not None else ()
        upto = f", up to {pixels[cutoff - 1]} px" if cutoff <= len(pixels) else ""
        return f"Acts on the first {cutoff} of {self._layers} layers{upto}."
