"""Opening any model file: read it as data, then ask each architecture whether it is its own."""

import dataclasses
import errno
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from ganstudio.architectures import cards
from ganstudio.checkpoints.checkpoint import DISCRIMINATOR, GENERATOR, NETWORKS, Checkpoint, Report, listed
from ganstudio.checkpoints.format import KEY, read_own
from ganstudio.checkpoints.interpreter import Findings
from ganstudio.checkpoints.pickles import budget_for, read_legacy, read_plain, read_zip, refuse_unknown
from ganstudio.checkpoints.policy import Standing, printable, standing
from ganstudio.checkpoints.recognition import Container, Foreign, recognise, ruled_out
from ganstudio.checkpoints.refusals import (
    BrokenFileError,
    BrokenStreamError,
    LimitError,
    StreamError,
    UnknownFileError,
    UnsupportedStreamError,
    named,
    short_of_memory,
)
from ganstudio.checkpoints.source import FileSource
from ganstudio.checkpoints.tensor_file import read_tensor_file
from ganstudio.checkpoints.tuned import Base, base_of, missing, with_changes
from ganstudio.core.architecture import Architecture
from ganstudio.core.blank import Blank
from ganstudio.core.foreign import (
    Dialect,
    ForeignTensor,
    ForeignValue,
    Imported,
    Mismatch,
    UnsoundTensorError,
    Weights,
    state_dict_in,
)
from ganstudio.core.inputs import Ability

OWN = "a GAN Studio model"
REMEDY = "Choose a checkpoint of a kind that is known here, or convert it to one."
SMALLEST_ALLOWANCE = 64 << 20
LARGEST_SETTING = 1e6
NONSENSE = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What reading settings or building a network raises when a file's contents contradict each other."""

FAMILIES = {
    "dnnlib.tflib.": "it is a TensorFlow StyleGAN pickle. Convert it with NVIDIA's legacy.py and open the result",
    "network.Network": "it is a Theano Progressive GAN pickle, which is not opened",
    "pg_modules.": "it is a Projected GAN (FastGAN) model, which is not opened",
}
"""Models that are recognised by the names in them, and why they are not opened."""


@dataclasses.dataclass(frozen=True)
class Contents:
    """A file read as data: its wrapping, its value, its text metadata and what was noticed on the way."""

    container: Container
    root: ForeignValue
    metadata: Mapping[str, str]
    findings: Findings


def read_checkpoint(
    path: Path | str, networks: Collection[str] = (GENERATOR,), ability: Ability | None = None
) -> Checkpoint:
    """Open a model file and load the weights of `networks` (the discriminator where the file has one).

    Of a file with several models the one that draws is taken, or where an `ability` is given the one that has it.
    Nothing in the file is run. Raises a `CheckpointError` that names the file, the reason and the remedy.
    """
    path = Path(path)
    with FileSource(path) as source:
        try:
            return _checkpoint(path, source, networks, ability)
        except StreamError as error:
            raise named(path, error) from error
        except UnsoundTensorError as error:
            raise BrokenFileError(f"{path.name} is damaged: {error}. Download or copy the file again.") from error
        except OSError as error:
            if error.errno == errno.ENOMEM:
                raise short_of_memory(path) from error
            raise BrokenFileError(f"{path.name} cannot be read: {error.strerror}. Copy it to another disk.") from error
        except (MemoryError, RuntimeError) as error:  # torch says RuntimeError where memory is short
            raise short_of_memory(path) from error


def open_contents(source: FileSource) -> Contents | Foreign:
    """Read a file's structure without loading any weights."""
    found = recognise(source)
    if isinstance(found, Foreign):
        return found
    findings = Findings(budget_for(source))
    if found is Container.TENSORS:
        tensors, metadata = read_tensor_file(source)
        return Contents(found, tensors, metadata, findings)
    if found is Container.TORCH_ZIP:
        root = read_zip(source, findings)
    elif found is Container.TORCH_LEGACY:
        root = read_legacy(source, 0, source.length, findings)
    else:
        root = read_plain(source, findings)
    return Contents(found, root, {}, findings)


def _checkpoint(path: Path, source: FileSource, networks: Collection[str], ability: Ability | None) -> Checkpoint:
    try:
        contents = open_contents(source)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BrokenStreamError(f"its contents contradict each other ({type(error).__name__})") from error
    source.forget()
    if isinstance(contents, Foreign):
        raise UnknownFileError(
            path,
            contents.what,
            contents.remedy,
            ((OWN, "it has no description of ours"), *ruled_out(contents)),
        )
    if KEY in contents.metadata:
        tensors = state_dict_in(contents.root) or {}
        if base := base_of(contents.metadata[KEY]):
            return _tuned(path, source, base, tensors)
        architecture, imported, header = read_own(tensors, contents.metadata[KEY])
        card = cards()[architecture]
        if unfit := _generator_unfit(card, imported) or _discriminator_unfit(card, imported):
            raise BrokenStreamError(unfit)
        provenance = header.get("provenance")
        return _loaded(
            path,
            source,
            contents,
            card,
            imported,
            networks,
            provenance if isinstance(provenance, dict) else {},
            str(header.get("licence", "")),
        )
    card, dialect, imported = _matched(path, contents, ability)
    refuse_unknown(contents.root, {*imported.used, *_wanted_critic(imported, networks)})
    provenance = {"imported from": path.name, "kind": imported.what}
    with ExitStack() as stack:
        imported = _with_companion(path, card, dialect, imported, stack)
        return _loaded(path, source, contents, card, imported, networks, provenance, "")


