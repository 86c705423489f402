"""Pictures drawn beside the one in sight, and what stages leave behind."""

import dataclasses
from pathlib import Path

import pytest
import torch

from ganstudio.core.device import Precision
from ganstudio.core.document import BendUnits, LatentPoint
from ganstudio.core.pixels import to_pixels
from ganstudio.engine.rendering import Rendering


@pytest.fixture
def rendering() -> Rendering:
    return Rendering()


def test_what_was_drawn_is_not_computed_again(rendering: Rendering) -> None:
    document = rendering.open("faces-dcgan").info.document
    list(rendering.render(document))
    activation = rendering.features(document, "b8").activation
    assert activation.shape == (1, 256, 8, 8)
    assert rendering.features(document, "b8").activation is activation
    bent = dataclasses.replace(document, edits=(BendUnits("b16"),))
    assert rendering.features(bent, "b8").activation is activation
    assert not torch.equal(rendering.features(bent, "b64").activation, rendering.features(document, "b64").activation)
    assert list(rendering.render(bent))[-1].stages_run == ("b16", "b64")


def test_a_picture_aside_leaves_the_one_in_sight_alone(rendering: Rendering) -> None:
    document = rendering.open("faces-dcgan").info.document
    shown = list(rendering.render(document))[-1].pictures["picture"]
    other = dataclasses.replace(document, inputs=document.inputs.with_item("z", LatentPoint.of_seed(99)))
    aside = rendering.drawn(other, aside=True)
    assert aside.shape == (1, 3, 64, 64)
    assert (to_pixels(rendering.drawn(document, aside=False))[0] == shown).all()
    assert list(rendering.render(document))[-1].stages_run == ()
    assert torch.equal(rendering.drawn(other, aside=False), aside)


def test_another_precision_runs_in_a_copy(rendering: Rendering, styled_model: Path) -> None:
    for name in ("faces-dcgan", str(styled_model)):
        document = rendering.open(name).info.document
        exact = rendering.drawn(document, aside=False)
        fast = rendering.drawn(document, aside=True, precision=Precision.FAST)
        assert fast.dtype == torch.float32
        assert 0 < float((fast - exact).abs().mean()) < 0.05
        assert torch.equal(rendering.drawn(document, aside=True, precision=Precision.EXACT), exact)
        assert torch.equal(rendering.drawn(document, aside=True, precision=Precision.FAST), fast)
    rendering.choose("cpu", Precision.FAST)
    assert torch.equal(rendering.drawn(document, aside=False), fast)
    torch.testing.assert_close(rendering.drawn(document, aside=True, precision=Precision.EXACT), exact)
