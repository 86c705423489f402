"""Which pictures show a face: the shipped face detector's opinion."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file

from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.layers.face_network import SIDE, FaceNetwork
from ganstudio.losses.perceptual import AssetError

NAME = "mtcnn-onet"
MARGIN = 1 / 16
MIDDLE, HALF_RANGE = 127.5, 128.0


def face_network(assets: Path = ASSETS) -> FaceNetwork:
    """Return the shipped detector, frozen; raises AssetError where its weights are missing."""
    file = assets / "detectors" / NAME / "model.safetensors"
    network = FaceNetwork()
    try:
        network.load_state_dict(load_file(file))
    except (OSError, SafetensorError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0]
        remedy = f"run: python launcher.py assets build {NAME}"
        raise AssetError(f"{file} is missing or damaged ({reason}); {remedy}.") from problem
    return network.eval().requires_grad_(False)


@torch.no_grad()
def face_probabilities(network: FaceNetwork, pictures: Array) -> Array:
    """Return how likely it is `[N]` that pictures uint8 `[N, 3, R, R]` show one face that nearly fills them."""
    edge = round(pictures.shape[3] * MARGIN)
    inner = pictures[:, :, edge : pictures.shape[2] - edge, edge : pictures.shape[3] - edge]
    squares = (torch.from_numpy(inner).float() - MIDDLE) / HALF_RANGE
    squares = F.interpolate(squares, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
    probabilities: Array = network(squares)[0].numpy()
    return probabilities
