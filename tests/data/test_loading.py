"""Batches depend on the seed and the step alone: not on workers, interruptions or how a batch is split."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.paths import ROOT
from ganstudio.data.images import ArrayPictures, FilePictures, PictureOptions, open_pictures
from ganstudio.data.labels import LabelSource
from ganstudio.data.loading import BatchLoader
from ganstudio.data.order import SampleOrder
from ganstudio.data.workers import DecodingError, DecodingWorkers
from tests.data.made_sets import archive_of, plain
from tests.data.odd_readers import Grumpy

BATCH, COUNT, STEPS = 12, 50, 9
ALL = range(BATCH)


@pytest.fixture
def pictures(tmp_path: Path) -> FilePictures:
    """Fifty pictures of two classes, three of them broken."""
    files = {f"{'ab'[number % 2]}/{number:03d}.png": plain(number) for number in range(COUNT)}
    files |= {"a/010.png": b"broken", "b/011.png": plain(1)[:50], "b/033.png": b""}
    return open_pictures(archive_of(tmp_path / "set.zip", files), PictureOptions(labels=LabelSource.FOLDERS))


def batches(loader: BatchLoader, steps: Sequence[int], rows: range = ALL) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Read steps and close the loader."""
    read = []
    with loader:
        for step in steps:
            shown = loader.rows(step, rows)
            assert shown.classes is not None
            read.append((shown.pixels, shown.classes))
    return read


def same(one: Sequence[tuple[torch.Tensor, torch.Tensor]], other: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> bool:
    """Compare pictures and classes."""
    return len(one) == len(other) and all(
        torch.equal(a, c) and torch.equal(b, d) for (a, b), (c, d) in zip(one, other, strict=True)
    )


def test_batches_hold_uint8_pictures_with_their_classes(pictures: FilePictures) -> None:
    loader = BatchLoader(pictures, BATCH, seed=3)
    for images, classes in batches(loader, range(STEPS)):
        assert (images.dtype, images.shape) == (torch.uint8, (BATCH, 3, 8, 8))
        assert torch.equal(images[:, 0, 0, 0].long() % 2, classes)
    assert set(loader.broken) == {"a/010.png", "b/011.png", "b/033.png"}
    assert (loader.facts, loader.fingerprint) == (pictures.facts, pictures.fingerprint)


@pytest.mark.parametrize("cache", [0, 1 << 20])
def test_workers_change_nothing(pictures: FilePictures, cache: int) -> None:
    alone = BatchLoader(pictures, BATCH, 0)
    many = BatchLoader(pictures, BATCH, 0, workers=2, cache=cache)
    expected = batches(alone, range(STEPS))
    assert same(batches(many, range(STEPS)), expected)
    assert many.broken == alone.broken
    assert not same(batches(BatchLoader(pictures, BATCH, 1), range(STEPS)), expected)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_resumes_at_any_step(pictures: FilePictures, workers: int) -> None:
    whole = batches(BatchLoader(pictures, BATCH, 5), range(STEPS))
    assert same(batches(BatchLoader(pictures, BATCH, 5, workers=workers), range(6, STEPS)), whole[6:])
    jumps = [7, 2, 3, 8, 0]
    assert same(batches(BatchLoader(pictures, BATCH, 5, workers=workers), jumps), [whole[step] for step in jumps])


@pytest.mark.parametrize("workers", [0, 2])
def test_processes_share_a_batch_by_rows(pictures: FilePictures, workers: int) -> None:
    whole = batches(BatchLoader(pictures, BATCH, 2), range(STEPS))
    for parts in (2, 3) if not workers else (2,):
        shares = [
            batches(BatchLoader(pictures, BATCH, 2, workers=workers), range(STEPS), range(rank, BATCH, parts))
            for rank in range(parts)
        ]
        for step, (images, classes) in enumerate(whole):
            for rank in range(parts):
                assert torch.equal(shares[rank][step][0], images[rank::parts])
                assert torch.equal(shares[rank][step][1], classes[rank::parts])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_larger_batch_is_that_of_several_steps(pictures: FilePictures, workers: int) -> None:
    one_by_one = batches(BatchLoader(pictures, BATCH, seed=3), range(6))
    loader, parts = BatchLoader(pictures, BATCH, seed=3, workers=workers), []
    with loader:
        for step, size in ((0, 2), (2, 2), (4, 1), (5, 1)):
            shown = loader.rows(step, range(size * BATCH))
            assert shown.classes is not None
            parts += list(zip(shown.pixels.split(BATCH), shown.classes.split(BATCH), strict=True))
    assert same(parts, one_by_one)


def test_each_epoch_shows_everything_once_in_an_order_of_its_own() -> None:
    order = SampleOrder(0, 50)
    epochs = order.numbers(np.arange(200)).reshape(4, 50)
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs.tolist())
    assert len({tuple(epoch) for epoch in epochs.tolist()}) == 4
    assert order.numbers(np.array([199, 0, 73])).tolist() == [epochs[3, 49], epochs[0, 0], epochs[1, 23]]
    assert SampleOrder(0, 50, endless=True).numbers(np.array([7, 900])).tolist() == [7, 900]


def test_a_batch_may_be_larger_than_the_set() -> None:
    pictures = ArrayPictures(np.arange(5, dtype=np.uint8)[:, None, None, None].repeat(16, axis=1).reshape(5, 1, 4, 4))
    with BatchLoader(pictures, 16, 0, workers=2) as loader:
        shown = loader.rows(0, range(16))
    assert (shown.classes, shown.maps, shown.instances) == (None, None, None)
    assert sorted(shown.pixels[:15, 0, 0, 0].tolist()) == sorted([*range(5)] * 3)


def test_errors_and_deaths_of_workers_are_said() -> None:
    workers = DecodingWorkers(Grumpy(), 2)
    good, bad = workers.submit(np.arange(12)), workers.submit(np.array([13]))
    with pytest.raises(DecodingError, match="Thirteen"):
        workers.collect(bad)
    assert workers.collect(good).numbers.tolist() == list(range(12))
    assert workers.collect(workers.submit(np.array([15]))).pixels == 0, "processes that decode load no torch"
    with pytest.raises(DecodingError, match="ended unexpectedly"):
        workers.collect(workers.submit(np.array([14])))
    workers.close()


def test_closing_ends_every_process() -> None:
    workers = DecodingWorkers(Grumpy(), 2)
    identities = [process.pid for process in workers._processes]
    workers.submit(np.arange(100) + 20)
    workers.close()
    for identity in identities:
        assert identity is not None
        with pytest.raises(ProcessLookupError):
            os.kill(identity, 0)


ORPHANS = """
import sys
from pathlib import Path
import numpy as np
from ganstudio.data.workers import DecodingWorkers
from tests.data.odd_readers import Grumpy
if __name__ == "__main__":
    workers = DecodingWorkers(Grumpy(), 2)
    workers.collect(workers.submit(np.arange(10)))
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_workers_end_when_whoever_asked_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.kill()
        assert process.stdout.read() == b"", "the output ends when the last process that holds it has ended"
