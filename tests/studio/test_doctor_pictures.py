"""The doctor looks at pictures: collapsed and copied ones are told, varied ones are not."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.core.png import png_bytes
from ganstudio.core.store import Array
from ganstudio.data.images import ArrayPictures, PictureOptions, open_pictures
from ganstudio.losses.perceptual import lpips_alex
from ganstudio.studio import doctor_pictures
from ganstudio.studio.doctor_case import Case
from ganstudio.studio.doctor_findings import Illness, PictureReport, Severity
from ganstudio.studio.doctor_pictures import Eye, NothingToLookAtError, chosen, compared, cut, looking
from ganstudio.studio.teaching import Course
from ganstudio.studio.teaching_data import DIGITS, Digits
from ganstudio.studio.teaching_lesson import Example, G, Lesson
from ganstudio.training.options import TrainingOptions
from ganstudio.training.run import RunFolder

RECIPE = {"generator_lr": 0.001, "discriminator_lr": 0.001}


@pytest.fixture(scope="module")
def digits() -> Array:
    return open_pictures(DIGITS, PictureOptions()).reader().read(range(240)).pixels


@pytest.fixture(scope="module")
def data(digits: Array) -> tuple[ArrayPictures, ArrayPictures]:
    return ArrayPictures(digits[:160]), ArrayPictures(digits[200:])


def report_of(samples: Array, data: tuple[ArrayPictures, ArrayPictures], seen: int = 10_000) -> PictureReport:
    steps = compared(np.repeat(samples, 3, axis=1), seen, *data, Case({}, recipe=RECIPE))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: PictureReport = end.value
            return found


def drawn(lesson: Lesson, steps: int, digits: Array) -> Array:
    """36 pictures of a network that has learned for some steps, uint8 `[36, 1, 8, 8]`."""
    course = Course(lesson, Digits(digits))
    for _ in range(steps):
        course.step()
    z = torch.randn(36, lesson.z_dim, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        pictures = course.recipe.networks()[G](z)
    return ((pictures.numpy() + 1.0) * 127.5).round().astype(np.uint8)


def test_points_have_lpips_between_them(digits: Array) -> None:
    points = Eye().embed(digits[:4])
    network = lpips_alex()
    pictures = torch.nn.functional.interpolate(
        torch.from_numpy(digits[:4]).float(), (64, 64), mode="bicubic", antialias=True
    ).clamp(0, 255) / 127.5 - 1.0  # fmt: skip
    with torch.no_grad():
        wanted = network(pictures[:1].expand(3, -1, -1, -1), pictures[1:])
    assert torch.allclose(points.distances(points)[0, 1:], wanted, rtol=1e-3, atol=1e-5)
    assert float(points.distances(points).diagonal().max()) < 1e-4


def test_a_network_that_collapsed_is_told(digits: Array, data: tuple[ArrayPictures, ArrayPictures]) -> None:
    lesson = Lesson(Example.DIGITS, generator_lr=0.02, discriminator_lr=0.0005, z_dim=16)
    report = report_of(drawn(lesson, 120, digits), data)
    assert report.variety < 0.5
    (found,) = [each for each in report.findings if each.illness is Illness.COLLAPSE]
    assert found.severity is Severity.GRAVE
    assert found.change is not None
    assert found.change.recipe == {"discriminator_lr": 0.002, "generator_lr": 0.0005}
    early = report_of(drawn(lesson, 120, digits), data, seen=100)
    assert Illness.COLLAPSE not in {each.illness for each in early.findings}


def test_fresh_pictures_are_healthy(digits: Array, data: tuple[ArrayPictures, ArrayPictures]) -> None:
    report = report_of(digits[164:200], data)
    assert report.findings == ()
    assert 0.85 < report.variety < 1.15
    assert 0.5 < float(np.median(report.distances)) / report.usual < 2.0


def test_copies_are_told_with_what_they_copy(digits: Array, data: tuple[ArrayPictures, ArrayPictures]) -> None:
    rows = np.arange(0, 144, 4)
    noise = np.random.default_rng(0).integers(-4, 5, (36, 1, 8, 8))
    copies = np.clip(digits[rows].astype(np.int64) + noise, 0, 255).astype(np.uint8)
    report = report_of(copies, data)
    assert [each.illness for each in report.findings] == [Illness.OVERFITTING]
    assert report.looked_through == 160
    assert np.array_equal(report.nearest[:, 0], digits[rows][:, 0])
    assert float(np.median(report.distances)) < 0.2 * report.usual


def test_a_run_folder_is_looked_at_as_a_job(digits: Array, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(digits[:40]):
        Image.fromarray(picture[0]).convert("RGB").save(folder / f"{number:02d}.png")
    options = TrainingOptions("gan", str(folder), preset="tiny", resolution=8)
    run = RunFolder.create(tmp_path / "run", options)
    with pytest.raises(NothingToLookAtError, match="no samples"):
        list(looking(run.path))
    sheet = digits[40:76, 0].reshape(6, 6, 8, 8).transpose(0, 2, 1, 3).reshape(48, 48)
    (run.samples / "000005000.png").write_bytes(png_bytes(np.repeat(sheet[:, :, None], 3, axis=2)))
    assert np.array_equal(cut(run.samples / "000005000.png")[:, 0], digits[40:76, 0])
    report = list(looking(run.path))[-1].result
    assert isinstance(report, PictureReport)
    assert report.images_seen == 5000
    assert report.samples.shape == report.nearest.shape == (36, 3, 8, 8)
    assert report.findings == ()


def test_a_choice_is_even() -> None:
    assert chosen(10, 100).tolist() == list(range(10))
    assert chosen(1000, 5).tolist() == [0, 249, 499, 749, 999]
    assert doctor_pictures.COMPARED == 36
