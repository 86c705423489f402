"""What a pickle's names mean as data: containers, tensors, arrays, and inert records for all the rest."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ganstudio.checkpoints.budget import LARGEST_KEY, Budget
from ganstudio.checkpoints.machine import Pairs
from ganstudio.checkpoints.numpy_values import (
    ForeignArray,
    NumberType,
    array_from_buffer,
    array_with_state,
    scalar,
)
from ganstudio.checkpoints.policy import Standing, admitted, printable, standing
from ganstudio.checkpoints.refusals import BrokenStreamError, HostileStreamError, UnsupportedStreamError
from ganstudio.checkpoints.source import MemorySource, Source, TextSource
from ganstudio.checkpoints.torch_values import Arguments, rebuild
from ganstudio.core.foreign import (
    ForeignBytes,
    ForeignDict,
    ForeignName,
    ForeignObject,
    ForeignStorage,
    ForeignText,
    ForeignValue,
)
from ganstudio.core.foreign_modules import PERSISTENT

DICTIONARIES = frozenset(
    {
        ForeignName("collections", "OrderedDict"),
        ForeignName("collections", "defaultdict"),
        ForeignName("collections", "Counter"),
        ForeignName("dnnlib.util", "EasyDict"),
        ForeignName("dnnlib", "EasyDict"),
        ForeignName("builtins", "dict"),
    }
)
NAMESPACES = frozenset({ForeignName("argparse", "Namespace"), ForeignName("types", "SimpleNamespace")})
DILL_TYPES: Mapping[str, str] = {
    "set": "set",
    "frozenset": "frozenset",
    "dict": "dict",
    "list": "list",
    "tuple": "tuple",
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "bytes": "bytes",
    "complex": "complex",
    "object": "object",
}


@dataclass(frozen=True)
class EmbeddedCode:
    """Program text found in a file; kept as a fingerprint, never run."""

    sha256: str
    length: int


class Findings:
    """What is noted about one file over all its streams."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.names: set[ForeignName] = set()
        self.code: dict[str, EmbeddedCode] = {}

    def program(self, text: ForeignValue) -> None:
        """Note program text."""
        if isinstance(text, str) and text:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            self.code[digest] = EmbeddedCode(digest, len(text))


