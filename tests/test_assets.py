"""What ships: complete cards, licences, sizes, and builders that make the same bytes again."""

import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from assets.builders import BUILDERS, ENCODERS, SEGMENTERS, TRAINED
from assets.builders.lpips import ArrayUnpickler
from assets.builders.package import PACKAGES_VARIABLE, Package, SourcePackageError
from ganstudio.architectures.dcgan.networks import DCGANConfig, GeneratorNetwork
from ganstudio.core.latents import seed_latent
from ganstudio.core.paths import ASSETS
from ganstudio.studio.assets import Card, read_card

LARGEST = 40_000_000
NAMES = pytest.mark.parametrize("name", BUILDERS)
WEIGHTS = [name for name in BUILDERS if name not in ("samples", "avatars-64", "digits-8", "faces-seg-64")]


def card_of(name: str) -> Card:
    """The card beside an asset."""
    return read_card(BUILDERS[name].folder / "card.json")


def test_everything_that_ships_has_a_builder() -> None:
    folders = {path.parent for path in ASSETS.glob("**/card.json")}
    made = (*BUILDERS.values(), *TRAINED.values(), *ENCODERS.values(), *SEGMENTERS.values())
    assert folders == {builder.folder for builder in made}
    assert {"faces-dcgan", "lpips-vgg16", "lpips-alex", "samples"} <= BUILDERS.keys()


@NAMES
def test_card_is_complete(name: str) -> None:
    card, builder = card_of(name), BUILDERS[name]
    assert card.name == name == builder.name == builder.folder.name
    assert len(card.title) > 5
    assert len(card.summary) > 40
    assert card.source == builder.package.as_source()
    assert builder.source == f"{builder.package.name}=={builder.package.version}"
    assert card.licence.spdx
    assert card.licence.holder
    assert len((ASSETS / card.licence.text).read_text("utf-8")) > 500
    assert sum(path.stat().st_size for path in builder.folder.iterdir()) <= LARGEST


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_say_how_they_came_about_and_what_was_measured(name: str) -> None:
    card = card_of(name)
    assert len(card.training) > 40
    assert card.architecture
    assert card.numbers
    assert all(number.value > 0 and number.n > 0 and number.error and number.network for number in card.numbers)


@pytest.mark.parametrize("name", ["lpips-vgg16", "lpips-alex"])
def test_corrections_keep_distances_within_the_published_tolerance(name: str) -> None:
    corrected, plain = card_of(name).numbers
    assert corrected.value < 2e-6
    assert plain.value > 1e-5
    stored = load_file(BUILDERS[name].folder / "model.safetensors")
    assert all(t.dtype == torch.float16 for key, t in stored.items() if key.endswith("weight"))


def test_the_faces_card_names_both_licences() -> None:
    licence = card_of("faces-dcgan").licence
    assert licence.spdx == "MIT"
    assert "DigiFace-1M" in licence.note
    assert "research" in licence.note


def test_faces_are_pictures_of_different_people() -> None:
    tensors = load_file(BUILDERS["faces-dcgan"].folder / "model.safetensors")
    network = GeneratorNetwork(DCGANConfig()).eval()
    network.load_state_dict({key.removeprefix("generator."): tensor for key, tensor in tensors.items()})
    z = torch.from_numpy(np.stack([seed_latent(seed, 100) for seed in range(16)])).float()
    with torch.no_grad():
        pictures = network(z[:, :, None, None])
    assert pictures.shape == (16, 3, 64, 64)
    centre, corner = pictures[:, :, 16:48, 16:48].mean(dim=0), pictures[:, :, :16, :16].mean(dim=0)
    red, green, blue = centre.mean(dim=(1, 2))
    assert red > green > blue, "skin is warm on average"
    assert centre.mean() > corner.mean() - 0.3
    neighbours = (pictures[:, :, 1:] - pictures[:, :, :-1]).abs().mean()
    people = (pictures[1:] - pictures[:-1]).abs().mean()
    assert neighbours < 0.1 < people


def test_every_photo_opens_and_is_on_the_card() -> None:
    card, folder = card_of("samples"), BUILDERS["samples"].folder
    assert {entry["file"] for entry in card.files} == {path.name for path in folder.iterdir()} - {"card.json"}
    for entry in card.files:
        assert entry["licence"] in ("CC0-1.0", "public domain")
        assert entry["author"]
        assert entry["origin"]
        with Image.open(folder / entry["file"]) as photo:
            photo.load()
            assert min(photo.size) >= 256


@NAMES
def test_a_rebuild_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    builder = BUILDERS[name]
    packages = Path(os.environ.get(PACKAGES_VARIABLE, "."))
    if not (packages / builder.package.file).is_file():
        pytest.skip(f"{builder.package.file} is not at hand ({PACKAGES_VARIABLE} names the folder of packages)")
    assert builder.build(tmp_path) == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in builder.folder.iterdir()}
    for path in tmp_path.iterdir():
        if path.name != "card.json":
            assert path.read_bytes() == (builder.folder / path.name).read_bytes(), path.name
    rebuilt, shipped = read_card(tmp_path / "card.json"), card_of(name)
    for ours, theirs in zip(rebuilt.numbers, shipped.numbers, strict=True):
        assert ours.value == pytest.approx(theirs.value, rel=0.2)
    assert (rebuilt.title, rebuilt.summary, rebuilt.licence) == (shipped.title, shipped.summary, shipped.licence)


def package(path: Path, content: bytes, digest: str | None = None) -> Package:
    """Write a package file and return its description."""
    path.write_bytes(content)
    return Package("any", "1.0", path.name, digest or hashlib.sha256(content).hexdigest(), ("--no-index",))


def test_a_package_with_other_content_is_refused(tmp_path: Path) -> None:
    wrong = package(tmp_path / "any-1.0.whl", b"something else", "0" * 64)
    with pytest.raises(SourcePackageError, match="not the file this asset is made from"):
        wrong.fetch(tmp_path)


def test_a_package_that_cannot_be_had_names_the_way_out(tmp_path: Path) -> None:
    missing = Package("no-package-of-this-name", "1.0", "none.whl", "0" * 64, ("--no-index",))
    with pytest.raises(SourcePackageError, match=f"(?s)none.whl.*{PACKAGES_VARIABLE}"):
        missing.fetch(tmp_path)


def test_files_are_read_from_wheels_and_source_archives(tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as wheel:
        wheel.writestr("folder/file", b"inside")
    assert package(tmp_path / "a.whl", memory.getvalue()).read(tmp_path / "a.whl", "folder/file") == b"inside"
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as tar:
        entry = tarfile.TarInfo("folder/file")
        entry.size = 6
        tar.addfile(entry, io.BytesIO(b"inside"))
    source = package(tmp_path / "a.tar.gz", memory.getvalue())
    assert source.read(source.fetch(tmp_path), "folder/file") == b"inside"


def test_only_arrays_come_out_of_the_pickles_of_a_package(tmp_path: Path) -> None:
    tree = {"Conv_0": {"kernel": np.arange(6.0, dtype=np.float32).reshape(2, 3)}}
    with pytest.raises(pickle.UnpicklingError, match="not part of an array"):
        ArrayUnpickler(io.BytesIO(pickle.dumps({"path": tmp_path}))).load()
    old = pickle.dumps(tree, protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert np.array_equal(ArrayUnpickler(io.BytesIO(old)).load()["Conv_0"]["kernel"], tree["Conv_0"]["kernel"])