def _with_companion(
    path: Path, card: Architecture[Any], dialect: Dialect, imported: Imported, stack: ExitStack
) -> Imported:
    """Add the part of a model that lies in a file beside it, which `stack` keeps open; what does not fit is told."""
    companion = dialect.companion
    name = None if companion is None else companion.beside(path.name)
    other = path.with_name(name) if name else path
    if companion is None or other == path or not other.is_file():
        return imported
    try:
        contents = open_contents(stack.enter_context(FileSource(other)))
        if isinstance(contents, Foreign):
            raise BrokenStreamError(f"it is {contents.what}")
        refuse_unknown(contents.root, {"all tensors"})
        joined = companion.join(imported, contents.root)
        unfit = joined.reason if isinstance(joined, Mismatch) else _generator_unfit(card, joined)
    except (StreamError, UnsoundTensorError, OSError, *NONSENSE) as error:
        unfit = str(error)[:120]
    if unfit is None and isinstance(joined, Imported):
        return dataclasses.replace(joined, used=(*joined.used, f"the {companion.title} from {other.name}"))
    note = f"The {companion.title} in {other.name} was left out: {unfit}."
    return dataclasses.replace(imported, notes=(*imported.notes, note))


def _tuned(path: Path, source: FileSource, base: Base, tensors: Mapping[str, ForeignTensor]) -> Checkpoint:
    """Open the model whose changes a file holds, and add them."""
    original = base.found(path)
    if original is None or original.resolve() == path.resolve():
        raise missing(path, base)
    return with_changes(path, base, read_checkpoint(original), tensors, source.length)


def _matched(path: Path, contents: Contents, ability: Ability | None) -> tuple[Architecture[Any], Dialect, Imported]:
    reasons = [(OWN, "it has no description of ours")]
    asked = [card for card in cards().values() if ability is None or card.can(ability)]
    for card in sorted(asked, key=lambda card: not card.draws):
        for dialect in card.dialects:
            result = _asked(card, dialect, contents.root)
            if isinstance(result, Imported):
                return card, dialect, result
            reasons.append((dialect.name, result.reason))
    for prefix, decline in FAMILIES.items():
        if any(str(name).startswith(prefix) for name in contents.findings.names):
            raise UnsupportedStreamError(decline)
    reasons.extend(ruled_out(contents.container))
    if unknown := _names(contents, Standing.UNKNOWN):
        reasons.append(("a file of known parts only", f"it names {listed(unknown)}, which no reader here knows"))
    what = f"{contents.container}, but of no model that is known here"
    raise UnknownFileError(path, what, REMEDY, tuple(reasons))


def _wanted_critic(imported: Imported, networks: Collection[str]) -> tuple[str, ...]:
    wanted = imported.discriminator is not None and DISCRIMINATOR in networks
    return (imported.discriminator_from,) if wanted else ()


def _asked(card: Architecture[Any], dialect: Dialect, root: ForeignValue) -> Imported | Mismatch:
    """Ask one dialect; a discriminator that does not fit is left out, a generator that does not is a mismatch."""
    try:
        result = dialect.read(root)
    except NONSENSE as error:
        return Mismatch(f"its contents do not fit together ({str(error)[:80]})")
    if isinstance(result, Mismatch):
        return result
    unfit = _generator_unfit(card, result)
    if unfit is not None:
        return Mismatch(unfit)
    unfit = _discriminator_unfit(card, result)
    if unfit is None:
        return result
    note = f"The discriminator ({result.discriminator_from}) was left out: {unfit}."
    return dataclasses.replace(result, discriminator=None, discriminator_config=None, notes=(*result.notes, note))


def expected_shapes(module: torch.nn.Module) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """Names, shapes and number types that a module's `load_state_dict` asks for."""
    return {name: (tuple(tensor.shape), tensor.dtype) for name, tensor in module.state_dict().items()}


def _generator_unfit(card: Architecture[Any], imported: Imported) -> str | None:
    """Compare with the network that the settings describe, without memory for its weights."""
    return _difference(imported.generator, lambda config: card.build(config).network, imported.config)


def _discriminator_unfit(card: Architecture[Any], imported: Imported) -> str | None:
    if imported.discriminator is None or card.discriminator is None:
        return None
    return _difference(imported.discriminator, card.discriminator.build, imported.discriminator_config)


