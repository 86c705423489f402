"""What tells one model file from another."""

from hashlib import blake2b
from pathlib import Path

SAMPLED_CHUNKS = 64
CHUNK_BYTES = 1 << 16


def fingerprint(path: Path) -> str:
    """Return a digest of a file's length and of 64 evenly spaced pieces, which is quick for files of any size."""
    size = path.stat().st_size
    hasher = blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        for i in range(SAMPLED_CHUNKS):
            file.seek(i * size // SAMPLED_CHUNKS)
            hasher.update(file.read(CHUNK_BYTES))
    return hasher.hexdigest()
