"""The encoder that belongs to a model."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import torch

from ganstudio.checkpoints.networks import open_picture_network
from ganstudio.checkpoints.shipped import shipped_encoders
from ganstudio.core.device import Precision
from ganstudio.core.errors import StudioError
from ganstudio.core.inputs import Ability
from ganstudio.engine.model import Model

ENCODER_FILE = "encoder.safetensors"
ENCODES = "encodes"


def encoder_of(
    model: Model, known: Sequence[Path] = (), precision: Precision = Precision.EXACT
) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """Return what maps pictures `[N, C, H, W]` in [-1, 1] to ws; None where the model has no encoder.

    It is looked for among the files `known`, beside the model's file, and among the shipped ones; its file names the
    model that it encodes for.
    """
    for path in (*known, Path(model.info.path).parent / ENCODER_FILE, *shipped_encoders()):
        if not path.is_file():
            continue
        with suppress(StudioError):
            network, origin = open_picture_network(path, Ability.ENCODING, model.generator.device, precision)
            encodes = origin.get(ENCODES)
            if isinstance(encodes, dict) and encodes.get("digest") == model.info.digest:
                return network.answer
    return None
