"""The folder of a run: options, log, lock, control, thinning."""

import json
import os
import socket
import time
from itertools import pairwise
from pathlib import Path

import pytest

from ganstudio.training.options import (
    Arithmetic,
    TrainingOptions,
    TrainingOptionsError,
    options_from_json,
    refuse_contradiction,
)
from ganstudio.training.run import SNAPSHOTS_KEPT, RunFolder, RunFolderError

OPTIONS = TrainingOptions("dcgan", "pictures", images=640, recipe={"batch": 8}, arithmetic=Arithmetic.BFLOAT16)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", OPTIONS)


def test_options_come_back(run: RunFolder) -> None:
    assert RunFolder.open(run.path).options == OPTIONS
    with pytest.raises(RunFolderError, match="--resume"):
        RunFolder.create(run.path, OPTIONS)
    with pytest.raises(RunFolderError, match=r"has no options\.json"):
        RunFolder.open(run.path / "checkpoints")
    run.options_file.write_text('{"architecture": 3', encoding="utf-8")
    with pytest.raises(TrainingOptionsError, match=r"options\.json is damaged"):
        options_from_json(run.options_file)


def test_a_resumed_run_refuses_other_options() -> None:
    refuse_contradiction(OPTIONS, {"images": 1000, "data": "pictures"})
    with pytest.raises(TrainingOptionsError, match="was started with --seed 0, not 5"):
        refuse_contradiction(OPTIONS, {"seed": 5})


def test_the_log_survives_a_line_cut_short(run: RunFolder) -> None:
    run.log("Step", {"images_seen": 8, "losses": {"D/logistic": 1.5}})
    with run.log_file.open("ab") as file:
        file.write(b'{"event": "Step", "images_s')
    run.log("Step", {"images_seen": 16})
    lines = list(run.read_log())
    assert [line["images_seen"] for line in lines] == [8, 16]
    assert lines[0]["losses"] == {"D/logistic": 1.5}


def test_the_folder_belongs_to_one_process(run: RunFolder) -> None:
    run.lock()
    run.lock()
    holder = run.lock_holder()
    assert holder is not None
    assert (holder.host, holder.pid) == (socket.gethostname(), os.getpid())
    other = {"host": socket.gethostname(), "pid": os.getppid(), "heartbeat": time.time()}
    run.lock_file.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(RunFolderError, match=f"in use by process {os.getppid()}"):
        run.lock()
    run.lock_file.write_text(json.dumps({**other, "host": "elsewhere"}), encoding="utf-8")
    with pytest.raises(RunFolderError, match="on elsewhere"):
        run.lock()
    for stale in ({**other, "host": "elsewhere", "heartbeat": time.time() - 3600}, {**other, "pid": 2**22 + 7}):
        run.lock_file.write_text(json.dumps(stale), encoding="utf-8")
        run.lock()
    run.lock_file.write_text("{", encoding="utf-8")
    run.lock()
    run.unlock()
    assert run.lock_holder() is None


def test_commands_are_numbered(run: RunFolder) -> None:
    assert run.control() == {}
    run.command("pause")
    run.command("stop")
    assert run.control() == {"command": "stop", "number": 2}
    run.control_file.write_text("[1]", encoding="utf-8")
    assert run.control() == {}


def test_three_checkpoints_and_the_best_are_kept(run: RunFolder) -> None:
    for images in range(1, 8):
        run.checkpoint_file(images).write_bytes(b"x")
    run.thin(best=run.checkpoint_file(2))
    assert [int(path.stem) for path in run.saved_checkpoints()] == [2, 5, 6, 7]


def test_snapshots_are_thinned_evenly(run: RunFolder) -> None:
    for images in range(0, 1000, 2):
        run.snapshot_file(images).write_bytes(b"x")
        run.thin()
    seen = [int(path.stem) for path in run.saved_snapshots()]
    assert len(seen) == SNAPSHOTS_KEPT
    assert (seen[0], seen[-1]) == (0, 998)
    gaps = [b - a for a, b in pairwise(seen)]
    assert max(gaps) <= 8


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (TrainingOptions("nothing", "x"), "no architecture 'nothing'"),
        (TrainingOptions("dcgan", "x", preset="huge"), "no preset 'huge'"),
        (TrainingOptions("dcgan", "x", recipe={"bach": 3}), "no option 'bach'"),
        (TrainingOptions("dcgan", "x", recipe={"batch": "many"}), "option batch of dcgan is wrong"),
        (TrainingOptions("dcgan", "x", recipe={"batch": 10}, accumulate=4), "cannot be split into 4"),
        (TrainingOptions("dcgan", "x", checkpoint_every=0), "--checkpoint-every must be at least 1"),
    ],
)
def test_wrong_options_are_sentences(options: TrainingOptions, sentence: str) -> None:
    with pytest.raises(TrainingOptionsError, match=sentence):
        options.validate()
