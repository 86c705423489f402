"""The command that inverts a photo: what it writes, what it says, and what it refuses."""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio import cli
from ganstudio.core.document import Space
from ganstudio.core.errors import StudioError, WrongInputError
from ganstudio.core.generator import LatentCode
from ganstudio.core.inverting import Method
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array
from ganstudio.data.faces.placing import NoSuchFaceError
from ganstudio.data.photos import photo_of
from ganstudio.engine.inverting import EncoderMissingError
from ganstudio.engine.model import open_model
from ganstudio.studio.inversion import InvertOptions, invert
from tests.data.odd_photos import readable, refused

ASTRONAUT = ASSETS / "samples" / "astronaut.png"


def run(options: InvertOptions) -> str:
    return list(invert(options))[-1].label


def pixels(file: Path) -> Array:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def curves(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "curves.csv").read_text().splitlines()))


@pytest.mark.usefixtures("tiny_enlarger")
def test_a_photo_is_found_framed_searched_and_pasted_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run(InvertOptions(ASTRONAUT, out, "faces-dcgan", steps=4, enlarge=True))
    report = json.loads((out / "report.json").read_text())
    assert (report["method"], report["space"], report["steps"]) == ("optimise", "z", 4)
    assert report["lpips"] < report["lpips_of_mean"]
    assert f"LPIPS {report['lpips']:.4f}" in said
    assert pixels(out / "aligned.png").shape == pixels(out / "reconstruction.png").shape == (64, 64, 3)
    assert pixels(out / "enlarged.png").shape == (256, 256, 3)
    photo, pasted = pixels(ASTRONAUT), pixels(out / "pasted.png")
    changed = (photo != pasted).any(axis=2)
    square = report["square"]
    rows, columns = np.nonzero(changed)
    assert changed.sum() > 0.3 * square["side"] ** 2
    assert np.abs([columns.mean() - square["x"], rows.mean() - square["y"]]).max() < 0.1 * square["side"]
    assert max(np.ptp(rows), np.ptp(columns)) <= 1.5 * square["side"]
    assert np.load(out / "latent.npz")["z"].shape == (1, 100)
    rows_of_curves = curves(out)
    assert [row["step"] for row in rows_of_curves] == ["1", "2", "3", "4"]
    near = pytest.approx(report["lpips"], rel=5e-3)  # steps compare in 16 bits where that is quick, the report never
    assert float(rows_of_curves[-1]["best_lpips"]) == near


def test_styles_are_searched_and_the_model_is_tuned_around_what_was_found(styled_model: Path, tmp_path: Path) -> None:
    options = InvertOptions(ASTRONAUT, tmp_path, str(styled_model), Method.PIVOTAL, steps=12, space=Space.STYLE, seed=3)
    run(options)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["method"], report["space"], report["steps"]) == ("pivotal", "style", 12)
    latent = np.load(tmp_path / "latent.npz")
    assert latent["w"].shape == (1, 8, 16)
    assert latent["noise0"].shape == (4, 4)
    assert latent["style.b4.conv1"].shape == (16,)
    rows = curves(tmp_path)
    assert [row["part"] for row in rows] == ["optimisation"] * 6 + ["tuning"] * 6
    assert float(rows[-1]["best_lpips"]) < float(rows[5]["best_lpips"])
    tuned = open_model(tmp_path / "tuned.safetensors", "cpu")
    offsets = {key.removeprefix("style."): torch.from_numpy(latent[key])[None] for key in latent if "style." in key}
    noises = {int(key[5:]): torch.from_numpy(latent[key])[None, None] for key in latent if "noise" in key}
    with torch.no_grad():
        drawn = tuned.generator.guided(LatentCode(torch.from_numpy(latent["w"]), offsets, noises))
    off = np.abs(to_pixels(drawn)[0].astype(int) - pixels(tmp_path / "reconstruction.png")).max()
    assert off <= 2, "its changes are kept in half precision"


def test_without_a_face_the_middle_is_taken_and_said(styled_model: Path, tmp_path: Path) -> None:
    photo = tmp_path / "sky.png"
    Image.fromarray(np.full((40, 60, 3), (90, 120, 200), np.uint8)).save(photo)
    said = run(InvertOptions(photo, tmp_path / "out", str(styled_model), steps=1))
    assert "No face was found" in said
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["square"] == {"x": 30.0, "y": 20.0, "side": 40.0, "angle": 0.0}
    assert "No face" in report["notes"][0]


def test_what_cannot_be_done_is_said(styled_model: Path, tmp_path: Path) -> None:
    model = str(styled_model)
    with pytest.raises(EncoderMissingError, match="has no encoder, which hybrid needs; choose optimise"):
        run(InvertOptions(ASTRONAUT, tmp_path, model, Method.HYBRID))
    with pytest.raises(NoSuchFaceError, match="there is no face 2"):
        run(InvertOptions(ASTRONAUT, tmp_path, model, face=2))
    with pytest.raises(WrongInputError, match="0 steps"):
        run(InvertOptions(ASTRONAUT, tmp_path, model, steps=0))
    broken = tmp_path / "broken.png"
    broken.write_bytes(ASTRONAUT.read_bytes()[:5000])
    with pytest.raises(StudioError, match=r"broken\.png"):
        run(InvertOptions(broken, tmp_path, model))


def test_photos_of_every_odd_kind_are_inverted_and_the_report_says_what_they_are(tmp_path: Path) -> None:
    for name, (data, words) in readable().items():
        photo, out = tmp_path / name, tmp_path / f"{name} out"
        photo.write_bytes(data)
        run(InvertOptions(photo, out, "faces-dcgan", steps=1))
        report = json.loads((out / "report.json").read_text())
        assert words in " ".join(report["notes"]), name
        assert report["lpips"] > 0
        assert pixels(out / "aligned.png").shape == (64, 64, 3)
        assert pixels(out / "pasted.png").shape == photo_of(data, name).shown.shape
        assert photo.read_bytes() == data, "the photo stays as it is"


@pytest.mark.parametrize("name", list(refused()))
def test_a_file_that_is_no_photo_is_refused_in_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, words = refused()[name]
    photo, out = tmp_path / name, tmp_path / "out"
    photo.write_bytes(data)
    assert cli.main(["invert", "--model", "faces-dcgan", "--photo", str(photo), "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert name in said
    assert "Traceback" not in said
    assert not any(out.iterdir()), "nothing half done is left"


def test_several_codes_are_written_as_what_they_are(styled_model: Path, tmp_path: Path) -> None:
    options = InvertOptions(ASTRONAUT, tmp_path, str(styled_model), Method.CODES, steps=4, codes=3, meet="b8")
    said = run(options)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["method"], report["codes"], report["meet"], report["steps"]) == ("codes", 3, "b8", 4)
    assert f"LPIPS {report['lpips']:.4f}" in said
    assert [row["part"] for row in curves(tmp_path)] == ["codes"] * 4
    latent = np.load(tmp_path / "latent.npz")
    assert set(latent) == {"codes", "weights", "stages"}, "no single w draws the picture"
    assert (latent["codes"].shape, latent["weights"].shape) == ((3, 8, 16), (3, 16))
    assert list(latent["stages"]) == ["b4", "b8"]
    with pytest.raises(StudioError, match="cannot meet at b99: choose one of: b4, b8, b16, b32"):
        run(dataclasses.replace(options, meet="b99"))
    with pytest.raises(StudioError, match="at least two and at most 64, not 1"):
        run(dataclasses.replace(options, codes=1))
