"""Distances of features, precision and recall, scores and separability against the numbers of their authors' code."""

import pytest
import torch

from ganstudio.metrics.frechet import Moments, distance_of_moments, frechet_distance
from ganstudio.metrics.inception_score import score, split_scores
from ganstudio.metrics.kernel import squared_discrepancy, subset_discrepancies
from ganstudio.metrics.linear_separability import (
    conditional_entropy_bits,
    mutual_information_bits,
    pruned_table,
    separability,
)
from ganstudio.metrics.precision_recall import precision, recall, squared_radii
from tests.reference.reference_case import METRICS, SEPARABILITY, Case, cases

pytestmark = pytest.mark.reference
FEATURES = pytest.mark.parametrize("case", cases(METRICS))
TABLES = pytest.mark.parametrize("case", cases(SEPARABILITY))

RELATIVE = 1e-8
TABLE_RELATIVE = 1e-9
GENERAL_ROOT = {"fid": 1e-6, "fid_unbiased_cov": 1e-6, "fid_few_samples": 1e-5}
"""Where the authors' own matrix root is less exact than ours."""


def agrees(case: Case, ours: dict[str, torch.Tensor | float], relative: float = RELATIVE) -> None:
    """Compare each output that the file has."""
    expected = case.part("out/")
    compared = ours.keys() & expected.keys()
    assert compared, "this file has none of these outputs"
    for name in sorted(compared):
        reference = expected[name].double()
        value = torch.as_tensor(ours[name], dtype=torch.float64).reshape(reference.shape)
        accept = GENERAL_ROOT.get(name, relative)
        torch.testing.assert_close(value, reference, rtol=accept, atol=0.0, msg=lambda text, n=name: f"{n}: {text}")


@FEATURES
def test_frechet_distance(case: Case) -> None:
    inputs, few = case.inputs(torch.float64), case.info["args"].get("few", 2)
    real, generated = Moments.of(inputs["real"]), Moments.of(inputs["gen"])
    few_real, few_generated = Moments.of(inputs["real"][:few]), Moments.of(inputs["gen"][:few])
    exact = distance_of_moments(few_real, few_generated)
    agrees(case, {
        "fid": frechet_distance(inputs["real"], inputs["gen"]).value,
        "fid_unbiased_cov": distance_of_moments(real, generated, unbiased=True),
        "fid_few_samples": exact,
        "fid_few_samples_symmetric": exact,
        "real_mean": real.mean,
        "real_cov_trace": real.covariance().trace(),
    })  # fmt: skip
    if "out/real_cov" in case.tensors:
        expected = case.tensors["out/real_cov"]
        torch.testing.assert_close(real.covariance().float(), expected, rtol=1e-6, atol=1e-6 * expected.max().item())


@FEATURES
def test_streamed_moments(case: Case) -> None:
    parts = [Moments.of(part) for part in case.inputs(torch.float64)["real"].split(37)]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.joined(part)
    agrees(case, {"real_mean": joined.mean, "real_cov_trace": joined.covariance().trace()})


@FEATURES
def test_kernel_distance(case: Case) -> None:
    inputs = case.inputs(torch.float64)
    real, generated = inputs["real"], inputs["gen"]
    size = min(len(real), len(generated), case.info["args"]["max_subset_size"])
    ours: dict[str, torch.Tensor | float] = {"kid_first_items": squared_discrepancy(real[:size], generated[:size])}
    if "kid_real_idx" in inputs:
        parts = subset_discrepancies(real, generated, inputs["kid_real_idx"], inputs["kid_gen_idx"])
        ours["kid"] = parts.mean()
    agrees(case, ours)


@FEATURES
def test_precision_and_recall(case: Case) -> None:
    inputs = case.inputs(torch.float64)
    real, generated = inputs["real"], inputs["gen"]
    expected = case.part("out/")
    for k in case.info["args"]["pr_k"]:
        if f"precision_k{k}" in expected:
            assert precision(real, generated, k).value == expected[f"precision_k{k}"].item()
        if f"recall_k{k}" in expected:
            assert recall(real, generated, k).value == expected[f"recall_k{k}"].item()
        if f"real_kth_distance_k{k}" in expected:
            agrees(case, {f"real_kth_distance_k{k}": squared_radii(real, k).sqrt()})


@FEATURES
def test_inception_score(case: Case) -> None:
    probabilities = case.inputs(torch.float64)["probs"]
    scores = split_scores(probabilities, case.info["args"]["is_splits"])
    agrees(case, {
        "is_mean": scores.mean(),
        "is_std": scores.std(unbiased=False),
        "is_one_split": score(probabilities),
    })  # fmt: skip


@TABLES
def test_separability_of_tables(case: Case) -> None:
    tables = case.inputs(torch.float64)["tables"]
    agrees(case, {
        "conditional_entropy_bits": conditional_entropy_bits(tables),
        "mutual_information_bits": mutual_information_bits(tables),
        "separability": separability(tables),
    }, TABLE_RELATIVE)  # fmt: skip


@TABLES
def test_separability_of_decisions(case: Case) -> None:
    inputs = case.inputs(torch.float64)
    pairs = zip(inputs["class_probabilities"], inputs["svm_outputs"], strict=True)
    tables = torch.stack([pruned_table(p, decisions, case.info["num_keep"]) for p, decisions in pairs])
    agrees(case, {
        "pruned_tables": tables,
        "pruned_conditional_entropy_bits": conditional_entropy_bits(tables),
        "pruned_separability": separability(tables),
    }, TABLE_RELATIVE)  # fmt: skip
