"""The doctor's panel beside real runs' folders, in a real window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from ganstudio.core.png import png_bytes
from ganstudio.gui.panels.doctor import DoctorPanel
from ganstudio.gui.workspaces import TRAIN
from ganstudio.studio.doctor_findings import Illness
from ganstudio.studio.teaching_data import DIGITS
from ganstudio.training.events import Finished, Logits, Step
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder

PATIENCE_MS = 60_000
LEFT = Qt.MouseButton.LeftButton


def written(path: Path, d_loss: float, steps: int = 120, r_v: float = 0.1) -> RunFolder:
    """The folder of a run that was stopped, with losses of D near a value."""
    recipe = {"discriminator_lr": 0.004, "dropout": 0.0}
    run = RunFolder.create(path, TrainingOptions("gan", str(DIGITS), images=10**6, preset="digits", recipe=recipe))
    for number in range(1, steps + 1):
        half = d_loss / 2 + 0.001 * (number % 3)
        logit = float(-np.log(np.expm1(half)))
        seen = {"D/logits_real": logit, "D/logits_fake": -logit, "G/logits_fake": -logit}
        losses = {"D/real": half, "D/fake": half, "G/loss": 1.0}
        run.log_event(Step(128 * number, number, losses, seen, {"D": 1.0, "G": 2.0}, images_per_second=50.0))
        if number % 10 == 0:
            means = {"real": 1.0, "fake": -1.0, "held_out": 1.0 - 2.0 * r_v}
            run.log_event(Logits(128 * number, -1.0, 1.0, {"real": (1,)}, means, r_v))
    run.log_event(Finished(128 * steps, "stopped"))
    return run


@pytest.fixture
def window(start: Callable[..., Any]) -> Any:
    return start("digits-gan", workspaces=(TRAIN,))


def examined(window: Any, run: RunFolder) -> DoctorPanel:
    window.session.runs.attach(run.path)
    panel = window.window.panel(DoctorPanel)
    assert isinstance(panel, DoctorPanel)
    there = lambda: panel.rounds.path == run.path and panel.rounds.examination is not None  # noqa: E731
    window.qtbot.waitUntil(there, timeout=PATIENCE_MS)
    window.qtbot.waitUntil(panel.isVisible, timeout=PATIENCE_MS)
    return panel


def test_a_healthy_run_is_left_in_peace(window: Any, tmp_path: Path) -> None:
    panel = examined(window, written(tmp_path / "healthy", 1.1))
    assert panel.views == []
    assert panel.calm.text() == "Nothing to worry about so far: 120 steps seen."
    assert panel.calm.isVisible()


def test_a_finding_shows_its_evidence_and_its_change_is_applied(
    window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(tmp_path / "sick", 0.02, r_v=0.9)
    panel = examined(window, run)
    assert [view.finding.illness for view in panel.views] == [Illness.OVERFITTING, Illness.STRONG_JUDGE]
    first = panel.views[0]
    assert not panel.calm.isVisible()
    assert first.drawer.is_open
    assert not panel.views[1].drawer.is_open
    assert first.charts[0].series[0].y.tolist() == pytest.approx([0.9] * 12)
    assert "0.9 at last" in first.charts[0].accessibleDescription()
    assert first.values[0].text() == "r_v: 0.9 (bound 0.5)"
    run.log_event(Step(128 * 121, 121, {"D/real": 0.01, "D/fake": 0.01, "G/loss": 1.0}))
    window.session.runs.refresh()
    resumed: list[Path] = []
    monkeypatch.setattr(window.session.runs, "resume", resumed.append)
    assert first.apply is not None
    window.qtbot.waitUntil(first.apply.isVisible, timeout=PATIENCE_MS)
    window.qtbot.mouseClick(first.apply, LEFT)
    window.qtbot.waitUntil(lambda: resumed == [run.path], timeout=PATIENCE_MS)
    assert run.options.recipe == {"discriminator_lr": 0.002, "dropout": 0.2}
    assert run.options.data == str(DIGITS)


def test_a_change_goes_into_another_run(window: Any, tmp_path: Path) -> None:
    panel = examined(window, written(tmp_path / "sick", 0.02))
    window.qtbot.waitUntil(lambda: window.session.runs.reading is not None, timeout=PATIENCE_MS)
    window.qtbot.waitUntil(panel.views[0].duplicate.isVisible, timeout=PATIENCE_MS)
    window.qtbot.mouseClick(panel.views[0].duplicate, LEFT)
    draft = window.session.runs.draft
    assert window.session.runs.chosen is None
    assert (draft.architecture, draft.data) == ("gan", str(DIGITS))
    assert draft.recipe == {"discriminator_lr": 0.002, "dropout": 0.2}
    assert not panel.wanted()


def test_pictures_are_looked_at(window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.studio import doctor_pictures

    monkeypatch.setattr(doctor_pictures, "LOOKED_THROUGH", 60)
    run = written(tmp_path / "alike", 1.1)
    one = np.tile(np.random.default_rng(0).integers(0, 256, (8, 8, 1), dtype=np.uint8), (6, 6, 3))
    (run.samples / "000015360.png").write_bytes(png_bytes(one))
    panel = examined(window, run)
    assert not panel.pairs.isVisible()
    window.qtbot.mouseClick(panel.look, LEFT)
    window.qtbot.waitUntil(lambda: panel.rounds.report is not None, timeout=PATIENCE_MS)
    assert [view.finding.illness for view in panel.views] == [Illness.COLLAPSE]
    assert panel.pairs.isVisible()
    assert "samples are 0% as varied as the data" in panel.said.text()
    assert "60 looked through" in panel.said.text()
