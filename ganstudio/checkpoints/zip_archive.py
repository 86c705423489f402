"""The directory of a zip archive whose entries lie uncompressed in the file, as torch.save writes them."""

import struct
from dataclasses import dataclass

from ganstudio.checkpoints.refusals import BrokenStreamError, LimitError, UnsupportedStreamError
from ganstudio.checkpoints.source import Source

MOST_ENTRIES = 500_000
END = struct.Struct("<4s4H2IH")
END64_PLACE = struct.Struct("<4sIQI")
END64 = struct.Struct("<4sQ2H2I4Q")
ENTRY = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive: its length, how it is packed and where its local header lies."""

    name: str
    method: int
    flags: int
    packed: int
    length: int
    header: int


def directory(source: Source) -> dict[str, Entry]:
    """Read the archive's table of contents, with every size checked against the file."""
    count, size, start = _end_record(source)
    if count > MOST_ENTRIES:
        raise LimitError("the archive has more entries than any model")
    if start + size > source.length or count * ENTRY.size > size:
        raise BrokenStreamError("the archive's table of contents lies outside the file")
    entries: dict[str, Entry] = {}
    position = start
    for _ in range(count):
        entry, position = _entry(source, position, start + size)
        if entry.name in entries:
            raise BrokenStreamError(f"the archive has two entries named {entry.name!r}")
        entries[entry.name] = entry
    return entries


def place(source: Source, entry: Entry) -> tuple[int, int]:
    """First byte and length of an uncompressed entry's content."""
    if entry.method != 0 or entry.packed != entry.length:
        raise UnsupportedStreamError(f"its entry {entry.name!r} is compressed, and PyTorch never compresses")
    if entry.flags & 0x41:
        raise UnsupportedStreamError(f"its entry {entry.name!r} is encrypted")
    if entry.header + LOCAL.size > source.length:
        raise BrokenStreamError(f"the entry {entry.name!r} lies outside the file")
    fields = LOCAL.unpack_from(source.data, entry.header)
    name_start = entry.header + LOCAL.size
    start = name_start + fields[9] + fields[10]
    name = source.data[name_start : name_start + fields[9]]
    if fields[0] != b"PK\x03\x04" or name != entry.name.encode("utf-8", "surrogateescape") or fields[3] != 0:
        raise BrokenStreamError(f"the archive contradicts itself about the entry {entry.name!r}")
    if start + entry.length > source.length:
        raise BrokenStreamError(f"the entry {entry.name!r} is cut off")
    return start, entry.length


def _end_record(source: Source) -> tuple[int, int, int]:
    found = source.data.rfind(b"PK\x05\x06", max(0, source.length - END.size - FULL16))
    if found < 0 or found + END.size > source.length:
        raise BrokenStreamError("the archive's table of contents is missing, so the file is cut off")
    fields = END.unpack_from(source.data, found)
    count, size, start = fields[4], fields[5], fields[6]
    if count != FULL16 and FULL32 not in (size, start):
        return count, size, start
    if found < END64_PLACE.size:
        raise BrokenStreamError("the archive's table of contents is unreadable")
    mark, _, position, _ = END64_PLACE.unpack_from(source.data, found - END64_PLACE.size)
    if mark != b"PK\x06\x07" or position + END64.size > source.length:
        if mark == b"PK\x06\x07":
            raise BrokenStreamError("the archive's table of contents is unreadable")
        return count, size, start
    large = END64.unpack_from(source.data, position)
    if large[0] != b"PK\x06\x06":
        raise BrokenStreamError("the archive's table of contents is unreadable")
    return large[7], large[8], large[9]


def _entry(source: Source, position: int, stop: int) -> tuple[Entry, int]:
    if position + ENTRY.size > stop:
        raise BrokenStreamError("the archive's table of contents is cut off")
    fields = ENTRY.unpack_from(source.data, position)
    if fields[0] != b"PK\x01\x02":
        raise BrokenStreamError("the archive's table of contents is unreadable")
    flags, method, packed, length, header = fields[3], fields[4], fields[8], fields[9], fields[16]
    name_end = position + ENTRY.size + fields[10]
    extra_end = name_end + fields[11]
    following = extra_end + fields[12]
    if following > stop:
        raise BrokenStreamError("the archive's table of contents is cut off")
    name = source.data[position + ENTRY.size : name_end].decode("utf-8", "surrogateescape")
    if FULL32 in (packed, length, header):
        length, packed, header = _large(source.data[name_end:extra_end], length, packed, header)
    return Entry(name, method, flags, packed, length, header), following


def _large(extra: bytes, *small: int) -> tuple[int, ...]:
    """Replace sizes that did not fit in 32 bits by those of the zip64 extra field."""
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            wide = iter(
                struct.unpack_from(f"<{size // 8}Q", extra[position + 4 : position + 4 + size].ljust(size, b"\0"))
            )
            try:
                return tuple(next(wide) if value == FULL32 else value for value in small)
            except StopIteration as error:
                raise BrokenStreamError("the archive's large sizes are missing") from error
        position += 4 + size
    raise BrokenStreamError("the archive's large sizes are missing")
