"""The instructions of pickle protocols 0 to 5, each as one small step of the machine."""

import codecs
import struct
from collections.abc import Callable
from typing import TypeAlias

from ganstudio.checkpoints.budget import (
    IN_MEMORY,
    LONGEST_NUMBER,
    LONGEST_TEXT,
    MOST_MARKS,
    TEXT_IN_MEMORY,
    Budget,
)
from ganstudio.checkpoints.machine import Machine, Meaning, Pairs
from ganstudio.checkpoints.refusals import BrokenStreamError, HostileStreamError, LimitError
from ganstudio.checkpoints.source import Source
from ganstudio.core.foreign import ForeignBytes, ForeignName, ForeignText, ForeignValue

Step: TypeAlias = Callable[[Machine], None]


def run_stream(source: Source, start: int, stop: int, meaning: Meaning, budget: Budget) -> tuple[ForeignValue, int]:
    """Read one pickle up to its STOP: the one value left, and the position just behind it."""
    machine = Machine(source, start, stop, meaning, budget)
    data, steps = machine.data, STEPS
    while machine.position < stop:
        code = data[machine.position]
        machine.position += 1
        budget.instructions -= 1
        if budget.instructions < 0:
            raise LimitError("its description is longer than any model's")
        if code == STOP:
            return _result(machine), machine.position
        step = steps.get(code)
        if step is None:
            raise _unknown(code, machine.position - 1)
        step(machine)
    raise BrokenStreamError("it ends in the middle")


def _result(machine: Machine) -> ForeignValue:
    if machine.below or len(machine.stack) != 1:
        raise BrokenStreamError("its description does not end in exactly one value")
    return machine.stack[0]


def _unknown(code: int, position: int) -> BrokenStreamError | HostileStreamError:
    if code in REFUSED:
        return HostileStreamError(f"it uses the instruction {REFUSED[code]}, which no model file needs")
    return BrokenStreamError(f"there is no instruction 0x{code:02x} (at byte {position})")


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise BrokenStreamError("a text is not valid UTF-8") from error


def _integer(raw: bytes) -> int:
    text = raw.strip()
    if len(text) > LONGEST_NUMBER:
        raise LimitError("a number has more digits than any model needs")
    try:
        return int(text)
    except ValueError as error:
        raise BrokenStreamError("a number is unreadable") from error


