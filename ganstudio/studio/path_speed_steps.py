"""Measuring the speed of pictures along a path, in steps short enough to draw pictures in between."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch

from ganstudio.core.document import Condition, Document, LatentBlend, LatentValue, Space
from ganstudio.core.generator import Features, StageInputs
from ganstudio.core.inputs import ClassLabel
from ganstudio.core.progress import Progress
from ganstudio.core.store import Store
from ganstudio.core.style_stages import MappingStage, StylesStage
from ganstudio.core.z_space import class_weights, edited_z
from ganstudio.engine.model import Model
from ganstudio.latent.path import Segment, latent_input, weights_of
from ganstudio.latent.sphere import on_sphere
from ganstudio.metrics.forward_mode import directional_derivative
from ganstudio.metrics.perceptual_path_length import prepare_pictures
from ganstudio.metrics.perceptual_speed import PerceptualSpeed
from ganstudio.metrics.quick_linear import KeptKernels

T = TypeVar("T")


def segment_speed(
    segment: Segment, model: Model, form: PerceptualSpeed, fraction: float, store: Store, kernels: KeptKernels
) -> Generator[None, None, float]:
    """Return the limit of LPIPS(G(p(f)), G(p(f + ε))) / ε², with f from 0 to 1 along the segment.

    Both ends have the same noise; `kernels` are the model's.
    """
    ws, change = _latent_change(segment, model, fraction, store)
    noise = replace(segment.document.noise, turn=0.0)
    pictures, slopes = directional_derivative(lambda ws: model.generator.synthesis(ws, noise), ws, change, kernels)
    yield
    prepared = (prepare_pictures(pictures[:, :3].float(), False), prepare_pictures(slopes[:, :3].float(), False))
    result = yield from form.steps(*prepared)
    return float(result[0])


def _latent_change(
    segment: Segment, model: Model, fraction: float, store: Store
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ws `[1, n_latent, w_dim]` at a part of a segment, and its derivative."""
    weights, slopes = weights_of(np.array(segment.coefficients), fraction)
    device = model.generator.device
    if segment.space is not Space.Z:
        rows = torch.cat([_style_rows(model, _with_latent(segment.document, v), store) for v in segment.latents])
        parts = (torch.tensor(part, dtype=rows.dtype, device=device) for part in (weights, slopes))
        at, change = ((part[:, None, None] * rows).sum(dim=0, keepdim=True) for part in parts)
        return at, change
    single = torch.tensor(weights, dtype=torch.float32)[None], torch.tensor(slopes, dtype=torch.float32)[None]
    if model.w_avg is None:
        return _plain_change(segment, model, single, store)
    documents = [_with_latent(segment.document, value) for value in segment.latents]
    zs = torch.cat([_mapping_inputs(model, document, store).tensors["z"][:1] for document in documents])

    def along(w: torch.Tensor) -> torch.Tensor:
        return _style_rows(model, _in_z(segment), store, on_sphere(zs, w))

    return directional_derivative(along, *single)


def _plain_change(
    segment: Segment, model: Model, single: tuple[torch.Tensor, torch.Tensor], store: Store
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same for models whose ws is z itself, moved by the document's edits."""
    name = latent_input(segment.document)
    assert name is not None
    bare = replace(segment.document, edits=())
    zs = torch.cat([edited_z(_with_latent(bare, value), name, model.z_dim, store) for value in segment.latents])
    shift = edited_z(segment.document, name, model.z_dim, store) - edited_z(bare, name, model.z_dim, store)
    label = next((i for i in model.info.inputs if isinstance(i, ClassLabel)), None)
    c = None if label is None else class_weights(segment.document, label.name, label.count)
    device = model.generator.device

    def along(w: torch.Tensor) -> torch.Tensor:
        return model.generator.mapping((on_sphere(zs, w) + shift).to(device), c if c is None else c.to(device))

    return directional_derivative(along, *single)


def _with_latent(document: Document, value: LatentValue) -> Document:
    name = latent_input(document)
    assert name is not None
    return replace(document, inputs=document.inputs.with_item(name, value))


def _in_z(segment: Segment) -> Document:
    """A document whose own latent is one z, whatever its value."""
    parts = tuple((value, 1.0 / len(segment.latents)) for value in segment.latents)
    return _with_latent(segment.document, LatentBlend(parts, Space.Z))


def _mapping_inputs(model: Model, document: Document, store: Store) -> StageInputs:
    name = latent_input(document)
    assert name is not None
    value = document.inputs[name]
    assert not isinstance(value, Condition)
    single = _with_latent(document, LatentBlend(((value, 1.0),), Space.Z))
    return _style_stages(model)[0].resolve(single, {}, store)


def _style_stages(model: Model) -> tuple[MappingStage, StylesStage]:
    stages: Mapping[str, object] = {stage.name: stage for stage in model.generator.stages()}
    mapping, styles = stages["mapping"], stages["styles"]
    assert isinstance(mapping, MappingStage)
    assert isinstance(styles, StylesStage)
    return mapping, styles


def _style_rows(model: Model, document: Document, store: Store, z: torch.Tensor | None = None) -> torch.Tensor:
    """Return the ws `[1, n_latent, w_dim]` of a document: mapped, truncated, mixed and edited; `z` replaces its own."""
    mapping, styles = _style_stages(model)
    device = model.generator.device
    asked = mapping.resolve(document, {}, store)
    tensors = dict(asked.tensors)
    if z is not None:
        tensors["z"] = torch.cat([z, tensors["z"][1:]])
    moved = StageInputs({name: tensor.to(device) for name, tensor in tensors.items()}, asked.settings)
    mapped: Features = mapping.run(moved, ())
    wanted = styles.resolve(document, {"mapping": mapped}, store)
    return styles.run(wanted, (mapped,)).activation


def passed(work: Generator[None, None, T], progress: Progress) -> Generator[Progress, None, T]:
    """Let a job pause wherever `work` does, and return what it found."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: T = end.value
            return found
        yield progress


def bisected(count: int) -> list[float]:
    """Return the middles of `count` (a power of two) equal parts of [0, 1], coarse to fine: every beginning is even."""
    bits = count.bit_length() - 1
    order = sorted(range(count), key=lambda k: int(f"{k:0{max(bits, 1)}b}"[::-1], 2))
    return [(k + 0.5) / count for k in order]


def rounds(wanted: Mapping[int, list[float]]) -> Iterator[tuple[int, float]]:
    """Take one place of every segment in turn, until none is left."""
    left = {number: list(places) for number, places in wanted.items()}
    while any(left.values()):
        for number, places in left.items():
            if places:
                yield number, places.pop(0)
