"""What the open model is, and how its file was read."""

from typing import ClassVar

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo, Paper
from ganstudio.core.inputs import ClassLabel, LabelMap, Latent
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.widgets.facts import Facts
from ganstudio.gui.widgets.fold import Fold
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.session import Session


class ModelPanel(Panel):
    """Card and import report."""

    title: ClassVar[str] = "This model"
    icon: ClassVar[IconName] = IconName.REPORT

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.summary = label("", "muted", wrap=True)
        self.facts = Facts()
        self.licence, self.measured, self.paper, self.report = Fold(), Fold(), Fold(), Fold()
        folds = QVBoxLayout()
        folds.setSpacing(0)
        for fold in (self.licence, self.paper, self.measured, self.report):
            folds.addWidget(fold)
        for widget in (self.summary, self.facts):
            self.column.addWidget(widget)
        self.column.addLayout(folds)
        self.on_sight(session.model_changed, self._show)

    def _show(self) -> None:
        info = self.session.model
        if info is None:
            return
        entry = self.session.library.entry_of(info)
        self.summary.setText(info.summary if entry is None else "")
        self.summary.setVisible(bool(self.summary.text()))
        self.facts.show_facts(facts_of(info))
        licence = (entry.licence if entry is not None else "") or info.licence
        self.licence.show_words(f"Licence: {licence.split(' (')[0]}", [licence] if licence else [])
        self.paper.show_words(f"Paper: {paper_in_short(info.paper)}", [paper_in_words(info.paper)])
        self.measured.show_words("Measured", entry.numbers if entry is not None else ())
        self.report.show_words("How the file was read", report_lines(info))


def facts_of(info: ModelInfo) -> list[tuple[str, str]]:
    """The numbers of a model, in words."""
    facts = [("Kind", info.architecture_title), ("Picture", f"{info.resolution} × {info.resolution} px")]
    for wanted in info.inputs:
        if isinstance(wanted, Latent):
            facts.append(("Latent", f"{wanted.dim} numbers"))
        elif isinstance(wanted, ClassLabel):
            facts.append(("Classes", str(wanted.count)))
        elif isinstance(wanted, LabelMap):
            facts.append(("Map", f"{len(wanted.classes)} classes"))
    if info.n_latent > 1:
        facts.append(("Layers", str(info.n_latent)))
    facts.append(("Weights", count_in_words(info.parameters)))
    return facts


def report_lines(info: ModelInfo) -> list[str]:
    """The report of the file's reading, a paragraph for each part."""
    return ["\n".join((part.heading[:1].upper() + part.heading[1:], *part.lines)) for part in info.report]


def count_in_words(count: int) -> str:
    """A large number, short: 3.6 million."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return str(count)


def paper_in_short(paper: Paper) -> str:
    """A paper as one names it in a sentence: Karras et al. 2020."""
    names = paper.authors.split(", ")
    return f"{names[0] if len(names) == 1 else f'{names[0]} et al.'} {paper.year}"


def paper_in_words(paper: Paper) -> str:
    """A paper as one writes it under a picture."""
    place = f", arXiv {paper.arxiv}" if paper.arxiv else ""
    return f"{paper.authors} {paper.year}, “{paper.title}”{place}"
