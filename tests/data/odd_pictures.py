"""Pictures of every kind, whole and damaged, made in memory."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def gradient(width: int = 12, height: int = 8) -> Image.Image:
    """Red grows to the right, green downwards; every pixel is its own."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[..., 0] = np.linspace(0, 250, width).astype(np.uint8)
    pixels[..., 1] = np.linspace(0, 250, height).astype(np.uint8)[:, None]
    pixels[..., 2] = 40
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of a file."""
    memory = io.BytesIO()
    picture.save(memory, kind, **options)
    return memory.getvalue()


RED, GREEN, BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
WHITE_POINT = (0.9642, 1.0, 0.8249)


def profile(space: bytes, gamma: float, *primaries: tuple[float, float, float]) -> bytes:
    """A colour profile (ICC.1, version 2) of a space `RGB ` with three primaries (XYZ under D50) or `GRAY`."""
    curve = b"curv" + struct.pack(">IIHH", 0, 1, round(gamma * 256), 0)
    tags = {b"desc": b"desc" + struct.pack(">II", 0, 5) + b"made\0" + bytes(79), b"wtpt": place_of(WHITE_POINT)}
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    for letter, primary in zip((b"r", b"g", b"b"), primaries, strict=False):
        tags |= {letter + b"XYZ": place_of(primary), letter + b"TRC": curve}
    tags = {name: data + bytes(-len(data) % 4) for name, data in tags.items()}
    begin = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", begin + len(body), len(data))
        body += data
    head = struct.pack(">I4xI4s4s4s12x", begin + len(body), 0x02100000, b"mntr", space, b"XYZ ") + b"acsp"
    illuminant = struct.pack(">3i", *(round(value * 65536) for value in WHITE_POINT))
    return (head + bytes(28) + illuminant).ljust(128, b"\0") + table + body


def place_of(colour: tuple[float, float, float]) -> bytes:
    """A tag with a colour."""
    return b"XYZ " + struct.pack(">I3i", 0, *(round(value * 65536) for value in colour))


SWAPPED = profile(b"RGB ", 2.2, GREEN, RED, BLUE)
LINEAR_GREY = profile(b"GRAY", 1.0)


def png(width: int = 12, height: int = 8) -> bytes:
    """A plain PNG."""
    return encoded(gradient(width, height), "PNG")


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG with this header, whatever the rows say."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def valid() -> Iterator[tuple[str, bytes]]:
    """Pictures that must open."""
    picture = gradient()
    grey, alpha = picture.convert("L"), Image.linear_gradient("L").resize(picture.size)
    see_through = picture.copy()
    see_through.putalpha(alpha)
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM"):
        yield f"rgb.{kind.lower()}", encoded(picture, kind)
        yield f"grey.{kind.lower()}", encoded(grey, kind)
    for kind in ("PNG", "WEBP", "TIFF"):
        yield f"alpha.{kind.lower()}", encoded(see_through, kind)
    yield "grey-alpha.png", encoded(see_through.convert("LA"), "PNG")
    yield "bits.png", encoded(picture.convert("1"), "PNG")
    yield "bits.tiff", encoded(picture.convert("1"), "TIFF", compression="group4")
    yield "palette.png", encoded(picture.convert("P"), "PNG")
    yield "palette-transparent.png", encoded(picture.convert("P"), "PNG", transparency=3)
    yield "palette-alpha.png", encoded(picture.convert("P"), "PNG", transparency=bytes(range(0, 250, 25)))
    yield "rgb-transparent.png", encoded(picture, "PNG", transparency=(0, 0, 40))
    yield "cmyk.jpeg", encoded(picture.convert("CMYK"), "JPEG")
    yield "cmyk.tiff", encoded(picture.convert("CMYK"), "TIFF")
    yield "lab.tiff", encoded(Image.new("LAB", (9, 9), (128, 128, 128)), "TIFF")
    yield "progressive.jpeg", encoded(picture, "JPEG", progressive=True)
    yield "deep-grey.png", encoded(Image.fromarray(np.arange(96, dtype=np.uint16).reshape(8, 12) * 600), "PNG")
    yield "deep-grey.tiff", encoded(Image.fromarray(np.arange(96, dtype=np.uint16).reshape(8, 12) * 600), "TIFF")
    yield "whole.tiff", encoded(Image.fromarray(np.arange(96, dtype=np.int32).reshape(8, 12) * 9000), "TIFF")
    yield "real.tiff", encoded(Image.fromarray(np.linspace(0, 1, 96, dtype=np.float32).reshape(8, 12)), "TIFF")
    yield "deep-rgb.png", raw_png(2, 2, 16, 2, (b"\0" + struct.pack(">6H", *range(0, 60000, 10000))) * 2)
    yield "deep-rgba.png", raw_png(1, 1, 16, 6, b"\0" + struct.pack(">4H", 65535, 0, 0, 65535))
    yield "animated.gif", encoded(picture, "GIF", save_all=True, append_images=[grey, grey])
    yield "animated.png", encoded(picture, "PNG", save_all=True, append_images=[picture.rotate(90)])
    yield "one-pixel.png", png(1, 1)
    yield "thin.png", png(1, 300)
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = turn
        yield f"turned-{turn}.jpeg", encoded(picture, "JPEG", exif=exif)
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        yield f"profile.{kind.lower()}", encoded(picture, kind, icc_profile=SWAPPED)
    yield "grey-profile.png", encoded(grey, "PNG", icc_profile=LINEAR_GREY)
    yield "alpha-profile.png", encoded(see_through, "PNG", icc_profile=SWAPPED)
    yield "odd-note.jpeg", encoded(picture, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")


def broken() -> Iterator[tuple[str, bytes]]:
    """Files that must be refused."""
    yield "empty.png", b""
    yield "text.png", b"This is no picture at all.\n" * 10
    yield "vector.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>"
    yield "bomb.png", raw_png(2**31 - 1, 2**31 - 1, 8, 2, b"")
    yield "wide-bomb.png", raw_png(2_000_000, 1, 1, 0, b"\0")
    yield "large-bomb.png", raw_png(30_000, 30_000, 8, 0, b"\0" * 1000)
    yield "nothing.png", raw_png(0, 0, 8, 2, b"")
    yield "bomb.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 2**30, 2**30, 1, 24, 0, 0, 0, 0, 0, 0)
    yield "bomb.ppm", b"P6 2000000000 2000000000 255\n"
    yield "bomb.gif", b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x00;"
    for kind in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "PPM"):
        data = encoded(gradient(200, 150), kind)
        for share in (2, 3, 10):
            yield f"cut-{share}.{kind.lower()}", data[: len(data) // share]
    header = bytearray(png())
    header[30] ^= 0xFF
    yield "bad-header-sum.png", bytes(header)


def mutated(count: int) -> Iterator[tuple[str, bytes]]:
    """Valid pictures with a few bytes changed, cut out or put in."""
    random = np.random.default_rng(0)
    whole = list(valid())
    for number in range(count):
        name, data = whole[number % len(whole)]
        changed = bytearray(data)
        for _ in range(int(random.integers(1, 6))):
            place = int(random.integers(len(changed)))
            kind = int(random.integers(3))
            if kind == 0:
                changed[place] = int(random.integers(256))
            elif kind == 1 and len(changed) > 20:
                del changed[place : place + int(random.integers(1, 9))]
            else:
                changed[place:place] = random.bytes(int(random.integers(1, 9)))
        yield f"{number}-{name}", bytes(changed)
