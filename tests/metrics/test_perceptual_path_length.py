"""Perceptual path length on generators whose paths are known by formula."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.dcgan.networks import DCGANConfig, GeneratorNetwork
from ganstudio.checkpoints.checkpoint import GENERATOR
from ganstudio.core.paths import ASSETS
from ganstudio.losses.perceptual import lpips_alex
from ganstudio.metrics.perceptual_path_length import (
    Distance,
    PathEnds,
    PathLength,
    PathLengthOptions,
    PathModel,
    PathSampling,
    PathSpace,
    draw_ends,
    interpolate_z,
    measure_path_length,
    neighbours,
    path_distances,
    percentile_bounds,
    prepare_pictures,
    summarize,
)

DIM, SIDE = 6, 4


def squared(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """The squared euclidean distance `[N]`."""
    return (first - second).square().flatten(1).sum(dim=1)


def linear_model(normalizes_z: bool = True, labels: torch.Tensor | None = None) -> PathModel:
    """A generator whose mapping and synthesis are matrices, in float64; the mapping adds the label."""
    generator = torch.Generator().manual_seed(5)
    to_w = torch.randn(DIM, DIM, generator=generator, dtype=torch.float64)
    to_picture = torch.randn(DIM, SIDE * SIDE, generator=generator, dtype=torch.float64)

    def mapping(z: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
        w = z.double() @ to_w
        return (w if c is None else w + c)[:, None].expand(-1, 3, -1)

    def synthesis(ws: torch.Tensor) -> torch.Tensor:
        return (ws.mean(dim=1) @ to_picture).reshape(-1, 1, SIDE, SIDE)

    return PathModel(DIM, SIDE, mapping, synthesis, normalizes_z, labels)


def identity_model(normalizes_z: bool) -> PathModel:
    """A generator whose picture is z itself."""
    return PathModel(DIM, 1, lambda z, _: z, lambda z: z.reshape(-1, DIM, 1, 1), normalizes_z)


def ends(count: int = 5) -> PathEnds:
    """Return paths in float64 and places inside them."""
    generator = torch.Generator().manual_seed(2)
    z0, z1 = torch.randn(2, count, DIM, generator=generator, dtype=torch.float64)
    return PathEnds(z0, z1, torch.rand(count, 1, generator=generator, dtype=torch.float64))


def finish(model: PathModel, distance: Distance, options: PathLengthOptions) -> tuple[PathLength, list[int]]:
    """Run a measurement to its end; return the result and how far each step had come."""
    steps: list[int] = []
    work = measure_path_length(model, distance, "squared difference", options)
    while True:
        try:
            steps.append(next(work).done)
        except StopIteration as end:
            return end.value, steps


def test_straight_paths_have_one_speed() -> None:
    model, paths = linear_model(), ends()
    options = PathLengthOptions(PathSpace.W)
    start, stop = (model.synthesis(model.mapping(z, None)) for z in (paths.z0, paths.z1))
    expected = squared(start, stop)
    torch.testing.assert_close(path_distances(model, squared, paths, options), expected, rtol=1e-7, atol=0.0)


def test_the_speed_on_the_unit_sphere_is_the_angle() -> None:
    paths = ends()
    cosine = torch.cosine_similarity(paths.z0, paths.z1)
    options = PathLengthOptions(PathSpace.Z)
    ours = path_distances(identity_model(normalizes_z=True), squared, paths, options)
    torch.testing.assert_close(ours, torch.acos(cosine).square(), rtol=1e-6, atol=0.0)


def test_norms_are_interpolated_where_the_network_keeps_them() -> None:
    paths = ends()
    options = PathLengthOptions(PathSpace.Z)
    angle = torch.acos(torch.cosine_similarity(paths.z0, paths.z1))
    first, last = paths.z0.norm(dim=1), paths.z1.norm(dim=1)
    radius = first + (last - first) * paths.t[:, 0]
    expected = (angle * radius).square() + (last - first).square()
    ours = path_distances(identity_model(normalizes_z=False), squared, paths, options)
    torch.testing.assert_close(ours, expected, rtol=1e-3, atol=0.0)


@pytest.mark.parametrize(("t", "end"), [(0.0, "z0"), (1.0, "z1")])
def test_paths_begin_and_end_at_their_latents(t: float, end: str) -> None:
    paths = ends()
    place = torch.full_like(paths.t, t)
    kept = interpolate_z(paths.z0, paths.z1, place, normalizes_z=False)
    torch.testing.assert_close(kept, getattr(paths, end))
    unit = interpolate_z(paths.z0, paths.z1, place, normalizes_z=True)
    torch.testing.assert_close(unit, torch.nn.functional.normalize(getattr(paths, end)))


@pytest.mark.parametrize("space", list(PathSpace))
def test_both_neighbours_have_the_same_label(space: PathSpace) -> None:
    labels = torch.tensor([[100.0], [900.0]], dtype=torch.float64)
    model = linear_model(labels=labels)
    paths = draw_ends(model, PathSampling.FULL, 40, torch.Generator().manual_seed(0))
    assert paths.labels is not None
    assert {100.0, 900.0} == set(paths.labels.flatten().tolist())
    first, second = neighbours(model, paths, space, 1e-4).chunk(2)
    plain = neighbours(replace(model, labels=None), replace(paths, labels=None), space, 1e-4)
    added = paths.labels.repeat(2, 1)[:, None].expand(-1, 3, DIM)
    torch.testing.assert_close(torch.cat([first, second]) - plain, added)


def test_end_sampling_stays_at_the_beginning() -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = draw_ends(linear_model(), PathSampling.END, 9, generator)
    assert not drawn.t.any()
    anywhere = draw_ends(linear_model(), PathSampling.FULL, 9, generator)
    assert ((anywhere.t > 0) & (anywhere.t < 1)).all()


def test_crop_keeps_the_middle_of_the_face() -> None:
    rows = torch.arange(16.0)[:, None].expand(16, 16)
    picture = torch.stack([rows, rows.T])[None]
    cropped = prepare_pictures(picture, crop=True)
    assert cropped[0, 0, :, 0].tolist() == list(range(6, 14))
    assert cropped[0, 1, 0].tolist() == list(range(4, 12))


@pytest.mark.parametrize(("side", "crop", "result"), [
    (256, False, 256), (512, False, 256), (1024, False, 256), (1024, True, 256), (512, True, 256), (64, True, 32),
])  # fmt: skip
def test_large_pictures_are_averaged_down(side: int, crop: bool, result: int) -> None:
    picture = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(0))
    prepared = prepare_pictures(picture, crop)
    assert prepared.shape[2:] == (result, result)
    if not crop:
        torch.testing.assert_close(prepared.mean(), picture.mean())


def test_outer_percentiles_are_rejected() -> None:
    distances = torch.cat([torch.linspace(1.0, 3.0, 199), torch.tensor([1e6])])
    low, high = percentile_bounds(distances)
    assert (low, high) == (distances[1].item(), distances[198].item())
    result = summarize(distances, "any", 64, PathLengthOptions())
    assert (result.n, result.kept) == (200, 198)
    assert result.mean == pytest.approx(distances[1:199].mean().item())


def test_error_tells_how_much_results_scatter() -> None:
    generator = torch.Generator().manual_seed(0)
    samples = torch.randn(400, 500, generator=generator).exp()
    results = [summarize(sample, "any", 64, PathLengthOptions()) for sample in samples]
    scatter = torch.tensor([result.mean for result in results]).std().item()
    stated = math.fsum(result.standard_error for result in results) / len(results)
    assert stated == pytest.approx(scatter, rel=0.1)
    centre = math.fsum(result.mean for result in results) / len(results)
    inside = sum(result.interval[0] <= centre <= result.interval[1] for result in results)
    assert 0.92 <= inside / len(results) <= 0.98


def test_measuring_is_an_iterator_of_progress() -> None:
    options = PathLengthOptions(paths=70, batch=32, seed=4)
    result, steps = finish(linear_model(), squared, options)
    assert steps == [0, 32, 64, 70]
    assert (result.n, result.network, result.resolution, result.options) == (70, "squared difference", SIDE, options)
    again, _ = finish(linear_model(), squared, options)
    assert again == result
    other, _ = finish(linear_model(), squared, replace(options, seed=5))
    assert other.mean != result.mean
    assert result.interval[0] < result.mean < result.interval[1]


def test_no_gradient_is_kept_between_steps() -> None:
    seen: list[bool] = []

    def distance(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        seen.append(torch.is_grad_enabled())
        return squared(first, second)

    for _ in measure_path_length(linear_model(), distance, "any", PathLengthOptions(paths=4, batch=2)):
        assert torch.is_grad_enabled()
    assert seen == [False, False]


@pytest.fixture(scope="module")
def faces() -> Callable[[torch.dtype], PathModel]:
    """The shipped generator of faces as the metric sees it."""
    from safetensors.torch import load_file

    tensors = load_file(ASSETS / "models" / "faces-dcgan" / "model.safetensors")
    network = GeneratorNetwork(DCGANConfig()).eval().requires_grad_(False)
    network.load_state_dict({name.removeprefix(f"{GENERATOR}."): tensor for name, tensor in tensors.items()})

    def model(dtype: torch.dtype) -> PathModel:
        typed = network.to(dtype)
        return PathModel(
            100, 64, lambda z, _: z.to(dtype), lambda z: typed(z[:, :, None, None]), normalizes_z=False
        )

    return model


def test_faces_and_lpips(faces: Callable[[torch.dtype], PathModel]) -> None:
    options = PathLengthOptions(PathSpace.Z, paths=24, batch=24)
    exact, _ = finish(faces(torch.float64), lpips_alex().double(), options)
    quick, _ = finish(faces(torch.float32), lpips_alex(), options)
    assert exact.mean > 1.0
    assert quick.mean == pytest.approx(exact.mean, rel=0.05)
