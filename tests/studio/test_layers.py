"""Looking inside the model while the document changes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ganstudio.core.document import LatentPoint, ShiftStyle
from ganstudio.core.inspection import ActiveChannels, Cells, Order, Seen, View
from ganstudio.studio.bending import add_shift, set_amount
from tests.studio.conftest import Running


def looking(running: Running) -> tuple[list[Seen], list[Cells]]:
    seen: list[Seen] = []
    cells: list[Cells] = []
    running.session.layers.seen_arrived.connect(seen.append)
    running.session.layers.cells_arrived.connect(cells.append)
    running.session.layers.watch(watched=True)
    running.until(lambda: running.session.layers.idle)
    return seen, cells


def test_nothing_is_looked_at_before_somebody_watches(running: Running) -> None:
    layers = running.session.layers
    assert layers.look.stage == "b16"
    assert layers.idle
    running.session.change("Seed", "inputs.z", LatentPoint.of_seed(3))
    running.settle()
    assert layers.idle
    assert layers.seen is None
    seen, cells = looking(running)
    assert [each.document for each in seen] == [running.session.document]
    assert [part.start for part in cells] == [0]
    assert cells[0].pictures.shape == (128, 16, 16)
    layers.watch(watched=False)
    running.session.change("Seed", "inputs.z", LatentPoint.of_seed(4))
    running.settle()
    assert layers.idle
    assert len(seen) == 1


def test_a_look_follows_the_document_and_the_newest_wins(running: Running) -> None:
    session = running.session
    seen, cells = looking(running)
    for step in range(12):
        session.change("Drag", "inputs.z", LatentPoint(step * 0.1), "drag")
    running.settle()
    running.until(lambda: session.layers.idle)
    assert seen[-1].document == session.document
    assert cells[-1].document == session.document
    assert len(seen) < 12
    before = seen[-1].picture
    session.undo()
    running.settle()
    running.until(lambda: session.layers.idle)
    assert seen[-1].document == session.document
    assert not np.array_equal(seen[-1].picture, before)


def test_views_stages_and_sorting(running: Running) -> None:
    layers = running.session.layers
    seen, cells = looking(running)
    assert seen[-1].explained
    layers.show_channels((5,))
    running.until(lambda: layers.idle)
    assert (seen[-1].look.view, seen[-1].look.channels) == (View.CHANNEL, (5,))
    layers.sort_by(Order.STD)
    running.until(lambda: layers.idle)
    order = cells[-1].order
    assert sorted(order) == list(range(128))
    assert order != tuple(range(128))
    running.session.change("Seed", "inputs.z", LatentPoint.of_seed(77))
    running.settle()
    running.until(lambda: layers.idle)
    assert cells[-1].order == order
    layers.sort_by(Order.STD)
    running.until(lambda: layers.idle)
    assert cells[-1].order != order
    layers.show_view(View.PICTURE)
    running.until(lambda: layers.idle)
    assert np.array_equal(seen[-1].picture, next(iter(running.settle().pictures.values())))
    layers.show_stage("b64")
    running.until(lambda: layers.idle)
    assert cells[-1].look.stage == "b64"
    layers.show_stage("b4096")
    assert layers.look.stage == "b64"


def test_another_model_brings_its_own_stages(run: Callable[..., Running], styled_model: Path) -> None:
    running = run("faces-dcgan")
    layers = running.session.layers
    layers.show_stage("b64")
    layers.show_channels((60,))
    seen, _ = looking(running)
    assert layers.style_layers == {}
    running.session.open_model(str(styled_model))
    running.until(lambda: bool(layers.style_layers))
    assert (layers.look.stage, layers.look.channels) == ("b16", (0, 1, 2))
    running.settle()
    running.until(lambda: layers.idle)
    assert seen[-1].look.stage == "b16"
    assert layers.layer == "b4.conv1"
    assert layers.style_layers["b8.conv0"] == 16


def test_style_channels_that_stand_out(run: Callable[..., Running], styled_model: Path) -> None:
    running = run(styled_model)
    layers = running.session.layers
    found: list[ActiveChannels] = []
    layers.active_arrived.connect(found.append)
    layers.find_active()
    assert layers.idle
    layers.watch_styles(watched=True)
    layers.show_layer("b8.conv1")
    layers.find_active()
    running.until(lambda: layers.idle)
    sizes = [abs(deviation) for _, deviation in found[-1].channels]
    assert len(sizes) == 8
    assert sizes == sorted(sizes, reverse=True)
    assert 0.5 < sizes[0] < 5.0
    layers.find_active()
    assert layers.idle
    add_shift(running.session, "b8.conv1", 2)
    set_amount(running.session, 0, 3.0)
    assert running.session.document.edits == (ShiftStyle("b8.conv1", 2, 3.0),)
    assert "b8" in running.settle().stages_run
