"""The loop: what it yields, leaves behind, obeys, and continues from."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganstudio
from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.core.files import DiskFullError
from ganstudio.engine.model import open_model
from ganstudio.training.events import Evaluated, Event, Finished, Paused, Samples, Saved, Snapshot, Step
from ganstudio.training.loop import Loop, no_evaluation, train
from ganstudio.training.options import TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.state import BrokenStateError, digest, read_progress
from ganstudio.training.trainer import Trainer
from tests.training.conftest import BATCH, MakeRun, tiny_feed

ALONE = Processes(0, 1, torch.device("cpu"))
EACH_RECIPE = pytest.mark.parametrize("architecture", ["dcgan", "stylegan2"])


def go(run: RunFolder) -> Iterator[Event]:
    return train(run, tiny_feed(run.options), ALONE)


def state_of(run: RunFolder) -> str:
    loop = Loop(run, tiny_feed(run.options), ALONE, no_evaluation)
    return digest(loop.trainer.recipe, loop.trainer.averages)


def test_a_run_leaves_everything_in_its_folder(make_run: MakeRun) -> None:
    run = make_run()
    events = list(go(run))
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.images_seen for step in steps] == [BATCH * i for i in range(1, 9)]
    assert set(steps[0].losses) >= {"Dmain/real", "Dmain/fake"}
    assert all(norm > 0 for step in steps for norm in step.gradient_norms.values())
    assert [e.images_seen for e in events if isinstance(e, Samples)] == [0, 16, 32]
    assert [e.images_seen for e in events if isinstance(e, Snapshot)] == [16, 32]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "all images were seen"
    assert [int(path.stem) for path in run.saved_checkpoints()] == [16, 24, 32]
    assert not run.lock_file.exists()
    with Image.open(run.samples / "000000032.png") as sheet:
        assert sheet.size == (6 * 16, 6 * 16)
    logged = [line["images_seen"] for line in run.read_log() if line["event"] == "Step"]
    assert logged == [step.images_seen for step in steps]
    model = ganstudio.open_model(run.model_file, "cpu")
    assert model.sample([0]).shape == (1, 3, 16, 16)
    kept = read_checkpoint(run.model_file, NETWORKS)
    assert set(kept.tensors) == set(NETWORKS)
    snapshot = read_checkpoint(run.snapshot_file(16))
    assert snapshot.config == model.config


@EACH_RECIPE
def test_a_run_that_was_stopped_and_resumed_equals_one_that_was_not(make_run: MakeRun, architecture: str) -> None:
    whole = make_run("whole", architecture=architecture, images=6 * BATCH)
    list(go(whole))
    parts = make_run("parts", architecture=architecture, images=6 * BATCH)
    for _ in range(3):
        events = go(parts)
        for event in events:
            if isinstance(event, Step):
                parts.command("stop")
        stopped = list(parts.read_log())[-1]
        assert stopped["reason"] == "stopped"
    list(go(parts))
    assert parts.saved_checkpoints()[-1].name == whole.saved_checkpoints()[-1].name
    assert state_of(parts) == state_of(whole)
    assert parts.model_file.read_bytes() == whole.model_file.read_bytes()


def test_a_run_that_lost_its_last_steps_repeats_them(make_run: MakeRun) -> None:
    whole, broken = make_run("whole"), make_run("broken")
    list(go(whole))
    events = go(broken)
    for event in events:
        if isinstance(event, Step) and event.step == 5:
            break
    events.close()  # type: ignore[attr-defined]
    assert [int(path.stem) for path in broken.saved_checkpoints()] == [8, 16]
    steps = [event.step for event in go(broken) if isinstance(event, Step)]
    assert steps == [5, 6, 7, 8]
    assert state_of(broken) == state_of(whole)


def test_seeds_decide_runs(make_run: MakeRun) -> None:
    same = [make_run(name, seed=seed, images=2 * BATCH) for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    for run in same:
        list(go(run))
    states = [state_of(run) for run in same]
    assert states[0] == states[1] != states[2]


def test_pause_saves_and_waits(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            run.command("snapshot")
        if len(waits) == 6:
            run.command("resume")

    monkeypatch.setattr("ganstudio.training.loop.time.sleep", sleep)
    seen: list[Event] = []
    for event in go(run):
        seen.append(event)
        if isinstance(event, Step) and event.step == 3:
            run.command("pause")
    kinds = [type(event) for event in seen]
    paused = kinds.index(Paused)
    assert kinds[paused - 1] is Saved
    assert len(waits) == 6
    assert kinds[paused + 1] is Snapshot
    assert isinstance(seen[-1], Finished)
    assert sum(kind is Step for kind in kinds) == 8


def test_metrics_are_measured_and_the_best_checkpoint_kept(make_run: MakeRun) -> None:
    run = make_run(evaluate_every=2 * BATCH, images=12 * BATCH)
    values = iter([9.0, 2.0, 5.0, 4.0, 3.0, 6.0])

    def evaluate(trainer: Trainer) -> Iterator[Evaluated]:
        yield Evaluated(trainer.images_seen, "frechet-vgg16", next(values), 0.1, 100, "vgg16")

    list(train(run, tiny_feed(run.options), ALONE, evaluate))
    assert [int(path.stem) for path in run.saved_checkpoints()] == [16, 32, 40, 48]


def test_the_best_is_kept_between_checkpoints_and_may_be_the_largest(make_run: MakeRun) -> None:
    run = make_run(evaluate_every=3 * BATCH, images=12 * BATCH, checkpoint_every=4 * BATCH)
    values = iter([0.2, 0.7, 0.4, 0.5])

    def evaluate(trainer: Trainer) -> Iterator[Evaluated]:
        yield Evaluated(trainer.images_seen, "recall-vgg16", next(values), 0.1, 100, "vgg16", larger_is_better=True)
        yield Evaluated(trainer.images_seen, "frechet-vgg16", 0.0, 0.1, 100, "vgg16")

    events = list(train(run, tiny_feed(run.options), ALONE, evaluate))
    saved = [event.images_seen for event in events if isinstance(event, Saved)]
    assert saved == [12, 16, 24, 32, 48]
    assert [int(path.stem) for path in run.saved_checkpoints()] == [24, 32, 48]
    loop = Loop(run, tiny_feed(run.options), ALONE)
    assert loop.trainer.best == {"value": 0.7, "images_seen": 24.0}


def test_commands_of_the_control_file_are_carried_out(make_run: MakeRun) -> None:
    run = make_run()

    def evaluate(trainer: Trainer) -> Iterator[Evaluated]:
        yield Evaluated(trainer.images_seen, "frechet-vgg16", 1.0, 0.1, 100, "vgg16")

    seen: list[Event] = []
    for event in train(run, tiny_feed(run.options), ALONE, evaluate):
        seen.append(event)
        if isinstance(event, Step) and event.step in (1, 3, 5):
            run.command({1: "evaluate", 3: "snapshot", 5: "stop"}[event.step])
    assert [(type(e), e.images_seen) for e in seen if isinstance(e, (Evaluated, Snapshot, Finished))] == [
        (Evaluated, 4), (Snapshot, 12), (Snapshot, 16), (Finished, 20),
    ]  # fmt: skip


def test_changed_data_are_noticed(make_run: MakeRun) -> None:
    run = make_run()
    run.command("stop")
    list(train(run, tiny_feed(run.options), ALONE))
    with pytest.raises(TrainingOptionsError, match=r"have changed since the run began \(24 pictures then, 25 now\)"):
        list(train(run, tiny_feed(run.options, count=25), ALONE))


def test_a_damaged_checkpoint_is_named(make_run: MakeRun) -> None:
    run = make_run()
    list(go(run))
    latest = run.saved_checkpoints()[-1]
    assert read_progress(latest).images_seen == 32
    latest.write_bytes(latest.read_bytes()[:1000])
    with pytest.raises(BrokenStateError, match=f"{latest.name} is damaged"):
        state_of(run)
    latest.write_bytes(run.model_file.read_bytes())
    with pytest.raises(BrokenStateError, match="holds a model, not the state of a run"):
        state_of(run)


def test_a_full_disk_keeps_the_checkpoint_before(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, run = make_run("whole"), make_run()
    list(go(whole))

    def fill_up_after_step_seven() -> None:
        for event in go(run):
            if isinstance(event, Step) and event.step == 7:
                monkeypatch.setattr("ganstudio.core.files.SPARE", 1 << 60)

    with pytest.raises(DiskFullError):
        fill_up_after_step_seven()
    failed = list(run.read_log())[-1]
    assert failed["event"] == "Failed"
    assert "has no room" in failed["reason"]
    monkeypatch.undo()
    assert [int(path.stem) for path in run.saved_checkpoints()] == [8, 16, 24]
    list(go(run))
    assert state_of(run) == state_of(whole)


def test_a_run_can_start_from_a_model_and_keep_the_discriminators_first_layers(make_run: MakeRun) -> None:
    first = make_run("first")
    list(go(first))
    source = read_checkpoint(first.model_file, NETWORKS)
    second = make_run("second", start_from=first.model_file, freeze_layers=1, images=2 * BATCH)
    trainer = Trainer(second.options, tiny_feed(second.options), ALONE)
    for name, module in trainer.recipe.networks().items():
        for key, tensor in module.state_dict().items():
            torch.testing.assert_close(tensor, source.tensors[name][key].to(tensor.dtype), msg=key)
    before = {k: v.clone() for k, v in trainer.recipe.networks()["discriminator"].named_parameters()}
    trainer.step()
    after = dict(trainer.recipe.networks()["discriminator"].named_parameters())
    moved = {name for name in after if not torch.equal(after[name], before[name])}
    assert moved == before.keys() - {"main.0.weight"}
    with pytest.raises(TrainingOptionsError, match="needs a stylegan2"):
        Trainer(dataclasses.replace(second.options, architecture="stylegan2"), tiny_feed(second.options), ALONE)
    other = dataclasses.replace(second.options, recipe={"generator_width": 6})
    with pytest.raises(TrainingOptionsError, match="does not fit this run's generator"):
        Trainer(other, tiny_feed(second.options), ALONE)


@pytest.mark.parametrize("architecture", ["dcgan", "stylegan2"])
def test_a_checkpoint_of_a_run_opens_like_a_model_and_another_run_can_start_from_it(
    make_run: MakeRun, architecture: str
) -> None:
    first = make_run("first", architecture=architecture)
    list(go(first))
    model = read_checkpoint(first.model_file, NETWORKS)
    state = read_checkpoint(first.saved_checkpoints()[-1], NETWORKS)
    assert (state.config, state.configs, state.provenance) == (model.config, model.configs, model.provenance)
    assert "optimizer" in state.report.ignored
    for name in NETWORKS:
        for key, tensor in model.tensors[name].items():
            torch.testing.assert_close(state.tensors[name][key].to(tensor.dtype), tensor, msg=key)
    sampled = open_model(first.saved_checkpoints()[-1]).sample([3])
    torch.testing.assert_close(sampled, open_model(first.model_file).sample([3]), atol=0.02, rtol=0.0)
    second = make_run("second", architecture=architecture, start_from=first.saved_checkpoints()[-1])
    trainer = Trainer(second.options, tiny_feed(second.options), ALONE)
    for name, parameter in trainer.recipe.networks()["discriminator"].named_parameters():
        assert torch.equal(parameter, state.tensors["discriminator"][name]), name


def test_accumulation_equals_one_whole_batch_without_batch_statistics(make_run: MakeRun) -> None:
    whole = make_run("whole", architecture="stylegan2", recipe={"batch": 8, "mbstd_group": 4, "g_reg_interval": 0})
    split = dataclasses.replace(whole.options, accumulate=2)
    trainers = [Trainer(options, tiny_feed(options), ALONE) for options in (whole.options, split)]
    for trainer in trainers:
        trainer.step()
    for one, other in zip(
        trainers[0].recipe.networks()["discriminator"].parameters(),
        trainers[1].recipe.networks()["discriminator"].parameters(),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_the_pictures_of_a_step_do_not_depend_on_how_they_are_dealt_out() -> None:
    from tests.training.conftest import tiny_options

    options = tiny_options(recipe={"batch": 8}, mirror=True)
    whole = Trainer(options, tiny_feed(options), ALONE)._batches()[0]
    parts = Trainer(dataclasses.replace(options, accumulate=2), tiny_feed(options), ALONE)._batches()
    for part, batch in enumerate(parts):
        assert torch.equal(batch.images, whole.images[part::2])
        assert torch.equal(batch.draws.normal("z", 5), whole.draws.normal("z", 5)[part::2])
        assert batch.draws.count == 4


def test_options_are_stored_as_json(make_run: MakeRun) -> None:
    run = make_run(start_from=Path("old.pkl"))
    stored = json.loads(run.options_file.read_text(encoding="utf-8"))
    assert stored["preset"] == "tiny"
    assert stored["start_from"] == "old.pkl"
    assert np.isclose(run.options.images, 32)
