"""What documents are called in tabs and lists."""

from pathlib import Path

from ganstudio.core.document import (
    ClassBlend,
    ClassChoice,
    Document,
    InputValue,
    LatentArray,
    LatentBlend,
    LatentPoint,
    PaintedMap,
)


def document_name(document: Document) -> str:
    """Return a document's name: its model and its seed, or what its latent is otherwise."""
    path = Path(document.model.name)
    model = path.stem if path.suffix else path.name
    parts = (model, *(latent_in_words(value) for value in document.inputs.values()))
    return " · ".join(part for part in parts if part) or "Empty"


def latent_in_words(value: InputValue) -> str:
    """Return what a latent or a class is called."""
    match value:
        case LatentPoint() if value.x.is_integer() and value.y.is_integer():
            return f"seed {value.seed}"
        case LatentPoint():
            return f"near seed {value.seed}"
        case LatentArray():
            return f"own {value.space.value}"
        case LatentBlend():
            return f"blend of {len(value.parts)}"
        case ClassChoice():
            return f"class {value.index}"
        case ClassBlend():
            return f"{len(value.parts)} classes"
        case PaintedMap():
            return "painted map"
