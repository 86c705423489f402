"""Two sides, drawn by the real computing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ganstudio.core.comparison import NOTHING, PRESENT, Amplified, Contrast, Distance, Pair, Side, SideKind
from ganstudio.core.device import Precision
from ganstudio.core.document import ArrayRef, LatentPoint, MoveAlong
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.compare import NETWORK, as_for
from tests.studio.conftest import Running


def watched(running: Running) -> tuple[list[Pair], list[Distance], list[str]]:
    found: tuple[list[Pair], list[Distance], list[str]] = ([], [], [])
    compared = running.session.comparison
    compared.pair_arrived.connect(found[0].append)
    compared.distance_arrived.connect(found[1].append)
    compared.refused.connect(found[2].append)
    compared.watch(watched=True)
    return found


def idle(running: Running) -> None:
    running.until(lambda: running.session.comparison.idle)


def test_a_pin_stays_while_the_present_state_goes_on_and_undo_leaves_it(running: Running) -> None:
    session, compared = running.session, running.session.comparison
    pairs, distances, _ = watched(running)
    assert compared.idle
    first = running.settle()
    compared.pin("a")
    assert not session.can_undo
    idle(running)
    pinned = next(iter(first.pictures.values()))
    assert np.array_equal(pairs[-1].a, pinned)
    assert np.array_equal(pairs[-1].b, pinned)
    assert pairs[-1].error == 0.0
    session.change("Seed", "inputs.z", LatentPoint.of_seed(9))
    changed = running.settle()
    idle(running)
    assert np.array_equal(pairs[-1].a, pinned)
    assert np.array_equal(pairs[-1].b, next(iter(changed.pictures.values())))
    steps = np.abs(pairs[-1].b.astype(float) - pairs[-1].a.astype(float)).mean()
    assert abs(pairs[-1].error - steps) < 0.5
    compared.measure()
    idle(running)
    a, b = (torch.from_numpy(p).permute(2, 0, 1)[None].float() / 127.5 - 1 for p in (pairs[-1].a, pairs[-1].b))
    assert distances[-1].network == NETWORK
    assert distances[-1].value is not None
    assert abs(distances[-1].value - float(lpips_vgg16()(a, b))) < 0.01
    session.undo()
    running.settle()
    idle(running)
    assert compared.sides["a"].kind is SideKind.PINNED
    assert pairs[-1].error == 0.0
    session.redo()
    compared.go_to("a")
    assert session.document == first.document
    session.undo()
    assert session.document == changed.document


def test_another_precision_and_how_differences_are_shown(running: Running) -> None:
    pairs, _, _ = watched(running)
    compared = running.session.comparison
    offered = dict(compared.offers())
    compared.put("a", offered["precision:fast"])
    idle(running)
    assert 0.0 < pairs[-1].error < 3.0
    assert running.session.precision is Precision.EXACT
    drawn = running.settle()
    assert np.array_equal(pairs[-1].b, next(iter(drawn.pictures.values())))
    compared.show(Amplified(Contrast.ABSOLUTE, 64.0))
    idle(running)
    darkest = pairs[-1].difference.min()
    compared.show(Amplified(Contrast.ABSOLUTE, 1.0))
    idle(running)
    assert darkest <= pairs[-1].difference.max() < 40
    compared.swap()
    assert [compared.sides[name].kind for name in "ab"] == [SideKind.PRESENT, SideKind.PRECISION]


def test_another_model_gets_the_same_inputs(run: Callable[..., Running], styled_model: Path) -> None:
    running = run("faces-dcgan")
    pairs, distances, refusals = watched(running)
    compared = running.session.comparison
    compared.put("a", Side(SideKind.MODEL, "small", model=str(styled_model)))
    idle(running)
    assert pairs[-1].enlarged == "A"
    assert pairs[-1].a.shape == pairs[-1].b.shape == (64, 64, 3)
    before = pairs[-1].a
    running.session.change("Seed", "inputs.z", LatentPoint.of_seed(21))
    running.settle()
    idle(running)
    assert not np.array_equal(pairs[-1].a, before)
    other = run(styled_model)
    other.session.change("Seed", "inputs.z", LatentPoint.of_seed(21))
    alone = next(iter(other.settle().pictures.values()))
    assert np.abs(pairs[-1].a[::2, ::2].astype(float) - alone).mean() < 12.0
    compared.put("a", Side(SideKind.MODEL, "gone", model="/nowhere/gone.pt"))
    idle(running)
    assert "gone.pt" in refusals[-1]
    compared.put("a", NOTHING)
    assert compared.idle
    assert compared.sides["b"] == PRESENT
    assert distances == []


def test_what_another_model_is_asked_for(run: Callable[..., Running], styled_model: Path) -> None:
    info, small = run("faces-dcgan").session.model, run(styled_model).session.model
    assert info is not None
    assert small is not None
    direction = MoveAlong(ArrayRef("0", (100,), "<f8"), 1.0)
    present = dataclasses.replace(info.document, psi=0.5, edits=(direction,))
    asked = as_for(small, present)
    assert asked.model == small.document.model
    assert asked.inputs["z"] == present.inputs["z"]
    assert asked.inputs["class"] == small.document.inputs["class"]
    assert (asked.psi, asked.edits) == (0.5, ())
