"""How others wrap encoders: the files of pSp and e4e hold encoder, decoder and the mean latent."""

from dataclasses import replace

import torch

from ganstudio.architectures.encoder.networks import Design
from ganstudio.architectures.encoder.shapes import recognise
from ganstudio.core.foreign import Dialect, ForeignObject, ForeignTensor, ForeignValue, Imported, Mismatch, Weights
from ganstudio.core.foreign_modules import find_weights, other_keys, weights_in

PREFIX = "encoder."
NO_MEAN = "The file holds no mean latent, or its encoder does not start from one; it is zero here."
UNNAMED = "The file does not say whether its rows build on the first one; e4e's way was taken."
TYPES = {"Encoder4Editing": Design.E4E, "GradualStyleEncoder": Design.PSP}


def read_encoder(root: ForeignValue) -> Imported | Mismatch:
    """Read the encoder of a file of pSp or e4e, or an encoder's tensors alone."""
    found = find_weights(root, ("state_dict", "encoder", "e_ema", "e")) or weights_in(root)
    if found is None:
        return Mismatch("it holds no dictionary of named tensors")
    inside = {name.removeprefix(PREFIX): tensor for name, tensor in found.tensors.items() if name.startswith(PREFIX)}
    weights: Weights = dict(inside or found.tensors)
    config = recognise({name: tuple(tensor.shape) for name, tensor in weights.items()})
    if config is None:
        return Mismatch("its tensors have not the names of pSp's and e4e's encoders (input_layer, body, styles)")
    options = _options(root)
    design = TYPES.get(str(options.get("encoder_type")))
    notes = [] if design is not None else [UNNAMED]
    average = root.get("latent_avg") if isinstance(root, dict) else None
    weights["latent_avg"] = torch.zeros(config.n_latent, config.w_dim)
    if isinstance(average, ForeignTensor) and average.shape[-1:] == (config.w_dim,) and options.get(
        "start_from_latent_avg", True
    ):
        rows = average.load().float().reshape(-1, config.w_dim)[: config.n_latent]
        weights["latent_avg"] = rows.expand(config.n_latent, -1).clone()
    else:
        notes.append(NO_MEAN)
    if any(name.startswith("decoder.") for name in found.tensors):
        notes.append("The decoder in the file was left out; opened as a generator it is used.")
    used = (found.key or "all tensors", "latent_avg")
    return Imported(
        what=f"an encoder ({(design or Design.E4E).value}) of {config.resolution}×{config.resolution} pictures",
        config=replace(config, design=design or Design.E4E),
        generator=weights,
        used=used if isinstance(average, ForeignTensor) else used[:1],
        ignored=other_keys(root, found.key, "latent_avg"),
        notes=tuple(notes),
    )


def _options(root: ForeignValue) -> dict[object, object]:
    """Return the settings beside the weights: a dictionary, or the attributes of a namespace."""
    options = root.get("opts") if isinstance(root, dict) else None
    state = options.state if isinstance(options, ForeignObject) else options
    return dict(state) if isinstance(state, dict) else {}


DIALECTS: tuple[Dialect, ...] = (Dialect("an encoder of pSp or e4e", read_encoder),)
