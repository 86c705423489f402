"""Watching a run: curves that grow with the log, whatever happened to it, and what state the run is in."""

import contextlib
import dataclasses
import gc
import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.studio import run_watch
from ganstudio.studio.run_watch import Curve, RunState, RunWatch
from ganstudio.training.child import Child, start, start_new
from ganstudio.training.events import Evaluated, Failed, Finished, Logits, Paused, Saved, Started, Step
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder, RunFolderError

OPTIONS = TrainingOptions("dcgan", "pictures", images=1000, preset="tiny")


def step(images_seen: int, loss: float = 0.5, **more: Any) -> Step:
    return Step(images_seen, images_seen // 4, {"Dmain/real": loss}, images_per_second=20.0, **more)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", OPTIONS)


def loss_of(watch: RunWatch) -> dict[int, float]:
    curve = watch.curves["losses/Dmain/real"]
    return dict(zip(curve.images_seen.tolist(), curve.values.tolist(), strict=True))


def test_curves_grow_with_the_log(run: RunFolder) -> None:
    watch = RunWatch(run.path)
    assert not watch.refresh()
    assert watch.state is RunState.NEW
    for place in range(1, 600):
        run.log_event(step(4 * place, place / 10, read_outs={"augment_p": 0.1} if place % 3 == 0 else {}))
        if place % 100 == 0:
            assert watch.refresh()
    assert watch.refresh()
    assert not watch.refresh()
    assert loss_of(watch) == {4 * place: place / 10 for place in range(1, 600)}
    assert len(watch.curves["read_outs/augment_p"]) == 199
    assert watch.images_seen == 2396
    run.log_event(Evaluated(2396, "frechet-vgg16", 12.5, 0.25, 100, "vgg16"))
    run.log_event(Logits(2396, -1.0, 2.0, {"real": (1, 3), "held_out": (4, 0)}, {"real": 1.0, "held_out": 0.0}, 0.4))
    assert watch.refresh()
    assert watch.curves["metrics/frechet-vgg16"].values.tolist() == [12.5]
    assert watch.metric_errors["metrics/frechet-vgg16"].values.tolist() == [0.25]
    assert watch.histograms[0].counts["real"].tolist() == [1, 3]
    assert watch.curves["logits/r_v"].values.tolist() == [0.4]


def test_a_half_written_line_waits_for_its_end(run: RunFolder) -> None:
    watch = RunWatch(run.path)
    run.log_event(step(4))
    whole = run.log_file.read_bytes()
    run.log_file.write_bytes(whole + whole[:20])
    assert watch.refresh()
    assert loss_of(watch) == {4: 0.5}
    assert not watch.refresh()
    with run.log_file.open("ab") as file:
        file.write(whole[20:].replace(b'"images_seen": 4', b'"images_seen": 8'))
    assert watch.refresh()
    assert watch.images_seen == 8
    run.log_file.write_bytes(run.log_file.read_bytes() + b'{"event": "Step", "images_')
    run.log_event(step(12, 0.75))  # the next process begins a line of its own
    assert watch.refresh()
    assert loss_of(watch) == {4: 0.5, 8: 0.5, 12: 0.75}


@pytest.mark.parametrize("says_so", [True, False])
def test_what_a_resumed_run_repeats_is_not_shown_twice(run: RunFolder, says_so: bool) -> None:
    watch = RunWatch(run.path)
    for at in (4, 8, 12, 16):
        run.log_event(step(at, float(at)))
    run.log_event(Logits(16, 0.0, 1.0, {"real": (1,)}, {"real": 0.5}))
    assert watch.refresh()
    if says_so:
        run.log_event(Started(8, 1, 1, "cpu"))
        watch.refresh()
        assert loss_of(watch) == {4: 4.0, 8: 8.0}
    run.log_event(step(12, -1.0))
    assert watch.refresh()
    assert loss_of(watch) == {4: 4.0, 8: 8.0, 12: -1.0}
    assert watch.histograms == ()


def test_a_log_that_was_replaced_is_read_anew(run: RunFolder) -> None:
    watch = RunWatch(run.path)
    for at in (4, 8):
        run.log_event(step(at))
    watch.refresh()
    run.log_file.unlink()
    run.log_event(step(4, 2.0))
    assert watch.refresh()
    assert loss_of(watch) == {4: 2.0}
    run.log_file.unlink()
    assert not watch.refresh()


def test_a_long_log_is_thinned_evenly_and_then_followed(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_watch, "MOST_STEPS_AT_ONCE", 500)
    monkeypatch.setattr(run_watch, "CHUNK", 10_000)
    lines = []
    for place in range(1, 5001):
        event = {"event": "Step", "time": 0.0, **dataclasses.asdict(step(4 * place, float(place)))}
        lines.append(json.dumps(event))
        if place % 1000 == 0:
            lines.append(json.dumps({"event": "Evaluated", **dataclasses.asdict(
                Evaluated(4 * place, "frechet-vgg16", float(place), 0.0, 10, "vgg16"))}))  # fmt: skip
    run.log_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    watch = RunWatch(run.path)
    assert watch.refresh()
    curve = watch.curves["losses/Dmain/real"]
    assert 400 < len(curve) <= 600
    assert np.array_equal(curve.images_seen, (4 * curve.values).astype(np.int64))
    assert len(set(np.diff(curve.images_seen)[:-1].tolist())) == 1
    assert watch.images_seen == 20_000
    assert watch.curves["metrics/frechet-vgg16"].values.tolist() == [1000.0, 2000.0, 3000.0, 4000.0, 5000.0]
    before = len(curve)
    for place in range(5001, 5011):
        run.log_event(step(4 * place))
    assert watch.refresh()
    assert len(curve) == before + 10


def lock_as(run: RunFolder, **values: Any) -> None:
    text = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "heartbeat": time.time(), **values})
    run.lock_file.write_text(text, encoding="utf-8")


