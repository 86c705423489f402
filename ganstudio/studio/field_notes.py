"""The fields of option dataclasses as forms show them: names in words, explanations, values as text and back."""

import ast
import dataclasses
import inspect
import itertools
import json
import re
import textwrap
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "lr": "learning rate",
        "generator": "G",
        "discriminator": "D",
        "g": "G",
        "d": "D",
        "ema": "average",
        "r1": "R1",
        "ada": "ADA",
        "gp": "penalty",
    }
)
USUAL_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "batch": "Pictures in one step. Larger batches are steadier, slower and need more memory.",
        "images": "Train until this many real pictures were shown.",
        "generator_lr": "How large the generator's steps are. Halve it where losses jump.",
        "discriminator_lr": "How large the discriminator's steps are. Halve it where losses jump.",
        "learning_rate": "How large the steps of both networks are. Halve it where losses jump.",
        "lr": "How large the steps of both networks are. Halve it where losses jump.",
        "beta1": "Adam's memory of gradients: 0 forgets at once, 0.9 is slow to turn.",
        "beta2": "Adam's memory of the gradients' size.",
        "game": "Which losses the two networks play with.",
        "z_dim": "Length of the random vector that a picture starts from.",
        "w_dim": "Length of the mapped latent w.",
        "mapping_layers": "Layers between z and w.",
        "channel_base": "Sets the width of all layers; half of it gives a quarter of the weights.",
        "channel_max": "No layer is wider than this.",
        "use_noise": "Fresh noise in every layer, for what is chance in pictures.",
        "augment": "Transform pictures on their way to the discriminator, for small sets of pictures.",
        "transformations": "Which: b mirrors and moves, g turns and scales, c colours, f filters, n noise, c cuts.",
        "overfitting": "What the probability of augmentation follows.",
        "ada_target": "The probability rises above this overfitting and falls below it.",
        "grow_images": "Images at each resolution.",
        "seed": "The same seed gives the same run.",
        "device": "auto, cpu, cuda, cuda:1 or mps.",
        "arithmetic": "Number type of convolutions; bfloat16 is quicker where the machine has it.",
        "channels_last": "Memory order that most machines convolve faster in.",
        "snapshot_every": "Keep the averaged generator every so many images, for looking back.",
        "sample_every": "Draw the pinned latents every so many images.",
        "metrics": "What to measure, such as frechet-vgg16.",
        "metric_samples": "How many pictures a metric draws.",
        "label_file": "A JSON list or CSV table of classes.",
    }
)


@dataclasses.dataclass(frozen=True)
class FieldShape:
    """What a field takes: `kind` is bool, int, float, choice or text; `optional` where nothing is a value as well."""

    kind: str
    optional: bool = False
    choices: tuple[Enum, ...] = ()


def field_notes(kind: type) -> dict[str, str]:
    """Return the texts that follow the fields of a dataclass in its source, and the usual ones for the others."""
    notes = {f.name: USUAL_NOTES[f.name] for f in dataclasses.fields(kind) if f.name in USUAL_NOTES}
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return notes
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef)), [])
    for field, note in itertools.pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant) and isinstance(note.value.value, str):
            notes[field.target.id] = " ".join(note.value.value.split())
    return notes


def in_words(name: str) -> str:
    """Return a field's name as a person reads it."""
    parts = name.split("_")
    words = [part if part == name and len(part) > 3 else WORDS.get(part, part) for part in parts]  # "G lr", "Generator"
    text = " ".join(words).replace("z dim", "z length").replace("w dim", "w length")
    return text[:1].upper() + text[1:]


def words_for_zero(note: str) -> str:
    """Return what 0 means where an explanation ends so, as in "Weight of the penalty; none where 0."."""
    found = re.search(r"([^;,.]+) where 0\b", note)
    return found[1].strip() if found else ""


def shapes(kind: type) -> dict[str, FieldShape]:
    """Return what each field of a dataclass takes."""
    hints = typing.get_type_hints(kind)
    return {f.name: shape_of(hints[f.name]) for f in dataclasses.fields(kind)}


def shape_of(hint: Any) -> FieldShape:
    """Return what a type hint asks for; what is neither a number nor a choice is typed as text."""
    parts = typing.get_args(hint) if typing.get_origin(hint) in (UnionType, typing.Union) else (hint,)
    optional = NoneType in parts
    real = [part for part in parts if part is not NoneType]
    only = real[0] if len(real) == 1 else None
    if only in (bool, int, float):
        return FieldShape(only.__name__, optional)
    if isinstance(only, type) and issubclass(only, Enum):
        return FieldShape("choice", optional, tuple(only))
    return FieldShape("text", optional)


def text_of(value: Any) -> str:
    """Return a value as it is typed: 0.0025, 192, 192, 128; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        if any(isinstance(part, tuple | list) for part in value):
            return json.dumps(value)[1:-1]
        return ", ".join(text_of(part) for part in value)
    return str(value)


def value_of(text: str, hint: Any) -> Any:
    """Read a typed value; raises ValueError where it is none of the hint's kind."""
    from pydantic import TypeAdapter, ValidationError

    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    text = text.strip()
    tried: list[object] = [None] if not text else []
    if any(typing.get_origin(part) is tuple for part in (hint, *typing.get_args(hint))):
        if not text:
            tried.append([])
        tried += _listed(text)
    elif text:
        tried.append(Path(text) if hint in (Path, Path | None) else text)
    else:
        tried.append("")
    for candidate in tried:
        try:
            return adapter.validate_python(candidate)
        except ValidationError:
            continue
    raise ValueError(text)


def _listed(text: str) -> list[object]:
    """Return what a list may mean: numbers with commas, JSON, or words with commas."""
    found: list[object] = []
    for attempt in (f"[{text}]", text):
        try:
            found.append(json.loads(attempt))
        except ValueError:
            continue
    return [*found, [word.strip() for word in text.split(",") if word.strip()]]
