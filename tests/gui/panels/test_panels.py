"""Panels on a real session whose computing only takes notes: what a control does to the document."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.document import (
    ClassChoice,
    Document,
    FrozenMap,
    LatentArray,
    LatentBlend,
    LatentPoint,
    ModelRef,
    NoiseMode,
    Space,
)
from ganstudio.core.frame import DeviceChoice, DeviceReady, ModelInfo, ModelOpened, Paper, ReportSection
from ganstudio.core.inputs import Ability, ClassLabel, Input, Latent
from ganstudio.engine.compute import ChooseDevice, Command, Compute, OpenModel
from ganstudio.gui.panels.classes import ClassPanel
from ganstudio.gui.panels.device import DevicePanel
from ganstudio.gui.panels.latent import LatentPanel, place_in_words
from ganstudio.gui.panels.library import LibraryPanel
from ganstudio.gui.panels.model import ModelPanel, count_in_words, facts_of
from ganstudio.gui.panels.noise import NoisePanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.truncation import PULL, RESAMPLE, TruncationPanel
from ganstudio.studio.library import Library
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings
from tests.gui.screen import shown

LEFT = Qt.MouseButton.LeftButton
NAMES = ("cat", "dog", "red fox", "arctic fox")


class Notes(Compute):
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self.sent: list[Command] = []

    def draw(self, document: Document) -> None:
        pass

    def send(self, command: Command) -> None:
        self.sent.append(command)


def model(abilities: set[Ability], inputs: tuple[Input, ...] = (Latent("z", 64),), n_latent: int = 10) -> ModelInfo:
    values = {i.name: ClassChoice(0) if isinstance(i, ClassLabel) else LatentPoint() for i in inputs}
    return ModelInfo(
        "one", "digest", "/models/one.pt", "any", "Any GAN", Paper("A title", "A. Uthor", 2020, "2001.00001"), 32,
        inputs, frozenset(abilities), n_latent, 3_600_000, Document(ModelRef("one", "digest"), FrozenMap(values)),
        report=(ReportSection("what it is", ("one.pt is a model.", "Embedded code was not run.")),),
        licence="CC0", layer_resolutions=(4, 4, 8, 8, 16, 16, 32, 32, 64, 64)[:n_latent],
    )  # fmt: skip


STYLED = model(
    {Ability.TRUNCATION, Ability.NOISE, Ability.STYLE_MIXING}, (Latent("z", 64), ClassLabel("class", 4, NAMES))
)
PLAIN = model({Ability.RESAMPLING}, n_latent=1)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    settings = Settings(folder=tmp_path / "home")
    made = Session(Notes(), settings, Library(settings))
    made.receive(ModelOpened(STYLED))
    return made


def sent(session: Session) -> list[Command]:
    assert isinstance(session.compute, Notes)
    return session.compute.sent


@pytest.fixture
def latent(session: Session, qtbot: QtBot) -> LatentPanel:
    panel = LatentPanel(session)
    shown(qtbot, panel, 300, 400)
    return panel


def test_a_typed_seed_is_in_the_document(latent: LatentPanel, session: Session, qtbot: QtBot) -> None:
    latent.seed.field.setFocus()
    latent.seed.field.selectAll()
    qtbot.keyClicks(latent.seed.field, "4294967295")
    qtbot.keyClick(latent.seed.field, Qt.Key.Key_Return)
    assert session.value("inputs.z") == LatentPoint(4294967295.0, 0.0)
    assert session.value("inputs.z").seed == 4294967295


def test_a_drag_on_the_pad_is_one_undo_step(latent: LatentPanel, session: Session, qtbot: QtBot) -> None:
    qtbot.mousePress(latent.pad, LEFT, pos=QPoint(50, 50))
    for x in (60, 80, 106):
        qtbot.mouseMove(latent.pad, QPoint(x, 50))
    qtbot.mouseRelease(latent.pad, LEFT, pos=QPoint(106, 50))
    assert session.value("inputs.z") == LatentPoint(1.0, 0.0)
    assert session.undo_label == "Move on the pad"
    session.undo()
    assert session.value("inputs.z") == LatentPoint()
    assert not session.can_undo
    assert latent.pad.point == LatentPoint()


def test_a_latent_that_is_no_seed_is_not_called_one(latent: LatentPanel, session: Session) -> None:
    assert latent.place.text() == "on seed 0"
    own = LatentArray(Space.Z, session.store.put(np.ones(8, np.float32)))
    session.change("Own", "inputs.z", own)
    assert latent.place.text() == "a latent of its own, not a seed of the pad"
    session.change("Blend", "inputs.z", LatentBlend(((own, 0.5), (LatentPoint(), 0.5)), Space.Z))
    assert latent.place.text() == "a blend of latents, not a seed of the pad"


def test_a_walk_moves_and_is_one_undo_step(latent: LatentPanel, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(latent.play, LEFT)
    qtbot.waitUntil(lambda: session.value("inputs.z").x > 0.05, timeout=5000)
    qtbot.mouseClick(latent.play, LEFT)
    assert not latent.walking
    reached = session.value("inputs.z")
    assert reached.y == 0.0
    session.undo()
    assert session.value("inputs.z") == LatentPoint()
    assert not session.can_undo


def test_a_change_from_elsewhere_ends_the_walk(latent: LatentPanel, session: Session, qtbot: QtBot) -> None:
    latent.toggle_walk()
    qtbot.waitUntil(lambda: session.can_undo, timeout=5000)
    session.change("Seed", "inputs.z", LatentPoint(77.0))
    qtbot.waitUntil(lambda: not latent.walking, timeout=5000)
    assert session.value("inputs.z") == LatentPoint(77.0)


def test_a_released_panel_listens_no_longer(latent: LatentPanel, session: Session) -> None:
    latent.toggle_walk()
    latent.release()
    assert not latent.walking
    session.change("Seed", "inputs.z", LatentPoint(9.0))
    assert latent.pad.point != LatentPoint(9.0)


def test_places_are_said_in_words() -> None:
    assert place_in_words(LatentPoint(3.0, 1.0)) == "on seed 103"
    assert place_in_words(LatentPoint(3.5, 1.0)) == "x 3.50  y 1.00, between seeds"


def test_psi_and_cutoff_reach_the_document(session: Session, qtbot: QtBot) -> None:
    panel = TruncationPanel(session)
    shown(qtbot, panel)
    panel.psi.track.setFocus()
    qtbot.keyClick(panel.psi.track, Qt.Key.Key_Home)
    assert session.document.psi == -1.0
    qtbot.keyClick(panel.cutoff.track, Qt.Key.Key_Left)
    assert session.document.cutoff == 9
    assert "first 9 of 10 layers, up to 64 px" in panel.note.text()
    qtbot.keyClick(panel.cutoff.track, Qt.Key.Key_End)
    assert session.document.cutoff is None


def test_z_only_models_are_truncated_by_resampling(session: Session, qtbot: QtBot) -> None:
    panel = TruncationPanel(session)
    shown(qtbot, panel)
    assert panel.psi.spread == PULL
    session.receive(ModelOpened(ModelInfo(**{f: getattr(PLAIN, f) for f in ModelInfo.__slots__} | {
        "digest": "other", "document": Document(ModelRef("one", "other"), PLAIN.document.inputs)})))  # fmt: skip
    assert panel.psi.spread == RESAMPLE
    assert not panel.cutoff.isVisible()
    assert "2ψ" in panel.psi.track.toolTip()
    panel.psi.track.setFocus()
    qtbot.keyClick(panel.psi.track, Qt.Key.Key_Home)
    assert session.document.psi == 0.02


def test_noise_mode_seed_and_strength(session: Session, qtbot: QtBot) -> None:
    panel = NoisePanel(session)
    shown(qtbot, panel)
    assert not panel.seed.isVisible()
    qtbot.mouseClick(panel.mode.button("random"), LEFT)
    assert session.document.noise.mode is NoiseMode.RANDOM
    assert panel.seed.isVisible()
    qtbot.mouseClick(panel.seed.after, LEFT)
    assert session.document.noise.seed == 1
    panel.strength.track.setFocus()
    qtbot.keyClick(panel.strength.track, Qt.Key.Key_End)
    assert session.document.noise.strength == 2.0
    qtbot.mouseClick(panel.mode.button("none"), LEFT)
    assert session.document.noise.mode is NoiseMode.NONE
    assert not panel.strength.isVisible()


def test_a_class_is_found_by_its_name(session: Session, qtbot: QtBot) -> None:
    panel = ClassPanel(session)
    shown(qtbot, panel)
    qtbot.keyClicks(panel.search, "FOX")
    assert session.document.inputs["class"] == ClassChoice(0)
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert session.document.inputs["class"] == ClassChoice(2)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert session.document.inputs["class"] == ClassChoice(3)
    session.undo()
    session.undo()
    assert session.document.inputs["class"] == ClassChoice(0)
    qtbot.keyClicks(panel.search, "zzz")
    assert panel.nothing.isVisible()


def test_only_devices_that_answer_are_offered(session: Session, qtbot: QtBot) -> None:
    panel = DevicePanel(session)
    shown(qtbot, panel)
    choices = (DeviceChoice("cuda:0", "A GPU", True), DeviceChoice("cpu", "CPU", False))
    session.receive(DeviceReady("cuda:0", Precision.EXACT, choices, 1, 2))
    qtbot.mouseClick(panel.device.button("cuda:0"), LEFT)
    qtbot.mouseClick(panel.precision.button("fast"), LEFT)
    assert sent(session)[-2:] == [ChooseDevice("cuda:0", Precision.EXACT), ChooseDevice("cuda:0", Precision.FAST)]
    with pytest.raises(KeyError):
        panel.device.button("mps")
    session.receive(DeviceReady("cpu", Precision.EXACT, choices, 1, 2))
    assert not panel.precision.isVisible()
    qtbot.mouseClick(panel.device.button(AUTO), LEFT)
    assert sent(session)[-1] == ChooseDevice(AUTO, Precision.FAST)


def test_the_library_opens_what_is_clicked(session: Session, qtbot: QtBot) -> None:
    panel = LibraryPanel(session)
    shown(qtbot, panel, 300, 500)
    assert next(iter(panel.cards)) == "faces"
    qtbot.mouseClick(panel.cards["faces-dcgan"], LEFT)
    assert sent(session)[-1] == OpenModel("faces-dcgan")


def test_only_the_open_model_explains_itself_at_length(session: Session, qtbot: QtBot) -> None:
    panel = LibraryPanel(session)
    shown(qtbot, panel, 300, 500)
    card = panel.cards["faces-dcgan"]
    assert card.text.summary in card.toolTip()
    assert not card.summary.isVisibleTo(panel)
    card.mark_current(True)
    assert card.summary.isVisibleTo(panel)


def test_recent_files_appear_as_soon_as_they_are_opened(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    panel = LibraryPanel(session)
    shown(qtbot, panel, 300, 500)
    file = tmp_path / "mine.pt"
    file.write_bytes(b"x")
    fields = {f: getattr(STYLED, f) for f in ModelInfo.__slots__} | {"path": str(file), "name": str(file)}
    session.library.remember(ModelInfo(**fields))
    assert str(file) in panel.cards
    qtbot.mouseClick(panel.cards[str(file)], LEFT)
    assert sent(session)[-1] == OpenModel(str(file))


def test_the_model_and_its_report_are_told(session: Session, qtbot: QtBot) -> None:
    panel = ModelPanel(session)
    shown(qtbot, panel, 300, 500)
    facts = dict(facts_of(STYLED))
    assert facts["Classes"] == "4"
    assert facts["Weights"] == "3.6 million"
    assert panel.paper.header.text().strip() == "Paper: A. Uthor 2020"
    assert panel.paper.words() == "A. Uthor 2020, “A title”, arXiv 2001.00001"
    assert "Embedded code was not run." in panel.report.words().split("\n")
    assert not panel.report.body.isVisible()
    qtbot.mouseClick(panel.report.header, LEFT)
    assert panel.report.body.isVisible()


@pytest.mark.parametrize(
    ("count", "words"), [(12, "12"), (1_500, "1.5 thousand"), (3_576_704, "3.58 million"), (2 * 10**9, "2 billion")]
)
def test_counts_in_words(count: int, words: str) -> None:
    assert count_in_words(count) == words


FITTING = (
    (STYLED, {LatentPanel, TruncationPanel, NoisePanel, ClassPanel, DevicePanel, LibraryPanel, ModelPanel}),
    (PLAIN, {LatentPanel, TruncationPanel, DevicePanel, LibraryPanel, ModelPanel}),
    (None, {DevicePanel, LibraryPanel}),
)


@pytest.mark.parametrize(("info", "kinds"), FITTING, ids=["styled", "plain", "none"])
def test_panels_follow_from_inputs_and_abilities(info: ModelInfo | None, kinds: set[type[Panel]]) -> None:
    assert {kind for kind in FITTING[0][1] if kind.fits(info)} == kinds