def test_states(run: RunFolder) -> None:
    watch = RunWatch(run.path)

    def state_after(event: Any) -> RunState:
        run.log_event(event)
        watch.refresh()
        return watch.state

    lock_as(run)
    assert state_after(Started(0, 1, 1, "cpu")) is RunState.RUNNING
    assert state_after(step(400)) is RunState.RUNNING
    assert watch.seconds_left == 30.0
    assert state_after(Paused(400)) is RunState.PAUSED
    assert watch.seconds_left is None
    assert state_after(step(404)) is RunState.RUNNING
    for gone in ({"pid": 2**22 + 7}, {"host": "elsewhere", "heartbeat": time.time() - 100}):
        lock_as(run, **gone)
        assert watch.state is RunState.CRASHED
        assert "gone without a word; resume the run" in watch.reason
    lock_as(run, host="elsewhere")
    assert watch.state is RunState.RUNNING
    run.lock_file.unlink()
    assert state_after(Saved(404, "x")) is RunState.CRASHED
    assert state_after(Finished(404, "stopped")) is RunState.STOPPED
    assert watch.reason == ""
    assert state_after(Failed("The disk is full.")) is RunState.FAILED
    assert watch.reason == "The disk is full."
    run.model_file.write_bytes(b"x")
    assert state_after(Finished(1000, "all images were seen", "x")) is RunState.FINISHED


def test_a_curve_keeps_its_order() -> None:
    curve = Curve()
    for at in range(1000):
        curve.append(at, at / 2)
    curve.append(500, -1.0)
    assert len(curve) == 501
    assert (curve.images_seen[-1], curve.values[-1]) == (500, -1.0)
    curve.cut(10)
    assert curve.images_seen.tolist() == list(range(11))


def test_only_folders_of_runs_are_watched(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"has no options\.json"):
        RunWatch(tmp_path)


# A real process


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(2)
    for i in range(12):
        Image.fromarray(random.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{i}.png")
    return folder


def until(watch: RunWatch, child: Child, wanted: RunState) -> None:
    """Follow the log until the state is reached; a child that ends without it is an error."""
    while not child.is_over:
        watch.refresh()
        if watch.state is wanted:
            return
        with contextlib.suppress(TimeoutError):
            child.wait(0.1)
    pytest.fail(f"{watch.state}: {child.reason}")


def test_a_child_is_steered_through_its_folder(pictures: Path, tmp_path: Path) -> None:
    options = TrainingOptions("dcgan", str(pictures), images=10**7, preset="tiny", checkpoint_every=10**7)
    child = start_new(tmp_path / "run", options, threads=1)
    try:
        assert os.getpriority(os.PRIO_PROCESS, child.process.pid) == 10
        assert os.getpgid(child.process.pid) == os.getpgrp()
        watch = RunWatch(tmp_path / "run")
        watch.command("pause")  # before the process can have read anything
        until(watch, child, RunState.PAUSED)
        watch.command("resume")
        until(watch, child, RunState.RUNNING)
        with pytest.raises(RunFolderError, match="in use by process"):
            start(watch.run)
        watch.command("stop")
        assert child.wait(120) == 0
        assert child.reason == ""
        watch.refresh()
        assert watch.state is RunState.STOPPED
        assert watch.run.saved_checkpoints()
        child = start(watch.run, threads=1)
        until(watch, child, RunState.RUNNING)
        os.kill(child.process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)
        assert watch.state is RunState.CRASHED  # even while nobody took its exit code
        assert "ended with the code -9" in child.reason
    finally:
        child.kill()


def test_a_run_that_nobody_watches_any_more_goes_on_in_silence(pictures: Path, tmp_path: Path) -> None:
    options = TrainingOptions("dcgan", str(pictures), images=10**7, preset="tiny", checkpoint_every=10**7)
    process = start_new(tmp_path / "run", options, threads=1).process.pid
    gc.collect()  # a process that is forgotten while it works would give a warning here
    assert os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    child = start_new(tmp_path / "run", dataclasses.replace(OPTIONS, data=str(tmp_path / "missing")), threads=1)
    assert child.wait(120) == 1
    assert "missing" in child.reason
