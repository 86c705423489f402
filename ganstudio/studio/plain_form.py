"""Frozen values as plain JSON and back, by their declared types: a new dataclass of a union needs no line here."""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import numpy as np

from ganstudio.core.document import FrozenMap
from ganstudio.core.errors import StudioError
from ganstudio.core.store import ArrayRef

Plain = Any
T = TypeVar("T")
KIND = "kind"
ODD_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
DEEPEST = 100


class BrokenValueError(StudioError):
    """A plain value does not describe what is expected at its place."""


class Pool:
    """Values of some types written once each; later mentions are their numbers."""

    def __init__(self, *kinds: type) -> None:
        """Nothing is written yet."""
        self.kinds = kinds
        self.plain: list[Plain] = []
        self._numbers: dict[Any, int] = {}
        self._places: dict[int, int] = {}  # the same by identity, which is quicker; all of them stay alive here
        self._values: list[Any] = []

    def number_of(self, value: Any) -> int:
        """Return the number of a value, which is written at its first mention."""
        number = self._places.get(id(value))
        if number is None:
            number = self._numbers.get(value)
        if number is None:
            written = to_plain(value, self, inside=True)
            number = len(self.plain)
            self.plain.append(written)
            self._values.append(value)
            self._numbers[value] = self._places[id(value)] = number
        return number

    def value(self, number: int) -> Any:
        """Return what a number stands for; None where it stands for nothing."""
        return self._values[number] if 0 <= number < len(self._values) else None

    def values_from(self, number: int) -> list[Any]:
        """Return the values from a number on."""
        return self._values[number:]

    def read(self, plain: Plain, place: str) -> None:
        """Take over the next written value."""
        named = plain.get(KIND) if isinstance(plain, dict) else None
        kind = next((kind for kind in self.kinds if kind.__name__ == named), None)
        if kind is None:
            names = ", ".join(kind.__name__ for kind in self.kinds)
            raise BrokenValueError(f"{place}: one of {names} is expected")
        value: Any = from_plain(plain, kind, place, self)
        self.plain.append(plain)
        self._numbers.setdefault(value, len(self._values))
        self._values.append(value)


def to_plain(value: Any, pool: Pool | None = None, *, inside: bool = False) -> Plain:
    """Return a frozen value as what JSON can hold; every dataclass carries its name as `kind`."""
    match value:
        case None | bool() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return value.value
        case int() | float() | np.generic():
            return _plain_number(value.item() if isinstance(value, np.generic) else value)
        case tuple():
            return [to_plain(each, pool) for each in value]
        case FrozenMap():
            return {key: to_plain(each, pool) for key, each in value.items()}
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no plain form")
    if pool is not None and not inside and isinstance(value, pool.kinds):
        return pool.number_of(value)
    fields = {each.name: to_plain(getattr(value, each.name), pool) for each in dataclasses.fields(value)}
    return {KIND: type(value).__name__, **fields}


def _plain_number(value: float) -> Plain:
    if isinstance(value, int) or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else str(value)


def from_plain(data: Plain, kind: type[T], place: str = "", pool: Pool | None = None) -> T:
    """Return the value of type `kind` that plain JSON describes; raises BrokenValueError naming the place."""
    value: T = _read(data, kind, place, pool, DEEPEST)
    return value


def _read(data: Plain, kind: Any, place: str, pool: Pool | None, depth: int) -> Any:
    if pool is not None and type(data) is int and isinstance(kind, type) and isinstance(pool.value(data), kind):
        return pool.value(data)
    if depth == 0:
        raise BrokenValueError(f"{place}: this is nested too deeply")
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read(data, _chosen(data, typing.get_args(kind), place, pool), place, pool, depth)
    if origin is tuple:
        return _read_tuple(data, typing.get_args(kind), place, pool, depth - 1)
    if origin is FrozenMap:
        (inner,) = typing.get_args(kind)
        items = _expect(data, dict, "named values", place)
        return FrozenMap({key: _read(each, inner, f"{place}.{key}", pool, depth - 1) for key, each in items.items()})
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _read_dataclass(data, kind, place, pool, depth - 1)
    return _read_leaf(data, kind, place)


def _chosen(data: Plain, kinds: tuple[Any, ...], place: str, pool: Pool | None) -> Any:
    if data is None and types.NoneType in kinds:
        return types.NoneType
    classes = [kind for kind in kinds if isinstance(kind, type) and dataclasses.is_dataclass(kind)]
    records: dict[str, type] = {kind.__name__: kind for kind in classes}
    if pool is not None and type(data) is int and any(issubclass(kind, pool.kinds) for kind in records.values()):
        found = type(pool.value(data))
        if found not in classes:
            raise BrokenValueError(f"{place}: number {data} is none of {', '.join(records)}")
        return found
    if not records:
        return next(kind for kind in kinds if kind is not types.NoneType)
    named = data.get(KIND) if isinstance(data, dict) else None
    if not isinstance(named, str) or named not in records:
        raise BrokenValueError(f"{place}: one of {', '.join(records)} is expected, not {_shown(named or data)}")
    return records[named]


