"""Nothing in a file runs: hostile files, an audit hook and a canary in a process of its own."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ganstudio.architectures.stylegan2 import TINY
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork
from ganstudio.checkpoints.checkpoint import Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.refusals import CheckpointError, HostileFileError
from tests.checkpoints import hostile_files
from tests.checkpoints import nvidia_writer as nvidia
from tests.checkpoints import port_writer as port

WATCH = """
import json, sys
from pathlib import Path
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.core.errors import StudioError
clean, *files = map(Path, sys.argv[1:])
read_checkpoint(clean)
before, events, answers = set(sys.modules), set(), {}
watching = [True]
sys.addaudithook(lambda event, arguments: events.add(event) if watching[0] else None)
for file in files:
    try:
        answers[file.stem] = str(read_checkpoint(file).report)
    except StudioError as error:
        answers[file.stem] = type(error).__name__ + ": " + str(error)
watching[0] = False
print(json.dumps({"events": sorted(events), "modules": sorted(set(sys.modules) - before), "answers": answers}))
"""


def state() -> dict[str, torch.Tensor]:
    """The weights of a small generator."""
    torch.manual_seed(0)
    return GeneratorNetwork(TINY).state_dict()


def test_nothing_runs(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    folder = tmp_path / "files"
    folder.mkdir()
    files = hostile_files.write_all(folder, f"touch {canary}")
    clean = nvidia.write_pickle(tmp_path / "clean.pkl", nvidia.snapshot(G_ema=nvidia.generator(TINY, state())), 4)
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(clean), *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seen = json.loads(done.stdout)
    assert not canary.exists()
    assert set(seen["events"]) <= {"open", "mmap.__new__", "builtins.id"}
    assert seen["modules"] == []
    assert len(seen["answers"]) == len(files) >= 24
    for name, answer in seen["answers"].items():
        assert ("was not run" in answer) if name == "tampered_source" else ("Error: " in answer), (name, answer)
        assert f"{name}.pkl" in answer


def test_the_payload_would_run_elsewhere(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / "system.pkl").write_bytes(hostile_files.codes(f"touch {canary}")["system"])
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))",
            str(tmp_path / "system.pkl"),
        ],
        check=True,
    )
    assert canary.exists()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in hostile_files.codes("true")
        if name not in ("tampered_source", "broken_tail", "after_stop", "build_function")
    ],
)
def test_names_are_refused_with_their_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.pkl"
    path.write_bytes(hostile_files.codes("true")[name])
    with pytest.raises(HostileFileError, match="Nothing in it was run"):
        read_checkpoint(path)


@pytest.mark.parametrize("name", list(hostile_files.bombs()))
def test_bombs_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.pkl"
    path.write_bytes(hostile_files.bombs()[name])
    with pytest.raises(CheckpointError, match=rf"{name}\.pkl"):
        read_checkpoint(path)


def test_a_tampered_snapshot_reads_like_the_clean_one(tmp_path: Path) -> None:
    weights = state()
    clean = nvidia.write_pickle(tmp_path / "clean.pkl", nvidia.snapshot(G_ema=nvidia.generator(TINY, weights)), 4)
    tampered = nvidia.write_pickle(
        tmp_path / "tampered.pkl",
        nvidia.snapshot(G_ema=nvidia.generator(TINY, weights, source="raise SystemExit('ran')")),
        4,
    )
    one, other = read_checkpoint(clean), read_checkpoint(tampered)
    assert one.config == other.config
    for name, tensor in one.tensors["generator"].items():
        assert torch.equal(tensor, other.tensors["generator"][name])
    assert one.report is not None
    assert other.report is not None
    assert one.report.code[0].sha256 != other.report.code[0].sha256
    assert "not run" in str(other.report)


def seeds_for_mutation(folder: Path) -> list[bytes]:
    """Sound files of six layouts, small."""
    weights = state()
    made = nvidia.snapshot(G_ema=nvidia.generator(TINY, weights))
    save_checkpoint(folder / "own", Checkpoint("stylegan2", TINY, {"generator": weights}))
    return [
        nvidia.write_pickle(folder / "a", made, 3).read_bytes(),
        nvidia.write_pickle(folder / "b", made, 5).read_bytes(),
        nvidia.torch_bytes({"g_ema": weights}),
        nvidia.torch_bytes({"G_ema": weights}, legacy=True),
        nvidia.torch_bytes({"g_ema": port.generator(TINY, weights)}),
        (folder / "own").read_bytes(),
    ]


def mutated(content: bytes, draw: random.Random) -> bytes:
    """Change, cut out, insert or repeat some bytes, mostly where the description lies."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(changed))
        if draw.random() < 0.5:
            place = min(place, draw.randrange(4096))
        length = draw.choice((1, 1, 1, 2, 4, 16))
        action = draw.randrange(4)
        if action == 0:
            changed[place] = draw.randrange(256)
        elif action == 1:
            del changed[place : place + length]
        elif action == 2:
            changed[place:place] = draw.randbytes(length)
        else:
            changed[place:place] = changed[place : place + length]
    return bytes(changed)


def fuzz(folder: Path, count: int) -> None:
    """Every mutation is either read or refused with a sentence."""
    draw, seeds = random.Random(7), seeds_for_mutation(folder)
    path = folder / "mutated.bin"
    sentences = []
    for i in range(count):
        path.write_bytes(mutated(seeds[i % len(seeds)], draw))
        try:
            read_checkpoint(path)
        except CheckpointError as error:
            sentences.append(str(error))
    assert len(sentences) > count // 3
    assert all("mutated.bin" in sentence for sentence in sentences)


def test_mutations_never_crash(tmp_path: Path) -> None:
    fuzz(tmp_path, 150)


@pytest.mark.full
def test_many_mutations_never_crash(tmp_path: Path) -> None:
    fuzz(tmp_path, 2000)
