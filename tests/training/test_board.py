"""What a run writes for TensorBoard can be read back."""

import builtins
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboardX.proto.event_pb2 import Event as Written
from tensorboardX.record_writer import masked_crc32c

from ganstudio.training.board import NoTensorBoardError
from ganstudio.training.events import Logits, Samples, Step
from ganstudio.training.loop import train
from ganstudio.training.parallel import Processes
from tests.training.conftest import BATCH, MakeRun, tiny_feed, tiny_held_out

ALONE = Processes(0, 1, torch.device("cpu"))


def records(folder: Path) -> list[Written]:
    """Read the framed messages of all files, with their check sums."""
    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        data = path.read_bytes()
        while data:
            size = int.from_bytes(data[:8], "little")
            message = data[12 : 12 + size]
            assert data[8:12] == masked_crc32c(data[:8]).to_bytes(4, "little")
            assert data[12 + size : 16 + size] == masked_crc32c(message).to_bytes(4, "little")
            found.append(Written.FromString(message))
            data = data[16 + size :]
    return found


def test_curves_pictures_and_histograms_are_written(make_run: MakeRun) -> None:
    run = make_run(architecture="stylegan2", tensorboard=True, judge_every=2 * BATCH)
    events = list(train(run, tiny_feed(run.options), ALONE, held_out=tiny_held_out(run.options)))
    values: dict[str, dict[int, Any]] = defaultdict(dict)
    for record in records(run.path / "tensorboard"):
        for value in record.summary.value:
            values[value.tag][record.step] = value
    steps = [event for event in events if isinstance(event, Step)]
    found = {step: value.simple_value for step, value in values["losses/Gmain/loss"].items()}
    assert found == pytest.approx({step.images_seen: step.losses["Gmain/loss"] for step in steps})
    assert "speed/images_per_second" in {tag.replace(" ", "_") for tag in values}
    logits = [event for event in events if isinstance(event, Logits)]
    assert list(values["logits/held_out"]) == [event.images_seen for event in logits]
    shown = values["logits/real"][logits[0].images_seen].histo
    assert list(shown.bucket) == list(logits[0].counts["real"])
    assert shown.sum == pytest.approx(logits[0].means["real"] * BATCH)
    pictures = values["samples"]
    assert list(pictures) == [event.images_seen for event in events if isinstance(event, Samples)]
    assert next(iter(pictures.values())).image.width == 6 * 16


def test_a_resumed_run_hides_what_it_repeats(make_run: MakeRun) -> None:
    run = make_run(tensorboard=True)
    first = train(run, tiny_feed(run.options), ALONE)
    for event in first:
        if isinstance(event, Step) and event.step == 3:
            break
    first.close()  # type: ignore[attr-defined]
    list(train(run, tiny_feed(run.options), ALONE))
    purged = [record.step for record in records(run.path / "tensorboard") if record.HasField("session_log")]
    assert purged == [2 * BATCH + 1]


def test_a_missing_package_is_named_before_the_first_step(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("tensorboardX"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    run = make_run(tensorboard=True)
    with pytest.raises(NoTensorBoardError, match="pip install tensorboardX"):
        next(train(run, tiny_feed(run.options), ALONE))
    assert run.lock_holder() is None