class Interpreter:
    """The meaning of one stream; `persistent_storage` and `nested_storage` come from its container."""

    def __init__(
        self,
        findings: Findings,
        persistent_storage: Callable[[ForeignValue], ForeignValue] | None,
        nested_storage: Callable[[ForeignBytes], ForeignStorage],
    ) -> None:
        self.findings = findings
        self.persistent_storage = persistent_storage
        self.nested_storage = nested_storage
        self.calls: Mapping[ForeignName, Callable[[Arguments], ForeignValue]] = {
            ForeignName("torch.storage", "_load_from_bytes"): self._nested,
            ForeignName("torch._tensor", "_rebuild_from_type_v2"): self._typed,
            ForeignName("_codecs", "encode"): self._encoded,
            ForeignName("dill._dill", "_load_type"): _dill_type,
            ForeignName("dill._dill", "_create_array"): array_with_state,
            ForeignName("numpy", "dtype"): NumberType,
            ForeignName("numpy.core.multiarray", "_reconstruct"): lambda _args: ForeignArray(),
            ForeignName("numpy.core.multiarray", "scalar"): scalar,
            ForeignName("numpy.core.numeric", "_frombuffer"): array_from_buffer,
            ForeignName("builtins", "set"): self._set,
            ForeignName("builtins", "frozenset"): self._frozenset,
            ForeignName("builtins", "complex"): _complex,
            ForeignName("builtins", "bytearray"): self._bytearray,
            ForeignName("builtins", "bytes"): self._bytearray,
            ForeignName("copyreg", "_reconstructor"): self._reconstructed,
            ForeignName("copyreg", "__newobj__"): self._reconstructed,
            ForeignName("torch", "Size"): _size,
            PERSISTENT: self._persistent_module,
        }

    def name(self, module: str, name: str) -> ForeignName:
        """Admit a name, note it, or refuse the file."""
        found = admitted(module, name)
        self.findings.names.add(found)
        return found

    def persistent(self, key: ForeignValue) -> ForeignValue:
        """Resolve a persistent identity by the container's rules."""
        if self.persistent_storage is None:
            raise UnsupportedStreamError("it refers to data kept outside the file")
        return self.persistent_storage(key)

    def text(self, raw: bytes) -> str | bytes:
        """Python 2's strings: text where they are ASCII."""
        return raw.decode("ascii") if raw.isascii() else raw

    def call(self, callee: ForeignValue, args: ForeignValue) -> ForeignValue:
        """Write a call down, or make the plain value that it stands for."""
        if not isinstance(args, tuple):
            raise BrokenStreamError("a call has no list of values")
        if isinstance(callee, ForeignObject):
            return ForeignObject(callee, args)
        if not isinstance(callee, ForeignName):
            raise HostileStreamError("it calls something that is not a name")
        known = self.calls.get(callee)
        if known is not None:
            return known(args)
        if callee in DICTIONARIES:
            return self._dictionary(callee, args)
        if callee.module == "torch._utils" and standing(callee) is Standing.KNOWN:
            return rebuild(callee.name, args)
        return ForeignObject(callee, args)

    def construct(self, callee: ForeignValue, args: ForeignValue, options: ForeignValue) -> ForeignValue:
        """Write a construction down, or make the plain container it stands for."""
        if not isinstance(args, tuple) or not (options is None or isinstance(options, dict)):
            raise BrokenStreamError("a construction has no list of values")
        if isinstance(callee, ForeignName) and callee in NAMESPACES:
            return ForeignDict(callee)
        if isinstance(callee, ForeignName) and not options:
            return self.call(callee, args)
        if not isinstance(callee, (ForeignName, ForeignObject)):
            raise HostileStreamError("it constructs something that is not a name")
        return ForeignObject(callee, args, dict(options or {}))

    def build(self, target: ForeignValue, state: ForeignValue) -> None:
        """Attach a state to a record, once."""
        if isinstance(target, (NumberType, ForeignArray)):
            target.build(state)
        elif isinstance(target, ForeignObject) and not target.built:
            target.state, target.built = state, True
            if isinstance(state, dict):
                self.findings.program(state.get("build_module_src"))
        elif isinstance(target, ForeignDict) and not target.built:
            target.built = True
            if target.kind in NAMESPACES:
                self._fill_namespace(target, state)
        elif isinstance(target, ForeignName):
            raise HostileStreamError(f"it tries to change “{printable(target)}”")
        else:
            raise BrokenStreamError("it gives a state to a value that has none")

    def append(self, target: ForeignValue, items: list[ForeignValue]) -> None:
        """Extend a list."""
        if type(target) is list or isinstance(target, ForeignObject):
            (target.items if isinstance(target, ForeignObject) else target).extend(items)
        else:
            raise BrokenStreamError("it appends to a value that is not a list")

    def put(self, target: ForeignValue, pairs: Pairs) -> None:
        """Fill a dictionary."""
        if isinstance(target, ForeignObject):
            target.items.extend(pairs)
        elif isinstance(target, dict):
            for key, value in pairs:
                target[_checked_key(key)] = value
        else:
            raise BrokenStreamError("it sets an item of a value that is not a dictionary")

    def add(self, target: ForeignValue, items: list[ForeignValue]) -> None:
        """Fill a set."""
        if isinstance(target, ForeignObject):
            target.items.extend(items)
        elif isinstance(target, set):
            target.update(_checked_key(item) for item in items)
        else:
            raise BrokenStreamError("it adds to a value that is not a set")

    def _fill_namespace(self, target: ForeignDict, state: ForeignValue) -> None:
        if not isinstance(state, dict):
            raise BrokenStreamError("a namespace has no names")
        self.findings.budget.copy(len(state))
        target.update(state)

    def _dictionary(self, kind: ForeignName, args: Arguments) -> ForeignDict:
        made = ForeignDict(kind)
        content = args[-1] if args and not isinstance(args[-1], (ForeignName, type(None))) else ()
        if isinstance(content, dict):
            self.findings.budget.copy(len(content))
            made.update(content)
        elif isinstance(content, (list, tuple)):
            self.findings.budget.copy(len(content))
            for pair in content:
                if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                    raise BrokenStreamError("a dictionary has a key without a value")
                made[_checked_key(pair[0])] = pair[1]
        return made

    def _members(self, args: Arguments) -> set[ForeignValue]:
        content = args[0] if args else ()
        if len(args) > 1 or not isinstance(content, (list, tuple, set, frozenset)):
            raise BrokenStreamError("a set has no members")
        self.findings.budget.copy(len(content))
        return {_checked_key(item) for item in content}

    def _set(self, args: Arguments) -> ForeignValue:
        return self._members(args)

    def _frozenset(self, args: Arguments) -> ForeignValue:
        return frozenset(self._members(args))

    def _bytearray(self, args: Arguments) -> ForeignValue:
        if not args:
            return b""
        if len(args) == 1 and isinstance(args[0], (bytes, ForeignBytes)):
            return args[0]
        return self._encoded(args)

    def _encoded(self, args: Arguments) -> ForeignValue:
        if len(args) != 2 or args[1] not in ("latin1", "latin-1"):
            raise HostileStreamError("it asks for a text encoding other than Latin-1")
        if isinstance(args[0], ForeignText) and isinstance(args[0].source, Source):
            self.findings.budget.decode(args[0].length)
            encoded = TextSource(args[0].source, args[0].start, args[0].length)
            return ForeignBytes(encoded, 0, encoded.length)
        if not isinstance(args[0], str):
            raise BrokenStreamError("bytes written as text are unreadable")
        self.findings.budget.decode(len(args[0]))
        try:
            raw = args[0].encode("latin-1")
        except UnicodeEncodeError as error:
            raise BrokenStreamError("bytes written as text are unreadable") from error
        return raw if len(raw) <= 4096 else ForeignBytes(MemorySource(raw), 0, len(raw))

    def _nested(self, args: Arguments) -> ForeignValue:
        raw = args[0] if len(args) == 1 else None
        if isinstance(raw, bytes):
            raw = ForeignBytes(MemorySource(raw), 0, len(raw))
        if not isinstance(raw, ForeignBytes):
            raise BrokenStreamError("a tensor's data is not a byte string")
        return self.nested_storage(raw)

    def _typed(self, args: Arguments) -> ForeignValue:
        if len(args) != 4 or not isinstance(args[0], ForeignName) or not isinstance(args[2], tuple):
            raise BrokenStreamError("a tensor is unreadable")
        return self.call(args[0], args[2])

    def _reconstructed(self, args: Arguments) -> ForeignValue:
        if not args:
            raise BrokenStreamError("an object has no class")
        return self.construct(args[0], (), None)

    def _persistent_module(self, args: Arguments) -> ForeignValue:
        if len(args) == 1 and isinstance(args[0], dict):
            self.findings.program(args[0].get("module_src"))
        return ForeignObject(PERSISTENT, args)


