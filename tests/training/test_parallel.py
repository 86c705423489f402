"""Two processes under torchrun do what one does with the same global batch, judging held-out pictures too."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.checkpoints.checkpoint import NETWORKS
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.training.run import RunFolder

ROOT = Path(__file__).resolve().parents[2]


def train(processes: int, folder: Path, pictures: Path, *more: str) -> subprocess.CompletedProcess[str]:
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes),
              "-m"] if processes > 1 else ["-m"]  # fmt: skip
    arguments = ["--architecture", "stylegan2", "--preset", "tiny-ada", "--data", str(pictures), "--resolution", "32",
                 "--images", "24", "--set", "batch=8", "mbstd_group=4", "overfitting=r_v", "ada_images=100",
                 "--judge-every", "16", "--run-folder", str(folder), *more]  # fmt: skip
    command = [sys.executable, *launch, "ganstudio.cli", "train", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(6)
    for i in range(400):  # of which 8 are held out
        Image.fromarray(random.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / f"{i:02d}.png")
    return folder


def test_two_processes_equal_one(pictures: Path, tmp_path: Path) -> None:
    for processes in (1, 2):
        done = train(processes, tmp_path / f"run{processes}", pictures)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("all images were seen") == 1
        assert "FutureWarning" not in done.stderr
    one, two = (RunFolder.open(tmp_path / f"run{n}") for n in (1, 2))
    steps = [[line for line in run.read_log() if line["event"] == "Step"] for run in (one, two)]
    assert len(steps[0]) == len(steps[1]) == 3
    for a, b in zip(*steps, strict=True):
        assert a["losses"].keys() == b["losses"].keys()
        for name, value in a["losses"].items():
            assert b["losses"][name] == pytest.approx(value, rel=2e-3, abs=1e-5), (a["step"], name)
        for name, value in a["gradient_norms"].items():
            assert b["gradient_norms"][name] == pytest.approx(value, rel=5e-3), (a["step"], name)
        assert b["read_outs"] == pytest.approx(a["read_outs"], rel=1e-3)
    logits = [[line for line in run.read_log() if line["event"] == "Logits"] for run in (one, two)]
    assert len(logits[0]) == len(logits[1]) == 1
    for a, b in zip(*logits, strict=True):
        assert a["means"].keys() == {"real", "fake", "held_out"}
        assert b["means"] == pytest.approx(a["means"], rel=1e-2, abs=1e-4)
        assert {kind: sum(counts) for kind, counts in b["counts"].items()} == dict.fromkeys(a["means"], 8)
    assert steps[1][-1]["read_outs"]["augment_p"] != 0.5
    models = [read_checkpoint(run.model_file, NETWORKS).tensors for run in (one, two)]
    for network in NETWORKS:
        for name, tensor in models[0][network].items():
            torch.testing.assert_close(models[1][network][name].float(), tensor.float(), rtol=2e-2, atol=2e-2, msg=name)
