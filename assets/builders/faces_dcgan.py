"""The DCGAN of faces that opens first."""

import io
from pathlib import Path

import torch

from assets.builders.builder import Builder
from assets.builders.card import rounded, write_card
from assets.builders.package import Package
from assets.builders.sheet import write_sheet
from ganstudio import open_model
from ganstudio.architectures.dcgan import recognise
from ganstudio.architectures.dcgan.networks import DCGANConfig, GeneratorNetwork
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.core.paths import ASSETS
from ganstudio.core.square import Point
from ganstudio.data.faces.framing import measured_framing
from ganstudio.data.faces.judge import face_detector
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.studio.assets import Card, Licence, Number
from ganstudio.studio.model_drawer import ModelDrawer

NAME = "faces-dcgan"
PACKAGE = Package(
    "gan-face-generate",
    "1.1.1",
    "gan_face_generate-1.1.1-py3-none-any.whl",
    "24102f4be41d164e44251168ede0458a45e498a888c81493e2aea48529640569",
    ("--only-binary=:all:", "--python-version=3.11"),
)
MEMBER = "gan_face_generate/weights.tar"
PICTURES = 256
FRAMED = 200
ON_PIXELS = "pixels"  # compared as they are, without features
FIRST_SEED = 79  # a clear face to begin with
Tensors = dict[str, torch.Tensor]

LICENCE = Licence(
    "MIT",
    "Chien Liu",
    "licences/MIT-gan-face-generate.txt",
    "The weights are under the MIT licence. The pictures they were trained on, DigiFace-1M, are not part of "
    "this program and carry a licence for research.",
)
SUMMARY = (
    "Faces at 64 x 64 pixels, learned from one million rendered portraits of people who do not exist. It has no "
    "W space; psi keeps its latent inside a range."
)
TRAINING = (
    "Trained by the package's author with the DCGAN recipe on DigiFace-1M (Bae et al. 2023). Converted to "
    "half precision (normalisation layers stay in full precision), not trained again."
)


def source_tensors(archive: Path) -> Tensors:
    """Return the generator's float32 tensors."""
    content = torch.load(io.BytesIO(PACKAGE.read(archive, MEMBER)), map_location="cpu", weights_only=True)
    return dict(content["netG_state_dict"])


def halved(tensors: Tensors) -> Tensors:
    """Return the tensors with the convolutions, which are nearly all of them, in float16."""
    return {name: tensor.half() if tensor.ndim == 4 else tensor for name, tensor in tensors.items()}


def measured(config: DCGANConfig, source: Tensors, stored: Tensors) -> tuple[Number, ...]:
    """Compare pictures of the same latents with full and half-precision weights, in 8-bit levels."""
    difference = (_pictures(config, source) - _pictures(config, stored)).abs() * 127.5
    error = f"all values of {PICTURES} pictures"
    rows = (
        ("mean change by half precision, 8-bit levels", difference.mean().item()),
        ("largest change by half precision, 8-bit levels", difference.max().item()),
    )
    return tuple(Number(metric, rounded(value), PICTURES, error, ON_PIXELS) for metric, value in rows)


def _pictures(config: DCGANConfig, tensors: Tensors) -> torch.Tensor:
    network = GeneratorNetwork(config).eval()
    network.load_state_dict(tensors)
    z = torch.randn(PICTURES, config.z_dim, 1, 1, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        pictures: torch.Tensor = network(z)
    return pictures


def make_faces_dcgan(archive: Path, target: Path) -> None:
    """Write the model and its card."""
    source = source_tensors(archive)
    stored = halved(source)
    config = recognise({name: tuple(tensor.shape) for name, tensor in source.items()})
    assert config is not None, "the package's network is a DCGAN"
    package = {"package": PACKAGE.name, "version": PACKAGE.version, "sha256": PACKAGE.sha256}
    provenance = {"name": NAME, **package, "first_seed": FIRST_SEED}
    checkpoint = Checkpoint("dcgan", config, {GENERATOR: stored}, provenance=provenance, licence=LICENCE.spdx)
    save_checkpoint(target / "model.safetensors", checkpoint)
    shown = write_sheet(open_model(target / "model.safetensors"), target)
    card = Card(
        name=NAME,
        title="Faces (DCGAN, 64 px)",
        summary=SUMMARY,
        licence=LICENCE,
        source=PACKAGE.as_source(),
        architecture="dcgan",
        training=TRAINING,
        numbers=measured(config, source, stored),
        sheet=shown,
        framing=framing_of(target / "model.safetensors"),
    )
    write_card(card, target)


def framing_of(model: Path) -> tuple[Point, ...]:
    """Measure where the faces that others learn from have their landmarks; mirror images count as well."""
    pictures = GeneratedPictures(ModelDrawer(str(model)), GeneratedOptions()).reader().read(range(FRAMED)).pixels
    framing = measured_framing(face_detector(), pictures)
    assert framing is not None, "most of its pictures show a face"
    return framing.landmarks


FACES_DCGAN = Builder(NAME, ASSETS / "models" / NAME, PACKAGE, make_faces_dcgan)
