"""Features of many pictures, batch by batch; those of real pictures are kept in the user's folder."""

import hashlib
from collections.abc import Generator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ganstudio.core.errors import SaveError
from ganstudio.core.files import write_file
from ganstudio.core.pixels import to_bytes
from ganstudio.core.progress import Progress
from ganstudio.metrics.features import Extracted, Extractor
from ganstudio.metrics.subjects import MeasuredModel, RealPictures

CPU_BATCH, BATCH = 16, 128
FEATURES = "features"


def batch_size(device: torch.device) -> int:
    """Return how many pictures are looked at together; a processor's caches hold fewer."""
    return CPU_BATCH if device.type == "cpu" else BATCH


def real_features(
    data: RealPictures, network: Extractor, n: int, device: torch.device, cache: Path | None
) -> Generator[Progress, None, torch.Tensor]:
    """Return the features `[N, D]` of at most n real pictures, from the cache where they are kept."""
    numbers = data.chosen(n)
    kept = None if cache is None else cached_file(cache, data, network, len(numbers))
    known = None if kept is None else load_features(kept)
    if known is not None:
        return known.to(device)
    label = f"features of the data, {network.title}"
    parts: list[torch.Tensor] = []
    size = batch_size(device)
    for first in range(0, len(numbers), size):
        yield Progress(first, len(numbers), label)
        parts.append(network.extract(data.read(numbers[first : first + size])).features)
    features = torch.cat(parts)
    if kept is not None:
        yield Progress(len(numbers), len(numbers), save_features(kept, features) or label)
    return features


def generated_features(
    model: MeasuredModel, networks: Mapping[str, Extractor], n: int, seed: int
) -> Generator[Progress, None, Mapping[str, Extracted]]:
    """Return what every network says of the pictures of seeds `seed` to `seed + n - 1`, rounded to 8 bits first."""
    parts: dict[str, list[Extracted]] = {name: [] for name in networks}
    size = batch_size(model.device)
    for first in range(0, n, size):
        yield Progress(first, n, f"features of {model.name}")
        seeds = range(seed + first, seed + min(first + size, n))
        with torch.no_grad():
            pixels = to_bytes(model.draw(seeds)).permute(0, 3, 1, 2).contiguous().cpu().numpy()
        for name, network in networks.items():
            parts[name].append(network.extract(pixels))
    yield Progress(n, n, f"features of {model.name}")
    return {name: joined(found) for name, found in parts.items()}


def joined(parts: list[Extracted]) -> Extracted:
    """Join what a network said of several batches."""
    probabilities = [part.probabilities for part in parts if part.probabilities is not None]
    features = torch.cat([part.features for part in parts])
    return Extracted(features, torch.cat(probabilities) if probabilities else None)


def cached_file(cache: Path, data: RealPictures, network: Extractor, n: int) -> Path:
    """Return where the features of n pictures lie; its name changes with the pictures and with the network."""
    name = hashlib.blake2b(f"{data.fingerprint}\n{network.key}\n{n}".encode(), digest_size=16).hexdigest()
    return cache / f"{name}.safetensors"


def load_features(file: Path) -> torch.Tensor | None:
    """Return kept features; None where there are none or the file is damaged."""
    try:
        with safe_open(file, "pt") as kept:
            features: torch.Tensor = kept.get_tensor(FEATURES)
    except (OSError, SafetensorError):
        return None
    return features if bool(features.isfinite().all()) else None


def save_features(file: Path, features: torch.Tensor) -> str:
    """Keep features; where they cannot be written, return why, because measuring goes on without."""
    content = save({FEATURES: features.float().cpu().contiguous()})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, [content], len(content))
    except (OSError, SaveError) as problem:
        return f"the features of the data are not kept: {problem}"
    return ""
