"""Held-out pictures: histograms of logits over a run, and an augmentation that follows r_v."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from ganstudio.losses.schedules import overfitting_against_held_out
from ganstudio.training.events import Event, Logits, Step
from ganstudio.training.judging import LogitsOfStep, crossed, r_v_of, rows_to_judge
from ganstudio.training.loop import Loop, train
from ganstudio.training.options import TrainingOptionsError
from ganstudio.training.parallel import Processes
from ganstudio.training.run import RunFolder
from ganstudio.training.state import digest
from ganstudio.training.trainer import Trainer
from tests.training.conftest import BATCH, MakeRun, tiny_feed, tiny_held_out

ALONE = Processes(0, 1, torch.device("cpu"))
R_V: dict[str, Any] = {
    "architecture": "stylegan2",
    "preset": "tiny-ada",
    "recipe": {"overfitting": "r_v", "ada_interval": 2, "ada_images": 200},
}


def go(run: RunFolder) -> Iterator[Event]:
    return train(run, tiny_feed(run.options), ALONE, held_out=tiny_held_out(run.options))


def state_of(run: RunFolder) -> str:
    loop = Loop(run, tiny_feed(run.options), ALONE, held_out=tiny_held_out(run.options))
    return digest(loop.trainer.recipe, loop.trainer.averages)


@pytest.mark.parametrize(
    ("architecture", "held_out"), [("gan", 4), ("dcgan", 0), ("progan", 4), ("stylegan", 4), ("stylegan2", 4)]
)
def test_logits_are_noted_on_their_schedule(make_run: MakeRun, architecture: str, held_out: int) -> None:
    run = make_run(architecture=architecture, judge_every=3 * BATCH, recipe={"batch": BATCH})
    seen = [event for event in go(run) if isinstance(event, Logits)]
    assert [event.images_seen for event in seen] == [12, 24]
    kinds = {"real", "fake", "held_out"} if held_out else {"real", "fake"}
    for event in seen:
        assert event.counts.keys() == event.means.keys() == kinds
        assert {kind: sum(counts) for kind, counts in event.counts.items()} == dict.fromkeys(kinds, BATCH)
        assert all(event.low <= mean <= event.high for mean in event.means.values())
        assert event.r_v == r_v_of(event.means)
    logged = [line for line in run.read_log() if line["event"] == "Logits"]
    assert [line["counts"]["real"] for line in logged] == [list(event.counts["real"]) for event in seen]


def test_a_histogram_counts_every_logit_once() -> None:
    logits = LogitsOfStep()
    logits.take({"logits_real": torch.tensor([[3.0], [1.0]]), "sign_real": torch.ones(2, 1)})
    logits.take({"logits_real": torch.tensor([5.0, float("nan")]), "logits_fake": torch.tensor([-1.0, -1.0])})
    logits.take({"logits_held_out": torch.tensor([1.0])})
    event = logits.event(96, ALONE)
    assert (event.low, event.high) == (-1.0, 5.0)
    assert [i for i, count in enumerate(event.counts["real"]) for _ in range(count)] == [16, 32, 47]
    assert event.counts["fake"][0] == 2
    assert event.means == {"real": 3.0, "fake": -1.0, "held_out": 1.0}
    assert event.r_v == overfitting_against_held_out(3.0, 1.0, -1.0) == 0.5
    constant = LogitsOfStep()
    constant.take({"logits_real": torch.zeros(4)})
    assert sum(constant.event(0, ALONE).counts["real"]) == 4


def test_judging_leaves_no_trace(make_run: MakeRun) -> None:
    runs = [make_run(name, architecture="stylegan2", judge_every=every) for name, every in (("a", 4), ("b", 0))]
    for run in runs:
        list(go(run))
    assert state_of(runs[0]) == state_of(runs[1])
    assert not [line for line in runs[1].read_log() if line["event"] == "Logits"]


def test_the_probability_follows_r_v_in_the_loop_and_resumes_exactly(make_run: MakeRun) -> None:
    whole, parts = make_run("whole", **R_V), make_run("parts", **R_V)
    steps = [event for event in go(whole) if isinstance(event, Step)]
    judged = [step.step for step in steps if "held_out/logits_held_out" in step.observed]
    assert judged == [1, 3, 5, 7]
    p = [step.read_outs["augment_p"] for step in steps]
    assert len(set(p)) > 2
    window = [steps[i].observed for i in (6, 7)]
    fake = [step[f"{phase}/logits_fake"] for step in window for phase in ("Gmain", "Dmain")]
    real = [step["Dmain/logits_real"] for step in window]
    expected = overfitting_against_held_out(
        sum(real) / 2, window[0]["held_out/logits_held_out"], sum(fake) / 4
    )  # fmt: skip
    assert steps[7].read_outs["r_v"] == pytest.approx(expected, rel=1e-4)
    for _ in range(3):
        for event in go(parts):
            if isinstance(event, Step) and event.step % 3 == 0:
                parts.command("stop")
    list(go(parts))
    assert state_of(parts) == state_of(whole)


def test_nothing_held_out_is_said_at_the_start(make_run: MakeRun) -> None:
    run = make_run(**R_V)
    with pytest.raises(TrainingOptionsError, match="of these 24 none is held out; use --set overfitting=r_t"):
        Trainer(run.options, tiny_feed(run.options), ALONE)


def test_schedules_and_shares() -> None:
    assert [n for n in range(0, 100, 8) if crossed(20, n, n + 8)] == [16, 32, 56, 72, 96]
    assert not crossed(0, 0, 100)
    assert [rows_to_judge(32, held, 1) for held in (1000, 32, 31, 9, 1)] == [32, 32, 16, 8, 1]
    assert [rows_to_judge(32, held, 2) for held in (40, 31, 3, 1)] == [32, 16, 2, 2]
