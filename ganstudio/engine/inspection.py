"""Activations as pictures and numbers."""

from collections.abc import Iterator, Sequence

import torch

from ganstudio.core.document import Document
from ganstudio.core.generator import Features
from ganstudio.core.inspection import Cells, Histogram, Look, Order, Seen, Spectrum, Statistics, View
from ganstudio.core.pixels import to_bytes, to_pixels
from ganstudio.core.store import Array

BINS = 64
CELL_PX = 48
VALUES_AT_ONCE = 1 << 20
SPECTRUM_VALUES = 1 << 18
FITTED_PIXELS = 1024
LARGEST_PX = 256
DEVIATIONS_SHOWN = 2.5
LEAST_FOR_SPECTRUM = 4
DEPTH_DB = 60.0
TINY = 1e-12


def channels_of(features: Features) -> torch.Tensor:
    """Return the activation of one picture as `[C, H, W]` in float32."""
    x = features.activation[0].float()
    return x if x.ndim == 3 else x.reshape(-1, 1, 1)


def seen(features: Features, document: Document, look: Look) -> Seen:
    """Show what a look asks for; channels that the stage does not have are left out."""
    values = _values(features, look)
    explained: tuple[float, ...] = ()
    if look.view is View.COMPONENTS:
        components, explained = principal_components(_at_most(values, LARGEST_PX))
        picture = _spread_out(components)
    elif look.view is View.PICTURE:
        picture = values
    else:
        picture = _between_ends(values)
    shown = picture if len(picture) in (1, 3) else torch.cat([picture, picture.new_zeros(3, *picture.shape[1:])])[:3]
    has_spectrum = min(values.shape[1:]) >= LEAST_FOR_SPECTRUM
    return Seen(
        look,
        document,
        to_pixels(shown[None])[0],
        statistics(values),
        histogram(values),
        spectrum(values) if has_spectrum else None,
        explained,
        len(features.activation) if look.view is not View.PICTURE else 1,
    )


def _values(features: Features, look: Look) -> torch.Tensor:
    if look.view is View.PICTURE and features.picture is not None:
        return features.picture[0].float()
    x = channels_of(features)
    chosen = [channel for channel in look.looked_at if channel < len(x)]
    if look.view in (View.CHANNEL, View.COLOURS):
        return x[chosen or [0]]
    return x


def _at_most(x: torch.Tensor, side: int) -> torch.Tensor:
    """Shrink `[C, H, W]` to at most `side` pixels by averaging."""
    return torch.nn.functional.adaptive_avg_pool2d(x, side) if x.shape[-1] > side else x


def _between_ends(x: torch.Tensor) -> torch.Tensor:
    """Scale every channel of `[C, H, W]` from its least and greatest value to [-1, 1]; flat ones become 0."""
    low, high = x.amin(dim=(1, 2), keepdim=True), x.amax(dim=(1, 2), keepdim=True)
    width = high - low
    return torch.where(width > TINY, (x - low) / width.clamp_min(TINY) * 2.0 - 1.0, torch.zeros_like(x))


def _spread_out(x: torch.Tensor) -> torch.Tensor:
    """Scale every component of `[K, H, W]` so that 2.5 standard deviations reach the ends of [-1, 1]."""
    spread = x.flatten(1).square().mean(dim=1).sqrt().clamp_min(TINY)
    return (x / (DEVIATIONS_SHOWN * spread[:, None, None])).clamp(-1.0, 1.0)


