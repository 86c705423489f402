"""Incremental synthesis: what runs, in which order, and what comes first."""

import dataclasses

import numpy as np
import pytest
import torch

from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring
from ganstudio.architectures.stylegan2.stages import StyleGAN2Generator
from ganstudio.core.document import Document, FrozenMap, LatentPoint, NoiseMode, NoiseSetting, StyleSource
from ganstudio.core.errors import DeviceMemoryError
from ganstudio.core.frame import Previews
from ganstudio.core.generator import Features, Stage, StageInputs
from ganstudio.core.store import Store
from ganstudio.engine.synthesis import IncrementalSynthesis, run_eagerly

DOCUMENT = Document(inputs=FrozenMap({"z": LatentPoint(5.0, 0.0)}))
CONFIG = StyleGAN2Config(z_dim=8, w_dim=8, channels=(8, 8, 8, 8, 8, 6), mapping_layers=1)


@pytest.fixture
def synthesis() -> IncrementalSynthesis:
    generator = StyleGAN2Generator(CONFIG)
    for layer in generator.layers:
        layer.noise_strength.fill_(0.1)
    return IncrementalSynthesis(generator, Store(), previews=Previews(after_ms=-1.0))


def ran(synthesis: IncrementalSynthesis, document: Document) -> tuple[str, ...]:
    return list(synthesis.render(document))[-1].stages_run


def test_a_fine_change_runs_fine_stages_only(synthesis: IncrementalSynthesis) -> None:
    ran(synthesis, DOCUMENT)
    source = LatentPoint(6.0, 0.0)
    for first_row, first_block in ((11, "b128"), (10, "b128"), (9, "b64"), (8, "b64"), (7, "b32"), (0, "b4")):
        weights = (0.0,) * first_row + (1.0,) * (12 - first_row)
        mixed = dataclasses.replace(DOCUMENT, mixing=(StyleSource(source, weights),))
        stages = ran(synthesis, mixed)
        names = [name for name in stages if name.startswith("b")]
        assert names[0] == first_block, first_row
        assert names[-1] == "b128"
        ran(synthesis, DOCUMENT)


def test_turning_the_label_of_a_noise_seed_alone_runs_nothing_with_constant_noise(
    synthesis: IncrementalSynthesis,
) -> None:
    ran(synthesis, DOCUMENT)
    assert ran(synthesis, dataclasses.replace(DOCUMENT, noise=NoiseSetting(seed=9))) == ()
    assert "b4" in ran(synthesis, dataclasses.replace(DOCUMENT, noise=NoiseSetting(NoiseMode.RANDOM, seed=9)))
    assert "b4" in ran(synthesis, dataclasses.replace(DOCUMENT, noise=NoiseSetting(NoiseMode.RANDOM, seed=10)))


def test_psi_leaves_the_mapping_alone(synthesis: IncrementalSynthesis) -> None:
    ran(synthesis, DOCUMENT)
    stages = ran(synthesis, dataclasses.replace(DOCUMENT, psi=0.5))
    assert "mapping" not in stages
    assert stages[0] == "styles"


def test_a_preview_comes_before_the_full_picture(synthesis: IncrementalSynthesis) -> None:
    preview, full = synthesis.render(DOCUMENT)
    assert preview.preview
    assert not full.preview
    assert preview.pictures["picture"].shape == (64, 64, 3)
    assert full.pictures["picture"].shape == (128, 128, 3)
    assert preview.stages_run == full.stages_run[:-1]
    again = list(synthesis.render(DOCUMENT))
    assert len(again) == 1
    np.testing.assert_array_equal(again[0].pictures["picture"], full.pictures["picture"])


def test_previews_are_as_wide_as_they_are_wanted() -> None:
    generator = StyleGAN2Generator(CONFIG)
    small = next(iter(IncrementalSynthesis(generator, Store(), previews=Previews(32, -1.0)).render(DOCUMENT)))
    assert small.preview
    assert small.pictures["picture"].shape == (32, 32, 3)
    (only,) = IncrementalSynthesis(generator, Store(), previews=Previews(0, -1.0)).render(DOCUMENT)
    assert not only.preview


