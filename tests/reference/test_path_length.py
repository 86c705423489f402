"""Perceptual path length against the numbers of its authors' code."""

from dataclasses import replace

import pytest
import torch

from ganstudio.architectures.stylegan2.networks import GeneratorNetwork
from ganstudio.metrics.perceptual_path_length import (
    Distance,
    PathEnds,
    PathLength,
    PathLengthOptions,
    PathModel,
    PathSampling,
    PathSpace,
    interpolate_z,
    limit_distances,
    path_distances,
    summarize,
)
from tests.reference.published_config import generator_config, with_square_filters
from tests.reference.reference_case import PATH_LENGTH, Case, cases

pytestmark = pytest.mark.reference
FILES = pytest.mark.parametrize("case", cases(PATH_LENGTH))
VARIANTS = [(space, sampling) for space in PathSpace for sampling in PathSampling]
PATHS = pytest.mark.parametrize(("space", "sampling"), VARIANTS)

FLOAT64_RELATIVE = 1e-6
FLOAT32_SINGLE, FLOAT32_MEAN = 0.10, 0.005
LIMIT = 0.01


def path_model(case: Case, dtype: torch.dtype) -> PathModel:
    """Return the file's generator as the metric sees it."""
    network = GeneratorNetwork(generator_config(case.info["G_ctor"]))
    network.load_state_dict(with_square_filters(case.part("param/G.")), strict=True)
    network.to(dtype).eval().requires_grad_(False)
    rows = network.config.n_latent

    def mapping(z: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
        return network.mapping(z, c)[:, None].expand(-1, rows, -1)

    def synthesis(ws: torch.Tensor) -> torch.Tensor:
        return network.synthesis(ws, network.synthesis.constant_noises())

    return PathModel(network.config.z_dim, network.config.resolution, mapping, synthesis)


def linear_distance(matrix: torch.Tensor) -> Distance:
    """Return the squared distance of linear features of pictures in [0, 1]; gray pictures are repeated."""

    def features(pictures: torch.Tensor) -> torch.Tensor:
        colours = pictures.expand(-1, 3, -1, -1) if pictures.shape[1] == 1 else pictures
        return ((colours + 1.0) / 2.0).flatten(1) @ matrix

    return lambda first, second: (features(first) - features(second)).square().sum(dim=1)


def path_ends(case: Case, sampling: PathSampling, dtype: torch.dtype) -> PathEnds:
    """Return the file's paths and places on them."""
    inputs = case.inputs(dtype)
    t = inputs["t"][:, None]
    if sampling is PathSampling.END:
        t = torch.zeros_like(t)
    return PathEnds(inputs["z0"], inputs["z1"], t, inputs.get("c"))


def measured(case: Case, space: PathSpace, sampling: PathSampling, dtype: torch.dtype) -> torch.Tensor:
    """Return our distances `[N]`."""
    info = case.info
    options = PathLengthOptions(space, sampling, crop=info.get("crop", False), epsilon=info["epsilon"])
    distance = linear_distance(case.tensors["in/feature_matrix"].to(dtype))
    with torch.no_grad():
        return path_distances(path_model(case, dtype), distance, path_ends(case, sampling, dtype), options)


def summary(distances: torch.Tensor) -> PathLength:
    """Return what the distances come to."""
    return summarize(distances, "linear features", 16, PathLengthOptions())


@FILES
@PATHS
def test_float64(case: Case, space: PathSpace, sampling: PathSampling) -> None:
    kind = f"{space.value}_{sampling.value}"
    if f"out/dist_{kind}" not in case.tensors:
        pytest.skip(f"this file has no distances of {kind}")
    ours = measured(case, space, sampling, torch.float64)
    result = summary(ours)
    expected = case.part("out/")
    torch.testing.assert_close(ours, expected[f"dist_{kind}"], rtol=FLOAT64_RELATIVE, atol=0.0)
    assert result.kept == int(expected[f"kept_{kind}"].item())
    assert result.mean == pytest.approx(expected[f"ppl_{kind}"].item(), rel=FLOAT64_RELATIVE)


@FILES
@PATHS
def test_float32_differs_by_its_noise_only(case: Case, space: PathSpace, sampling: PathSampling) -> None:
    kind = f"{space.value}_{sampling.value}"
    if f"out/dist_{kind}" not in case.tensors:
        pytest.skip(f"this file has no distances of {kind}")
    ours = measured(case, space, sampling, torch.float32).double()
    expected = case.part("out/")
    mean = expected[f"dist_{kind}"].mean().item()
    torch.testing.assert_close(ours, expected[f"dist_{kind}"], rtol=0.0, atol=FLOAT32_SINGLE * mean)
    assert summary(ours).mean == pytest.approx(expected[f"ppl_{kind}"].item(), rel=FLOAT32_MEAN)


@FILES
@PATHS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_limit_agrees_within_a_percent(
    case: Case, space: PathSpace, sampling: PathSampling, dtype: torch.dtype
) -> None:
    kind = f"{space.value}_{sampling.value}"
    if f"out/dist_{kind}" not in case.tensors:
        pytest.skip(f"this file has no distances of {kind}")
    matrix = case.tensors["in/feature_matrix"].to(dtype)

    def form(pictures: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
        colours = slopes.expand(-1, 3, -1, -1) if slopes.shape[1] == 1 else slopes
        return ((colours / 2.0).flatten(1) @ matrix).square().sum(dim=1)

    options = PathLengthOptions(space, sampling, crop=case.info.get("crop", False))
    ours = limit_distances(path_model(case, dtype), form, path_ends(case, sampling, dtype), options).double()
    expected = case.part("out/")
    close = (ours / expected[f"dist_{kind}"] - 1.0).abs() <= LIMIT
    assert close.double().mean() >= 0.95  # the others cross a kink of the activations within epsilon
    assert summary(ours).mean == pytest.approx(expected[f"ppl_{kind}"].item(), rel=LIMIT)


@FILES
def test_interpolation_on_the_sphere(case: Case) -> None:
    if "out/slerp" not in case.tensors:
        pytest.skip("this file has no interpolated latents")
    ends = path_ends(case, PathSampling.FULL, torch.float64)
    ours = interpolate_z(ends.z0, ends.z1, ends.t, normalizes_z=True)
    torch.testing.assert_close(ours, case.tensors["out/slerp"], rtol=0.0, atol=FLOAT64_RELATIVE)


@FILES
def test_batches_do_not_matter(case: Case) -> None:
    if "out/dist_z_full" not in case.tensors:
        pytest.skip("this file has no distances of z_full")
    ends = path_ends(case, PathSampling.FULL, torch.float64)
    options = PathLengthOptions(PathSpace.Z, epsilon=case.info["epsilon"], crop=case.info.get("crop", False))
    distance = linear_distance(case.tensors["in/feature_matrix"].double())
    labels = None if ends.labels is None else ends.labels[:7]
    few = replace(ends, z0=ends.z0[:7], z1=ends.z1[:7], t=ends.t[:7], labels=labels)
    with torch.no_grad():
        ours = path_distances(path_model(case, torch.float64), distance, few, options)
    torch.testing.assert_close(ours, case.tensors["out/dist_z_full"][:7], rtol=FLOAT64_RELATIVE, atol=0.0)
