"""The latent behind a document's picture, as numbers."""

import dataclasses

import torch

from ganstudio.core.document import Document, Space
from ganstudio.core.generator import Features, StageInputs
from ganstudio.core.store import Array, Store
from ganstudio.engine.model import Model

STYLES = "styles"
Z_TENSOR = "z"


@torch.no_grad()
def latent_of(model: Model, document: Document, store: Store) -> tuple[Space, Array]:
    """Return ws `[n_latent, w_dim]` with blends, mixing and directions but without truncation, float32.

    Models without a mapping network give z `[1, z_dim]` with its directions.
    """
    whole = dataclasses.replace(document, psi=1.0, cutoff=None)
    results: dict[str, Features] = {}
    device = model.generator.device
    for stage in model.generator.stages():
        inputs = stage.resolve(whole, {name: results[name] for name in stage.reads}, store)
        if not any(each.name == STYLES for each in model.generator.stages()):
            z: Array = inputs.tensors[Z_TENSOR].float().cpu().numpy()
            return Space.Z, z
        moved = StageInputs({name: tensor.to(device) for name, tensor in inputs.tensors.items()}, inputs.settings)
        results[stage.name] = stage.run(moved, tuple(results[need] for need in stage.needs))
        if stage.name == STYLES:
            break
    ws: Array = results[STYLES].activation[0].float().cpu().numpy()
    return Space.W_PLUS, ws