def _read_tuple(data: Plain, kinds: tuple[Any, ...], place: str, pool: Pool | None, depth: int) -> tuple[Any, ...]:
    items = _expect(data, list, "a list", place)
    if kinds[-1:] == (Ellipsis,):
        kinds = (kinds[0],) * len(items)
    if len(kinds) != len(items):
        raise BrokenValueError(f"{place}: {len(kinds)} values are expected, not {len(items)}")
    return tuple(_read(each, kinds[i], f"{place}[{i}]", pool, depth) for i, each in enumerate(items))


def _read_dataclass(data: Plain, kind: type, place: str, pool: Pool | None, depth: int) -> Any:
    if pool is not None and issubclass(kind, pool.kinds) and type(data) is int:
        found = pool.value(data)
        if not isinstance(found, kind):
            raise BrokenValueError(f"{place}: number {data} is no {kind.__name__}")
        return found
    items = dict(_expect(data, dict, kind.__name__, place))
    named = items.pop(KIND, kind.__name__)
    if named != kind.__name__:
        raise BrokenValueError(f"{place}: {kind.__name__} is expected, not {_shown(named)}")
    hints = hints_of(kind)
    unknown = [name for name in items if name not in hints]
    if unknown:
        raise BrokenValueError(f"{place}: {kind.__name__} has nothing called {_shown(unknown[0])}")
    missing = [name for name in _required(kind) if name not in items]
    if missing:
        raise BrokenValueError(f"{place}: {missing[0]!r} is missing")
    values = {name: _read(each, hints[name], f"{place}.{name}", pool, depth) for name, each in items.items()}
    try:
        return kind(**values)
    except (StudioError, ValueError, TypeError) as error:
        raise BrokenValueError(f"{place}: {error}") from error


def _read_leaf(data: Plain, kind: Any, place: str) -> Any:
    if kind is types.NoneType:
        return _expect(data, types.NoneType, "nothing", place)
    if isinstance(kind, type) and issubclass(kind, Enum):
        if data not in [each.value for each in kind]:
            choices = ", ".join(str(each.value) for each in kind)
            raise BrokenValueError(f"{place}: one of {choices} is expected, not {_shown(data)}")
        return kind(data)
    if kind is float:
        return _read_float(data, place)
    words = {bool: "yes or no", int: "a whole number", str: "text"}
    if kind not in words:
        raise TypeError(f"{place}: values of {kind} have no plain form")
    return _expect(data, kind, words[kind], place)


def _read_float(data: Plain, place: str) -> float:
    if isinstance(data, str) and data in ODD_NUMBERS:
        return ODD_NUMBERS[data]
    if type(data) not in (int, float):
        raise BrokenValueError(f"{place}: a number is expected, not {_shown(data)}")
    try:
        return float(data)
    except OverflowError:
        raise BrokenValueError(f"{place}: the number is too large") from None


def _expect(data: Plain, kind: type, words: str, place: str) -> Any:
    if type(data) is not kind:
        raise BrokenValueError(f"{place}: {words} is expected, not {_shown(data)}")
    return data


def _shown(data: Plain) -> str:
    words = repr(data)
    return words if len(words) <= 40 else f"{words[:37]}…"


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Return the declared types of a dataclass's fields."""
    hints = typing.get_type_hints(kind)
    return {each.name: hints[each.name] for each in dataclasses.fields(kind)}


@cache
def _required(kind: type) -> tuple[str, ...]:
    nothing: Callable[[Any], bool] = lambda each: each is dataclasses.MISSING  # noqa: E731
    fields = dataclasses.fields(kind)
    return tuple(each.name for each in fields if nothing(each.default) and nothing(each.default_factory))


def arrays_in(value: Any) -> dict[str, ArrayRef]:
    """Return every array that a frozen value speaks of, by digest, in the order of their first mention."""
    return {ref.digest: ref for ref in _refs(value)}


def _refs(value: Any) -> Iterator[ArrayRef]:
    match value:
        case ArrayRef():
            yield value
        case tuple():
            for each in value:
                yield from _refs(each)
        case FrozenMap():
            for each in value.values():
                yield from _refs(each)
        case _ if dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                yield from _refs(getattr(value, field.name))
