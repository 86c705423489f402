"""Recordings and their buffers, with a capture that works without a GPU."""

import dataclasses
from collections.abc import Callable

import pytest
import torch

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config
from ganstudio.architectures.stylegan2.stages import StyleGAN2Generator
from ganstudio.core.document import (
    Bend,
    BendUnits,
    Document,
    FrozenMap,
    LatentPoint,
    NoiseMode,
    NoiseSetting,
    ShiftStyle,
    StyleSource,
)
from ganstudio.core.generator import Features, StageInputs
from ganstudio.core.store import Store
from ganstudio.engine.graphs import GraphRunner, Replay, recording_key
from ganstudio.engine.synthesis import IncrementalSynthesis

CONFIG = StyleGAN2Config(z_dim=8, w_dim=8, channels=(8, 8, 8), mapping_layers=1)
DOCUMENT = Document(inputs=FrozenMap({"z": LatentPoint(5.0, 0.0)}))
MIXED = (StyleSource(LatentPoint(9.0, 0.0), (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)),)


class Captures:
    """Replays by running again and writing into the first result's buffers, as a graph does."""

    def __init__(self) -> None:
        self.made = 0
        self.replayed = 0

    def __call__(self, work: Callable[[], Features]) -> tuple[Features, Replay]:
        self.made += 1
        result = work()
        for tensor in (result.activation, result.picture):
            if tensor is not None:
                tensor.fill_(float("nan"))  # a capture computes nothing yet

        def replay() -> None:
            self.replayed += 1
            fresh = work()
            result.activation.copy_(fresh.activation)
            if result.picture is not None and fresh.picture is not None:
                result.picture.copy_(fresh.picture)

        return result, replay


@pytest.fixture
def generator() -> StyleGAN2Generator:
    generator = StyleGAN2Generator(CONFIG)
    for layer in generator.layers:
        layer.noise_strength.fill_(0.3)
    return generator


def test_recordings_draw_what_running_draws(generator: StyleGAN2Generator) -> None:
    captures = Captures()
    recorded = IncrementalSynthesis(generator, Store(), runner=GraphRunner(captures))
    eager = IncrementalSynthesis(generator, Store())
    changes: list[dict[str, object]] = [
        {},
        {"psi": 0.5},
        {"noise": NoiseSetting(NoiseMode.RANDOM, seed=3)},
        {"psi": 0.7},
        {"noise": NoiseSetting(NoiseMode.NONE)},
        {"noise": NoiseSetting(strength=0.4)},
        {"mixing": MIXED},
        {"edits": (BendUnits("b8", (), Bend.SCALE, 2.0),)},
        {"edits": (BendUnits("b8", (), Bend.SCALE, 3.0), ShiftStyle("b16.conv0", 2, 4.0))},
        {"noise": NoiseSetting(NoiseMode.RANDOM, seed=4), "mixing": MIXED},
        {},
    ]
    for fields in changes * 2:
        document = dataclasses.replace(DOCUMENT, **fields)  # type: ignore[arg-type]
        for expected, found in zip(eager.render(document), recorded.render(document), strict=True):
            assert found.stages_run == expected.stages_run
            assert (found.pictures["picture"] == expected.pictures["picture"]).all(), fields
    assert captures.made == 6  # three blocks, with constant noise and without
    assert captures.replayed > captures.made


def test_a_drag_records_nothing_new(generator: StyleGAN2Generator) -> None:
    captures = Captures()
    synthesis = IncrementalSynthesis(generator, Store(), runner=GraphRunner(captures))
    for step in range(20):
        list(synthesis.render(dataclasses.replace(DOCUMENT, psi=0.05 * step)))
    for step in range(20):
        list(synthesis.render(dataclasses.replace(DOCUMENT, noise=NoiseSetting(strength=0.05 * step))))
    assert captures.made == 3


def test_a_recording_belongs_to_shapes_and_settings(generator: StyleGAN2Generator) -> None:
    stage = generator.stages()[3]
    features = Features(torch.zeros(1, 8, 4, 4), torch.zeros(1, 3, 4, 4))
    inputs = StageInputs({"ws": torch.zeros(1, 3, 8)}, ("fixed", None, 1.0))
    key = recording_key(stage, inputs, (features,))
    same = StageInputs({"ws": torch.ones(1, 3, 8)}, inputs.settings)
    assert recording_key(stage, same, (Features(features.activation + 1, features.picture),)) == key
    batch = StageInputs({"ws": torch.zeros(2, 3, 8)}, inputs.settings)
    assert recording_key(stage, batch, (features,)) != key
    assert recording_key(stage, StageInputs(inputs.tensors, ()), (features,)) != key
    half = Features(features.activation.half(), features.picture)
    assert recording_key(stage, inputs, (half,)) != key
