"""Schedules against the numbers of their authors' code."""

import pytest
import torch

from ganstudio.losses.schedules import adjusted_probability, ema_beta, lazy_optimizer
from tests.reference.reference_case import SCHEDULES, Case, cases

pytestmark = pytest.mark.reference
FILES = pytest.mark.parametrize("case", cases(SCHEDULES))


@FILES
def test_augmentation_probability(case: Case) -> None:
    info, p, found = case.info, case.info["p_start"], []
    for sign in case.tensors["in/signs"].tolist():
        images = info["batch_size"] * info["ada_interval"]
        p = adjusted_probability(p, sign, info["ada_target"], images, info["ada_kimg"] * 1000)
        found.append(p)
    torch.testing.assert_close(torch.tensor(found, dtype=torch.float64), case.tensors["out/p"], rtol=1e-9, atol=1e-12)


@FILES
def test_averaging(case: Case) -> None:
    info, half_life = case.info, case.info["ema_kimg"] * 1000
    seen = case.tensors["in/cur_nimg"].tolist()
    found = [ema_beta(info["batch_size"], n, half_life, info["ema_rampup"]) for n in seen]
    found = torch.tensor(found, dtype=torch.float64)
    torch.testing.assert_close(found, case.tensors["out/ema_beta_rampup"], rtol=1e-9, atol=1e-15)
    plain = torch.tensor([ema_beta(info["batch_size"], 0, half_life)])
    torch.testing.assert_close(plain, case.tensors["out/ema_beta_no_rampup"], rtol=1e-7, atol=0)


@FILES
@pytest.mark.parametrize("side", ["G", "D"])
def test_lazy_optimizers(case: Case, side: str) -> None:
    lazy = case.info["lazy"]
    lr, betas = lazy_optimizer(lazy["lr"], tuple(lazy["betas"]), lazy[f"{side}_reg_interval"])
    published = case.tensors[f"out/lazy_{side}_lr_beta1_beta2"]
    torch.testing.assert_close(torch.tensor([lr, *betas]), published, rtol=1e-7, atol=0)
