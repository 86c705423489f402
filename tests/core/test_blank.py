"""Networks without numbers have the shapes of real ones, take no memory and load no compiler."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.core.blank import Blank

PRESETS = [(card.id, name) for card in cards().values() for name in card.presets if name.startswith("tiny")]


@pytest.mark.parametrize(("architecture", "preset"), PRESETS)
def test_shapes_are_those_of_the_real_network(architecture: str, preset: str) -> None:
    card = cards()[architecture]
    real = card.build(card.presets[preset]).network
    with Blank():
        blank = card.build(card.presets[preset]).network
    assert [(name, tensor.shape, tensor.dtype) for name, tensor in blank.state_dict().items()] == [
        (name, tensor.shape, tensor.dtype) for name, tensor in real.state_dict().items()
    ]
    assert all(parameter.is_meta for parameter in blank.parameters())
    assert torch.randn(2).device.type == "cpu"


def test_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; from ganstudio.architectures import cards; from ganstudio.core.blank import Blank\n"
        "with Blank():\n"
        "    for card in cards().values():\n"
        "        card.build(card.presets['tiny'])\n"
        "        card.discriminator and card.discriminator.build(card.discriminator.config())\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
