"""Photos that are not as a person thinks they are: files of every odd kind, and what has to be said of each."""

from PIL import Image

from ganstudio.core.paths import ASSETS
from tests.data.odd_pictures import encoded, raw_png, valid

ASTRONAUT = ASSETS / "samples" / "astronaut.png"


def readable() -> dict[str, tuple[bytes, str]]:
    """Files that open, by name, each with words of the note that it gets."""
    kinds = dict(valid())
    small = Image.open(ASTRONAUT).convert("RGB").crop((120, 20, 320, 220))
    clear = small.copy()
    clear.putalpha(Image.linear_gradient("L").resize(small.size))
    panorama = Image.new("RGB", (30_000, 3_000), (90, 120, 200))
    return {
        "panorama.jpg": (encoded(panorama, "JPEG", quality=30), "30000 x 3000"),
        "deep.png": (kinds["deep-rgb.png"], "16 bits"),
        "print.jpg": (encoded(small.convert("CMYK"), "JPEG"), "CMYK"),
        "clear.png": (encoded(clear, "PNG"), "transparent"),
        "moving.gif": (encoded(small, "GIF", save_all=True, append_images=[small.rotate(90)]), "holds 2 pictures"),
        "sky.png": (encoded(Image.new("RGB", (60, 40), (90, 120, 200)), "PNG"), "No face was found in sky.png"),
    }


def refused() -> dict[str, tuple[bytes, str]]:
    """Files that do not open, by name, each with words of the reason."""
    whole = ASTRONAUT.read_bytes()
    return {
        "letter.png": (b"Dear friend,\n" * 40, "no picture of a known format"),
        "cut.png": (whole[: len(whole) // 2], "is cut off"),
        "cut.jpg": (encoded(Image.open(ASTRONAUT).convert("RGB"), "JPEG")[:9000], "is cut off"),
        "vast.png": (raw_png(30_000, 30_000, 8, 0, b"\0"), "Save it smaller"),
    }
