"""The three networks of the face detector MTCNN."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.package import Package
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_bytes
from ganstudio.core.store import Array
from ganstudio.data.faces.acceptance import LIKELY, face_scores, share_with_a_face
from ganstudio.data.faces.judge import NAME, face_probabilities
from ganstudio.layers.face_network import FaceDetector
from ganstudio.studio.assets import Card, Licence, Number
from ganstudio.studio.model_drawer import ModelDrawer

PACKAGE = Package(
    "facenet-pytorch",
    "2.6.0",
    "facenet_pytorch-2.6.0-py3-none-any.whl",
    "ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca",
    ("--only-binary=:all:",),
)
PICTURES = 500
SUMMARY = (
    "Finds faces in photos of any size, each with its box and five landmarks: the three networks of MTCNN (Zhang et "
    "al. 2016). Photos are framed by it; the faces-64 data set keeps only what its last network accepts."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One network: its file in the package, its name here, its heads' names, and its last convolution's channels."""

    member: str
    name: str
    names: Mapping[str, str]
    channels: int = 0


PARTS = (
    Part("pnet", "proposal", {"conv4_1": "face", "conv4_2": "box"}),
    Part("rnet", "refinement", {"dense4": "hidden", "dense5_1": "face", "dense5_2": "box"}, 64),
    Part("onet", "output", {"dense5": "hidden", "dense6_1": "face", "dense6_2": "box", "dense6_3": "landmarks"}, 128),
)


def our_name(part: Part, name: str) -> str:
    """Return our name of one of the package's tensors."""
    layer, _, kind = name.partition(".")
    if layer in part.names:
        return f"{part.names[layer]}.{kind}"
    group = "slopes" if layer.startswith("prelu") else "convolutions"
    return f"{group}.{int(layer[-1]) - 1}.{kind}"


def tensors_of(part: Part, archive: Path) -> dict[str, torch.Tensor]:
    """Return one network's tensors under our names."""
    stored = io.BytesIO(PACKAGE.read(archive, f"facenet_pytorch/data/{part.member}.pt"))
    content = torch.load(stored, map_location="cpu", weights_only=True)
    tensors = {our_name(part, name): tensor.contiguous() for name, tensor in content.items()}
    if part.channels:  # the package flattens x, y, channel
        columns = tensors["hidden.weight"].unflatten(1, (3, 3, part.channels))
        tensors["hidden.weight"] = columns.permute(0, 3, 2, 1).flatten(1).contiguous()
    return {f"{part.name}.{name}": tensor for name, tensor in tensors.items()}


def make_mtcnn(archive: Path, target: Path) -> None:
    """Write the weights, in float32 as they are, and their card."""
    tensors = {name: tensor for part in PARTS for name, tensor in tensors_of(part, archive).items()}
    detector = FaceDetector()
    detector.load_state_dict(tensors)
    (target / "model.safetensors").write_bytes(save(tensors, {"format": "1"}))
    card = Card(
        name=NAME,
        title="Face detector (MTCNN)",
        summary=SUMMARY,
        licence=Licence("MIT", "Timothy Esler", "licences/MIT-facenet-pytorch.txt"),
        source=PACKAGE.as_source(),
        architecture="face network",
        training="Trained by the paper's authors on WIDER FACE and CelebA; carried over to PyTorch by the package's "
        "author. Converted, not trained again.",
        numbers=measured(detector.eval()),
    )
    write_card(card, target)


def measured(detector: FaceDetector) -> tuple[Number, ...]:
    """Count how many faces of the shipped DCGAN, and how many pictures of noise, are taken for faces."""
    draws = torch.Generator().manual_seed(0)
    drawer = ModelDrawer("faces-dcgan")
    faces = drawer.draw(torch.randn(PICTURES, drawer.z_dim, generator=draws))
    coarse = torch.rand(PICTURES, 3, 8, 8, generator=draws) * 2 - 1
    noise = torch.nn.functional.interpolate(coarse, size=64, mode="bicubic").clamp(-1, 1)
    numbers = []
    for kind, pictures, wanted in (("drawn faces accepted", faces, True), ("coarse noise refused", noise, False)):
        pixels = to_bytes(pictures).permute(0, 3, 1, 2).contiguous().numpy()
        opinions = (face_probabilities(detector.output, pixels), face_scores(detector, pixels))
        for network, scores in zip(("its last network", "all three networks"), opinions, strict=True):
            numbers.append(counted(f"share of {kind} by {network}", (scores >= LIKELY) == wanted))
    return tuple(numbers)


def counted(metric: str, right: Array) -> Number:
    """Return the share of pictures that are taken for what they are."""
    share = share_with_a_face(right.astype(np.float64))
    interval = f"95 % interval {share.low:.3f} to {share.high:.3f}"
    return Number(metric, round(share.value, 3), share.n, interval, "the detector")


MTCNN = Builder(NAME, ASSETS / "detectors" / NAME, PACKAGE, make_mtcnn)
