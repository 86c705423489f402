"""Networks built around the tensors of a file, and what tells one file from another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.fingerprint import fingerprint
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import display_name, locate
from ganstudio.core.architecture import Architecture
from ganstudio.core.blank import Blank
from ganstudio.core.device import Precision
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Generator
from ganstudio.core.inputs import Ability, ClassLabel, Latent
from ganstudio.core.picture_network import PictureNetwork
from ganstudio.core.recipe import Teacher


class WrongKindError(StudioError):
    """A model file holds a network of another kind than is asked for."""


def build_network(card: Architecture[Any], checkpoint: Checkpoint) -> Generator | PictureNetwork:
    """Build what a checkpoint holds around its tensors, without drawing random weights first."""
    tensors = checkpoint.tensors[GENERATOR]
    with Blank():
        built = card.build(checkpoint.config)
    expected = built.network.state_dict()
    same = {name: t if t.dtype == expected[name].dtype else t.to(expected[name].dtype) for name, t in tensors.items()}
    built.network.load_state_dict(same, strict=True, assign=True)
    built.network.requires_grad_(False)
    return built


def build_generator(card: Architecture[Any], checkpoint: Checkpoint, name: str = "The file") -> Generator:
    """Build what draws pictures from latents; raises WrongKindError where a checkpoint holds something else."""
    built = build_network(card, checkpoint)
    if isinstance(built, Generator):
        return built
    raise WrongKindError(
        f"{name} holds a network that is given pictures ({card.title}); it draws nothing by itself. Open a generator."
    )


def open_picture_network(
    name_or_path: str | Path, ability: Ability, device: torch.device, precision: Precision = Precision.EXACT
) -> tuple[PictureNetwork, Mapping[str, object]]:
    """Open a network that is given pictures, with what its file says of its origin; raises WrongKindError."""
    path = locate(name_or_path)
    checkpoint = read_checkpoint(path, ability=ability)
    card = cards()[checkpoint.architecture]
    built = build_network(card, checkpoint)
    if not isinstance(built, PictureNetwork) or ability not in card.abilities(checkpoint.config):
        raise WrongKindError(f"{display_name(path)} holds a {card.title}, which is not made for {ability}.")
    built.prepare(device, precision)
    return built, checkpoint.provenance


def open_teacher(name_or_path: str) -> Teacher:
    """Open a generator that another network learns from."""
    path = locate(name_or_path)
    checkpoint = read_checkpoint(path)
    card, config = cards()[checkpoint.architecture], checkpoint.config
    generator = build_generator(card, checkpoint, display_name(path))
    generator.prepare(torch.device("cpu"), Precision.EXACT)
    return teacher_of(card, config, generator, display_name(path), fingerprint(path))


def teacher_of(card: Architecture[Any], config: Any, generator: Generator, name: str, digest: str) -> Teacher:
    """Describe a generator that another network learns from."""
    z_dim = next(item.dim for item in card.inputs(config) if isinstance(item, Latent))
    c_dim = next((item.count for item in card.inputs(config) if isinstance(item, ClassLabel)), 0)
    return Teacher(name, digest, generator, z_dim, c_dim, config.resolution, config.img_channels)
