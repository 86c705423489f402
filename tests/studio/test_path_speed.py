"""The speed along real paths of real models, against the distance itself."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.document import Document, LatentPoint, NoiseMode, NoiseSetting, Space
from ganstudio.core.project import Curve, Keyframe, Timeline
from ganstudio.core.store import Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.synthesis import IncrementalSynthesis
from ganstudio.latent.path import document_at, path_segments
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.metrics.perceptual_speed import PerceptualSpeed
from ganstudio.metrics.quick_linear import KeptKernels
from ganstudio.studio import path_speed
from ganstudio.studio.model_ppl import BATCH, ModelPathLength, Variant, longest, packed, read_kept, summary_of
from ganstudio.studio.path_editing import PathEditor
from ganstudio.studio.path_speed import PathFigure, PathSpeed, figure, figure_of
from ganstudio.studio.path_speed_ruler import Ruler
from ganstudio.studio.path_speed_steps import bisected, rounds, segment_speed
from tests.studio.conftest import Running

STORE = Store()


def finish(work: Iterator[None]) -> float:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return float(end.value)


def picture(model: Model, document: Document) -> torch.Tensor:
    synthesis = IncrementalSynthesis(model.generator, STORE)
    assert next(iter(synthesis.render(document)))
    last = synthesis.kept[model.generator.outputs()["picture"]].features.picture
    assert last is not None
    return last.double().clone()


def check(model: Model, document: Document, path: Timeline, number: int, fraction: float) -> None:
    """The speed at a place is that of two neighbouring pictures which documents draw, within 3 %."""
    has_w = model.w_avg is not None
    form, distance = PerceptualSpeed(lpips_vgg16()), lpips_vgg16().double()
    segment = path_segments(path, document, has_w)[number]
    ours = finish(segment_speed(segment, model, form, fraction, STORE, KeptKernels()))
    step = 0.002
    seconds = [2.0 * (number + fraction + side * step / 2) for side in (-1, 1)]
    first, second = (picture(model, document_at(document, path, at, STORE, has_w)) for at in seconds)
    with torch.no_grad():
        apart = float(distance(first.expand(-1, 3, -1, -1), second.expand(-1, 3, -1, -1)))
    assert math.sqrt(ours) == pytest.approx(math.sqrt(apart) / step, rel=0.03)


def path_of(*seeds: int) -> Timeline:
    return Timeline(tuple(Keyframe(LatentPoint.of_seed(seed)) for seed in seeds))


def test_the_speed_of_the_shipped_faces() -> None:
    model = open_model("faces-dcgan", "cpu")
    check(model, replace(model.info.document, psi=0.6), path_of(1, 2), 0, 0.3)


@pytest.mark.parametrize("space", [Space.W, Space.Z])
@pytest.mark.parametrize("curve", Curve)
def test_the_speed_of_a_style_based_model(styled_model: Path, space: Space, curve: Curve) -> None:
    model = open_model(styled_model, "cpu")
    noise = NoiseSetting(NoiseMode.RANDOM, seed=4)
    document = replace(model.info.document, psi=0.7, cutoff=5, noise=noise)
    check(model, document, replace(path_of(1, 2, 3), space=space, curve=curve), 1, 0.4)


def test_samples_come_coarse_to_fine() -> None:
    places = bisected(16)
    assert sorted(places) == [(k + 0.5) / 16 for k in range(16)]
    for count in (2, 4, 8):
        gaps = [b - a for a, b in pairwise(sorted(places[:count]))]
        assert max(gaps) == min(gaps) == 1 / count
    assert list(rounds({0: [0.1, 0.2], 5: [0.3]})) == [(0, 0.1), (5, 0.3), (0, 0.2)]


def test_figures() -> None:
    squares = np.array([1.0, 3.0, 2.0, 2.0])
    known = figure_of(squares)
    assert known is not None
    assert (known.mean, known.n) == (2.0, 4)
    assert known.margin == pytest.approx(1.96 * np.std(squares, ddof=1) / 2, rel=1e-4)
    assert known.words() == "2.00 ± 0.80"
    assert figure_of(np.zeros(0)) is None
    assert figure_of(np.array([150.0])) == PathFigure(150.0, pytest.approx(math.nan, nan_ok=True), 1)
    assert [figure(x) for x in (0.5, 12.34, 123.4)] == ["0.50", "12.3", "123"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_speed, "SAMPLES", 4)


@pytest.mark.usefixtures("few")
def test_the_path_is_measured_in_idle_time_and_only_once(running: Running) -> None:
    session = running.session
    speeds, editor = PathSpeed(session, Ruler()), PathEditor(session)
    for seed in (1, 2, 3):
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        editor.add(session.document)
    speeds.tick(0.0)
    assert not speeds.measuring  # the path was changed just now
    speeds.tick(1.0)
    running.until(lambda: speeds.complete)
    assert session.jobs == ()
    found = [speeds.segment_figure(n) for n in range(2)]
    assert all(each is not None and each.n == 4 and each.mean > 0 for each in found)
    times, curve = speeds.curve(session.project.timeline)
    assert np.isfinite(curve).all()
    places, squares = speeds.samples(0)
    at = np.interp(places[1] * 2.0, times, curve)
    assert at == pytest.approx(math.sqrt(squares[1]) / 2.0, rel=0.02)  # two seconds a segment
    editor.remove(2)
    session.undo()
    assert speeds.complete
    session.change("Seed", "inputs.z", LatentPoint.of_seed(77))
    assert speeds.complete  # the path's speed does not depend on the picture in sight
    session.change("Truncate", "psi", 0.5)
    assert not speeds.complete
    speeds.release()


@pytest.mark.usefixtures("few")
def test_evening_out_waits_for_samples_and_is_one_step(running: Running) -> None:
    session = running.session
    speeds, editor = PathSpeed(session, Ruler()), PathEditor(session)
    for seed in (5, 6, 7):
        session.change("Seed", "inputs.z", LatentPoint.of_seed(seed))
        editor.add(session.document)
    steps = len(session.history)
    speeds.even_out()
    running.until(lambda: [job.title for job in session.jobs] == ["Measuring the path"])
    running.until(lambda: session.project.timeline.timing is not None)
    assert (session.undo_label, len(session.history)) == ("Even out the speed", steps + 1)
    _, evened = speeds.curve(session.project.timeline)
    _, before = speeds.own_curve()
    assert np.std(evened) / np.mean(evened) < 0.05
    assert np.std(before) > 2 * np.std(evened)
    speeds.own_timing()
    assert session.project.timeline.timing is None
    session.undo()
    assert session.project.timeline.timing is not None
    editor.move(session.project.timeline, 1, 1.0)
    assert session.project.timeline.timing is None
    speeds.release()


def test_the_models_own_length_grows_and_is_kept(run: Callable[[str | Path], Running], styled_model: Path) -> None:
    running = run(styled_model)
    session = running.session
    model = ModelPathLength(session, Ruler())
    assert [v.title for v in model.variants()] == ["W full", "W end", "Z full", "Z end"]
    model.tick(0.0)
    model.tick(5.0)
    running.until(lambda: len(model.figures()) == 4)
    model.stop()
    info = session.model
    assert info is not None
    file = session.settings.folder / "path-length" / f"{info.digest}.json"
    model._keeping[info.digest].finish()
    kept = read_kept(file)
    assert {v: f for v, (_, f) in kept.items()} == model.figures()
    first = kept[Variant("w", "full")][0][:BATCH]
    model.release()
    again = ModelPathLength(session, Ruler())
    assert again.figures() == {v: f for v, (_, f) in kept.items()}
    again.tick(10.0)
    n = kept[Variant("w", "full")][1].n
    running.until(lambda: again.figures()[Variant("w", "full")].n > n)
    again.stop()
    again._keeping[info.digest].finish()
    assert read_kept(file)[Variant("w", "full")][0][:BATCH] == first
    again.release()


def test_what_cannot_be_read_is_measured_anew(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    assert read_kept(file) == {}
    for text in ("", "[]", "{}", '{"form": "another", "figures": {}}'):
        file.write_text(text)
        assert read_kept(file) == {}
    squares = {Variant("z", "end"): [1.0, 2.0, 3.0, 4.0]}
    figures = {Variant("z", "end"): summary_of(squares[Variant("z", "end")])}
    file.write_bytes(packed(squares, figures))
    assert read_kept(file)[Variant("z", "end")] == ([1.0, 2.0, 3.0, 4.0], figures[Variant("z", "end")])
    file.write_bytes(file.read_bytes().replace(b'"n": 4', b'"n": 5'))
    assert read_kept(file) == {}


def test_the_longer_row_of_two_windows_is_kept(tmp_path: Path) -> None:
    rows = {Variant("w", "full"): [1.0] * 8, Variant("z", "end"): [2.0] * 4}
    known = {variant: summary_of(row) for variant, row in rows.items()}
    file = tmp_path / "model.json"
    file.write_bytes(packed(rows, known))
    ours = {Variant("w", "full"): [1.0] * 4, Variant("z", "end"): [2.0] * 12}
    file.write_bytes(longest(file, dict(ours), {variant: summary_of(row) for variant, row in ours.items()}))
    counts = {variant.title: figure.n for variant, (_row, figure) in read_kept(file).items()}
    assert counts == {"W full": 8, "Z end": 12}
    assert longest(tmp_path / "none.json", dict(rows), dict(known)) == packed(rows, known)
