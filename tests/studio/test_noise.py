"""Noise layer by layer, its standard deviation, and blends of classes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganstudio import open_model
from ganstudio.core.document import ClassBlend, ClassChoice, Document, LayerNoise, NoiseMode, NoiseSetting
from ganstudio.core.progress import JobState, JobStatus
from ganstudio.core.style_stages import BlockStage, noise_of
from ganstudio.engine.deviation import Deviation
from ganstudio.studio import class_blend, noise
from ganstudio.studio.noise import NoiseDeviation
from tests.studio.conftest import Running

LOUD = NoiseSetting(layers=(LayerNoise(1, strength=2.0), LayerNoise(3, seed=9)))


def test_only_layers_that_differ_are_spoken_of() -> None:
    assert noise.with_layer(LOUD, LayerNoise(1)).layers == (LayerNoise(3, seed=9),)
    assert noise.with_layer(LOUD, LayerNoise(0, on=False)).layers == (LayerNoise(0, on=False), *LOUD.layers)


def test_presets_keep_strengths_and_seeds() -> None:
    some = noise.only_in(LOUD, (1, 2), 4)
    assert noise.layers_on(some, 4) == (1, 2)
    assert some.of_layer(1).strength == 2.0
    assert some.of_layer(3) == LayerNoise(3, on=False, seed=9)
    assert noise.only_in(some, range(4), 4) == LOUD


def test_a_deviation_is_the_root_mean_square_over_channels() -> None:
    pictures = torch.randn(37, 3, 5, 6, generator=torch.Generator().manual_seed(0)) * 0.2 + 100.0
    deviation = Deviation()
    for part in pictures.split(8):
        deviation.add(part)
    expected = pictures.double().var(dim=0, correction=0).mean(dim=0).sqrt()
    assert deviation.count == 37
    torch.testing.assert_close(deviation.value(), expected, rtol=1e-9, atol=0)


def test_many_noises_follow_the_documents_seed() -> None:
    document = Document(noise=NoiseSetting(seed=2**32 - 1, strength=0.5, layers=(LayerNoise(1, strength=2.0, seed=4),)))
    noisy = noise.noisy_documents(document, 3)
    assert [each.noise.seed for each in noisy] == [2**32 - 1, 0, 1]
    assert {(e.noise.mode, e.noise.strength, e.noise.layers) for e in noisy} == {
        (NoiseMode.RANDOM, 0.5, (LayerNoise(1, strength=2.0),))
    }


@pytest.fixture
def noisy(run: Callable[[str | Path], Running], styled_model: Path) -> Running:
    running = run(styled_model)
    model = running.session.document.model.digest
    seen: list[JobStatus] = []

    def louder(backend):  # type: ignore[no-untyped-def]
        for layer in backend.model(model).generator.layers:
            layer.noise_strength.fill_(0.3)
        yield from ()

    running.session.add_job("Louder", louder, seen.append)
    running.until(lambda: bool(seen) and seen[-1].is_over)
    return running


def measured(running: Running, count: int) -> tuple[list[NoiseDeviation], JobStatus]:
    session, found, seen = running.session, [], []

    def watch(status: JobStatus) -> None:
        seen.append(status)
        if isinstance(status.progress.result, NoiseDeviation) and not status.is_over:
            found.append(status.progress.result)

    session.add_job("Deviation", noise.measuring_deviation(session.document, count, session.store), watch)
    running.until(lambda: bool(seen) and seen[-1].is_over)
    return found, seen[-1]


def test_the_deviation_of_noise_fills_in_and_is_where_noise_is(noisy: Running) -> None:
    found, last = measured(noisy, 30)
    assert last.state is JobState.DONE
    assert [each.count for each in found] == [12, 24, 30]
    assert found[-1].picture.shape == (32, 32, 3)
    assert found[-1].picture.max() == 255
    assert found[-1].largest > found[-1].mean > 0.001

    drawn = []
    for document in noise.noisy_documents(noisy.session.document, 30):
        noisy.session.change("Noise", "noise", document.noise)
        drawn.append(next(iter(noisy.settle().pictures.values())))
    bytes_apart = np.stack(drawn).astype(np.float64).var(axis=0).mean(axis=-1) ** 0.5
    assert np.abs(bytes_apart / 127.5 - found[-1].values).max() < 0.01


def test_without_noise_nothing_deviates(noisy: Running) -> None:
    noisy.session.change("Off", "noise", noise.only_in(NoiseSetting(), (), 7))
    found, _ = measured(noisy, 5)
    assert found[-1].largest == 0.0
    assert not found[-1].picture.any()


def test_a_layer_that_is_kept_still_does_not_turn(noisy: Running) -> None:
    def drawn(setting: NoiseSetting) -> np.ndarray[Any, Any]:
        noisy.session.change("Noise", "noise", setting)
        return next(iter(noisy.settle().pictures.values()))

    every = tuple(LayerNoise(i, still=True) for i in range(7))
    turned = {}
    for layers in ((), every[:6], every):
        begun = drawn(NoiseSetting(NoiseMode.RANDOM, 3, layers=layers))
        turned[len(layers)] = drawn(NoiseSetting(NoiseMode.RANDOM, 3, turn=0.3, layers=layers))
        assert np.array_equal(turned[len(layers)], begun) == (layers == every)
    assert not np.array_equal(turned[0], turned[6])
    assert noisy.session.model is not None
    generator = open_model(noisy.session.model.path).generator
    layer = next(stage for stage in generator.stages() if isinstance(stage, BlockStage)).layers[0]
    for layers in ((), every):
        settings = (NoiseSetting(NoiseMode.RANDOM, 3, turn=turn, layers=layers) for turn in (0.0, 0.3))
        first, second = (noise_of(layer, 0, setting, generator.device) for setting in settings)
        assert first is not None
        assert second is not None
        assert torch.equal(first, second) == (layers == every)


def test_shares_of_classes_sum_to_one() -> None:
    two = class_blend.with_another(((3, 1.0),), 10)
    assert two == ((3, 0.5), (0, 0.5))
    three = class_blend.with_another(class_blend.with_share(two, 0, 0.8), 10)
    assert [index for index, _ in three] == [3, 0, 1]
    assert sum(weight for _, weight in three) == pytest.approx(1.0, abs=1e-3)
    assert class_blend.with_share(two, 0, 1.0) == ((3, 1.0), (0, 0.0))
    assert class_blend.with_share(((3, 1.0), (0, 0.0), (1, 0.0)), 0, 0.5) == ((3, 0.5), (0, 0.25), (1, 0.25))
    assert class_blend.without(three, 0) == ((0, 0.2857), (1, 0.7143))


def test_a_blend_of_one_class_is_that_class() -> None:
    assert class_blend.value_of(((4, 1.0),)) == ClassChoice(4)
    assert class_blend.value_of(((4, 0.5), (5, 0.5))) == ClassBlend(((4, 0.5), (5, 0.5)))
    assert class_blend.parts_of(ClassChoice(4)) == ((4, 1.0),)
    assert class_blend.parts_of(None) == ()
    assert class_blend.with_class(((4, 0.5), (5, 0.5)), 1, 7) == ((4, 0.5), (7, 0.5))
