"""A code as the document that draws it, and back."""

import dataclasses

import torch

from ganstudio.core.document import (
    ClassChoice,
    Document,
    FrozenMap,
    InputValue,
    LatentArray,
    NoiseSetting,
    OffsetStyles,
    Space,
)
from ganstudio.core.frame import ModelInfo
from ganstudio.core.generator import LatentCode
from ganstudio.core.inputs import Ability, Latent
from ganstudio.core.store import ArrayRef, Store
from ganstudio.engine.model import Model
from ganstudio.latent.multi_code import SeveralCodes


def drawn_by(
    code: LatentCode,
    info: ModelInfo,
    document: Document,
    store: Store,
    *,
    noises: bool = True,
    several: SeveralCodes | None = None,
) -> Document:
    """Return the document that draws a code of a model, and codes around it; classes are those of a document."""
    put = store.put
    ws = code.ws.detach().float().cpu().numpy()[0]
    has_w = Ability.TRUNCATION in info.abilities
    asked = latent_input(info)
    latent = LatentArray(Space.W_PLUS, put(ws)) if has_w else LatentArray(Space.Z, put(ws[0][: asked.dim]))
    inputs: FrozenMap[InputValue] = FrozenMap({**document.inputs, asked.name: latent})
    maps: list[ArrayRef | None] = [None] * (len(info.noise_resolutions) if noises and code.noises else 0)
    for layer, noise in code.noises.items():
        if noises:
            maps[layer] = put(noise.detach().float().cpu().numpy()[0, 0])
    offsets = (
        OffsetStyles(layer, put(offset.detach().float().cpu().numpy()[0])) for layer, offset in code.styles.items()
    )
    edits = (*offsets, *(() if several is None else (several.as_edit(store),)))
    noise_setting = NoiseSetting(maps=tuple(maps)) if maps else info.document.noise
    return dataclasses.replace(info.document, inputs=inputs, psi=1.0, cutoff=None, noise=noise_setting, edits=edits)


def code_of(document: Document, model: Model, store: Store) -> LatentCode | None:
    """Return the code to go on from: the latent and the noises that an earlier search found."""
    value, device = document.inputs.get(latent_input(model.info).name), model.generator.device
    if not isinstance(value, LatentArray):
        return None
    rows = torch.from_numpy(store.get(value.array).copy()).reshape(1, -1, value.array.shape[-1])
    maps = {i: torch.from_numpy(store.get(ref).copy()) for i, ref in enumerate(document.noise.maps) if ref}
    rows = rows.float().to(device)
    if model.w_avg is None:
        rows = model.generator.mapping(rows[:, 0], labels_of(class_of(document), model))
    return LatentCode(rows, {}, {i: noise[None, None].to(device) for i, noise in maps.items()})


def class_of(document: Document) -> int | None:
    """Return the class that a document draws."""
    return next((value.index for value in document.inputs.values() if isinstance(value, ClassChoice)), None)


def of_class(document: Document, label: int | None) -> Document:
    """Return a document with another class, where it has one and another is asked for."""
    name = next((name for name, value in document.inputs.items() if isinstance(value, ClassChoice)), None)
    if name is None or label is None:
        return document
    return dataclasses.replace(document, inputs=document.inputs.with_item(name, ClassChoice(label)))


def labels_of(label: int | None, model: Model) -> torch.Tensor | None:
    """Return the labels `[1, c_dim]` of one class, the first one where none is named; None without classes."""
    if not model.c_dim:
        return None
    return torch.eye(model.c_dim, device=model.generator.device)[(label or 0) : (label or 0) + 1]


def latent_input(info: ModelInfo) -> Latent:
    """Return the latent that a model asks for; only such models draw codes."""
    return next(item for item in info.inputs if isinstance(item, Latent))
