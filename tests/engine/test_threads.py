"""The number of threads follows the work."""

import os

import pytest
import torch

from ganstudio.engine.threads import ThreadChoice


@pytest.fixture(autouse=True)
def _restored() -> object:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_small_models_stay_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    threads = ThreadChoice()
    threads.learn("small", 500.0)  # the first picture prepares kernels
    threads.learn("small", 12.0)
    threads.apply("small")
    assert torch.get_num_threads() == 1
    threads.learn("large", 500.0)
    threads.learn("large", 90.0)
    threads.apply("large")
    assert torch.get_num_threads() == 3
    threads.apply("small")
    assert torch.get_num_threads() == 1