def _checked_key(key: ForeignValue) -> ForeignValue:
    """Admit keys whose hash costs nothing and rarely collides: plain scalars, names, flat tuples."""
    parts = key if type(key) is tuple and len(key) <= 64 else (key,)
    for part in parts:
        if type(part) is int and abs(part) >= LARGEST_KEY:
            raise BrokenStreamError("a key is an absurdly large number")
        if not (part is None or type(part) in (str, int, bytes, bool, float, ForeignName, ForeignObject)):
            raise BrokenStreamError("a key is not a plain value")
    return key


def _dill_type(args: Arguments) -> ForeignValue:
    name = args[0] if len(args) == 1 else None
    if not isinstance(name, str) or name not in DILL_TYPES:
        raise HostileStreamError("it asks for a Python type that can run code")
    return ForeignName("builtins", DILL_TYPES[name])


def _complex(args: Arguments) -> ForeignValue:
    parts = [float(part) for part in args if isinstance(part, (int, float)) and abs(part) < 1e300]
    if len(args) not in (1, 2) or len(parts) != len(args):
        raise BrokenStreamError("a complex number is unreadable")
    return complex(*parts)


def _size(args: Arguments) -> ForeignValue:
    return (
        tuple(args[0])
        if len(args) == 1 and isinstance(args[0], (tuple, list))
        else ForeignObject(ForeignName("torch", "Size"), args)
    )
