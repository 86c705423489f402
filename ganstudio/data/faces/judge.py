"""Which pictures show a face: the shipped face detector and its last network's opinion."""

from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file

from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.layers.face_network import SIDE, FaceDetector, FaceNetwork
from ganstudio.losses.perceptual import AssetError

NAME = "mtcnn"
MARGIN = 1 / 16
MIDDLE, HALF_RANGE = 127.5, 128.0


def face_detector(assets: Path = ASSETS) -> FaceDetector:
    """Return the shipped detector, frozen; raises AssetError where its weights are missing."""
    file = assets / "detectors" / NAME / "model.safetensors"
    detector = FaceDetector()
    try:
        detector.load_state_dict(load_file(file))
    except (OSError, SafetensorError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0]
        remedy = f"run: python launcher.py assets build {NAME}"
        raise AssetError(f"{file} is missing or damaged ({reason}); {remedy}.") from problem
    return detector.eval().requires_grad_(False)


@cache
def shipped_detector() -> FaceDetector:
    """Return the shipped detector, read once in a process."""
    return face_detector()


def face_network(assets: Path = ASSETS) -> FaceNetwork:
    """Return the shipped detector's last network alone; raises AssetError where its weights are missing."""
    return face_detector(assets).output


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """Bring levels 0 to 255 to what the networks were trained on."""
    return (pixels.float() - MIDDLE) / HALF_RANGE


@torch.no_grad()
def face_probabilities(network: FaceNetwork, pictures: Array) -> Array:
    """Return how likely it is `[N]` that pictures uint8 `[N, 3, R, R]` show one face that nearly fills them."""
    edge = round(pictures.shape[3] * MARGIN)
    inner = pictures[:, :, edge : pictures.shape[2] - edge, edge : pictures.shape[3] - edge]
    squares = normalised(torch.from_numpy(inner))
    squares = F.interpolate(squares, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
    probabilities: Array = network(squares)[0].numpy()
    return probabilities
