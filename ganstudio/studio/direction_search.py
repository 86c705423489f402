"""How directions are found, step by step on the compute thread."""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.direction import Ballot, Direction, Origin
from ganstudio.core.document import ClassBlend, ClassChoice, Condition, Document, FrozenMap, LatentPoint, Space
from ganstudio.core.inputs import ClassLabel
from ganstudio.core.progress import Progress
from ganstudio.core.store import Array, Store
from ganstudio.engine.compute import Backend
from ganstudio.studio.direction_files import Library, checked, is_directions, read_directions, vectors_of

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.model import Model
    from ganstudio.latent.directions import Components

SAMPLED = 8192
SAMPLED_IN_Z = 2048
OFFERED = 20
KEPT_SAMPLES = 4
LEAST_SIGMA = 1e-6
ClassKey = tuple[tuple[int, float], ...]


class Method(StrEnum):
    """Where the directions that are offered come from."""

    COMPONENTS = "components"
    CLOSED_FORM = "closed form"
    PARTS = "parts"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched: a model with a class, by a method, in some rows of ws, all where none are named."""

    document: Document
    method: Method
    rows: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What the result is kept under, beside the model's digest."""
        parts = [self.method.value.replace(" ", "-")]
        if self.method is Method.COMPONENTS and (classes := class_key(self.document)):
            parts.append("class-" + "-".join(f"{index}x{weight:.3g}" for index, weight in classes))
        if self.rows:
            parts.append(f"rows-{'-'.join(map(str, self.rows))}")
        return "-".join(parts)


def plain(document: Document) -> Document:
    """The document with nothing but its model and its classes."""
    chosen = {
        name: value if isinstance(value, Condition) else LatentPoint()
        for name, value in document.inputs.items()
    }
    return Document(model=document.model, inputs=FrozenMap(chosen))


def class_key(document: Document) -> ClassKey:
    """The classes that a document draws, with their weights."""
    for value in document.inputs.values():
        if isinstance(value, ClassChoice):
            return ((value.index, 1.0),)
        if isinstance(value, ClassBlend):
            return value.parts
    return ()


class Samples:
    """Random w `[N, w_dim]` of models by their classes, on the compute thread; none where there is no w."""

    def __init__(self) -> None:
        """Nothing was drawn yet."""
        self._rows: dict[tuple[str, ClassKey], torch.Tensor] = {}
        self._known: dict[tuple[str, ClassKey], Components] = {}

    def rows(self, model: "Model", document: Document) -> "Generator[Progress, None, torch.Tensor]":
        """Draw them where they are not there."""
        import torch

        from ganstudio.latent.directions import normal_rows

        if model.w_avg is None:
            return torch.zeros(0, model.z_dim)
        key = (model.info.digest, class_key(document))
        if key not in self._rows:
            drawn: list[torch.Tensor] = []
            for z in normal_rows(model.z_dim, SAMPLED):
                drawn.append(latents_of(model, document, z))
                yield Progress(sum(map(len, drawn)), SAMPLED, "drawing random latents")
            self._rows[key] = torch.cat(drawn)
            while len(self._rows) > KEPT_SAMPLES:
                gone = next(iter(self._rows))
                self._rows.pop(gone)
                self._known.pop(gone, None)
        return self._rows[key]

    def known(self, model: "Model", document: Document) -> "Generator[Progress, None, Components]":
        """Return the principal components of the model's latents, all of them."""
        from ganstudio.latent.directions import normal_components, principal_components

        rows = yield from self.rows(model, document)
        if not len(rows):
            return normal_components(model.z_dim)
        key = (model.info.digest, class_key(document))
        if key not in self._known:
            self._known[key] = principal_components(rows, rows.shape[1])
        return self._known[key]


def latents_of(model: "Model", document: Document, z: "torch.Tensor") -> "torch.Tensor":
    """Return w `[N, w_dim]` of z with the classes of a document, z itself where the model has no w."""
    if model.w_avg is None:
        return z
    return model.mapping(z, classes_of(model, document, len(z)))[:, 0].float().cpu()


def classes_of(model: "Model", document: Document, count: int) -> "torch.Tensor | None":
    """Return the labels `[count, c_dim]` that a document draws, None without classes."""
    from ganstudio.core.z_space import class_weights

    label = next((each for each in model.info.inputs if isinstance(each, ClassLabel)), None)
    return None if label is None else class_weights(document, label.name, label.count).expand(count, -1)


