"""The shipped face detector tells faces from everything else."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.faces.judge import face_network, face_probabilities
from ganstudio.losses.perceptual import AssetError

FACE = (175, 55, 280, 185)  # in the photo of the astronaut
NOSE = (226, 126)


def cut(box: tuple[int, int, int, int], name: str = "astronaut.png") -> Array:
    """A part of a sample photo, uint8 `[1, 3, 64, 64]`."""
    with Image.open(ASSETS / "samples" / name) as photo:
        pixels = np.asarray(photo.convert("RGB").resize((64, 64), Image.Resampling.LANCZOS, box=box))
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]


def test_a_face_is_one_and_nothing_else_is() -> None:
    network = face_network()
    assert face_probabilities(network, cut(FACE))[0] > 0.95
    others = [cut((0, 300, 130, 430)), cut((300, 200, 430, 330)), cut((100, 100, 400, 400), "coffee.png")]
    assert face_probabilities(network, np.concatenate(others)).max() < 0.3


def test_landmarks_lie_where_they_are() -> None:
    square = cut(FACE)
    resized = np.asarray(Image.fromarray(square[0].transpose(1, 2, 0)).resize((48, 48), Image.Resampling.BILINEAR))
    _, _, landmarks = face_network()((torch.from_numpy(resized.transpose(2, 0, 1)[None].copy()) - 127.5) / 128.0)
    across, down = landmarks[0, :5].numpy(), landmarks[0, 5:].numpy()
    assert across[0] < across[2] < across[1], "the nose lies between the eyes"
    assert max(down[:2]) < down[2] < min(down[3:]), "and between eyes and mouth"
    left, top, right, bottom = FACE
    assert abs(left + across[2] * (right - left) - NOSE[0]) < 8
    assert abs(top + down[2] * (bottom - top) - NOSE[1]) < 8


def test_missing_weights_name_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="assets build mtcnn"):
        face_network(tmp_path)
