"""The doctor: every diagnosis is made on a run that was made to have the illness, none on a healthy one."""

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganstudio.architectures import cards
from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.store import Array
from ganstudio.data.images import ArrayPictures, PictureOptions, open_pictures
from ganstudio.data.loading import BatchLoader
from ganstudio.studio.doctor import examine, examined
from ganstudio.studio.doctor_case import Case, case_of, draws
from ganstudio.studio.doctor_changes import (
    calmer,
    changed,
    more_augmentation,
    more_pictures,
    more_variety,
    stronger_judge,
    stronger_signal,
    weaker_judge,
)
from ganstudio.studio.doctor_findings import Change, Finding, Illness, Severity
from ganstudio.studio.run_watch import Curve, RunWatch
from ganstudio.studio.teaching_data import DIGITS
from ganstudio.studio.training_metrics import scheduled_metrics
from ganstudio.training.events import Evaluated
from ganstudio.training.loop import train
from ganstudio.training.options import TrainingOptions, TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.trainer import Trainer

BATCH = 32
SMALL = {
    "batch": BATCH, "z_dim": 8, "generator_widths": (32, 48), "discriminator_widths": (64, 32), "dropout": 0.0,
}  # fmt: skip
HEALTHY = {"discriminator_lr": 0.0008, "generator_lr": 0.0004, "dropout": 0.2, "beta1": 0.0}
ALONE = Processes(0, 1, torch.device("cpu"))
FILES = Path(__file__).parent / "files"
Evaluation = Callable[[Trainer], Iterator[Evaluated]]


@cache
def digits() -> Array:
    return open_pictures(DIGITS, PictureOptions()).reader().read(range(1700)).pixels


def measure_nothing(_: Trainer) -> Iterator[Evaluated]:
    yield from ()


@pytest.fixture
def trained(tmp_path: Path) -> Callable[..., RunWatch]:
    """Trains a small perceptron GAN on digits through the real engine and returns its watch."""

    def make(steps: int, recipe: dict[str, Any], count: int = 1500, evaluate: Evaluation = measure_nothing,
             **more: Any) -> RunWatch:  # fmt: skip
        options = TrainingOptions(
            "gan", "digits", images=steps * BATCH, preset="non-saturating", recipe={**SMALL, **recipe},
            channels_last=False, judge_every=10 * BATCH, **{"sample_every": 10**6, **more},
        )  # fmt: skip
        run = RunFolder.create(tmp_path / "run", options)
        feeds = [BatchLoader(ArrayPictures(part), BATCH, 0) for part in (digits()[:count], digits()[1500:])]
        try:
            for _ in train(run, feeds[0], ALONE, evaluate, 1, feeds[1]):
                pass
        except StudioError:
            pass  # it is in the log, where the doctor reads it
        watch = RunWatch(run.path)
        watch.refresh()
        return watch

    return make


Trained = Callable[..., RunWatch]


def only(watch: RunWatch, illness: Illness) -> Finding:
    """The finding of an illness, which is the gravest one."""
    found = examined(watch)
    assert found
    assert found[0].illness is illness, [f.illness for f in found]
    assert all(f.words and f.title for f in found)
    for evidence in found[0].evidence:
        assert len(evidence.x) == len(evidence.y)
        assert np.isfinite(evidence.y).all()
    return found[0]


def test_a_healthy_run_has_no_findings(trained: Trained) -> None:
    watch = trained(300, HEALTHY)
    assert case_of(watch).steps == 300
    assert examined(watch) == ()


