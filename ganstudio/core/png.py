"""Pictures as PNG bytes."""

import io

from ganstudio.core.store import Array


def png_bytes(pixels: Array) -> bytes:
    """Return a uint8 picture `[H, W, 3]` as the content of a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()
