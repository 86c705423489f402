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
from ganstudio.core.generator import Generator, LatentCode
from ganstudio.core.inverting import Method
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_pixels
from ganstudio.core.square import Square
from ganstudio.core.store import Array
from ganstudio.data.faces.paste import Change, paste
from ganstudio.data.faces.placing import NoSuchFaceError
from ganstudio.data.photos import photo_of
from ganstudio.engine.encoders import encoder_of
from ganstudio.engine.inverting import EncoderMissingError
from ganstudio.engine.model import open_model
from ganstudio.studio.inversion import InvertOptions, invert
from tests.architectures.test_encoder_recipe import generator_file, run_of
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
    assert np.array_equal(pasted, paste(photo, Change(pixels(out / "enlarged.png")), Square(**square)))
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


def test_the_best_of_several_starts_goes_on(styled_model: Path, tmp_path: Path) -> None:
    lpips = []
    for starts in (1, 12):
        options = InvertOptions(ASTRONAUT, tmp_path / str(starts), str(styled_model), steps=1, starts=starts)
        run(options)
        report = json.loads((options.out / "report.json").read_text())
        assert report.get("starts", 1) == starts
        lpips.append(report["lpips"])
    assert lpips[1] < lpips[0]
    with pytest.raises(WrongInputError, match="cannot begin at 0 places; give 1 to"):
        run(dataclasses.replace(options, starts=0))


