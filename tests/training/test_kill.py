"""A run that is killed at any moment continues bit for bit, through the real command in real processes."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.training.run import RunFolder
from tests.data.made_pairs import pairs

ROOT = Path(__file__).resolve().parents[2]
STEPS, BATCH = 7, 4


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(5)
    for i in range(30):
        Image.fromarray(random.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / f"{i:02d}.png")
    return folder


def start(how: str, when: int, arguments: list[str]) -> int:
    command = [sys.executable, "-m", "tests.training.kill_driver", how, str(when), "--", "train", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def test_three_kills_leave_the_same_run(pictures: Path, tmp_path: Path) -> None:
    def new(folder: str) -> list[str]:
        return ["--architecture", "stylegan2", "--preset", "tiny-ada", "--data", str(pictures), "--resolution", "32",
                "--images", str(STEPS * BATCH), "--checkpoint-every", str(2 * BATCH), "--mirror", "True",
                "--run", str(tmp_path / folder)]  # fmt: skip

    assert start("never", 0, new("whole")) == 0
    assert start("step", 3, new("killed")) == -signal.SIGKILL
    again = ["--resume", str(tmp_path / "killed")]
    assert start("write", 1, again) == -signal.SIGKILL
    assert start("step", 2, again) == -signal.SIGKILL
    assert start("never", 0, again) == 0
    whole, killed = RunFolder.open(tmp_path / "whole"), RunFolder.open(tmp_path / "killed")
    last = whole.checkpoint_file(STEPS * BATCH)
    assert last.read_bytes() == killed.checkpoint_file(STEPS * BATCH).read_bytes()
    assert whole.model_file.read_bytes() == killed.model_file.read_bytes()
    losses = [
        {line["images_seen"]: line["losses"] for line in run.read_log() if line["event"] == "Step"}
        for run in (whole, killed)
    ]
    assert losses[0] == losses[1]
    assert len(losses[0]) == STEPS


def test_a_killed_painter_leaves_the_same_run(tmp_path: Path) -> None:
    for name, data in pairs(12, 32).items():
        (tmp_path / "pairs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pairs" / name).write_bytes(data)

    def new(folder: str) -> list[str]:
        return ["--architecture", "spade", "--preset", "tiny", "--data", str(tmp_path / "pairs"), "--resolution", "32",
                "--images", str(4 * BATCH), "--set", f"batch={BATCH}", "--checkpoint-every", str(2 * BATCH),
                "--mirror", "True", "--run", str(tmp_path / folder)]  # fmt: skip

    assert start("never", 0, new("whole")) == 0
    assert start("step", 3, new("killed")) == -signal.SIGKILL
    assert start("never", 0, ["--resume", str(tmp_path / "killed")]) == 0
    whole, killed = RunFolder.open(tmp_path / "whole"), RunFolder.open(tmp_path / "killed")
    last = whole.checkpoint_file(4 * BATCH)
    assert last.read_bytes() == killed.checkpoint_file(4 * BATCH).read_bytes()
    assert whole.model_file.read_bytes() == killed.model_file.read_bytes()
