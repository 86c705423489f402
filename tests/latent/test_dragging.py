"""Dragging: what is seen in the picture really goes where its handle is told to, and the rest is held by a mask."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch

from ganstudio.core.document import Document, FrozenMap, LatentArray, LatentPoint, NoiseSetting, Space
from ganstudio.core.generator import Features, Generator, Stage, StageInputs
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Array, Store
from ganstudio.core.z_space import edited_z
from ganstudio.data.faces.framing import landmarks_of
from ganstudio.data.faces.judge import shipped_detector
from ganstudio.engine.model import Model, open_model
from ganstudio.latent.dragging import Dragging, DraggingError, DragOptions, DragStep, Handle
from ganstudio.latent.inversion import spread_of
from ganstudio.latent.staged import StagedDocument

SIDE = 64


class TwoSpots(Stage):
    """A red and a green spot whose places are a turned z: every coordinate of z moves both."""

    name, units, side = "b32", 3, 32

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        return StageInputs({"z": edited_z(document, "z", 4, store)})

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        places = inputs.tensors["z"] @ turn() * 8.0 + torch.tensor([9.0, 16.0, 23.0, 16.0])
        line = torch.arange(32.0)
        spots = [
            torch.exp(-((line[None, :] - places[0, i]) ** 2 + (line[:, None] - places[0, i + 1]) ** 2) / 12.0)
            for i in (0, 2)
        ]
        return Features(torch.stack([*spots, torch.zeros(32, 32)])[None])


class Enlarged(Stage):
    """The picture at twice the size."""

    name, needs, units, side = "b64", ("b32",), 0, SIDE

    def resolve(self, document: Document, results: Mapping[str, Features], store: Store) -> StageInputs:
        return StageInputs()

    def run(self, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        picture = torch.nn.functional.interpolate(needed[0].activation, scale_factor=2, mode="bilinear") * 2.0 - 1.0
        return Features(picture, picture)


class Spots(Generator):
    """A generator whose truth is known."""

    def __init__(self) -> None:
        self.network = torch.nn.Linear(1, 1)

    def stages(self) -> tuple[Stage, ...]:
        return (TwoSpots(), Enlarged())

    def mapping(self, z: torch.Tensor, c: torch.Tensor | None = None) -> torch.Tensor:
        return z[:, None]

    def synthesis(self, ws: torch.Tensor, noise: NoiseSetting) -> torch.Tensor:
        raise NotImplementedError

    @property
    def layer_resolutions(self) -> tuple[int, ...]:
        return (4,)


def turn() -> torch.Tensor:
    return torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(1)))[0]


def place(picture: torch.Tensor, channel: int) -> tuple[float, float]:
    bright = (picture[0, channel] + 1.0).clamp_min(0.05) - 0.05
    line = torch.arange(float(SIDE))
    total = bright.sum()
    return float((bright.sum(0) * line).sum() / total), float((bright.sum(1) * line).sum() / total)


def spots(mask: torch.Tensor | None = None) -> list[DragStep]:
    store = Store()
    latent = LatentArray(Space.Z, store.put(torch.zeros(4).numpy()))
    document = Document(inputs=FrozenMap({"z": latent}))
    handle = Handle((18.5, 32.5), (26.5, 24.5))
    options = DragOptions(lr=0.005, steps=150, mask_weight=10.0)
    return list(Dragging(Spots(), document, store, [handle], options, mask=mask).steps())


@pytest.fixture(scope="module")
def free() -> list[DragStep]:
    return spots()


def test_what_is_seen_goes_where_its_handle_is_told_to(free: list[DragStep]) -> None:
    first, last = free[0], free[-1]
    assert place(first.picture, 0) == pytest.approx((18.5, 32.5), abs=0.2)
    assert last.arrived
    assert not any(step.arrived for step in free[:-1])
    assert place(last.picture, 0) == pytest.approx((26.5, 24.5), abs=1.5)
    assert last.handles[0].at == pytest.approx(place(last.picture, 0), abs=1.0)  # tracking tells the truth
    assert last.distance <= 1.0 < first.distance
    assert [step.number for step in free] == list(range(len(free)))


def test_a_mask_holds_the_rest(free: list[DragStep]) -> None:
    mask = torch.zeros(SIDE, SIDE)
    mask[:, :34] = 1.0
    held = spots(mask)
    assert held[-1].arrived
    assert place(held[-1].picture, 0) == pytest.approx((26.5, 24.5), abs=1.5)

    def strayed(steps: list[DragStep]) -> float:
        before, after = (torch.tensor(place(step.picture, 1)) for step in (steps[0], steps[-1]))
        return float((after - before).norm())

    assert strayed(free) > 1.5
    assert strayed(held) < 0.3 * strayed(free)


def test_dragging_is_the_same_every_time(free: list[DragStep]) -> None:
    again = spots()
    assert len(again) == len(free)
    assert torch.equal(again[-1].code, free[-1].code)


def drawn(model: Model, seed: int) -> Document:
    given = model.info.document
    return dataclasses.replace(given, psi=0.7, inputs=given.inputs.with_item("z", LatentPoint.of_seed(seed)))


def shift(before: torch.Tensor, after: torch.Tensor, x: int, y: int, reach: int = 7) -> int:
    """Return by how many pixels what was around a pixel is found further right, by correlation."""

    def patch(picture: torch.Tensor, at: int) -> torch.Tensor:
        cut = picture[0, :, y - reach : y + reach + 1, at - reach : at + reach + 1]
        level = cut - cut.mean(dim=(1, 2), keepdim=True)
        return level / level.norm()

    scores = {dx: float((patch(before, x) * patch(after, x + dx)).sum()) for dx in range(-8, 9)}
    return max(scores, key=lambda dx: scores[dx])


def test_faces_are_turned_to_either_side() -> None:
    model = open_model("faces", "cpu")
    unit = spread_of(model.generator, model.z_dim).deviation
    found = {}
    for way in (-6, 6):
        handle = Handle((32, 36), (32 + way, 36))
        options = DragOptions(steps=40)
        dragging = Dragging(model.generator, drawn(model, 7), Store(), [handle], options, unit=unit)
        steps = list(dragging.steps())
        assert dragging.stage == "b32"
        assert steps[-1].distance < 0.5 * steps[0].distance
        found[way] = shift(steps[0].picture, steps[-1].picture, 32, 36)
        moved = (steps[-1].code - steps[0].code).abs().amax(dim=(0, 2))
        acting = torch.tensor(model.generator.layer_resolutions) <= 32
        assert bool((moved[acting] > 0).all())
        assert float(moved[~acting].max()) == 0.0
        torch.testing.assert_close(steps[0].picture, model.sample([7], psi=0.7), rtol=1e-3, atol=1e-3)
    assert found[6] - found[-6] >= 3


def landmarks(picture: torch.Tensor) -> Array:
    """Return what the face detector says of a picture, in pixels; it knows nothing of features and handles."""
    found = landmarks_of(shipped_detector(), np.ascontiguousarray(to_pixels(picture)[0].transpose(2, 0, 1)))
    assert found is not None
    return found * SIDE - 0.5


@pytest.mark.parametrize(
    ("seed", "which", "way"), [(5, 2, (-5.0, 0.0)), (8, 2, (5.0, 0.0)), (6, 2, (-5.0, 0.0)), (9, 0, (0.0, -4.0))]
)
def test_parts_of_a_face_really_move_as_far_as_the_tracker_says(
    seed: int, which: int, way: tuple[float, float]
) -> None:
    model = open_model("faces", "cpu")
    unit = spread_of(model.generator, model.z_dim).deviation
    before = landmarks(model.sample([seed], psi=0.7))[which]
    target = before + way
    handle = Handle((float(before[0]), float(before[1])), (float(target[0]), float(target[1])))
    *_, last = Dragging(model.generator, drawn(model, seed), Store(), [handle], unit=unit).steps()
    moved = landmarks(last.picture)[which] - before
    assert moved @ way > 0.6 * np.dot(way, way)
    assert np.linalg.norm(moved - (last.handles[0].at - before)) < 1.5


def test_a_model_without_w_moves_its_z() -> None:
    model = open_model("faces-dcgan", "cpu")
    document, store = drawn(model, 5), Store()
    steps = list(Dragging(model.generator, document, store, [Handle((32, 36), (28, 36))], DragOptions(steps=3)).steps())
    assert float((steps[-1].code - steps[0].code).abs().max()) > 0
    staged = StagedDocument(model.generator, document, store)
    torch.testing.assert_close(staged.picture(steps[-1].code), steps[-1].picture)


@pytest.mark.parametrize(
    ("handles", "mask", "words"),
    [
        ([], None, "no point"),
        ([Handle((3, 3), (64, 3))], None, "outside"),
        ([Handle((3, 3), (9, 3))], torch.ones(32, 32), "32 x 32"),
    ],
)
def test_what_does_not_fit_is_said(handles: list[Handle], mask: torch.Tensor | None, words: str) -> None:
    model = open_model("faces-dcgan", "cpu")
    with pytest.raises(DraggingError, match=words):
        Dragging(model.generator, model.info.document, Store(), handles, mask=mask)


def test_layers_without_places_cannot_be_dragged() -> None:
    model = open_model("digits-gan", "cpu")
    with pytest.raises(DraggingError, match="no places"):
        Dragging(model.generator, model.info.document, Store(), [Handle((3, 3), (9, 3))])
    faces = open_model("faces-dcgan", "cpu")
    with pytest.raises(DraggingError, match="no stage b99"):
        Dragging(faces.generator, faces.info.document, Store(), [Handle((3, 3), (9, 3))], DragOptions(stage="b99"))
