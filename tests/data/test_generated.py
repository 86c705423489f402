"""Endless pictures of a generator: each a function of the seed and its number."""

import pickle

import numpy as np
import pytest
import torch

from ganstudio.core.errors import WrongInputError
from ganstudio.core.store import Array
from ganstudio.data.faces.judge import face_network, face_probabilities
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.data.images import ArrayPictures
from ganstudio.data.loading import BatchLoader
from ganstudio.studio.model_drawer import ModelDrawer

LUMINANCE = np.array([0.299, 0.587, 0.114])


class Flat:
    """Draws each picture in one grey that follows the first latent: N(0, 1) times `scale`, one fifth per unit."""

    name, z_dim, resolution = "flat", 4, 8

    def draw(self, z: torch.Tensor) -> torch.Tensor:
        return (z[:, :1, None, None] * 0.2).expand(-1, 3, 8, 8).clone()


def read(pictures: GeneratedPictures, numbers: list[int]) -> Array:
    """Read pictures by a reader of its own."""
    return pictures.reader().read(numbers).pixels


def test_a_picture_depends_on_seed_and_number_alone() -> None:
    pictures = GeneratedPictures(Flat(), GeneratedOptions(resolution=8))
    many = read(pictures, list(range(100)))
    assert len({int(p[0, 0, 0]) for p in many}) > 30
    assert np.array_equal(read(pictures, [77, 3, 77]), many[[77, 3, 77]])
    assert not np.array_equal(read(GeneratedPictures(Flat(), GeneratedOptions(seed=1, resolution=8)), [3]), many[[3]])
    with BatchLoader(pictures, 10, seed=9) as loader:
        shown = torch.cat([loader.rows(step, range(10)).pixels for step in range(10)])
    assert np.array_equal(shown.numpy(), many)


def test_dark_ones_are_left_out() -> None:
    bright = GeneratedPictures(Flat(), GeneratedOptions(resolution=8, darkest=140.0))
    means = read(bright, list(range(64))).mean(axis=(2, 3)) @ LUMINANCE
    assert means.min() >= 139.9
    with pytest.raises(WrongInputError, match="hardly a picture as bright"):
        read(GeneratedPictures(Flat(), GeneratedOptions(resolution=8, darkest=254.0)), [0])


def test_only_faces_are_kept_where_that_is_asked_for() -> None:
    drawer = ModelDrawer("faces-dcgan")
    every, faces = (GeneratedPictures(drawer, GeneratedOptions(scale=1.3, least_face=least)) for least in (0.0, 0.9))
    network, numbers = face_network(), list(range(64))
    likely = [face_probabilities(network, read(pictures, numbers)) for pictures in (every, faces)]
    assert likely[0].min() < 0.9, "wild latents draw some pictures without a face"
    assert likely[1].min() >= 0.9
    assert every.fingerprint != faces.fingerprint
    with pytest.raises(WrongInputError, match="hardly a picture with a face"):
        read(GeneratedPictures(Flat(), GeneratedOptions(resolution=8, least_face=0.9)), [0])


def test_smaller_pictures_are_averages() -> None:
    large, small = (read(GeneratedPictures(Flat(), GeneratedOptions(resolution=r)), [5]) for r in (8, 2))
    assert np.array_equal(small, large[:, :, ::4, ::4])
    with pytest.raises(WrongInputError, match="does not divide"):
        GeneratedPictures(Flat(), GeneratedOptions(resolution=6))


def test_what_is_held_out_is_never_trained_on() -> None:
    training, held = GeneratedPictures(Flat(), GeneratedOptions(resolution=8)).split()
    assert training.endless
    assert (len(held), held.endless) == (1000, False)
    assert not np.array_equal(read(training, [0, 1]), read(held, [0, 1]))
    assert training.fingerprint != held.fingerprint


def test_the_shipped_faces_can_be_drawn_in_another_process() -> None:
    pictures = GeneratedPictures(ModelDrawer("faces-dcgan"), GeneratedOptions(resolution=32))
    reader = pictures.reader()
    faces = reader.read([0, 1, 40])
    assert faces.pixels.shape == (3, 3, 32, 32)
    assert (faces.pixels.mean(axis=(2, 3)) @ LUMINANCE).min() >= 45
    sent = pickle.loads(pickle.dumps(reader))
    assert np.array_equal(sent.read([40]).pixels, faces.pixels[2:])


def test_the_latents_of_pictures_are_known() -> None:
    pictures = GeneratedPictures(Flat(), GeneratedOptions(resolution=8, darkest=100.0))
    with BatchLoader(pictures, 50, seed=9) as loader:
        latents = loader.latents(1, range(1, 50, 7))
        shown = loader.rows(1, range(1, 50, 7)).pixels
    assert latents is not None
    drawn = torch.from_numpy(read(pictures, loader.numbers(1, range(1, 50, 7)).tolist()))
    assert torch.equal(shown, drawn)
    again = (Flat().draw(latents) * 127.5 + 128).clamp(0, 255).to(torch.uint8)
    assert torch.equal(again, shown)
    with BatchLoader(ArrayPictures(drawn.numpy()), 2, seed=0) as loader:
        assert loader.latents(0, range(2)) is None
