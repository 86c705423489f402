"""A document's state under another model: everything where both are alike, else what fits."""

from dataclasses import replace

from ganstudio.core.document import ClassChoice, Document, FrozenMap, InputValue, LatentPoint, ModelRef, PaintedMap
from ganstudio.core.frame import ModelInfo
from ganstudio.core.inputs import Ability, ClassLabel, LabelMap


def held(document: Document, before: ModelInfo | None, after: ModelInfo) -> Document:
    """Return the document with another model; seeds always fit, arrays and layers only where both models are alike."""
    ref = ModelRef(after.name, after.digest)
    if before is not None and alike(before, after):
        return replace(document, model=ref)
    fresh = after.document
    inputs: dict[str, InputValue] = {}
    for name, value in fresh.inputs.items():
        old = document.inputs.get(name)
        inputs[name] = old if old is not None and isinstance(old, type(value)) and _fits(old, before, after) else value
    truncates = {Ability.TRUNCATION, Ability.RESAMPLING} & after.abilities
    psi = document.psi if truncates and document.model.digest else fresh.psi
    noise = replace(document.noise, layers=()) if Ability.NOISE in after.abilities else fresh.noise
    return replace(fresh, model=ref, inputs=FrozenMap(inputs), psi=psi, noise=noise)


def _fits(value: InputValue, before: ModelInfo | None, after: ModelInfo) -> bool:
    """Tell whether a value means the same to another model; maps do where both have the same classes."""
    match value:
        case LatentPoint():
            return True
        case ClassChoice():
            return value.index < next((item.count for item in after.inputs if isinstance(item, ClassLabel)), 0)
        case PaintedMap():
            return before is not None and _mapped(before) == _mapped(after)
    return False


def _mapped(info: ModelInfo) -> list[tuple[str, ...]]:
    return [item.classes for item in info.inputs if isinstance(item, LabelMap)]


def alike(a: ModelInfo, b: ModelInfo) -> bool:
    """Tell whether two models have the same shapes, so that each takes the other's latents, layers and edits."""
    return (a.architecture, a.inputs, a.n_latent, a.layer_resolutions, a.stages, a.parameters) == (
        b.architecture, b.inputs, b.n_latent, b.layer_resolutions, b.stages, b.parameters,
    )  # fmt: skip
