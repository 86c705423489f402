"""ProGAN stage by stage: colours come from layers that the present growth has trained, and from no others."""

import pytest
import torch

from ganstudio.architectures.progan.networks import ProGANConfig
from ganstudio.architectures.progan.stages import ProGANGenerator
from ganstudio.core.device import Precision
from ganstudio.core.generator import Features, StageInputs

CONFIG = ProGANConfig(z_dim=6, channels=(8, 7, 6, 5))


@pytest.mark.parametrize(
    ("lod", "coloured"),
    [(0.0, ["b32"]), (0.25, ["b16", "b32"]), (1.0, ["b16", "b32"]), (1.5, ["b8", "b16", "b32"])],
)
def test_only_the_newest_resolution_and_what_fades_into_it_have_colours(lod: float, coloured: list[str]) -> None:
    torch.manual_seed(2)
    generator = ProGANGenerator(CONFIG)
    generator.network.lod.fill_(lod)
    generator.prepare(torch.device("cpu"), Precision.EXACT)
    z = torch.randn(1, 6)
    features: dict[str, Features] = {}
    for stage in generator.stages():
        inputs = StageInputs({"z": z}) if not stage.needs else StageInputs()
        features[stage.name] = stage.run(inputs, tuple(features[name] for name in stage.needs))
    assert [name for name, found in features.items() if found.picture is not None] == coloured
    picture = features["b32"].picture
    assert picture is not None
    torch.testing.assert_close(picture, generator.network(z))
