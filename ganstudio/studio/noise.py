"""Noise layer by layer, and what it does to a picture."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganstudio.core.document import SEED_COUNT, Document, LayerNoise, NoiseMode, NoiseSetting
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend, JobFactory


def with_layer(noise: NoiseSetting, layer: LayerNoise) -> NoiseSetting:
    """Let one layer do something differently; one that does nothing differently is not spoken of."""
    others = {each.layer: each for each in noise.layers if each.layer != layer.layer}
    if layer != LayerNoise(layer.layer):
        others[layer.layer] = layer
    return dataclasses.replace(noise, layers=tuple(others[place] for place in sorted(others)))


def only_in(noise: NoiseSetting, layers: Sequence[int], count: int) -> NoiseSetting:
    """Turn the noise on in these layers and off in the other ones of `count`; strengths and seeds stay."""
    for place in range(count):
        noise = with_layer(noise, dataclasses.replace(noise.of_layer(place), on=place in layers))
    return noise


def layers_on(noise: NoiseSetting, count: int) -> tuple[int, ...]:
    """Which of `count` layers have noise."""
    return tuple(place for place in range(count) if noise.of_layer(place).on)


@dataclass(frozen=True, slots=True)
class NoiseDeviation:
    """Each pixel's standard deviation over `count` noises, as numbers `[H, W]` and as a picture `[H, W, 3]`.

    The numbers belong to pictures in [-1, 1]; in the picture the largest is white.
    """

    count: int
    values: Array
    picture: Array

    @property
    def largest(self) -> float:
        """The largest standard deviation."""
        return float(self.values.max())

    @property
    def mean(self) -> float:
        """The mean standard deviation."""
        return float(self.values.mean())


def noisy_documents(document: Document, count: int) -> tuple[Document, ...]:
    """The document with `count` noises, drawn from the seeds that follow its own; strengths and layers stay."""
    shared = tuple(dataclasses.replace(layer, seed=None) for layer in document.noise.layers)
    noise = dataclasses.replace(document.noise, mode=NoiseMode.RANDOM, turn=0.0, layers=shared)
    seeds = ((noise.seed + number) % SEED_COUNT for number in range(count))
    return tuple(dataclasses.replace(document, noise=dataclasses.replace(noise, seed=seed)) for seed in seeds)


def measuring_deviation(document: Document, count: int, store: Store) -> JobFactory:
    """Draw a document with many noises; steps bring the standard deviation so far (Karras et al. 2019, figure 4)."""
    documents = noisy_documents(document, count)

    def steps(backend: Backend) -> Iterator[Progress]:
        from ganstudio.engine.deviation import Deviation
        from ganstudio.engine.sheets import batch_of, draw_together

        model = backend.model(document.model.digest)
        deviation = Deviation()
        for drawn in draw_together(model.generator, documents, store, batch_of(model.info.resolution)):
            if drawn.pictures is not None:
                deviation.add(drawn.pictures.clamp(-1.0, 1.0))  # as it is seen
            words = f"{deviation.count} of {count} noises"
            result = None if drawn.pictures is None else _shown(deviation.count, deviation.value().cpu().numpy())
            yield Progress(deviation.count, count, words, result)

    return steps


def saving_picture(path: Path, pixels: Array, document: Document, store: Store) -> JobFactory:
    """Write a uint8 picture `[H, W, 3]` as PNG, with the recipe of the document that it tells about."""

    def steps(_backend: Backend) -> Iterator[Progress]:
        from ganstudio.studio.exporting import ExportOptions, save

        save(path, pixels, document, store, ExportOptions())
        yield Progress(1, 1, str(path), path)

    return steps


def _shown(count: int, values: Array) -> NoiseDeviation:
    brightest = max(float(values.max()), float(np.finfo(np.float64).tiny))
    grey = np.rint(values / brightest * 255.0).astype(np.uint8)
    return NoiseDeviation(count, values, np.repeat(grey[..., None], 3, axis=2))