def _text(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        length = machine.number(layout)
        start = machine.take(length)
        if length > LONGEST_TEXT:
            raise LimitError("a text is longer than any model needs")
        if length > TEXT_IN_MEMORY:
            machine.push(ForeignText(machine.source, start, length))
            return
        machine.push(_decoded(machine.data[start : start + length]))

    return step


def _bytes(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        length = machine.number(layout)
        start = machine.take(length)
        if length <= IN_MEMORY:
            machine.push(machine.data[start : start + length])
        else:
            machine.push(ForeignBytes(machine.source, start, length))

    return step


def _old_text(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        length = machine.number(layout)
        if length > LONGEST_TEXT:
            raise LimitError("a text is longer than any model needs")
        start = machine.take(length)
        machine.push(machine.meaning.text(machine.data[start : start + length]))

    return step


def _signed(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        length = machine.number(layout)
        if length > LONGEST_NUMBER:
            raise LimitError("a number has more digits than any model needs")
        start = machine.take(length)
        machine.push(int.from_bytes(machine.data[start : start + length], "little", signed=True))

    return step


def _fixed(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        machine.push(machine.number(layout))

    return step


def _constant(value: ForeignValue) -> Step:
    def step(machine: Machine) -> None:
        machine.stack.append(value)

    return step


def _empty(kind: Callable[[], ForeignValue]) -> Step:
    def step(machine: Machine) -> None:
        machine.stack.append(kind())

    return step


def _tuple_of(count: int) -> Step:
    def step(machine: Machine) -> None:
        if len(machine.stack) < count:
            raise BrokenStreamError("an instruction lacks its value")
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return step


def _put(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        machine.remember(machine.number(layout))

    return step


def _get(layout: struct.Struct) -> Step:
    def step(machine: Machine) -> None:
        machine.recall(machine.number(layout))

    return step


def _int_line(machine: Machine) -> None:
    raw = machine.line()
    machine.push({b"00": False, b"01": True}[raw] if raw in (b"00", b"01") else _integer(raw))


def _long_line(machine: Machine) -> None:
    machine.push(_integer(machine.line().removesuffix(b"L")))


def _float_line(machine: Machine) -> None:
    try:
        machine.push(float(machine.line()))
    except ValueError as error:
        raise BrokenStreamError("a number is unreadable") from error


def _quoted_line(machine: Machine) -> None:
    raw = machine.line().strip()
    if len(raw) < 2 or raw[:1] not in (b"'", b'"') or raw[:1] != raw[-1:]:
        raise BrokenStreamError("a quoted text has no quotes")
    try:
        text = codecs.escape_decode(raw[1:-1])[0]
    except ValueError as error:
        raise BrokenStreamError("a quoted text is unreadable") from error
    machine.push(machine.meaning.text(text))


def _unicode_line(machine: Machine) -> None:
    try:
        machine.push(codecs.raw_unicode_escape_decode(machine.line())[0])
    except UnicodeDecodeError as error:
        raise BrokenStreamError("a text is unreadable") from error


def _protocol(machine: Machine) -> None:
    version = machine.number(U1)
    if version > 5:
        raise BrokenStreamError(f"it is written in pickle protocol {version}, and the newest is 5")


def _frame(machine: Machine) -> None:
    length = machine.number(U8)
    if length > machine.end - machine.position:
        raise BrokenStreamError("it ends in the middle")


def _mark(machine: Machine) -> None:
    if len(machine.below) >= MOST_MARKS:
        raise LimitError("its values are nested too deeply")
    machine.below.append(machine.stack)
    machine.stack = []


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_marked()


def _line_name(machine: Machine) -> ForeignName:
    module, name = _decoded(machine.line()), _decoded(machine.line())
    return machine.meaning.name(module, name)


def _global(machine: Machine) -> None:
    machine.push(_line_name(machine))


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise BrokenStreamError("a name is not a text")
    machine.push(machine.meaning.name(module, name))


def _reduce(machine: Machine) -> None:
    args = machine.pop()
    machine.push(machine.meaning.call(machine.pop(), args))


def _new(machine: Machine) -> None:
    args = machine.pop()
    machine.push(machine.meaning.construct(machine.pop(), args, None))


def _new_with_options(machine: Machine) -> None:
    options, args = machine.pop(), machine.pop()
    machine.push(machine.meaning.construct(machine.pop(), args, options))


def _instance(machine: Machine) -> None:
    name = _line_name(machine)
    machine.push(machine.meaning.construct(name, tuple(machine.pop_marked()), None))


def _object(machine: Machine) -> None:
    items = machine.pop_marked()
    if not items:
        raise BrokenStreamError("an object has no class")
    machine.push(machine.meaning.construct(items[0], tuple(items[1:]), None))


def _build(machine: Machine) -> None:
    state = machine.pop()
    machine.meaning.build(machine.top(), state)


def _persistent_line(machine: Machine) -> None:
    machine.push(machine.meaning.persistent(_decoded(machine.line())))


def _persistent(machine: Machine) -> None:
    machine.push(machine.meaning.persistent(machine.pop()))


def _append(machine: Machine) -> None:
    value = machine.pop()
    machine.meaning.append(machine.top(), [value])


def _appends(machine: Machine) -> None:
    items = machine.pop_marked()
    machine.meaning.append(machine.top(), items)


def _pairs(items: list[ForeignValue]) -> Pairs:
    if len(items) % 2:
        raise BrokenStreamError("a dictionary has a key without a value")
    return list(zip(items[::2], items[1::2], strict=True))


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.meaning.put(machine.top(), [(key, value)])


def _set_items(machine: Machine) -> None:
    items = machine.pop_marked()
    machine.meaning.put(machine.top(), _pairs(items))


def _dictionary(machine: Machine) -> None:
    items = machine.pop_marked()
    machine.push({})
    machine.meaning.put(machine.top(), _pairs(items))


def _add_items(machine: Machine) -> None:
    items = machine.pop_marked()
    machine.meaning.add(machine.top(), items)


def _frozen_set(machine: Machine) -> None:
    members: set[ForeignValue] = set()
    machine.meaning.add(members, machine.pop_marked())
    machine.push(frozenset(members))


U1, U2, U4, U8 = (struct.Struct(layout) for layout in ("<B", "<H", "<I", "<Q"))
S4, REAL = struct.Struct("<i"), struct.Struct(">d")
STOP = ord(".")
REFUSED = {0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER"}
STEPS: dict[int, Step] = {
    ord("("): _mark,
    ord("0"): _pop,
    ord("1"): lambda machine: _discard(machine.pop_marked()),
    ord("2"): lambda machine: machine.push(machine.top()),
    ord("F"): _float_line,
    ord("I"): _int_line,
    ord("L"): _long_line,
    ord("S"): _quoted_line,
    ord("V"): _unicode_line,
    ord("G"): _fixed(REAL),
    ord("J"): _fixed(S4),
    ord("K"): _fixed(U1),
    ord("M"): _fixed(U2),
    0x8A: _signed(U1),
    0x8B: _signed(S4),
    ord("N"): _constant(None),
    0x88: _constant(True),
    0x89: _constant(False),
    ord("T"): _old_text(S4),
    ord("U"): _old_text(U1),
    ord("X"): _text(U4),
    0x8C: _text(U1),
    0x8D: _text(U8),
    ord("B"): _bytes(U4),
    ord("C"): _bytes(U1),
    0x8E: _bytes(U8),
    0x96: _bytes(U8),
    ord("P"): _persistent_line,
    ord("Q"): _persistent,
    ord("R"): _reduce,
    ord("b"): _build,
    ord("c"): _global,
    0x93: _stack_global,
    ord("i"): _instance,
    ord("o"): _object,
    0x81: _new,
    0x92: _new_with_options,
    ord("a"): _append,
    ord("e"): _appends,
    ord("s"): _set_item,
    ord("u"): _set_items,
    ord("d"): _dictionary,
    ord("l"): lambda machine: machine.push(machine.pop_marked()),
    ord("t"): lambda machine: machine.push(tuple(machine.pop_marked())),
    ord("]"): _empty(list),
    ord("}"): _empty(dict),
    ord(")"): _constant(()),
    0x8F: _empty(set),
    0x85: _tuple_of(1),
    0x86: _tuple_of(2),
    0x87: _tuple_of(3),
    0x90: _add_items,
    0x91: _frozen_set,
    ord("g"): lambda machine: machine.recall(_integer(machine.line())),
    ord("p"): lambda machine: machine.remember(_integer(machine.line())),
    ord("h"): _get(U1),
    ord("j"): _get(U4),
    ord("q"): _put(U1),
    ord("r"): _put(U4),
    0x94: lambda machine: machine.remember(len(machine.memo)),
    0x80: _protocol,
    0x95: _frame,
}


def _discard(_items: list[ForeignValue]) -> None:
    """Drop what POP_MARK removes."""
