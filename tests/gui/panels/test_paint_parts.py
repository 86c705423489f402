"""The Paint workspace on models that draw from no map: parts painted with the mouse, or a word about what there is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from ganstudio.checkpoints import shipped
from ganstudio.core.document import PaintUnits
from ganstudio.gui.panels.paint_concepts import ConceptPanel
from ganstudio.gui.panels.paint_page import PaintPage
from tests.gui.conftest import Running

LEFT = Qt.MouseButton.LeftButton


def test_parts_are_painted_into_models_without_maps(
    start: Callable[..., Running],
    styled_model: Path,
    quick_parts: tuple[str, ...],
) -> None:
    running = start(styled_model)
    running.window.show_workspace("paint")
    running.window.body.turns.finish()
    page, panel = running.window.panel(PaintPage), running.window.panel(ConceptPanel)
    assert page is not None
    assert panel is not None
    bot, canvas, session = running.qtbot, page.concepts.canvas, running.session
    bot.waitUntil(canvas.isVisible)
    assert panel.isVisible()
    assert not panel.names.isVisible()
    before = next(iter(running.settle().pictures.values()))
    panel.look.click()
    bot.waitUntil(panel.names.isVisible, timeout=30_000)
    panel.names.action("eyes").trigger()
    panel.ways.button("remove").click()
    for kind, place in ((bot.mousePress, (20, 30)), (bot.mouseRelease, (20, 30))):
        kind(canvas, LEFT, pos=canvas.on_screen(place).toPoint())
    (edit,) = session.document.edits
    assert isinstance(edit, PaintUnits)
    assert edit.name == "Remove eyes"
    assert session.store.get(edit.mask)[30, 20] == 1
    after = next(iter(running.settle().pictures.values()))
    assert not np.array_equal(before, after)
    bot.waitUntil(panel.effect.isVisible, timeout=30_000)
    assert "LPIPS" in panel.effect.text()
    (row,) = panel.list.rows
    assert row.amount is not None
    row.amount.track._tell(0.0, "")
    assert session.document.edits[0].amount == 0.0
    assert np.array_equal(next(iter(running.settle().pictures.values())), before)
    row.away.click()
    assert session.document.edits == ()


def test_models_without_maps_say_so(
    start: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "shipped_segmenter", lambda: tmp_path / "none")
    running = start("faces-dcgan")
    running.window.show_workspace("paint")
    running.window.body.turns.finish()
    page = running.window.panel(PaintPage)
    assert page is not None
    running.qtbot.waitUntil(page.empty.isVisible)
    assert "draws from no map" in page.empty_words.text()
    assert not page.map_canvas.isVisible()
