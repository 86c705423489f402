"""Directions in latent space: by principal components, in closed form, from labels, from thumbs up and down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from ganstudio.core.document import Document
from ganstudio.core.errors import StudioError
from ganstudio.core.generator import Features, Generator
from ganstudio.core.linear_svm import Plane, linear_svm
from ganstudio.core.store import Store
from ganstudio.core.style_stages import BlockStage

CHUNK = 256
WIDE = 1024
"""Above this many values a row, principal components are found by subspace iteration instead of exactly."""
ROUNDS, SPARE = 4, 10
PENALTIES = (0.01, 0.1, 1.0, 10.0)
ENOUGH_TO_COMPARE = 8
FOLDS = 8
LEAST_LEFT = 0.05  # of a direction, when others were taken out of it
LEAST = 1e-12


class NoDirectionError(StudioError):
    """There is nothing from which a direction could be found."""


@dataclass(frozen=True, slots=True)
class Components:
    """Principal axes `[K, dim]` of rows, with the rows' mean `[dim]` and standard deviations `[K]` along them."""

    mean: torch.Tensor
    axes: torch.Tensor
    deviations: torch.Tensor
    share: torch.Tensor  # of the variance `[K]`

    def coordinates(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the coordinates `[N, K]` of rows `[N, dim]`."""
        return (rows - self.mean) @ self.axes.T


def normal_rows(dim: int, count: int, seed: int = 0) -> Iterator[torch.Tensor]:
    """Yield z `[n, dim]` from N(0, I) in pieces, the same for every call."""
    for first in range(0, count, CHUNK):
        random = torch.Generator().manual_seed(seed * 1_000_003 + first)
        yield torch.randn(min(CHUNK, count - first), dim, generator=random)


def normal_components(dim: int) -> Components:
    """Return what is known of N(0, I) without drawing from it: all axes are alike."""
    same = torch.ones(dim)
    return Components(torch.zeros(dim), torch.eye(dim), same, same / dim)


def principal_components(rows: torch.Tensor, count: int) -> Components:
    """Return the first axes of rows `[N, dim]` (GANSpace, Härkönen et al. 2020, section 3), each with a fixed sign."""
    mean = rows.mean(dim=0)
    centred = rows - mean
    count = min(count, *centred.shape)
    if centred.shape[1] <= WIDE:
        values, vectors = torch.linalg.eigh(centred.double().T @ centred.double())
        axes, energies = vectors.T.flip(0)[:count], values.flip(0)[:count]
    else:
        axes, energies = _leading(centred, count)
    deviations = (energies.clamp_min(0.0) / max(len(rows) - 1, 1)).sqrt()
    share = energies / centred.double().square().sum().clamp_min(LEAST)
    return Components(mean, signed(axes).to(rows), deviations.to(rows), share.to(rows))


def _leading(centred: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the leading right singular vectors and squared singular values by subspace iteration (Halko et al. 2011)."""
    width = min(count + SPARE, *centred.shape)
    start = torch.randn(centred.shape[1], width, generator=torch.Generator().manual_seed(0)).to(centred)
    for _ in range(ROUNDS):
        start = torch.linalg.qr(centred.T @ (centred @ start))[0]
    _, values, within = torch.linalg.svd(centred @ start, full_matrices=False)
    return (start @ within.T).T[:count], values[:count].double().square()


def signed(axes: torch.Tensor) -> torch.Tensor:
    """Turn axes `[K, dim]`, whose sign means nothing, so that the largest entry of each is positive."""
    largest = axes.abs().argmax(dim=1, keepdim=True)
    turned: torch.Tensor = axes * torch.where(axes.gather(1, largest) < 0, -1.0, 1.0).to(axes)
    return turned


def regressed(z: torch.Tensor, coordinates: torch.Tensor) -> torch.Tensor:
    """Return directions `[K, z_dim]` of norm 1 whose z best explain coordinates `[N, K]` of activations.

    Least squares from coordinates, in standard deviations, back to z (Härkönen et al. 2020, section 3.2).
    """
    scaled = coordinates / coordinates.std(dim=0).clamp_min(LEAST)
    solved = torch.linalg.lstsq(scaled.double(), z.double()).solution
    ways: torch.Tensor = solved / solved.norm(dim=1, keepdim=True).clamp_min(LEAST)
    return ways.to(z)


@torch.no_grad()
def first_activations(generator: Generator, document: Document, z: torch.Tensor, store: Store) -> torch.Tensor:
    """Return what the first stage with units makes of z `[N, z_dim]`, with the classes of a document: `[N, D]`."""
    results: dict[str, Features] = {}
    for stage in generator.stages():
        inputs = stage.resolve(document, {name: results[name] for name in stage.reads}, store)
        tensors = {name: _with_z(tensor, z).to(generator.device) for name, tensor in inputs.tensors.items()}
        results[stage.name] = stage.run(inputs.with_tensors(tensors), tuple(results[need] for need in stage.needs))
        if stage.units:
            flat: torch.Tensor = results[stage.name].activation.flatten(1).float().cpu()
            return flat
    raise NoDirectionError("This model has no stage with units; find directions in closed form instead.")


def _with_z(tensor: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """Put z in place of the first columns of `[1, z_dim + c_dim]`."""
    return torch.cat([z, tensor[:, z.shape[1] :].to(z).expand(len(z), -1)], dim=1)


def closed_form(weights: Sequence[torch.Tensor], count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the directions `[K, dim]` that change what weights `[C, dim]` give the most, and by how much each `[K]`.

    Eigenvectors of AᵀA of all weights A one below the other (SeFa, Shen and Zhou 2021, equation 5).
    """
    joined = torch.cat(list(weights)).double()
    values, vectors = torch.linalg.eigh(joined.T @ joined)
    axes = signed(vectors.T.flip(0)[:count])
    return axes.float(), values.flip(0)[:count].clamp_min(0.0).sqrt().float()


def style_weights(generator: Generator, rows: Sequence[int]) -> list[torch.Tensor]:
    """Return the weights `[C, w_dim]` of the affine layers that read these rows of ws, of all where none are named."""
    found = []
    for stage in generator.stages():
        if isinstance(stage, BlockStage):
            last = (stage.rows.stop or 0) - (stage.rows.start or 0) - 1
            for place, affine in enumerate(stage.affines.values()):
                if not rows or (stage.rows.start or 0) + min(place, last) in rows:
                    found.append(affine.get_parameter("weight").detach().float().cpu())
    return found


def first_weight(network: nn.Module, z_dim: int) -> torch.Tensor:
    """Return the weight `[C, z_dim]` of the first layer; raises NoDirectionError where none takes z."""
    for module in network.modules():
        weight = getattr(module, "weight", None)
        if isinstance(weight, nn.Parameter) and weight.ndim >= 2:
            turned = weight.transpose(0, 1) if isinstance(module, nn.ConvTranspose2d) else weight
            if turned.shape[1] < z_dim:
                break
            taken = turned.detach().float().cpu()[:, :z_dim]
            return taken.movedim(1, -1).reshape(-1, z_dim)
    raise NoDirectionError("This model has no first layer that takes z; find directions by components instead.")


def unit(vector: torch.Tensor) -> torch.Tensor:
    """Scale a vector `[dim]`, or one a layer `[n_latent, dim]`, so that the mean square of its norms is 1."""
    length = vector.norm() / (1.0 if vector.ndim == 1 else len(vector) ** 0.5)
    scaled: torch.Tensor = vector / length.clamp_min(LEAST)
    return scaled


def conditioned(vector: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Return the part of a direction `[dim]`, of norm 1, that crosses no boundary of those with normals `[K, dim]`.

    Conditional manipulation (Shen et al. 2020, InterFaceGAN, section 3.3) for several conditions; raises
    NoDirectionError where nothing is left.
    """
    axes, _ = torch.linalg.qr(others.double().T)
    along = unit(vector.double())
    left = along - axes @ (axes.T @ along)
    if float(left.norm()) < LEAST_LEFT:
        raise NoDirectionError("What is to be kept moves along with all of this direction; keep less of it.")
    return unit(left).to(vector)


def deviation_along(rows: torch.Tensor, vector: torch.Tensor) -> float:
    """Return the standard deviation of latents `[N, dim]` along `unit` vectors; over layers, the root mean square."""
    layers = vector.reshape(-1, vector.shape[-1]).to(rows)
    return float((rows @ layers.T).var(dim=0).mean().sqrt())


def boundary(rows: torch.Tensor, labels: torch.Tensor, penalty: float = 1.0) -> Plane:
    """Return the plane between two kinds of latents `[N, dim]`; raises NoDirectionError where one kind is missing."""
    if not bool(labels.any()) or bool(labels.all()):
        raise NoDirectionError("All of these latents have the same label; label some of the other kind.")
    return linear_svm(rows, labels, penalty)


def taught(liked: torch.Tensor, disliked: torch.Tensor, known: Components) -> torch.Tensor:
    """Return the direction `[dim]` of norm 1 from latents that are disliked `[M, dim]` to liked ones `[N, dim]`.

    A linear support vector machine, both kinds weighing the same, which expects to go along the components of random
    latents in proportion to their spread. A weak penalty makes it the difference of the two means, and holds while
    there are few; from eight on, it is the penalty that tells left-out ones apart best. With one kind alone, the
    difference between its mean and the mean of random latents.
    """
    if not len(liked) and not len(disliked):
        raise NoDirectionError("Nothing was judged yet; give a thumb up to some pictures, and a thumb down to others.")
    expected = known.deviations / known.deviations.square().norm().clamp_min(LEAST)  # random rows have about norm 1
    rows = known.coordinates(torch.cat([liked, disliked]).to(known.mean)) * expected
    labels = torch.arange(len(rows)) < len(liked)
    if bool(labels.all()) or not bool(labels.any()):
        normal = (rows.mean(dim=0) if len(liked) else -rows.mean(dim=0)).double()
    else:
        normal = _separating(rows, labels, _best_penalty(rows, labels)).normal
    return unit((normal.to(known.axes) * expected) @ known.axes)


def _separating(rows: torch.Tensor, labels: torch.Tensor, penalty: float) -> Plane:
    share = labels.double().mean()
    return linear_svm(rows, labels, penalty, torch.where(labels, 0.5 / share, 0.5 / (1.0 - share)))


def _best_penalty(rows: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the weakest of the penalties with the fewest mistakes on what is left out in turn."""
    if min(int(labels.sum()), int((~labels).sum())) < ENOUGH_TO_COMPARE // 2:
        return PENALTIES[0]
    order = torch.cat([labels.nonzero()[:, 0], (~labels).nonzero()[:, 0]])
    folds = torch.empty(len(rows), dtype=torch.long)
    folds[order] = torch.arange(len(rows)) % min(FOLDS, len(rows))
    mistakes = []
    for penalty in PENALTIES:
        wrong = 0.0
        for fold in range(min(FOLDS, len(rows))):
            inside = folds != fold
            if bool(labels[inside].all()) or not bool(labels[inside].any()):
                continue
            decided = _separating(rows[inside], labels[inside], penalty).decide(rows[~inside])
            wrong += float(((decided > 0) != labels[~inside]).sum())
        mistakes.append(wrong)
    return PENALTIES[mistakes.index(min(mistakes))]