def test_an_encoder_of_ones_own_starts_a_search_and_keeps_it_in_its_domain(tmp_path: Path) -> None:
    model, file = generator_file(tmp_path / "own.safetensors"), tmp_path / "reads-own.safetensors"
    run_of(model).save_model(file, ("generator", "discriminator"))
    reports = {}
    for name, asked in (
        ("encoder", {"method": Method.ENCODER}),
        ("free", {}),
        ("domain", {"in_domain": True}),
    ):
        out = tmp_path / name
        run(InvertOptions(ASTRONAUT, out, str(model), steps=30, encoder=file, **asked))  # type: ignore[arg-type]
        reports[name] = json.loads((out / "report.json").read_text())
    assert (reports["encoder"]["method"], reports["encoder"]["steps"]) == ("encoder", 0)
    assert reports["free"]["method"] == reports["domain"]["method"] == "hybrid"
    assert reports["free"]["lpips"] < reports["encoder"]["lpips"]
    assert reports["domain"]["in_domain"]
    assert [row["part"] for row in curves(tmp_path / "domain")][:2] == ["encoder", "optimisation"]
    assert float(curves(tmp_path / "domain")[1]["domain"]) > 0
    assert "domain" not in curves(tmp_path / "free")[1]
    encode = encoder_of(open_model(model, "cpu"), (file,))
    assert encode is not None
    apart = {}
    for name in ("free", "domain"):
        drawn = torch.from_numpy(pixels(tmp_path / name / "reconstruction.png").copy()).permute(2, 0, 1)[None]
        found = torch.from_numpy(np.load(tmp_path / name / "latent.npz")["w"])
        apart[name] = float((encode(drawn / 127.5 - 1.0) - found).square().mean())
    assert apart["domain"] < apart["free"], "its code is what the encoder says of its picture"
    with pytest.raises(WrongInputError, match=r"reads-own\.safetensors is no encoder of faces; train one for it"):
        run(InvertOptions(ASTRONAUT, tmp_path / "other", "faces", encoder=file))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"method": Method.CODES, "starts": 3}, "no use for --starts; it is for --method optimise"),
        ({"method": Method.OPTIMISE, "in_domain": True}, "no use for --in-domain; it is for --method hybrid"),
        ({"meet": "b8"}, "The method optimise has no use for --codes or --meet"),
        ({"method": Method.CODES, "space": Space.STYLE}, "no use for --space style; leave it out"),
    ],
)
def test_what_a_method_would_leave_aside_is_refused(
    asked: dict[str, object], words: str, styled_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(WrongInputError, match=words):
        run(InvertOptions(ASTRONAUT, tmp_path / "out", str(styled_model), **asked))  # type: ignore[arg-type]
    assert not any((tmp_path / "out").iterdir())


def test_no_search_goes_on_in_z_from_what_an_encoder_says(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"lies outside of z.*choose w\+, w or style, or optimise in z"):
        run(InvertOptions(ASTRONAUT, tmp_path, "faces", Method.HYBRID, space=Space.Z))


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    photo = tmp_path / "pasted.png"
    photo.write_bytes(ASTRONAUT.read_bytes())
    for out in (tmp_path, tmp_path / "sub" / ".."):
        with pytest.raises(WrongInputError, match=r"pasted\.png lies where a result of that name.*with --out"):
            run(InvertOptions(photo, out, "faces-dcgan", steps=1))
    assert photo.read_bytes() == ASTRONAUT.read_bytes()
    with pytest.raises(WrongInputError, match=r"tuned\.safetensors lies where"):
        run(InvertOptions(ASTRONAUT, tmp_path, str(tmp_path / "tuned.safetensors")))


def test_a_square_can_be_cut_out_by_hand(tmp_path: Path) -> None:
    run(InvertOptions(ASTRONAUT, tmp_path, "faces-dcgan", steps=1, square=(100, 90, 64, 0.0)))
    assert json.loads((tmp_path / "report.json").read_text())["square"] == {"x": 100, "y": 90, "side": 64, "angle": 0}
    assert np.array_equal(pixels(tmp_path / "aligned.png"), pixels(ASTRONAUT)[58:122, 68:132])
    with pytest.raises(StudioError, match="lies outside the photo"):
        run(InvertOptions(ASTRONAUT, tmp_path, "faces-dcgan", square=(-900, 90, 64, 0.0)))


@pytest.mark.parametrize("way", ["interrupted", "left"])
def test_who_stops_it_has_the_best_until_then(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guided, draws = Generator.guided, []

    def interrupted(self: Generator, code: LatentCode) -> torch.Tensor:
        draws.append(code)
        if len(draws) == 6:
            raise KeyboardInterrupt
        return guided(self, code)

    out = tmp_path / "out"
    if way == "interrupted":
        monkeypatch.setattr(Generator, "guided", interrupted)
        command = ["invert", "--model", "faces-dcgan", "--photo", str(ASTRONAUT), "--out", str(out), "--steps", "500"]
        assert cli.main(command) == 130
        assert "Stopped; the best until then is kept." in capsys.readouterr().err
    else:
        steps = invert(InvertOptions(ASTRONAUT, out, "faces-dcgan", steps=500))
        assert [next(steps).done for _ in range(5)] == [0, 1, 2, 3, 4]
        steps.close()  # type: ignore[attr-defined]
    report = json.loads((out / "report.json").read_text())
    assert report["steps"] == len(curves(out)) == 4
    assert report["lpips"] == pytest.approx(float(curves(out)[-1]["best_lpips"]), rel=5e-3)
    assert sorted(file.name for file in out.iterdir()) == [
        "aligned.png", "curves.csv", "latent.npz", "pasted.png", "reconstruction.png", "report.json",
    ]  # fmt: skip


def test_pictures_too_small_for_lpips_are_not_said_to_be_alike(tmp_path: Path) -> None:
    said = run(InvertOptions(ASTRONAUT, tmp_path, "digits-gan", steps=3))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["lpips"], report["lpips_of_mean"]) == (None, None)
    assert report["notes"][-1] == "Pictures of 8 px are too small for LPIPS."
    assert said.endswith(f"PSNR {report['psnr']:.1f} dB")
    assert "LPIPS" not in said.removesuffix(tmp_path.name).split(str(tmp_path))[-1]


def test_models_without_w_are_not_told_to_have_an_encoder_trained(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match=r"needs; choose optimise\.$"):
        run(InvertOptions(ASTRONAUT, tmp_path, "faces-dcgan", Method.ENCODER))


def test_one_of_several_faces_is_chosen_by_its_number(tmp_path: Path) -> None:
    face = Image.fromarray(pixels(ASTRONAUT)[:260, 100:360])
    both = Image.new("RGB", (460, 260), (120, 120, 120))
    both.paste(face, (200, 0))
    both.paste(face.resize((190, 190)), (5, 40))
    both.save(tmp_path / "two.png")
    squares = []
    for number in (1, 2):
        out = tmp_path / str(number)
        said = run(InvertOptions(tmp_path / "two.png", out, "faces-dcgan", steps=1, face=number))
        assert f"shows 2 faces; this is face {number}" in said
        squares.append(json.loads((out / "report.json").read_text())["square"])
    large, small = squares
    assert large["side"] > 1.2 * small["side"]
    assert large["x"] > 200 > small["x"]
