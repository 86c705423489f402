"""An encoder that a person trained or was given answers photos of its model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ganstudio.core.inverting import Method
from ganstudio.studio.encoders import Encoders, encoded_by, has_encoder, is_encoder
from ganstudio.studio.opening import ENCODER, open_files, opener_of
from ganstudio.studio.photo_run import Plan
from ganstudio.studio.retouch_run import NO_ENCODER, Tool
from ganstudio.studio.retouching import Choices, Retouching
from ganstudio.studio.settings import Settings
from ganstudio.training.run import RunFolder
from tests.architectures.test_encoder_recipe import generator_file, run_of
from tests.studio.conftest import Running
from tests.studio.test_photo import opened, searched
from tests.training.conftest import tiny_options

Run = Callable[[str | Path], Running]


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """A small model of a person's own, for which no encoder ships."""
    return generator_file(tmp_path / "own.safetensors")


def trained(model: Path, file: Path) -> Path:
    """Train an encoder for a model for one step, and write its file."""
    trainer = run_of(model)
    trainer.step()
    trainer.save_model(file, ("generator", "discriminator"))
    return file


def answered(running: Running) -> None:
    """Let the encoder answer the photo in hand."""
    searched(running, Plan(method=Method.ENCODER))
    best = running.session.photo.search.best
    assert best is not None
    assert best.steps == 0


def test_what_a_run_came_to_answers_photos_at_once(run: Run, own_model: Path) -> None:
    running = run(own_model)
    session = opened(running)
    search = session.photo.search
    assert search.plan.method is Method.OPTIMISE
    folder = RunFolder.create(session.runs.folder / "first", tiny_options(architecture="encoder"))
    session.runs.attach(folder.path, show=False)
    running.until(lambda: bool(session.runs.paths) and session.runs.idle)
    assert search.plan.method is Method.OPTIMISE, "it has not come to anything yet"
    trained(own_model, folder.path / "model.safetensors")
    assert search.plan.method is Method.HYBRID
    answered(running)


def test_a_dropped_encoder_is_used_and_remembered(run: Run, own_model: Path, tmp_path: Path) -> None:
    running = run(own_model)
    session = opened(running)
    retouching = Retouching(session)
    retouching.choose(Choices(tool=Tool.FACE))
    assert retouching.missing == NO_ENCODER
    file = trained(own_model, tmp_path / "reads-own.safetensors")
    said: list[str] = []
    session.noted.connect(said.append)
    assert opener_of(file) is ENCODER
    open_files(session, [file])
    assert said == [
        "reads-own.safetensors is the encoder of this model now: “Encoder” and “Both” answer photos with it."
    ]
    assert session.photo.search.plan.method is Method.HYBRID
    answered(running)
    assert retouching.missing == ""
    before = session.document
    retouching.choose(Choices(tool=Tool.FACE, steps=2))
    retouching.start()
    running.until(lambda: not retouching.busy)
    assert session.document != before
    assert Settings.load(session.settings.folder).encoders == [str(file)]
    file.unlink()
    assert session.photo.search.plan.method is Method.OPTIMISE
    retouching.release()


def test_an_encoder_waits_for_its_model(running: Running, own_model: Path, tmp_path: Path) -> None:
    file = trained(own_model, tmp_path / "reads-own.safetensors")
    session = running.session
    assert Encoders(session).take(file) == (
        "reads-own.safetensors is an encoder; it answers photos whenever its model, own.safetensors, is open."
    )
    assert session.model is not None
    assert not session.photo.encoders.serve(session.model)
    assert not has_encoder(session.model)


def test_other_files_are_no_encoders(own_model: Path, tmp_path: Path) -> None:
    assert not is_encoder(own_model)
    odd = tmp_path / "odd.safetensors"
    assert not is_encoder(odd)
    for text in ('{"provenance": []}', '{"provenance": {"encodes": 3}}', "[]", "{"):
        header = json.dumps({"__metadata__": {"ganstudio": text}}).encode()
        odd.write_bytes(len(header).to_bytes(8, "little") + header)
        assert encoded_by(odd) == ("", ""), text
    odd.write_bytes(b"\xff" * 64)
    assert not is_encoder(odd)
