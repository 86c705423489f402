"""The z that a document asks for, in models without a mapping network."""

import numpy as np
import torch

from ganstudio.core.document import ClassBlend, ClassChoice, Condition, Document, MoveAlong
from ganstudio.core.errors import WrongInputError
from ganstudio.core.latents import blend_points, resampling_threshold
from ganstudio.core.store import Store


def edited_z(document: Document, name: str, dim: int, store: Store) -> torch.Tensor:
    """Return z `[1, dim]` (float32) of the input `name`: resampled by psi, then moved along directions."""
    value = document.inputs[name]
    assert not isinstance(value, Condition)
    z = blend_points(value, dim, store, resampling_threshold(document.psi)).astype(np.float32)
    for edit in document.edits:
        if isinstance(edit, MoveAlong) and edit.acts:
            z = z + edit.amount * store.get(edit.direction).reshape(dim).astype(np.float32)
    return torch.from_numpy(np.ascontiguousarray(z))[None]


def class_weights(document: Document, name: str, count: int) -> torch.Tensor:
    """Return the label `[1, count]` of the input `name`: one-hot for a class, weights for a blend of classes."""
    value = document.inputs[name]
    assert isinstance(value, ClassChoice | ClassBlend)
    labels = torch.zeros(1, count)
    for index, weight in value.parts if isinstance(value, ClassBlend) else ((value.index, 1.0),):
        if not 0 <= index < count:
            raise WrongInputError(f"There is no class {index}; this model has classes 0 to {count - 1}.")
        labels[0, index] += weight
    return labels