def test_no_preview_where_the_rest_is_quick_or_has_no_picture() -> None:
    quick = IncrementalSynthesis(StyleGAN2Generator(CONFIG), Store(), previews=Previews(after_ms=1e9))
    list(quick.render(DOCUMENT))
    assert len(list(quick.render(dataclasses.replace(DOCUMENT, psi=0.3)))) == 1
    residual = StyleGAN2Generator(dataclasses.replace(CONFIG, architecture=Wiring.RESIDUAL))
    assert len(list(IncrementalSynthesis(residual, Store(), previews=Previews(after_ms=-1.0)).render(DOCUMENT))) == 1


def test_stopping_after_the_preview_keeps_what_was_computed(synthesis: IncrementalSynthesis) -> None:
    frames = synthesis.render(DOCUMENT)
    assert next(frames).preview
    frames.close()  # type: ignore[attr-defined]
    assert ran(synthesis, DOCUMENT) == ("b128",)


def test_gradients_stay_on_between_two_pictures(synthesis: IncrementalSynthesis) -> None:
    frames = synthesis.render(DOCUMENT)
    assert next(frames).preview
    assert torch.is_grad_enabled()
    other = synthesis.render(DOCUMENT)
    next(other)
    assert torch.is_grad_enabled()
    assert not synthesis.kept["b64"].features.activation.requires_grad


def test_exhausted_memory_is_said_and_recovered_from() -> None:
    fail = [True]

    def runner(stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        if fail[0] and stage.name == "b16":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return run_eagerly(stage, inputs, needed)

    synthesis = IncrementalSynthesis(StyleGAN2Generator(CONFIG), Store(), runner=runner)
    with pytest.raises(DeviceMemoryError, match="open a smaller model"):
        list(synthesis.render(DOCUMENT))
    assert synthesis.kept == {}
    fail[0] = False
    assert not list(synthesis.render(DOCUMENT))[-1].preview


def test_other_errors_are_not_taken_for_exhausted_memory() -> None:
    def runner(stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        list(IncrementalSynthesis(StyleGAN2Generator(CONFIG), Store(), runner=runner).render(DOCUMENT))


def test_the_budget_drops_the_largest_results_first(synthesis: IncrementalSynthesis) -> None:
    ran(synthesis, DOCUMENT)
    everything = {name: kept.features.bytes_held() for name, kept in synthesis.kept.items()}
    synthesis.budget = sum(everything.values()) - everything["b64"]
    ran(synthesis, dataclasses.replace(DOCUMENT, psi=0.9))
    assert synthesis.kept.keys() == everything.keys() - {"b64"}


def test_a_refinement_nobody_waits_for_is_given_up(synthesis: IncrementalSynthesis) -> None:
    asked: list[bool] = []

    def stale() -> bool:
        asked.append(True)
        return True

    (only,) = synthesis.render(DOCUMENT, stale)
    assert only.preview
    assert asked == [True]
    plain = IncrementalSynthesis(StyleGAN2Generator(dataclasses.replace(CONFIG, architecture=Wiring.RESIDUAL)), Store())
    assert [frame.preview for frame in plain.render(DOCUMENT, stale)] == [False]


@pytest.mark.parametrize("wiring", [Wiring.ORIGINAL, Wiring.RESIDUAL])
def test_where_colours_come_last_they_are_guessed_from_pictures_close_by(wiring: Wiring) -> None:
    torch.manual_seed(0)
    generator = StyleGAN2Generator(dataclasses.replace(CONFIG, architecture=wiring))
    synthesis = IncrementalSynthesis(generator, Store(), previews=Previews(after_ms=-1.0))
    assert [frame.preview for frame in synthesis.render(DOCUMENT)] == [False]
    other = dataclasses.replace(DOCUMENT, inputs=FrozenMap({"z": LatentPoint(5.05, 0.0)}))
    preview, full = synthesis.render(other)
    assert preview.preview
    guessed, drawn = preview.pictures["picture"], full.pictures["picture"]
    assert guessed.shape == (64, 64, 3)
    small = drawn.reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(guessed - small).mean() < 0.5 * np.abs(small - small.mean(axis=(0, 1))).mean()
    third = dataclasses.replace(DOCUMENT, inputs=FrozenMap({"z": LatentPoint(9.0, 0.0)}))
    assert [frame.preview for frame in synthesis.render(third, lambda: True)] == [True]