def _difference(weights: Weights, build: Callable[[Any], torch.nn.Module], config: Any) -> str | None:
    largest = max((size for tensor in weights.values() for size in tensor.shape), default=0)
    if _largest_number(dataclasses.asdict(config)) > max(4096, largest):
        return "its settings do not fit its weights"
    if impossible := _impossible_setting(dataclasses.asdict(config)):
        return impossible
    try:
        with Blank():
            expected = expected_shapes(build(config))
    except NONSENSE as error:
        return f"its settings describe no network ({type(error).__name__}: {str(error)[:80]})"
    missing, extra = expected.keys() - weights.keys(), weights.keys() - expected.keys()
    if missing:
        return f"{len(missing)} tensors are missing, the first is {min(missing)}"
    if extra:
        return f"{len(extra)} tensors are not part of the network, the first is {min(extra)}"
    for name, (shape, dtype) in expected.items():
        if tuple(weights[name].shape) != shape:
            return f"{name} has the shape {list(weights[name].shape)} instead of {list(shape)}"
        if weights[name].dtype.is_floating_point != dtype.is_floating_point:
            return f"{name} holds numbers of the type {weights[name].dtype}"
    return None


def _impossible_setting(settings: Mapping[str, object]) -> str | None:
    """Name a fraction that no network has; the taps of filters may be negative."""
    for name, value in settings.items():
        parts = value if isinstance(value, (list, tuple)) else (value,)
        for part in parts:
            if not isinstance(part, float):
                continue
            if not abs(part) <= LARGEST_SETTING or (part < 0 and parts is not value):
                return f"its setting {name} is {part}, which no network has"
    return None


def _largest_number(value: object) -> int:
    """The largest integer in a config, or the length of its longest tuple."""
    if isinstance(value, dict):
        return max(map(_largest_number, value.values()), default=0)
    if isinstance(value, (list, tuple)):
        return max(len(value), *map(_largest_number, value)) if value else 0
    return abs(value) if isinstance(value, int) else 0


def _loaded(
    path: Path,
    source: FileSource,
    contents: Contents,
    card: Architecture[Any],
    imported: Imported,
    networks: Collection[str],
    provenance: Mapping[str, object],
    licence: str,
) -> Checkpoint:
    groups: dict[str, Weights] = {GENERATOR: imported.generator}
    configs: dict[str, object] = {GENERATOR: imported.config}
    if imported.discriminator is not None:
        groups[DISCRIMINATOR] = imported.discriminator
        configs[DISCRIMINATOR] = imported.discriminator_config
    chosen = [name for name in NETWORKS if name in groups and (name in networks or name == GENERATOR)]
    needed = sum(tensor.nbytes for name in chosen for tensor in groups[name].values())
    if needed > SMALLEST_ALLOWANCE + 4 * source.length:
        raise LimitError("its weights claim to be many times larger than the file")
    tensors = {name: {key: _read(tensor) for key, tensor in groups[name].items()} for name in chosen}
    report = _report(path, source, contents, imported, tensors)
    return Checkpoint(card.id, imported.config, tensors, configs, provenance, licence, report)


def is_finite(tensor: torch.Tensor) -> bool:
    """Whether every number is finite; one pass without a copy, because a maximum is NaN where any number is."""
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    least, most = torch.aminmax(tensor if tensor.dtype.itemsize > 1 else tensor.float())
    return bool(torch.isfinite(least) & torch.isfinite(most))


def _read(tensor: ForeignTensor | torch.Tensor) -> torch.Tensor:
    return tensor.load() if isinstance(tensor, ForeignTensor) else tensor


def _report(
    path: Path,
    source: FileSource,
    contents: Contents,
    imported: Imported,
    tensors: Mapping[str, Mapping[str, torch.Tensor]],
) -> Report:
    not_finite = tuple(
        f"{network}.{name}"
        for network, group in tensors.items()
        for name, tensor in group.items()
        if not is_finite(tensor)
    )
    waiting = (
        ()
        if imported.discriminator is None or DISCRIMINATOR in tensors
        else (f"The discriminator ({imported.discriminator_from}) is in the file; training reads it.",)
    )
    return Report(
        file=path.name,
        what=imported.what,
        container=str(contents.container),
        size=source.length,
        used=imported.used + ((imported.discriminator_from,) if DISCRIMINATOR in tensors else ()),
        ignored=imported.ignored,
        notes=imported.notes + waiting,
        code=tuple(contents.findings.code.values()),
        not_finite=not_finite,
        inert_names=_names(contents, Standing.INERT),
        unknown_names=_names(contents, Standing.UNKNOWN),
    )


def _names(contents: Contents, kind: Standing) -> tuple[str, ...]:
    return tuple(sorted(printable(name) for name in contents.findings.names if standing(name) is kind))
