"""The command that draws a label map: what is written, and what is said where something is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio import cli
from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.document import LatentArray, LatentPoint, PaintedMap
from ganstudio.core.generator import Generator
from ganstudio.core.label_maps import indices_of, packed_map
from ganstudio.core.store import Store
from ganstudio.engine.model import open_model
from ganstudio.engine.rendering import Rendering
from ganstudio.studio.recipes import draw_recipe, recipe_document

FIRST = np.repeat(np.arange(32, dtype=np.uint8)[:, None] % 3, 32, axis=1)


def saved(folder: Path, preset: str) -> Path:
    """A model of a tiny preset, as a file."""
    card = cards()["spade"]
    config = card.presets[preset]
    generator = card.build(config)
    assert isinstance(generator, Generator)
    path = folder / f"{preset}.safetensors"
    tensors = {GENERATOR: generator.network.state_dict()}
    origin = {"first_map": packed_map(FIRST), "first_seed": 4}
    save_checkpoint(path, Checkpoint(card.id, config, tensors, {GENERATOR: config}, origin))
    return path


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("painter"), "tiny")


@pytest.fixture
def drawn_map(tmp_path: Path) -> Path:
    indices = np.zeros((48, 48), np.uint8)
    indices[12:30, 8:40] = 2
    Image.fromarray(indices).save(tmp_path / "map.png")
    return tmp_path / "map.png"


def test_a_map_is_drawn_in_the_style_of_a_seed(painter: Path, drawn_map: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "face.png"
    asked = ["--model", str(painter), "--map", str(drawn_map), "--seed", "7", "--out", str(out)]
    assert cli.main(["paint", *asked]) == 0
    store = Store()
    document = recipe_document(out, store)
    value = document.inputs["map"]
    assert isinstance(value, PaintedMap)
    assert document.inputs["z"] == LatentPoint.of_seed(7)
    whole = np.asarray(Image.open(drawn_map))
    taken = ((np.arange(32) + 0.5) * 1.5).astype(int)
    np.testing.assert_array_equal(indices_of(value, store), whole[taken][:, taken])
    written = np.asarray(Image.open(out))
    assert written.shape == (32, 32, 3)
    assert np.abs(written.astype(int) - draw_recipe(out).astype(int)).max() <= 1


def test_palette_pictures_mean_their_values_or_their_colours(painter: Path, tmp_path: Path) -> None:
    indices = np.zeros((32, 32), np.uint8)
    indices[:, 16:] = 2
    picture = Image.fromarray(indices)
    picture.putpalette([20, 20, 20, 120, 60, 20, 240, 190, 160])
    picture.save(tmp_path / "palette.png")
    picture.convert("RGB").save(tmp_path / "colours.png")
    found = []
    for name in ("palette", "colours"):
        out = tmp_path / f"{name}-face.png"
        asked = ["--model", str(painter), "--map", str(tmp_path / f"{name}.png"), "--out", str(out)]
        assert cli.main(["paint", *asked]) == 0
        store = Store()
        document = recipe_document(out, store)
        assert document.inputs["z"] == LatentPoint.of_seed(4)
        value = document.inputs["map"]
        assert isinstance(value, PaintedMap)
        found.append(indices_of(value, store))
    np.testing.assert_array_equal(found[0], indices)
    np.testing.assert_array_equal(found[1], indices)


def test_a_picture_lends_its_style(painter: Path, drawn_map: Path, tmp_path: Path) -> None:
    pixels = np.random.RandomState(0).randint(0, 255, (40, 40, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "style.png")
    asked = ["--model", str(painter), "--map", str(drawn_map), "--style", str(tmp_path / "style.png")]
    assert cli.main(["paint", *asked, "--out", str(tmp_path / "face.png")]) == 0
    assert isinstance(recipe_document(tmp_path / "face.png", Store()).inputs["z"], LatentArray)


def test_a_model_begins_with_the_map_in_its_file(painter: Path) -> None:
    rendering = Rendering()
    info = rendering.open(str(painter)).info
    value = info.document.inputs["map"]
    assert isinstance(value, PaintedMap)
    np.testing.assert_array_equal(indices_of(value, rendering.store), FIRST)
    picture = rendering.pictures([info.document])[0]
    alone = open_model(painter, "cpu").sample([4])[0].permute(1, 2, 0).numpy()
    assert np.abs((alone * 127.5 + 127.5).clip(0, 255) - picture).max() <= 1.01


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--map", "{tmp}/bad.png"], "no class of the model: 7 #070707, 9 #090909. Its classes are 0 background"),
        (["--map", "{tmp}/none.png"], "none.png cannot be read"),
        (["--map", "{tmp}/text.png"], "text.png"),
        (["--map", "{map}", "--seed", "3", "--style", "{map}"], "not both"),
        (["--map", "{map}", "--seed", "-3"], "no seed -3"),
        (["--map", "{map}", "--style", "{tmp}/none.png"], "none.png"),
        (["--map", "{map}", "--model", "faces-dcgan"], "faces-dcgan takes no label map"),
        (["--map", "{map}", "--out", "{tmp}/face.txt"], "no name of a picture"),
        (["--map", "{map}", "--model", "{flat}", "--seed", "1"], "draws from the map alone"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    arguments: list[str], says: str, painter: Path, drawn_map: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text(json.dumps({"no": "picture"}))
    bad = np.zeros((32, 32), np.uint8)
    bad[3:9, 3:9], bad[20, :5] = 7, 9
    Image.fromarray(bad).save(tmp_path / "bad.png")
    flat = saved(tmp_path, "tiny-map") if "{flat}" in arguments else ""
    given = [each.format(tmp=tmp_path, map=drawn_map, flat=flat) for each in arguments]
    for name, value in (("--model", str(painter)), ("--out", str(tmp_path / "face.png"))):
        given += [] if name in given else [name, value]
    assert cli.main(["paint", *given]) in (1, 2)
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "face.png").exists()
