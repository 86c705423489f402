"""The doctor: what looks wrong with the run in sight, how it shows, and what to change."""

from typing import ClassVar

import numpy as np
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ganstudio.core.store import Array
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.small_chart import Series, SmallChart
from ganstudio.gui.canvas.still import Still
from ganstudio.gui.canvas.viewer import image_of
from ganstudio.gui.learn_topics import DOCTOR
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.drawer import Drawer
from ganstudio.gui.widgets.labels import clear, label
from ganstudio.studio.doctor_findings import Finding, PictureReport, Severity
from ganstudio.studio.doctor_rounds import DoctorRounds, change_in_words
from ganstudio.studio.session import Session

MARKS = {Severity.GRAVE: "Grave", Severity.WARNING: "Warning", Severity.NOTE: "Note"}
PAIRS, PAIRS_ACROSS, CELL = 12, 3, 48


class DoctorPanel(Panel):
    """There while a run is chosen."""

    title: ClassVar[str] = "Doctor"
    icon: ClassVar[IconName] = IconName.DOCTOR
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rounds = DoctorRounds(session)
        self.calm = label("", "", wrap=True)
        self.list = QVBoxLayout()
        self.list.setSpacing(8)
        self.views: list[FindingView] = []
        tip = "Measures how varied samples are, and seeks the training pictures nearest to them"
        self.look = TextButton("Look at the pictures", tip, "", IconName.EYE)
        self.look.clicked.connect(self.rounds.look_at_pictures)
        self.said = label("", "small", wrap=True)
        tip = "Left of each pair a sample, right the training picture nearest to it"
        self.pairs = Still("Samples beside their nearest training pictures", tip)
        self.pairs.hide()
        self.column.addWidget(self.calm)
        self.column.addLayout(self.list)
        for part in (self.look, self.said, self.pairs):
            self.column.addWidget(part)
        self.bindings.on(self.rounds.changed, self._show)
        self.bindings.on(session.runs.changed, self._show_buttons)
        self._show()

    def wanted(self) -> bool:
        """While a run is chosen."""
        return self.session.runs.chosen is not None

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return DOCTOR

    def commands(self) -> tuple[Command, ...]:
        """Looking at the pictures from the palette."""
        look = self.rounds.look_at_pictures
        words = "nearest neighbours collapse overfitting variety"
        return (Command("doctor.look", "Doctor: look at the pictures", look, words=words, group=self.title),)

    def release(self) -> None:
        """Listen no longer."""
        super().release()
        self.rounds.release()

    def _show(self) -> None:
        self.wanted_changed.emit()
        rounds = self.rounds
        found, seen = rounds.findings, rounds.examination
        self.calm.setVisible(not found)
        steps = "" if seen is None else f"{seen.steps:,} steps seen"
        calm = f"Nothing to worry about so far: {steps}."
        self.calm.setText(calm if seen is not None and seen.steps else "No steps yet.")
        self._show_findings(found)
        self.look.setEnabled(not rounds.looking and rounds.path is not None)
        self._show_report(rounds.report)
        self._show_buttons()

    def _show_findings(self, found: tuple[Finding, ...]) -> None:
        """Change the numbers of what is shown already; else begin anew, and keep open what was open."""
        shown = [view.finding for view in self.views]
        if len(found) == len(shown) and all(a.is_like(b) for a, b in zip(shown, found, strict=True)):
            for view, finding in zip(self.views, found, strict=True):
                view.show_finding(finding)
            return
        opened = {view.finding.illness for view in self.views if view.drawer.is_open}
        clear(self.list)
        self.views = [FindingView(finding, self.rounds) for finding in found]
        for place, view in enumerate(self.views):
            self.list.addWidget(view)
            if view.finding.illness in opened or (place == 0 and not opened):
                view.drawer.turn()

    def _show_buttons(self) -> None:
        for view in self.views:
            view.show_can_apply(self.rounds.can_apply() and not self.rounds.pending)

    def _show_report(self, report: PictureReport | None) -> None:
        self.pairs.setVisible(report is not None)
        self.said.setVisible(report is not None)
        if report is None:
            return
        close = f"nearest training pictures at LPIPS {float(np.median(report.distances)):.3f}"
        usual = "" if np.isnan(report.usual) else f", for held-out pictures {report.usual:.3f}"
        self.said.setText(
            f"At {report.images_seen:,} images: samples are {report.variety:.0%} as varied as the data; {close}{usual} "
            f"(medians, {report.looked_through:,} looked through). Below, samples beside their nearest:"
        )
        self.pairs.show_image(image_of(paired(report)))


class FindingView(QWidget):
    """One finding: its title opens it."""

    def __init__(self, finding: Finding, rounds: DoctorRounds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        mark = MARKS[finding.severity]
        self.drawer = Drawer(f"{mark}: {finding.title}", f"{finding.words} Show the evidence and what to change")
        self.charts: list[SmallChart] = []
        self.apply: TextButton | None = None
        inside = self.drawer.content
        self.words = label(finding.words, "danger" if finding.severity is Severity.GRAVE else "", wrap=True)
        inside.addWidget(self.words)
        self.values: list[QLabel] = []
        for evidence in finding.evidence:
            self.charts.append(SmallChart(evidence.title, "Evidence, over images seen", 96))
            self.values.append(label("", "small", wrap=True))
            inside.addWidget(self.charts[-1])
            inside.addWidget(self.values[-1])
        change = finding.change
        if change is not None:
            inside.addWidget(label(f"{change.words}: {change_in_words(change)}", "small", wrap=True))
            row = QHBoxLayout()
            self.apply = TextButton("Go on with this", "Stop where it runs, change the options, and resume", "primary")
            self.duplicate = TextButton("New run", "Prepare another run with this change", "", IconName.DUPLICATE)
            self.apply.clicked.connect(lambda: rounds.apply(change))
            self.duplicate.clicked.connect(lambda: rounds.duplicate(change))
            row.addWidget(self.apply, 1)
            row.addWidget(self.duplicate, 1)
            inside.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.drawer)
        self.show_finding(finding)

    def show_finding(self, finding: Finding) -> None:
        """Show the newest numbers of the same finding."""
        self.finding = finding
        self.words.setText(finding.words)
        for evidence, chart, value in zip(finding.evidence, self.charts, self.values, strict=True):
            chart.show_series([Series(evidence.title, evidence.x, evidence.y)], "images", evidence.bound, evidence.log)
            value.setText(evidence.words())

    def show_can_apply(self, can: bool) -> None:
        """Offer to go on with the change, or not."""
        if self.apply is not None:
            self.apply.setVisible(can)


def paired(report: PictureReport) -> Array:
    """Return the closest samples, each with its nearest training picture to the right, as one sheet `[H, W, 3]`."""
    order = np.argsort(report.distances)[:PAIRS]
    side = report.samples.shape[2]
    gap = max(side // 8, 1)
    rows = -(-len(order) // PAIRS_ACROSS)
    sheet = np.full((rows * (side + gap) - gap, PAIRS_ACROSS * (2 * side + gap) - gap, 3), 128, dtype=np.uint8)
    for place, number in enumerate(order):
        top, left = (place // PAIRS_ACROSS) * (side + gap), (place % PAIRS_ACROSS) * (2 * side + gap)
        for shift, picture in enumerate((report.samples[number], report.nearest[number])):
            x = left + shift * side
            sheet[top : top + side, x : x + side] = picture.transpose(1, 2, 0)
    return sheet
