"""The folder of a run: options, log, lock, control, thinning."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from ganstudio.core.errors import SaveError
from ganstudio.training.lock import Heart, is_alive
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
    refuse_contradiction(OPTIONS, {"recipe": {"batch": 8, "z_dim": 100}})
    with pytest.raises(TrainingOptionsError, match="was started with --seed 0, not 5"):
        refuse_contradiction(OPTIONS, {"seed": 5})
    with pytest.raises(TrainingOptionsError, match="was started with --set z_dim 100, not 7"):
        refuse_contradiction(OPTIONS, {"recipe": {"z_dim": 7}})
    with pytest.raises(TrainingOptionsError, match="goes to 640 images; with --images it can go further, not to 600"):
        refuse_contradiction(OPTIONS, {"images": 600})


def test_the_log_survives_a_line_cut_short(run: RunFolder) -> None:
    run.log("Step", {"images_seen": 8, "losses": {"D/logistic": 1.5}})
    with run.log_file.open("ab") as file:
        file.write(b'{"event": "Step", "images_s')
    run.log("Step", {"images_seen": 16})
    lines = list(run.read_log())
    assert [line["images_seen"] for line in lines] == [8, 16]
    assert lines[0]["losses"] == {"D/logistic": 1.5}


def test_the_folder_belongs_to_one_process(run: RunFolder) -> None:
    left = run.checkpoints / ".0123456789abcdef.part"
    left.write_bytes(b"half a checkpoint")
    run.lock()
    assert not left.exists()
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


def test_a_folder_is_only_given_free_by_its_owner(run: RunFolder) -> None:
    text = json.dumps({"host": "elsewhere", "pid": 1, "heartbeat": time.time()})
    run.lock_file.write_text(text, encoding="utf-8")
    run.unlock()
    assert run.lock_file.read_text(encoding="utf-8") == text


def test_a_process_that_ended_does_not_hold_the_folder_before_it_is_waited_for(run: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()  # its end has begun
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(process.pid)
    process.wait()
    process.stdout.close()
    assert is_alive(os.getpid())


def test_a_heart_beats_while_nothing_else_happens(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.training.lock.HEARTBEAT_S", 0.0)
    beats: list[Path] = []
    enough = threading.Event()

    def write(file: Path) -> None:
        beats.append(file)
        if len(beats) == 3:
            enough.set()
            raise SaveError("the disk is full, which a heart survives")

    monkeypatch.setattr("ganstudio.training.lock.write_lock", write)
    with Heart(run.lock_file):
        assert enough.wait(30)
    assert set(beats) == {run.lock_file}


def test_commands_without_a_number_are_told_apart_by_their_time(run: RunFolder) -> None:
    assert run.new_command() == ""
    run.control_file.write_text('{"command": "snapshot"}', encoding="utf-8")
    assert [run.new_command(), run.new_command()] == ["snapshot", ""]
    run.command("stop")
    assert [run.new_command(), run.new_command()] == ["stop", ""]
    assert RunFolder.open(run.path).new_command() == ""
    later = RunFolder.open(run.path)
    later.command("pause")
    assert later.new_command() == "pause"


def test_a_run_that_never_began_can_be_taken_back(run: RunFolder) -> None:
    (run.path / "notes.txt").write_text("mine", encoding="utf-8")
    run.discard()
    assert [path.name for path in run.path.iterdir()] == ["notes.txt"]
    RunFolder.create(run.path, OPTIONS)


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
        (TrainingOptions("dcgan", "x", judge_every=-1), "--judge-every must be at least 0"),
        (TrainingOptions("dcgan", "x", evaluate_every=8), "--evaluate-every needs --metrics"),
        (TrainingOptions("dcgan", "x", freeze_layers=1), "name its file with --start-from"),
        (TrainingOptions("dcgan", "x", most=-1), "--most must be at least 0"),
        (TrainingOptions("dcgan", "model:faces", most=9), "--most chooses among pictures in files"),
        (TrainingOptions("dcgan", "x", labels="names"), "choose one of: none, folders, file"),
        (TrainingOptions("dcgan", "x", label_file=Path("x.csv")), "--label-file needs --labels file"),
    ],
)
def test_wrong_options_are_sentences(options: TrainingOptions, sentence: str) -> None:
    with pytest.raises(TrainingOptionsError, match=sentence):
        options.validate()