def found(search: Search, backend: Backend, samples: Samples, store: Store) -> "Generator[Progress, None, Library]":
    """Find directions, the strongest first."""
    from ganstudio.latent.directions import closed_form, first_weight, style_weights
    from ganstudio.studio.part_directions import part_directions  # it knows searches itself

    model = backend.model(search.document.model.digest)
    if search.method is Method.PARTS:
        of_parts = yield from part_directions(search, model, samples)
        return Library(of_parts, space_of(model), model.info.name)
    if search.method is Method.COMPONENTS:
        axes, words = yield from _components(search, model, samples, store)
        origin, title = Origin.COMPONENT, "Component"
    else:
        styled = model.w_avg is not None
        generator = model.generator
        weights = style_weights(generator, search.rows) if styled else [first_weight(generator.network, model.z_dim)]
        axes, gains = closed_form(weights, OFFERED)
        words = [f"changes what the layers take up {gain / gains[-1]:.1f} times as much as the last" for gain in gains]
        origin, title = Origin.CLOSED_FORM, "Closed form"
    rows = yield from samples.rows(model, search.document)
    directions = tuple(
        named(f"{title} {i + 1}", axis, rows, origin, replace_layers=search.rows, evidence=word)
        for i, (axis, word) in enumerate(zip(axes, words, strict=True))
    )
    return Library(directions, space_of(model), model.info.name)


def _components(
    search: Search, model: "Model", samples: Samples, store: Store
) -> "Generator[Progress, None, tuple[torch.Tensor, list[str]]]":
    import torch

    from ganstudio.latent.directions import first_activations, normal_rows, principal_components, regressed

    if model.w_avg is not None:
        known = yield from samples.known(model, search.document)
        shares = known.share[:OFFERED]
        return known.axes[:OFFERED], [f"{share:.1%} of the variance of w" for share in shares.tolist()]
    zs, activations = [], []
    for z in normal_rows(model.z_dim, SAMPLED_IN_Z):
        zs.append(z)
        activations.append(first_activations(model.generator, search.document, z, store))
        yield Progress(sum(map(len, zs)), SAMPLED_IN_Z, "drawing activations")
    everything = torch.cat(activations)
    known = principal_components(everything, OFFERED)
    axes = regressed(torch.cat(zs), known.coordinates(everything))
    return axes, [f"{share:.1%} of the variance of the first layer" for share in known.share.tolist()]


def named(
    name: str,
    vector: "torch.Tensor",
    rows: "torch.Tensor",
    origin: Origin,
    *,
    replace_layers: tuple[int, ...] = (),
    evidence: str = "",
) -> Direction:
    """Return a direction of norm 1 with its standard deviation over rows `[N, dim]`; without rows, in z, it is 1."""
    from ganstudio.latent.directions import deviation_along, unit

    along = unit(vector.float())
    sigma = 1.0 if len(rows) == 0 else max(deviation_along(rows, along), LEAST_SIGMA)
    return Direction(name, along.numpy(), sigma, origin, replace_layers, evidence=evidence)


def space_of(model: "Model") -> Space:
    """The space that a model's directions lie in."""
    return Space.Z if model.w_avg is None else Space.W


def judged(
    ballot: Ballot, document: Document, backend: Backend, samples: Samples
) -> "Generator[Progress, None, Direction]":
    """Return the direction that thumbs up and down teach."""
    from ganstudio.latent.directions import taught

    model = backend.model(document.model.digest)
    known = yield from samples.known(model, document)
    rows = yield from samples.rows(model, document)

    def latents(seeds: tuple[int, ...]) -> "torch.Tensor":
        return latents_of(model, document, model.latents(seeds)) if seeds else rows[:0]

    vector = taught(latents(ballot.liked), latents(ballot.disliked), known)
    words = f"{len(ballot.liked)} thumbs up, {len(ballot.disliked)} down"
    return named("Taught", vector, rows, Origin.TAUGHT, evidence=words)


def imported(
    path: Path, document: Document, backend: Backend, samples: Samples
) -> "Generator[Progress, None, Library]":
    """Read directions of a file for a model; raises WrongDirectionError where they do not fit it."""
    import torch

    from ganstudio.studio.latent_files import LatentSizes

    model = backend.model(document.model.digest)
    sizes = LatentSizes.of(model)
    if is_directions(path):
        return checked(read_directions(path), sizes, path.name)
    vectors: list[tuple[str, Array]] = vectors_of(path, sizes)
    rows = yield from samples.rows(model, document)
    directions = [named(name, torch.from_numpy(vector), rows, Origin.FILE) for name, vector in vectors]
    return Library(tuple(directions), space_of(model), model.info.name)