@pytest.mark.parametrize("name", ["healthy-gan-digits", "healthy-progan-growing", "healthy-stylegan2-faces"])
def test_healthy_longer_runs_have_no_findings_at_any_time(name: str, tmp_path: Path) -> None:
    lines = (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    run = RunFolder(tmp_path)
    run.options_file.write_text(lines[0], encoding="utf-8")
    for share in (0.3, 0.6, 1.0):
        run.log_file.write_text("\n".join(lines[1 : int(len(lines) * share)]) + "\n", encoding="utf-8")
        watch = RunWatch(run.path)
        watch.refresh()
        case = case_of(watch)
        assert case.options is not None
        assert case.steps >= 50
        assert case.judging_phase() is not None
        assert case.generating_phase() is not None
        assert examine(case) == ()


def test_a_network_that_has_only_begun_is_left_in_peace(trained: Trained) -> None:
    assert examined(trained(20, {"discriminator_lr": 0.01})) == ()


def test_vanishing_gradients(trained: Trained) -> None:
    rates = {"discriminator_lr": 0.004, "generator_lr": 0.0001}
    found = only(trained(250, {"game": "minimax", **rates}), Illness.VANISHING)
    assert found.severity is Severity.GRAVE
    assert found.change is not None
    assert found.change.recipe == {"game": "non-saturating"}
    norm, ratio = found.evidence
    assert norm.bound is not None
    assert norm.value < norm.bound < float(norm.y.max()) / 50
    assert ratio.value < 0.01


def test_a_discriminator_that_wins(trained: Trained) -> None:
    found = only(trained(250, {"discriminator_lr": 0.004, "generator_lr": 0.00001}), Illness.STRONG_JUDGE)
    assert [evidence.title for evidence in found.evidence[1:]] == ["mean logit, real", "mean logit, fake"]
    assert found.evidence[1].value > 5.0 > -5.0 > found.evidence[2].value
    assert found.change is not None
    assert found.change.recipe == {"dropout": 0.2, "discriminator_lr": 0.002}


def test_a_discriminator_that_is_lost(trained: Trained) -> None:
    found = only(trained(200, {"discriminator_lr": 1e-6, "generator_lr": 0.003}), Illness.WEAK_JUDGE)
    assert found.evidence[0].value > 1.1
    assert found.change is not None
    assert found.change.recipe == {"discriminator_lr": 2e-6, "generator_lr": 0.0015}


def test_exploding_gradients_and_scores_without_bound(trained: Trained) -> None:
    rates = {"discriminator_lr": 0.02, "generator_lr": 0.02}
    watch = trained(250, {"game": "wasserstein", **rates})
    found = {finding.illness: finding for finding in examined(watch)}
    assert set(found) == {Illness.DIVERGENCE, Illness.EXPLODING}
    exploding = found[Illness.EXPLODING]
    assert exploding.evidence[0].bound is not None
    assert exploding.evidence[0].value > exploding.evidence[0].bound
    assert exploding.change is not None
    assert exploding.change.recipe == {"generator_lr": 0.006, "discriminator_lr": 0.006}


def test_a_run_that_ended_with_numbers_that_are_none(trained: Trained) -> None:
    found = only(trained(50, {"game": "least-squares", "discriminator_lr": 1e18, "generator_lr": 1e18}),
                 Illness.DIVERGENCE)  # fmt: skip
    assert "is not a finite number" in found.words
    assert found.severity is Severity.GRAVE


def test_overfitting_and_few_pictures(trained: Trained) -> None:
    watch = trained(350, {"discriminator_lr": 0.003, "generator_lr": 0.0005}, count=32)
    found = only(watch, Illness.OVERFITTING)
    assert found.evidence[0].title == "r_v"
    assert 0.5 < found.evidence[0].value <= 1.5
    few = examined(watch)[-1]
    assert few.illness is Illness.SMALL_DATA
    assert "32 pictures, and each was shown 350 times" in few.words
    assert few.change is not None


def test_few_pictures_are_no_matter_at_first(trained: Trained) -> None:
    assert examined(trained(80, HEALTHY, count=600)) == ()


def distance_of_means(trainer: Trainer) -> Iterator[Evaluated]:
    """A metric that is soon as good as it gets: the distance of mean pictures."""
    with torch.no_grad():
        mean = trainer.recipe.networks()["generator"](torch.randn(256, 8, generator=torch.Generator().manual_seed(0)))
    real = digits()[:1500].astype(np.float32).mean(axis=0) / 127.5 - 1.0
    distance = float(np.abs(mean.mean(dim=0).numpy() - real).mean())
    yield Evaluated(trainer.images_seen, "distance of means", distance, 0.0, 256, "none")


def test_a_plateau(trained: Trained) -> None:
    more = {"evaluate_every": 20 * BATCH, "metrics": ("distance of means",)}
    resting = {**HEALTHY, "generator_lr": 1e-7, "discriminator_lr": 1e-7}
    watch = trained(160, resting, evaluate=distance_of_means, **more)
    found = next(finding for finding in examined(watch) if finding.illness is Illness.PLATEAU)
    assert len(found.evidence[0].x) == 8
    assert "The best distance of means is" in found.words


def test_a_metric_that_gets_better_is_no_plateau(trained: Trained) -> None:
    more = {"evaluate_every": 10 * BATCH, "metrics": ("distance of means",)}
    watch = trained(80, HEALTHY, evaluate=distance_of_means, **more)
    assert len(watch.curves["metrics/distance of means"]) == 8
    assert examined(watch) == ()


CHANGES = (calmer, weaker_judge, stronger_judge, stronger_signal, more_augmentation, more_pictures, more_variety)


@pytest.mark.parametrize("architecture", sorted(name for name, card in cards().items() if card.recipe is not None))
def test_changes_only_name_options_that_the_recipe_has(architecture: str) -> None:
    card = cards()[architecture].recipe
    assert card is not None
    for preset in card.presets:
        options = TrainingOptions(architecture, "pictures", preset=preset)
        case = Case({}, options, dataclasses.asdict(options.recipe_options()), pictures=50, resolution=16)
        assert calmer(case) is not None
        for change in (make(case) for make in CHANGES):
            if change is not None:
                after = changed(options, change)
                assert after.recipe_options() != options.recipe_options() or after.mirror != options.mirror
                assert change.words


def test_changes_against_overfitting_begin_with_augmentation() -> None:
    options = TrainingOptions("stylegan2", "pictures", preset="tiny")
    case = Case({}, options, dataclasses.asdict(options.recipe_options()))
    assert more_augmentation(case) == Change("Adaptive augmentation (ADA)", {"augment": "ada"})
    with_ada = Case({}, options, {**case.recipe, "augment": "ada"}, pictures=40, images_seen=4000)
    assert more_augmentation(with_ada) == Change("Pictures are also shown mirrored", {}, {"mirror": True})
    assert [finding.severity for finding in examine(with_ada)] == [Severity.NOTE]
    weaker = weaker_judge(dataclasses.replace(with_ada, resolution=64))
    assert weaker is not None
    assert weaker.recipe == {"r1_gamma": pytest.approx(4 * 0.0002 * 64**2 / 4, rel=0.01)}


def test_a_run_goes_on_with_changed_options(trained: Trained) -> None:
    watch = trained(30, HEALTHY)
    before = watch.run.options
    change = Change("Slower, for longer", {"generator_lr": 1e-5, "game": "minimax"}, {"images": 40 * BATCH})
    watch.run.replace_options(changed(before, change))
    for _ in train(watch.run, BatchLoader(ArrayPictures(digits()[:1500]), BATCH, 0), ALONE, threads=1,
                   held_out=BatchLoader(ArrayPictures(digits()[1500:]), BATCH, 0)):  # fmt: skip
        pass
    watch.refresh()
    rates = watch.curves["learning_rates/generator"]
    assert dict(zip(rates.images_seen.tolist(), rates.values.tolist(), strict=True)) == {
        BATCH * step: 0.0004 if step <= 30 else 1e-5 for step in range(1, 41)
    }
    assert watch.curves["losses/G/loss"].values[29] > 0 > watch.curves["losses/G/loss"].values[30]  # the other game


def test_augmentation_can_be_added_to_a_run(tmp_path: Path) -> None:
    """What the checkpoint knows nothing of begins as it is built."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 3, 32, 32), dtype=np.uint8)
    options = TrainingOptions("stylegan2", "pictures", images=8, preset="tiny", channels_last=False)
    run = RunFolder.create(tmp_path / "run", options)
    for images in (8, 16):
        for _ in train(run, BatchLoader(ArrayPictures(pixels), 4, 0), ALONE, threads=1):
            pass
        change = Change("Augmentation", {"augment": "ada", "ada_interval": 1}, {"images": images * 2})
        run.replace_options(changed(options, change))
    watch = RunWatch(run.path)
    watch.refresh()
    assert watch.curves["read_outs/augment_p"].images_seen.tolist() == [12, 16]


def test_an_impossible_change_is_refused() -> None:
    with pytest.raises(TrainingOptionsError, match="no option 'warp'"):
        changed(TrainingOptions("dcgan", "pictures", preset="tiny"), Change("Warp", {"warp": 9}))


def test_who_draws_nothing_of_its_own_is_not_told_about_a_discriminator() -> None:
    curves = {name: Curve() for name in ("losses/Dmain/real", "losses/Dmain/fake", "gradient_norms/Encode")}
    logits = {f"observed/Dmain/logits_{word}": Curve() for word in ("real", "fake")}
    for at in range(60):
        for curve in (*curves.values(), *logits.values()):
            curve.append(at + 1, 0.001)
    case = Case({**curves, **logits}, recipe={"game": "non-saturating"}, pictures=50, images_seen=100_000)
    found = {finding.illness for finding in examine(case)}
    assert {Illness.STRONG_JUDGE, Illness.SMALL_DATA} <= found
    assert examine(dataclasses.replace(case, plays=False)) == ()
    assert draws("dcgan")
    assert not draws("encoder")
    assert not draws("srgan")
    options = TrainingOptions(data="pictures", architecture="srgan", metrics=("frechet-vgg16",))
    with pytest.raises(WrongInputError, match="no pictures of its own"):
        scheduled_metrics(options, ArrayPictures(np.zeros((4, 3, 16, 16), np.uint8)))
