"""The builders of what learns from pairs, run from end to end at a very small size."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from assets.builders.package import SourcePackageError
from assets.builders.painter import FACE_PAINTER, PainterModel
from assets.builders.python_environment import PythonEnvironment
from assets.builders.segmenter import FACES_SEGMENTER
from ganstudio import open_model
from ganstudio.core.document import FrozenMap, PaintedMap
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.metrics.subjects import RealPictures
from ganstudio.studio.assets import read_card
from ganstudio.studio.evaluation import as_real

IMAGES = 8


class QuickPainter(PainterModel):
    """Measures against the held-out pictures alone, which are few."""

    def real(self, resolution: int) -> RealPictures:
        return as_real(self.held_out)


def test_the_segmenter_is_trained_measured_and_packed(tmp_path: Path) -> None:
    short = replace(FACES_SEGMENTER, preset="tiny", images=IMAGES)
    assert short.build(tmp_path) == tmp_path
    card = read_card(tmp_path / "card.json")
    found = {number.metric: number for number in card.numbers}
    assert 0.0 < found["mIoU"].value < 1.0
    assert found["pixels right"].n > 50
    assert card.run is not None
    assert f"--images {IMAGES}" in card.run.command
    segment = open_segmenter(tmp_path / "model.safetensors")
    assert segment.classes.names == open_segmenter().classes.names
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (6 * 3 * 64, 10 * 64)


def test_the_painter_is_trained_measured_and_packed(tmp_path: Path) -> None:
    told = {name: getattr(FACE_PAINTER, name) for name in FACE_PAINTER.__dataclass_fields__}
    options = {**FACE_PAINTER.options, "set": "content_share=0.25"}
    short = QuickPainter(**{**told, "preset": "tiny", "images": IMAGES, "measured": 10, "options": options})
    assert short.build(tmp_path) == tmp_path
    card = read_card(tmp_path / "card.json")
    found = {number.metric: number for number in card.numbers}
    assert found["frechet-vgg16 to held-out pictures"].value > 0.0
    ceiling = found["mIoU of maps and real pictures"].value
    assert 0.0 <= found["mIoU of maps and pictures"].value < ceiling
    model = open_model(tmp_path / "model.safetensors", "cpu")
    inputs = model.info.document.inputs
    assert isinstance(inputs, FrozenMap)
    assert isinstance(inputs["map"], PaintedMap)
    assert model.sample([0]).shape == (1, 3, 64, 64)
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.size == (2 * 9 * 64, 8 * 64)


def test_an_environment_whose_set_up_was_interrupted_is_set_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    codes = iter((0, 1, 0, 0))

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        place = tmp_path / "made"
        place.mkdir(exist_ok=True)
        return subprocess.CompletedProcess(command, next(codes), "", "the line was cut")

    monkeypatch.setattr("assets.builders.python_environment.subprocess.run", run)
    packages = PythonEnvironment("maker", "1.0", "packages.txt", "digest", folder=tmp_path / "made")
    with pytest.raises(SourcePackageError, match="the line was cut"):
        packages.fetch(tmp_path)
    python = packages.fetch(tmp_path)
    assert python.is_relative_to(tmp_path / "made")
    assert len(ran) == 4
    assert packages.fetch(tmp_path) == python
    assert len(ran) == 4