def principal_components(x: torch.Tensor, count: int = 3) -> tuple[torch.Tensor, tuple[float, ...]]:
    """Return the first components `[count, H, W]` of `[C, H, W]` over its pixels, and their shares of the variance.

    Of more than 1,024 pixels an even part is fitted. The sign makes each component's greatest weight positive.
    """
    flat = x.flatten(1)
    part = flat[:, :: max(1, flat.shape[1] // FITTED_PIXELS)]
    mean = part.mean(dim=1, keepdim=True)
    centred = part - mean
    kept = min(count, *centred.shape)
    powers, weights = _leading_weights(centred, kept)
    signs = weights.gather(0, weights.abs().argmax(dim=0, keepdim=True)).sign()[0]
    weights = weights * torch.where(signs == 0, torch.ones_like(signs), signs)
    components = (weights.T @ (flat - mean)).reshape(kept, *x.shape[1:])
    if kept < count:
        components = torch.cat([components, components.new_zeros(count - kept, *x.shape[1:])])
    total = float(centred.square().sum())
    return components, tuple(float(power) / total if total > 0 else 0.0 for power in powers)


def _leading_weights(centred: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the greatest powers `[count]` and their unit weights `[C, count]` of centred values `[C, P]`."""
    wide = centred.shape[0] <= centred.shape[1]
    gram = centred @ centred.T if wide else centred.T @ centred
    powers, vectors = torch.linalg.eigh(gram)
    powers, vectors = powers.flip(0)[:count].clamp_min(0.0), vectors.flip(1)[:, :count]
    return powers, vectors if wide else centred @ vectors / powers.sqrt().clamp_min(TINY)


def statistics(x: torch.Tensor) -> Statistics:
    """Return numbers about all values of a tensor."""
    std, mean = torch.std_mean(x, correction=0)
    zeros = (x == 0).float().mean()
    return Statistics(float(mean), float(std), float(x.min()), float(x.max()), float(zeros))


def histogram(x: torch.Tensor) -> Histogram:
    """Count values in 64 bins between their ends, an even part of very many; values all alike fill the middle one."""
    low, high = float(x.min()), float(x.max())
    if not high > low:
        low, high = low - 0.5, high + 0.5
    every = max(1, x.numel() // VALUES_AT_ONCE)
    counts = torch.histc(x.flatten()[::every].cpu(), BINS, low, high)
    return Histogram(low, high, counts.numpy().astype("int64"), every)


def power_plane(x: torch.Tensor) -> torch.Tensor:
    """Return the power `[H, W]` of channels `[C, H, W]` without their mean, their edges faded; frequency 0 is central.

    White noise with a standard deviation of one has the power one everywhere.
    """
    height, width = x.shape[1:]
    centred = x - x.mean(dim=(1, 2), keepdim=True)
    fade = _fade(height, x)[:, None] * _fade(width, x)[None, :]
    fade = fade / fade.square().mean().sqrt()
    power = torch.fft.fft2(centred * fade, norm="ortho").abs().square().mean(dim=0)
    shifted: torch.Tensor = torch.fft.fftshift(power)
    return shifted


def _fade(size: int, like: torch.Tensor) -> torch.Tensor:
    return torch.hann_window(size, dtype=like.dtype, device=like.device) if size >= 8 else like.new_ones(size)


def radial_average(power: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Average a power plane `[H, W]` over rings; return frequencies `[K]` in cycles per pixel up to 0.5, and means."""
    height, width = power.shape
    fy = torch.fft.fftshift(torch.fft.fftfreq(height, device=power.device))[:, None]
    fx = torch.fft.fftshift(torch.fft.fftfreq(width, device=power.device))[None, :]
    rings = min(height, width) // 2
    ring = (torch.sqrt(fx.square() + fy.square()) * (2 * rings)).round().long().flatten()
    inside = (ring >= 1) & (ring <= rings)
    ring, values = ring[inside], power.flatten()[inside]
    total = values.new_zeros(rings + 1).index_add_(0, ring, values)
    count = values.new_zeros(rings + 1).index_add_(0, ring, torch.ones_like(values))
    frequency = torch.arange(1, rings + 1, device=power.device) / (2 * rings)
    return frequency, (total / count.clamp_min(1.0))[1:]


def spectrum(x: torch.Tensor) -> Spectrum:
    """Return the radially averaged power of channels `[C, H, W]` (of some where they are many), and its plane."""
    step = max(1, x.numel() // SPECTRUM_VALUES)
    power = power_plane(x[::step])
    frequency, means = radial_average(power)
    decibels = 10.0 * torch.log10(power + TINY)
    top = decibels.max()
    plane = ((decibels - top) / DEPTH_DB).clamp(-1.0, 0.0) * 2.0 + 1.0
    level: Array = (10.0 * torch.log10(means + TINY)).cpu().numpy()
    return Spectrum(frequency.cpu().numpy(), level, to_pixels(plane[None, None])[0])


def sorted_channels(x: torch.Tensor, order: Order) -> tuple[int, ...]:
    """Return the channels of `[C, H, W]` as they are sorted, greatest first; equal ones by index."""
    if order is Order.INDEX:
        return tuple(range(len(x)))
    flat = x.flatten(1)
    key = flat.mean(dim=1) if order is Order.MEAN else flat.std(dim=1, correction=0)
    return tuple(torch.sort(key, descending=True, stable=True).indices.tolist())


def cells(features: Features, document: Document, look: Look, order: Sequence[int] = ()) -> Iterator[Cells]:
    """Yield the contact sheet of a stage in parts; every channel fills its own range from black to white.

    An `order` that is given is kept to, so that cells stay in their places while the document changes.
    """
    x = channels_of(features).clone()  # a replayed graph writes into the same place between two parts
    sorting = tuple(order) if len(order) == len(x) else sorted_channels(x, look.order)
    side = min(CELL_PX, x.shape[-1])
    at_once = max(1, VALUES_AT_ONCE // (x.shape[1] * x.shape[2]))
    for start in range(0, len(x), at_once):
        part = x[list(sorting[start : start + at_once])]
        pictures = to_bytes(_between_ends(_at_most(part, side))[:, None])[..., 0].cpu().numpy()
        yield Cells(look, document, sorting, start, pictures)
