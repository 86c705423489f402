"""Our own model files: safetensors whose metadata entry `ganstudio` holds the settings as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import DISCRIMINATOR, GENERATOR, NETWORKS, Checkpoint
from ganstudio.checkpoints.refusals import BrokenStreamError, LimitError, UnsupportedStreamError
from ganstudio.checkpoints.tensor_file import write_tensor_file
from ganstudio.core.foreign import ForeignTensor, Imported, Weights

KEY = "ganstudio"
VERSION = 1
LONGEST_HEADER = 1 << 20


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a model file in one step that either happens whole or not at all. Raises `SaveError`."""
    tensors = {
        f"{network}.{name}": tensor.detach()
        for network, group in checkpoint.tensors.items()
        for name, tensor in group.items()
    }
    write_tensor_file(path, tensors, {KEY: json.dumps(_header(checkpoint), ensure_ascii=False, allow_nan=False)})


def description(checkpoint: Checkpoint, prefixes: Mapping[str, str]) -> str:
    """Describe the model inside a file of another purpose, where each network's tensors have a prefix of their own."""
    named = {name: prefixes[name] for name in checkpoint.tensors}
    return json.dumps({**_header(checkpoint), "prefixes": named}, ensure_ascii=False, allow_nan=False)


def _header(checkpoint: Checkpoint) -> dict[str, object]:
    networks = {
        network: as_json(checkpoint.config if network == GENERATOR else checkpoint.configs[network])
        for network in checkpoint.tensors
    }
    return {
        "format": VERSION,
        "architecture": checkpoint.architecture,
        "config": as_json(checkpoint.config),
        "networks": networks,
        "provenance": dict(checkpoint.provenance),
        "licence": checkpoint.licence,
    }


def as_json(config: object) -> object:
    """A config dataclass as plain JSON values."""
    return TypeAdapter(type(config)).dump_python(config, mode="json")


def read_own(tensors: Mapping[str, ForeignTensor], text: str) -> tuple[str, Imported, Mapping[str, object]]:
    """Read our own header: architecture, settings and weights (still in the file), and the header itself."""
    header = parsed(text)
    architecture = str(header.get("architecture"))
    card = cards().get(architecture)
    if card is None:
        raise UnsupportedStreamError(
            f"it holds a model of the architecture “{architecture[:60]}”, which this version "
            f"does not have (it has {', '.join(sorted(cards()))}). Update the program"
        )
    networks = header.get("networks")
    if not isinstance(networks, dict):
        raise BrokenStreamError("its description lists no networks")
    config = _config(card.config, header.get("config"))
    kept = None
    if DISCRIMINATOR in networks and card.discriminator is not None:
        kept = _config(card.discriminator.config, networks[DISCRIMINATOR])
    groups, ignored = _grouped(tensors, header.get("prefixes"))
    imported = Imported(
        what=f"a GAN Studio model ({card.title})",
        config=config,
        generator=groups[GENERATOR],
        discriminator_config=kept,
        discriminator=groups[DISCRIMINATOR] if kept is not None else None,
        discriminator_from=DISCRIMINATOR,
        used=(GENERATOR,),
        ignored=ignored,
    )
    return architecture, imported, header


def _grouped(tensors: Mapping[str, ForeignTensor], given: object) -> tuple[dict[str, Weights], tuple[str, ...]]:
    """Return each network's weights, and the names of all other groups of tensors."""
    named = given if isinstance(given, dict) else {}
    prefixes = {network: str(named.get(network, f"{network}.")) for network in NETWORKS}
    groups: dict[str, Weights] = {network: {} for network in NETWORKS}
    ignored: dict[str, None] = {}
    for name, tensor in tensors.items():
        network = next((each for each, prefix in prefixes.items() if name.startswith(prefix)), None)
        if network is None:
            ignored[name.partition("/")[0].partition(".")[0]] = None
        else:
            groups[network][name.removeprefix(prefixes[network])] = tensor
    return groups, tuple(ignored)


def parsed(text: str) -> Mapping[str, object]:
    """Return the header that a file's text holds; raises LimitError, BrokenStreamError, UnsupportedStreamError."""
    if len(text) > LONGEST_HEADER:
        raise LimitError("its description is longer than any model's")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenStreamError("its description is unreadable") from error
    if not isinstance(header, dict) or type(header.get("format")) is not int:
        raise BrokenStreamError("its description is unreadable")
    if header["format"] > VERSION:
        raise UnsupportedStreamError(
            f"it is in format {header['format']}, and this version reads up to {VERSION}. Update the program"
        )
    return header


def _config(kind: type, value: object) -> object:
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    try:
        config = adapter.validate_json(json.dumps(value), strict=True)
    except (ValidationError, ValueError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(str(part) for part in first["loc"])
        raise BrokenStreamError(f"its settings do not fit: {where} {first['msg']}") from error
    if isinstance(value, dict) and (unknown := value.keys() - kind.__dataclass_fields__.keys()):  # type: ignore[attr-defined]
        raise UnsupportedStreamError(
            f"it uses the setting “{min(unknown)}”, which this version does not have. Update the program"
        )
    return config
