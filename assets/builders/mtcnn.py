"""The last network of the face detector MTCNN."""

import io
from pathlib import Path

import torch
from safetensors.torch import save

from assets.builders.builder import Builder
from assets.builders.card import write_card
from assets.builders.package import Package
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_bytes
from ganstudio.data.faces import NAME, face_probabilities
from ganstudio.layers.face_network import FaceNetwork
from ganstudio.studio.assets import Card, Licence, Number
from ganstudio.studio.model_drawer import ModelDrawer

PACKAGE = Package(
    "facenet-pytorch",
    "2.6.0",
    "facenet_pytorch-2.6.0-py3-none-any.whl",
    "ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca",
    ("--only-binary=:all:",),
)
MEMBER = "facenet_pytorch/data/onet.pt"
NAMES = {"dense5": "hidden", "dense6_1": "face", "dense6_2": "box", "dense6_3": "landmarks"}
PICTURES, LIKELY = 500, 0.7
SUMMARY = (
    "Says how likely a picture shows a face that nearly fills it, and where its box and five landmarks are: the third "
    "and last network of MTCNN (Zhang et al. 2016). The faces-64 data set keeps only what it accepts."
)


def our_name(name: str) -> str:
    """Return our name of one of the package's tensors."""
    layer, _, kind = name.partition(".")
    if layer in NAMES:
        return f"{NAMES[layer]}.{kind}"
    group = "slopes" if layer.startswith("prelu") else "convolutions"
    return f"{group}.{int(layer[-1]) - 1}.{kind}"


def make_mtcnn(archive: Path, target: Path) -> None:
    """Write the weights, in float32 as they are, and their card."""
    content = torch.load(io.BytesIO(PACKAGE.read(archive, MEMBER)), map_location="cpu", weights_only=True)
    tensors = {our_name(name): tensor.contiguous() for name, tensor in content.items()}
    columns = tensors["hidden.weight"].reshape(256, 3, 3, 128)  # the package flattens x, y, channel
    tensors["hidden.weight"] = columns.permute(0, 3, 2, 1).reshape(256, -1).contiguous()
    network = FaceNetwork()
    network.load_state_dict(tensors)
    (target / "model.safetensors").write_bytes(save(tensors, {"format": "1"}))
    card = Card(
        name=NAME,
        title="Face detector (MTCNN, last network)",
        summary=SUMMARY,
        licence=Licence("MIT", "Timothy Esler", "licences/MIT-facenet-pytorch.txt"),
        source=PACKAGE.as_source(),
        architecture="face network",
        training="Trained by the paper's authors on WIDER FACE and CelebA; carried over to PyTorch by the package's "
        "author. Converted, not trained again.",
        numbers=measured(network.eval()),
    )
    write_card(card, target)


def measured(network: FaceNetwork) -> tuple[Number, ...]:
    """Count how many faces of the shipped DCGAN, and how many pictures of noise, are taken for faces."""
    draws = torch.Generator().manual_seed(0)
    drawer = ModelDrawer("faces-dcgan")
    faces = drawer.draw(torch.randn(PICTURES, drawer.z_dim, generator=draws))
    coarse = torch.rand(PICTURES, 3, 8, 8, generator=draws) * 2 - 1
    noise = torch.nn.functional.interpolate(coarse, size=64, mode="bicubic").clamp(-1, 1)
    rows = (("share of drawn faces accepted", faces), ("share of coarse noise accepted", noise))
    numbers = []
    for metric, pictures in rows:
        pixels = to_bytes(pictures).permute(0, 3, 1, 2).contiguous().numpy()
        share = float((face_probabilities(network, pixels) >= LIKELY).mean())
        error = (share * (1 - share) / PICTURES) ** 0.5
        numbers.append(Number(metric, round(share, 3), PICTURES, f"standard error {error:.1g}", "the detector"))
    return tuple(numbers)


MTCNN = Builder(NAME, ASSETS / "detectors" / NAME, PACKAGE, make_mtcnn)
