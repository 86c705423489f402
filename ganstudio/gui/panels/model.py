"""What the open model is, and how its file was read."""

from typing import ClassVar

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo, Paper
from ganstudio.core.inputs import ClassLabel, Latent
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.facts import Facts
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.studio.library import ModelEntry
from ganstudio.studio.session import Session


class ModelPanel(Panel):
    """Card and import report."""

    title: ClassVar[str] = "This model"
    icon: ClassVar[IconName] = IconName.REPORT

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.summary = label("", "muted", wrap=True)
        self.facts = Facts()
        self.report = QWidget()
        self._lines = QVBoxLayout(self.report)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        for widget in (self.summary, self.facts, self.report):
            self.column.addWidget(widget)
        self.bindings.on(session.model_changed, self._model_changed)
        self._model_changed()

    def _model_changed(self, *_told: object) -> None:
        info = self.session.model
        entry = self.session.library.entry_of(info) if info is not None else None
        self.summary.setText(info.summary if info is not None and entry is None else "")
        self.summary.setVisible(bool(self.summary.text()))
        self.facts.show_facts(facts_of(info, entry) if info is not None else ())
        self._show_report(info)

    def _show_report(self, info: ModelInfo | None) -> None:
        clear(self._lines)
        for section in info.report if info is not None else ():
            self._lines.addSpacing(6)
            self._lines.addWidget(label(section.heading[:1].upper() + section.heading[1:], "strong", wrap=True))
            for line in section.lines:
                self._lines.addWidget(label(line, "muted", wrap=True))


def facts_of(info: ModelInfo, entry: ModelEntry | None) -> list[tuple[str, str]]:
    """The numbers of a model, in words."""
    facts = [("Kind", info.architecture_title), ("Picture", f"{info.resolution} × {info.resolution} px")]
    for wanted in info.inputs:
        if isinstance(wanted, Latent):
            facts.append(("Latent", f"{wanted.dim} numbers"))
        elif isinstance(wanted, ClassLabel):
            facts.append(("Classes", str(wanted.count)))
    if info.n_latent > 1:
        facts.append(("Layers", str(info.n_latent)))
    facts.append(("Size", f"{count_in_words(info.parameters)} parameters"))
    if entry is not None and entry.numbers:
        facts.append(("Measured", "\n".join(entry.numbers)))
    licence = entry.licence if entry is not None and entry.licence else info.licence
    if licence:
        facts.append(("Licence", licence))
    facts.append(("Paper", paper_in_words(info.paper)))
    return facts


def count_in_words(count: int) -> str:
    """A large number, short: 3.6 million."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return str(count)


def paper_in_words(paper: Paper) -> str:
    """A paper as one writes it under a picture."""
    place = f", arXiv {paper.arxiv}" if paper.arxiv else ""
    return f"{paper.authors} {paper.year}, “{paper.title}”{place}"
